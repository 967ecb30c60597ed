"""The propensity model."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from spine_outcomes.errors import NotEstimableError, SampleError
from spine_outcomes.weights.design import (
    Design,
    assemble,
    categories,
    interaction,
    linear,
    logarithm,
    restricted_cubic_spline,
)
from spine_outcomes.weights.propensity import fit_propensity


def pbc_terms(pbc):
    sex = categories("sex", (pbc["sex"] == "m").to_numpy(np.int64), ["f", "m"])
    age, edema = linear("age", pbc["age"].to_numpy()), linear("edema", pbc["edema"].to_numpy())
    return sex, age, edema


def test_prior_weights_splines_and_interactions_are_those_of_r(pbc, weights_answers):
    """Weights, logarithm, spline or product that R would fit otherwise."""
    sex, age, edema = pbc_terms(pbc)
    arm, prior = pbc["arm"].to_numpy(), np.arange(len(pbc)) % 4.0
    bili = logarithm("bili", pbc["bili"].to_numpy())
    design = assemble([age, sex, bili, interaction(age, edema)])
    answer = weights_answers["weighted_logistic"]
    fitted = fit_propensity(design, arm, prior)
    np.testing.assert_allclose(fitted.coefficients, list(answer["coef"].values()), rtol=1e-9)
    spline = restricted_cubic_spline("age", pbc["age"].to_numpy(), 4)
    design = assemble([spline, sex, edema, interaction(sex, edema)])
    fitted = fit_propensity(design, arm)
    answer = weights_answers["spline_logistic"]
    np.testing.assert_allclose(fitted.coefficients, answer["coef"], rtol=1e-9)
    deviance = -2 * np.log(np.where(arm == 1, fitted.score, 1 - fitted.score)).sum()
    assert deviance == pytest.approx(answer["deviance"], rel=1e-12)


def test_score_equations_hold(reference):
    """A fit that stopped early: Σ (a − e) x = 0, so the scores sum to the comparator arm."""
    fitted = fit_propensity(reference.design, reference.arm)
    equations = fitted.matrix.T @ (reference.arm - fitted.score)
    assert np.all(np.abs(equations) <= 1e-12 * np.abs(fitted.matrix).sum(axis=0))
    assert fitted.score.sum() == pytest.approx(reference.arm.sum(), rel=1e-12)


def test_fit_is_the_plain_glm_of_statsmodels(reference):
    """A basis that changes the model: the same columns fitted by statsmodels as they are."""
    fitted = fit_propensity(reference.design, reference.arm)
    glm = sm.GLM(reference.arm, reference.design.matrix, family=sm.families.Binomial())
    expected = glm.fit(tol=1e-12, tol_criterion="params").params
    np.testing.assert_allclose(fitted.coefficients, expected, rtol=1e-9)


def test_exchanged_arms_give_the_complement(drawn):
    """A score of the wrong arm (VALIDATION 39)."""
    forward = fit_propensity(drawn.design, drawn.arm)
    backward = fit_propensity(drawn.design, 1 - drawn.arm)
    np.testing.assert_allclose(backward.score, 1 - forward.score, rtol=1e-11)


def test_other_columns_of_the_same_span_give_the_same_score(drawn):
    """A penalty or a pseudo-inverse that depends on the coding."""
    rng = np.random.default_rng(5)
    mixed = drawn.design.matrix.copy()
    mixed[:, 1:] = mixed[:, 1:] @ rng.normal(size=(3, 3)) + rng.normal(size=3)
    other = Design(mixed, drawn.design.names)
    np.testing.assert_allclose(
        fit_propensity(other, drawn.arm).score,
        fit_propensity(drawn.design, drawn.arm).score,
        rtol=1e-11,
    )


def test_row_order_does_not_matter(drawn):
    """Scores that belong to other rows."""
    order = np.random.default_rng(1).permutation(len(drawn.arm))
    shuffled = Design(drawn.design.matrix[order], drawn.design.names)
    np.testing.assert_allclose(
        fit_propensity(shuffled, drawn.arm[order]).score,
        fit_propensity(drawn.design, drawn.arm).score[order],
        rtol=1e-11,
    )


def test_prior_weight_is_copies_of_the_row(drawn):
    """A multiplicity that is not one, on which the bootstrap and the influence stand."""
    times = np.random.default_rng(2).integers(0, 4, len(drawn.arm))
    copies = np.repeat(np.arange(len(times)), times)
    repeated = Design(drawn.design.matrix[copies], drawn.design.names)
    np.testing.assert_allclose(
        fit_propensity(drawn.design, drawn.arm, times.astype(float)).coefficients,
        fit_propensity(repeated, drawn.arm[copies]).coefficients,
        rtol=1e-9,
    )


@pytest.mark.parametrize("factor", [1e-100, 1e100])
def test_unit_of_the_prior_weights_does_not_matter(drawn, factor):
    """A fit that stops early, or is held back, by what is small for weights near 1 only."""
    found = fit_propensity(drawn.design, drawn.arm, np.full(len(drawn.arm), factor))
    expected = fit_propensity(drawn.design, drawn.arm)
    np.testing.assert_allclose(found.score, expected.score, rtol=1e-9)
    np.testing.assert_allclose(found.influence, expected.influence, rtol=1e-6, atol=1e-12)


def test_influence_is_the_derivative_in_each_multiplicity(drawn):
    """φ of another model or sign: central differences in the prior weight of 12 rows."""
    prior = 1.0 + np.arange(len(drawn.arm)) % 3
    fitted = fit_propensity(drawn.design, drawn.arm, prior)
    for row in range(0, len(drawn.arm), 10):
        step = 1e-4 * (np.arange(len(prior)) == row)
        up = fit_propensity(drawn.design, drawn.arm, prior + step).coefficients
        down = fit_propensity(drawn.design, drawn.arm, prior - step).coefficients
        expected = prior[row] * (up - down) / 2e-4
        # A central difference with step 1e-4 is good to about 1e-8 of the largest entry.
        np.testing.assert_allclose(fitted.influence[row], expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(fitted.influence.sum(axis=0), 0, atol=1e-10)


def test_arm_without_rows_is_told(drawn):
    """A fit with one arm, or with an arm of weight 0 only (R18, R40)."""
    with pytest.raises(NotEstimableError, match="no row in the comparator arm"):
        fit_propensity(drawn.design, np.zeros_like(drawn.arm))
    with pytest.raises(NotEstimableError, match="no row in the reference arm"):
        fit_propensity(drawn.design, drawn.arm, drawn.arm.astype(float))


def test_arms_and_weights_that_cannot_be_are_refused_together(drawn):
    """A third arm counted as one of two (R17); a negative, missing or infinite weight (R52)."""
    arm, prior = drawn.arm.copy(), np.ones(len(drawn.arm))
    arm[4], prior[[1, 2, 3]] = 2, [-1, np.nan, np.inf]
    with pytest.raises(SampleError) as caught:
        fit_propensity(drawn.design, arm, prior)
    assert [problem.code for problem in caught.value.problems] == ["E_ARM", "E_WEIGHT"]


def test_column_constant_among_the_rows_left_is_named(drawn):
    """A singular fit after trimming or resampling."""
    prior = (drawn.design.matrix[:, 2] == 0).astype(float)
    with pytest.raises(NotEstimableError, match="level=b"):
        fit_propensity(drawn.design, drawn.arm, prior)


def test_score_of_zero_or_one_is_refused():
    """A weight of 1e16 where overlap exists on paper only (R45): one pair of rows crosses."""
    x = np.concatenate([[0.0, 1e6], np.linspace(0, 1e6, 38)])
    arm = np.concatenate([[1, 0], (np.linspace(0, 1e6, 38) > 5e5).astype(int)])
    x[:2] = [5e5 - 1e-3, 5e5 + 1e-3]
    with pytest.raises(NotEstimableError, match="E_PROPENSITY_BOUND"):
        fit_propensity(assemble([linear("x", x)]), arm)


def test_intercept_only_is_the_share_of_the_arm(drawn):
    """A model without covariates that is not a share."""
    alone = Design(drawn.design.matrix[:, :1], ("intercept",))
    score = fit_propensity(alone, drawn.arm).score
    np.testing.assert_allclose(score, drawn.arm.mean(), rtol=1e-13)


def test_two_levels_give_the_log_odds_ratio():
    """A maximum missed in the last digits: 2 of 8 in one level, 5 of 8 in the other.

    Closed form: log(2/6), and log((5/3)/(2/6)) = log 5.
    """
    level, arm = np.repeat([0, 1], 8), np.repeat([1, 0, 1, 0], [2, 6, 5, 3])
    fitted = fit_propensity(assemble([categories("level", level, ["a", "b"])]), arm)
    np.testing.assert_allclose(fitted.coefficients, [np.log(1 / 3), np.log(5)], rtol=1e-13)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_weights_that_are_none_are_refused(drawn, bad):
    """A negative, missing or infinite weight that a fit takes, with a score that looks like one."""
    weight = np.ones(len(drawn.arm))
    weight[3] = bad
    with pytest.raises(SampleError, match="1 prior weights are negative, missing or infinite"):
        fit_propensity(drawn.design, drawn.arm, weight)
