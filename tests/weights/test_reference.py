"""Propensity, weights and balance of four public cohorts against R, as printed."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.weights.balance import balance, effective_sample_size
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity


def test_coefficients_are_those_of_r_glm(reference):
    """A wrong fit, or columns coded differently from R's model matrix."""
    fitted = fit_propensity(reference.design, reference.arm)
    expected = list(reference.answers["ps_coef"].values())
    np.testing.assert_allclose(fitted.coefficients, expected, rtol=1e-9)


def test_scores_are_those_of_r_glm(reference):
    """Scores that do not follow from the coefficients."""
    fitted = fit_propensity(reference.design, reference.arm)
    quartiles = np.quantile(fitted.score, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(quartiles, reference.answers["ps_summary"], rtol=1e-9)


@pytest.mark.parametrize("estimand", ["unweighted", "ATE", "ATT", "ATO"])
def test_effective_sample_size_is_that_of_r(reference, estimand):
    """Weights of another target population, or arms exchanged."""
    fitted = fit_propensity(reference.design, reference.arm)
    weight = weigh(fitted, reference.arm, estimand).value
    sizes = [effective_sample_size(weight[reference.arm == arm]) for arm in (0, 1)]
    np.testing.assert_allclose(sizes, reference.answers[estimand]["ess"], rtol=1e-10)


@pytest.mark.parametrize("estimand", ["unweighted", "ATE", "ATT", "ATO"])
def test_smd_is_that_of_r(reference, estimand):
    """A ruler that changes with the weights, or n in place of n − 1.

    Absolute, because a difference balanced to zero has no relative error; R prints ten digits.
    """
    fitted = fit_propensity(reference.design, reference.arm)
    weight = weigh(fitted, reference.arm, estimand).value
    smd = balance(reference.design.matrix[:, 1:], reference.arm, weight).smd
    expected = list(reference.answers[estimand]["smd"].values())
    np.testing.assert_allclose(smd, expected, rtol=1e-9, atol=1e-11)
