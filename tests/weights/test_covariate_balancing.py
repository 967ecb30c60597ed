"""Covariate-balancing scores: exact balance, symmetry of the arms, what cannot be balanced."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import root
from scipy.special import expit

from spine_outcomes.errors import DefinitionError, NotEstimableError, SeparationError
from spine_outcomes.weights.covariate_balancing import fit_covariate_balancing
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity
from tests.differences import derivatives

ESTIMANDS = ("ATE", "ATT", "ATC", "ATO")


@pytest.mark.parametrize("estimand", ESTIMANDS)
def test_arms_have_equal_sums_of_every_column(drawn, estimand):
    """Arms that are not balanced exactly under the weights of the estimand."""
    weight = weigh(
        fit_covariate_balancing(drawn.design, drawn.arm, estimand), drawn.arm, estimand
    ).value
    sums = [weight[drawn.arm == a] @ drawn.design.matrix[drawn.arm == a] for a in (0, 1)]
    np.testing.assert_allclose(sums[1], sums[0], rtol=1e-9, atol=1e-9)


def test_scores_solve_the_equations_of_imai_and_ratkovic(drawn):
    """Another solution than that of a general root finder for the ATE equations."""
    x, arm = drawn.design.matrix, drawn.arm

    def moments(gamma):
        e = expit(x @ gamma)
        return x.T @ (arm / e - (1 - arm) / (1 - e))

    solved = root(moments, np.zeros(x.shape[1]), tol=1e-12)
    fitted = fit_covariate_balancing(drawn.design, arm, "ATE")
    np.testing.assert_allclose(fitted.coefficients, solved.x, rtol=1e-6)
    np.testing.assert_allclose(fitted.score, expit(x @ fitted.coefficients), rtol=1e-10)


def test_the_overlap_score_is_the_logistic_one(drawn):
    """A second solution of the logistic score equations."""
    fitted = fit_covariate_balancing(drawn.design, drawn.arm, "ATO")
    np.testing.assert_array_equal(fitted.score, fit_propensity(drawn.design, drawn.arm).score)


@pytest.mark.parametrize(("estimand", "mirrored"), [("ATE", "ATE"), ("ATT", "ATC")])
def test_exchanging_the_arms_exchanges_the_populations(drawn, estimand, mirrored):
    """Signs lost between the equations of the treated and of the controls."""
    one = fit_covariate_balancing(drawn.design, drawn.arm, estimand)
    other = fit_covariate_balancing(drawn.design, 1 - drawn.arm, mirrored)
    np.testing.assert_allclose(other.score, 1 - one.score, rtol=1e-8)


def test_influence_is_the_derivative_of_the_coefficients(drawn):
    """Standard errors from another influence than that of the balancing equations."""

    def coefficients(prior):
        return fit_covariate_balancing(drawn.design, drawn.arm, "ATE", prior).coefficients

    ones = np.ones(len(drawn.arm))
    fitted = fit_covariate_balancing(drawn.design, drawn.arm, "ATE", ones)
    rows = [0, 7, 19]
    expected = derivatives(coefficients, ones, rows)
    np.testing.assert_allclose(fitted.influence[rows], expected, atol=1e-7)


def test_separated_arms_are_named(drawn):
    """Scores of 0 and 1 that look like scores."""
    x = drawn.arm + np.linspace(0, 0.5, len(drawn.arm))
    design = assemble([linear("dose", x), linear("x", drawn.design.matrix[:, 1])])
    with pytest.raises(SeparationError, match="dose"):
        fit_covariate_balancing(design, drawn.arm, "ATE")
    with pytest.raises(NotEstimableError, match=r"dose .* no weights of the reference arm"):
        fit_covariate_balancing(design, drawn.arm, "ATT")
    with pytest.raises(NotEstimableError, match=r"dose .* no weights of the comparator arm"):
        fit_covariate_balancing(design, drawn.arm, "ATC")


def test_matching_weights_are_refused(drawn):
    """Matching weights that some other score makes."""
    with pytest.raises(DefinitionError, match="no ATM weights; allowed are ATE, ATT, ATC, ATO"):
        fit_covariate_balancing(drawn.design, drawn.arm, "ATM")


@pytest.mark.parametrize("side", [1, -1])
def test_a_score_of_0_or_1_to_rounding_is_refused(side):
    """Balance by scores next to 0, or to 1: that they exist a root finder shows."""
    x = np.array([20.0, 2, 2, 0, -1])
    arm = np.array([0, 0, 1, 1, 0])

    def moments(gamma):
        eta = gamma[0] + gamma[1] * x
        slope = arm * (1 + np.exp(-eta)) - (1 - arm) * (1 + np.exp(eta))
        return slope.sum(), slope @ x

    solved = root(moments, [0.0, -1.0], tol=1e-12)
    score = expit(solved.x[0] + solved.x[1] * x)
    assert solved.success
    assert score.min() < 1e-10
    assert score.max() < 0.9
    arm = arm if side == 1 else 1 - arm
    with pytest.raises(NotEstimableError, match="scores of 0 or 1 to rounding"):
        fit_covariate_balancing(assemble([linear("x", x)]), arm, "ATE")
