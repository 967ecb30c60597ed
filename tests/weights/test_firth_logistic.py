"""Firth's penalised propensity: by hand in cells, by its definition elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from spine_outcomes.errors import SeparationError
from spine_outcomes.weights.design import Design, assemble, categories, linear
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.firth_logistic import fit_firth_propensity
from spine_outcomes.weights.propensity import fit_propensity

RNG = np.random.default_rng(6)
N = 40
X = RNG.normal(size=(N, 2))
ARM = (RNG.random(N) < 1 / (1 + np.exp(-X[:, 0]))).astype(np.int64)
DESIGN = assemble([linear("u", X[:, 0]), linear("v", X[:, 1])])
PRIOR = 1.0 + np.arange(N) % 3


def penalised(gamma, matrix, arm, weight):
    """l + ½ log |I| by its definition."""
    predictor = matrix @ gamma
    score = 1 / (1 + np.exp(-predictor))
    information = (matrix.T * (weight * score * (1 - score))) @ matrix
    likelihood = weight @ np.where(arm == 1, np.log(score), np.log1p(-score))
    return likelihood + np.linalg.slogdet(information)[1] / 2


def test_separated_arms_have_scores_of_the_cells_and_a_half():
    """C40: scores of 0 and 1, or clipped ones: ½ is added to each cell, 3.5/4 = 7/8 and 1/8.

    Without the penalty the program stops and names x: no overlap.
    """
    x = np.array([0, 0, 0, 1, 1, 1])
    design = assemble([linear("x", x)])
    found = fit_firth_propensity(design, x)
    np.testing.assert_allclose(found.score, np.where(x == 1, 7 / 8, 1 / 8), rtol=1e-9)
    with pytest.raises(SeparationError):
        fit_propensity(design, x)


@pytest.mark.parametrize("prior", [None, np.array([1.0, 2, 1, 3, 1, 1, 2, 1])])
def test_a_saturated_model_adds_a_half_to_each_cell(prior):
    """A penalty that does not count multiplicities, or counts another number of them."""
    cell = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    arm = np.array([0, 1, 1, 0, 0, 0, 1, 1])
    weight = np.ones(8) if prior is None else prior
    found = fit_firth_propensity(assemble([categories("s", cell, ["a", "b", "c"])]), arm, prior)
    treated, every = np.bincount(cell, weight * arm), np.bincount(cell, weight)
    np.testing.assert_allclose(found.score, ((treated + 0.5) / (every + 1))[cell], rtol=1e-9)


@pytest.mark.parametrize("weight", [np.ones(N), PRIOR])
def test_maximum_of_the_penalised_likelihood(weight):
    """A gradient with a wrong penalty."""
    found = fit_firth_propensity(DESIGN, ARM, weight)
    best = minimize(
        lambda gamma: -penalised(gamma, DESIGN.matrix, ARM, weight),
        np.zeros(3),
        method="BFGS",
        options={"gtol": 1e-8},
    )
    # the minimiser takes its gradient by differences, which leaves six digits
    np.testing.assert_allclose(found.coefficients, best.x, atol=2e-6)


def test_influence_is_the_derivative_in_each_multiplicity():
    """φ without its penalty: central differences in the prior weight."""
    fitted = fit_firth_propensity(DESIGN, ARM, PRIOR)
    for row in range(0, N, 5):
        step = 1e-4 * (np.arange(N) == row)
        up = fit_firth_propensity(DESIGN, ARM, PRIOR + step).coefficients
        down = fit_firth_propensity(DESIGN, ARM, PRIOR - step).coefficients
        expected = PRIOR[row] * (up - down) / 2e-4
        # A central difference with step 1e-4 is good to about 1e-8 of the largest entry.
        np.testing.assert_allclose(fitted.influence[row], expected, rtol=1e-6, atol=1e-8)


def test_many_rows_need_no_penalty():
    """The penalty is O(1): with each row ten thousand times it vanishes."""
    many = fit_firth_propensity(DESIGN, ARM, np.full(N, 1e4))
    plain = fit_propensity(DESIGN, ARM)
    np.testing.assert_allclose(many.score, plain.score, atol=1e-4)


def test_rows_without_weight_are_scored_only():
    """Rows that trimming or a bootstrap left out, still in the penalty."""
    out = np.arange(N) % 4 == 0
    found = fit_firth_propensity(DESIGN, ARM, np.where(out, 0.0, 1.0))
    without = fit_firth_propensity(Design(DESIGN.matrix[~out], DESIGN.names), ARM[~out])
    np.testing.assert_allclose(found.coefficients, without.coefficients, rtol=1e-9)
    assert not found.influence[out].any()
    assert np.isfinite(found.score).all()


def test_units_of_the_covariates_do_not_matter():
    """A penalty that depends on the coding, as a ridge does."""
    mixed = DESIGN.matrix.copy()
    mixed[:, 1:] = mixed[:, 1:] @ np.array([[1e3, 2.0], [-1.0, 5.0]]) + 7.0
    other = fit_firth_propensity(Design(mixed, DESIGN.names), ARM)
    np.testing.assert_allclose(other.score, fit_firth_propensity(DESIGN, ARM).score, rtol=1e-9)


def test_overlap_weights_of_separated_arms_are_finite():
    """Weights of 1e8 for rows that the other arm has none like."""
    x = np.array([0, 0, 0, 1, 1, 1])
    weights = weigh(fit_firth_propensity(assemble([linear("x", x)]), x), x, "ATO")
    np.testing.assert_allclose(weights.value / weights.value[0], 1.0, rtol=1e-9)
