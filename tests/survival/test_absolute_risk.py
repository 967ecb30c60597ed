"""Predicted risks where there is nobody to learn from."""

from __future__ import annotations

import numpy as np

from spine_outcomes.survival.absolute_risk import absolute_risk

TIME = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
STATUS = np.array([1, 2, 1, 0, 2, 1, 0, 1])
X = np.array([0.3, -1.0, 0.8, 0.1, -0.4, 1.2, -0.7, 0.5])


def risk(time=TIME, status=STATUS, weight=None, x=X):
    return absolute_risk(
        time, status, weight, covariates=x, new_covariates=[[0.0]], times=[2.5, 6.5]
    )


def test_a_row_without_weight_is_no_row():
    """A cause that only a row of weight 0 has, asked for a model of its own."""
    with_row = risk(np.append(TIME, 4.5), np.append(STATUS, 3), np.append(np.ones(8), 0.0),
                    np.append(X, 2.0))  # fmt: skip
    np.testing.assert_allclose(with_row.value, risk().value, rtol=1e-12)
    np.testing.assert_allclose(with_row.std_error(), risk().std_error(), rtol=1e-10)


def test_no_event_of_the_cause_is_no_risk():
    """A model fitted to nothing, or a reason where the risk is known: nobody had the event."""
    none = risk(status=np.where(STATUS == 1, 0, STATUS))
    np.testing.assert_array_equal(none.value, [0, 0])
    assert none.reasons == (None, None)


def test_a_risk_that_is_not_estimable_has_no_influence():
    """An error of nothing, carried into a difference or a bootstrap."""
    status = np.append(STATUS[:-1], 0)
    found = absolute_risk(TIME, status, covariates=X, new_covariates=[[0.0]], times=[2.5, 9])
    np.testing.assert_array_equal(found.is_estimable, [True, False])
    np.testing.assert_array_equal(found.influence.any(axis=0), [True, False])
