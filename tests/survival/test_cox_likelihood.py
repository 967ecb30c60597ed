"""The likelihood at given coefficients, where it has little to say."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.cox_likelihood import cox_likelihood
from spine_outcomes.survival.fine_gray import fine_gray


def test_no_event_is_refused_with_its_reason():
    """A score of nothing."""
    with pytest.raises(SampleError, match="no event of cause 1"):
        cox_likelihood([0.0], [1, 2, 3], [0, 2, 0], covariates=[0, 1, 1])


def test_baseline_hazard_without_ties_is_nelson_aalen():
    """The sums of the tied events given for those of everybody: 1/4, 1/3 and 1/2 at β = 0."""
    at = cox_likelihood([0.0], [1, 2, 3, 4], [1, 1, 1, 0], covariates=[0, 1, 1, 0])
    np.testing.assert_allclose(at.hazard, [1 / 4, 1 / 3, 1 / 2], rtol=1e-12)
    np.testing.assert_allclose(at.hazard_variance, [1 / 16, 1 / 9, 1 / 4], rtol=1e-12)


def test_no_event_leaves_matrices_of_the_right_shape():
    """An information that does not fit the coefficients."""
    fit = fine_gray([1, 2, 3], [0, 2, 0], covariates=np.eye(3))
    assert fit.information.shape == (3, 3)
    assert np.isnan(fit.information).all()


def test_residuals_are_those_of_a_row_whatever_its_weight():
    """A row of weight 2 whose residual is that of two rows: at β = 0 the risk sets hold 6, 4 and 1.

    The hazards are 2/6 and 3/4, the means of x then 5/6 and 3/4; a residual is x less its mean at
    an event, and the same times the hazard taken away at every event time lived through.
    """
    at = cox_likelihood(
        [0.0], [1, 2, 3], [1, 1, 0], [2, 3, 1], covariates=[1, 1, 0], ties="breslow"
    )
    hazard = np.array([2 / 6, 3 / 4])
    martingale = [1 - hazard[0], 1 - hazard.sum(), -hazard.sum()]
    np.testing.assert_allclose(at.martingale_residuals, martingale, rtol=1e-12)
    first, second = 1 - 5 / 6, 1 - 3 / 4
    rows = [
        first * (1 - hazard[0]),
        second - first * hazard[0] - second * hazard[1],
        5 / 6 * hazard[0] + 3 / 4 * hazard[1],
    ]
    np.testing.assert_allclose(at.score_residuals[:, 0], rows, rtol=1e-12)
    np.testing.assert_allclose(at.score, np.dot([2, 3, 1], rows), rtol=1e-12)


def test_a_row_that_is_never_at_risk_has_no_residual():
    """A row that left before the first event, or has no weight, in a robust variance."""
    at = cox_likelihood(
        [0.3], [1, 2, 3, 4, 4], [0, 1, 0, 1, 1], [1, 1, 1, 1, 0], covariates=[1, 0, 1, 1, 0]
    )
    for residuals in (at.score_residuals[:, 0], at.martingale_residuals):
        np.testing.assert_array_equal(residuals[[0, 4]], 0.0)
        assert residuals[1:4].all()
