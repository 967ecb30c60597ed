"""Firth's penalised Cox model."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from spine_outcomes.survival.cox_likelihood import cox_likelihood
from spine_outcomes.survival.firth import firth

TIME, STATUS, ARM = [1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], np.array([1, 1, 1, 0, 0, 0])


def test_finite_without_events_in_an_arm():
    """C18: 2.565241 (hazard ratio 13.0038), where the likelihood has no maximum."""
    fit = firth(TIME, STATUS, covariates=ARM)
    np.testing.assert_allclose(fit.log_hazard_ratio, 2.565241, atol=5e-7)
    np.testing.assert_allclose(np.exp(fit.log_hazard_ratio), 13.0038, atol=5e-5)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_maximum_of_the_penalised_likelihood(ties):
    """Found again by a search that knows the likelihood and its information only."""
    rng = np.random.default_rng(4)
    arrays = np.ceil(rng.exponential(4, 40)), rng.choice([0, 1], 40)
    x = np.column_stack([rng.integers(0, 2, 40), rng.normal(size=40)])

    def loss(coefficients):
        at = cox_likelihood(coefficients, *arrays, covariates=x, ties=ties)
        return -at.log_likelihood - np.linalg.slogdet(at.information)[1] / 2

    search = minimize(
        loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}
    )
    fit = firth(*arrays, covariates=x, ties=ties)
    # A search by values finds a place to the square root of their precision.
    np.testing.assert_allclose(fit.log_hazard_ratio, search.x, atol=2e-6)
    at = cox_likelihood(fit.log_hazard_ratio, *arrays, covariates=x, ties=ties)
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(at.information), rtol=1e-8)


def test_unit_of_a_covariate():
    """The penalty does not know units: days or months give the same hazard ratio per day."""
    one = firth(TIME, STATUS, covariates=ARM)
    other = firth(TIME, STATUS, covariates=100 + 30.4375 * ARM)
    np.testing.assert_allclose(30.4375 * other.log_hazard_ratio, one.log_hazard_ratio, rtol=1e-8)


def test_reasons():
    """A constant covariate and a lack of events have no estimate here either."""
    fit = firth(TIME, STATUS, covariates=np.column_stack([ARM, np.ones(6)]), names=["arm", "site"])
    assert fit.reasons == (None, "site does not vary among the rows at risk")
    np.testing.assert_allclose(fit.log_hazard_ratio, [2.565241, np.nan], atol=5e-7)
    assert firth(TIME, np.zeros(6), covariates=ARM).reasons == ("no event of cause 1",)
