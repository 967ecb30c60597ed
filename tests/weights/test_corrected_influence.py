"""Weights and estimators together: corrected influence is the derivative of the whole procedure.

The multiplicity of a row enters its own weight, the propensity and the share of the arm. Every kind
of weights meets an estimator by arm, a contrast and a regression on both arms.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from spine_outcomes.inference import Estimate
from spine_outcomes.inference.contrasts import log_ratio
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.restricted_mean import restricted_mean_time_lost
from spine_outcomes.weights.covariate_balancing import fit_covariate_balancing
from spine_outcomes.weights.design import Design, assemble, linear
from spine_outcomes.weights.entropy_balancing import entropy_weights
from spine_outcomes.weights.estimands import Weights, weigh
from spine_outcomes.weights.propensity import fit_propensity
from tests.differences import derivatives

Floats = NDArray[np.float64]
N = 50
CHECKED = slice(None, None, 4)
RNG = np.random.default_rng(17)
X = RNG.normal(size=(2, N))
ARM = (RNG.random(N) < 1 / (1 + np.exp(-X[0]))).astype(np.int64)
TIME = np.ceil(RNG.exponential(5, N)) + 1
STATUS = RNG.choice([0, 1, 1, 2], N)
DESIGN: Design = assemble([linear("x", X[0]), linear("z", X[1])])
SCORE = fit_propensity(DESIGN, ARM).score
KEPT = ((SCORE > 0.25) & (SCORE < 0.8)).astype(float)


def plain(estimand: str, **options: bool) -> Callable[[Floats], Weights]:
    return lambda prior: weigh(fit_propensity(DESIGN, ARM, prior), ARM, estimand, **options)


def trimmed(prior: Floats) -> Weights:
    """Rows left out once, the model of the others refitted."""
    return weigh(fit_propensity(DESIGN, ARM, KEPT * prior), ARM, "ATE")


def entropy(estimand: str) -> Callable[[Floats], Weights]:
    return lambda prior: entropy_weights(DESIGN, ARM, estimand, prior)


def balancing(estimand: str) -> Callable[[Floats], Weights]:
    return lambda prior: weigh(fit_covariate_balancing(DESIGN, ARM, estimand, prior), ARM, estimand)


WEIGHTS = {
    **{estimand: plain(estimand) for estimand in ("ATE", "ATT", "ATC", "ATO", "ATM")},
    "ATE, stabilised": plain("ATE", stabilise=True),
    "ATT, stabilised": plain("ATT", stabilise=True),
    "ATE, trimmed": trimmed,
    **{f"{estimand}, entropy": entropy(estimand) for estimand in ("ATE", "ATT", "ATC")},
    **{f"{estimand}, balancing": balancing(estimand) for estimand in ("ATE", "ATT", "ATC", "ATO")},
}


def incidence(weight: Floats) -> Estimate:
    return aalen_johansen(TIME, STATUS, weight, arm=ARM, times=[3, 6])


def ratio_of_time_lost(weight: Floats) -> Estimate:
    lost = restricted_mean_time_lost(TIME, STATUS, weight, arm=ARM, horizon=6)
    return log_ratio(lost.select(arm=1), lost.select(arm=0))


def hazard_ratio(weight: Floats) -> Estimate:
    return cox(TIME, STATUS, weight, covariates=ARM[:, None].astype(float)).estimate


ESTIMATORS = pytest.mark.parametrize("estimator", [incidence, ratio_of_time_lost, hazard_ratio])


@ESTIMATORS
@pytest.mark.parametrize("kind", WEIGHTS)
def test_corrected_influence_is_the_derivative_of_the_whole_procedure(kind, estimator):
    """Standard errors that forget that the weights were estimated, or forget it wrongly.

    Central differences at this step are good to about 1e-9; Cox converges to about 1e-10.
    """
    weights = WEIGHTS[kind](np.ones(N))
    corrected = estimator(weights.value).corrected(weights.nuisance)
    expected = derivatives(
        lambda prior: estimator(WEIGHTS[kind](prior).value).value, np.ones(N), CHECKED
    )
    np.testing.assert_allclose(corrected.influence[CHECKED], expected, rtol=0, atol=2e-7)


@ESTIMATORS
def test_truncated_weights_take_the_bound_as_fixed(estimator):
    """A bound that moves with γ, or truncated rows that do: weights clipped at the found bounds."""
    fitted = fit_propensity(DESIGN, ARM)
    weights = weigh(fitted, ARM, "ATE", truncate=(10, 90))
    low, high = weights.value.min(), weights.value.max()
    corrected = estimator(weights.value).corrected(weights.nuisance)

    def value(prior: Floats) -> Floats:
        free = weigh(fit_propensity(DESIGN, ARM, prior), ARM, "ATE").value / prior
        # A row whose weight is the bound itself is on neither side: leave it at the bound.
        is_bound = (weights.value == low) | (weights.value == high)
        return estimator(prior * np.where(is_bound, weights.value, free)).value

    expected = derivatives(value, np.ones(N), CHECKED)
    np.testing.assert_allclose(corrected.influence[CHECKED], expected, rtol=0, atol=2e-7)


@ESTIMATORS
def test_correction_matters(estimator):
    """A test that would pass without any correction."""
    weights = WEIGHTS["ATE"](np.ones(N))
    robust = estimator(weights.value)
    corrected = robust.corrected(weights.nuisance)
    assert np.all(np.abs(corrected.std_error() / robust.std_error() - 1) > 1e-3)


def test_stabilising_changes_only_models_of_both_arms():
    """A share of the arm that leaks into curves, or that a Cox model does not feel."""
    stabilised, unstabilised = WEIGHTS["ATE, stabilised"](np.ones(N)), WEIGHTS["ATE"](np.ones(N))
    for estimator, is_same in ((incidence, True), (hazard_ratio, False)):
        with_share = estimator(stabilised.value).corrected(stabilised.nuisance)
        without = estimator(unstabilised.value).corrected(unstabilised.nuisance)
        assert np.allclose(with_share.value, without.value, rtol=1e-10) == is_same
        assert np.allclose(with_share.std_error(), without.std_error(), rtol=1e-9) == is_same
