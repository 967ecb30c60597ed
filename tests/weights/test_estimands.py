"""Weights of each target population and their log-derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spine_outcomes.errors import DefinitionError
from spine_outcomes.weights.balance import balance, effective_sample_size
from spine_outcomes.weights.design import Design, assemble, categories, linear
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import Propensity, fit_propensity

ESTIMANDS = ["ATE", "ATT", "ATC", "ATO", "ATM"]
ARM = np.array([1, 1, 0, 0, 0])
SCORE = np.array([0.2, 0.5, 0.8, 0.25, 0.6])


def given(score, n_columns=1):
    """A propensity with these scores."""
    n = len(score)
    empty = np.zeros((n, n_columns))
    return Propensity(score, np.zeros(n_columns), ("intercept",), empty, empty, np.ones(n))


@pytest.mark.parametrize(
    ("estimand", "expected"),
    [
        ("ATE", [5, 2, 5, 4 / 3, 2.5]),
        ("ATT", [1, 1, 4, 1 / 3, 1.5]),
        ("ATC", [4, 1, 1, 1, 1]),
        ("ATO", [0.8, 0.5, 0.8, 0.25, 0.6]),
        ("ATM", [1, 1, 1, 1 / 3, 1]),
    ],
)
def test_weights_worked_by_hand(estimand, expected):
    """ATT of the wrong arm (C39), or another target population."""
    np.testing.assert_allclose(weigh(given(SCORE), ARM, estimand).value, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("estimand", "control", "treated"),
    [("ATE", 2.362489, 1.689655), ("ATT", 1.853253, 2.0)],
)
def test_effective_sizes_worked_by_hand(estimand, control, treated):
    """Effective sample sizes of exchanged arms (C39); six decimals as published there."""
    weight = weigh(given(SCORE), ARM, estimand).value
    assert effective_sample_size(weight[ARM == 0]) == pytest.approx(control, abs=5e-7)
    assert effective_sample_size(weight[ARM == 1]) == pytest.approx(treated, abs=5e-7)


def test_unweighted_needs_no_propensity():
    """An unweighted analysis that stops for want of a model."""
    weights = weigh(None, ARM, "unweighted")
    np.testing.assert_array_equal(weights.value, 1.0)
    assert weights.nuisance is None


@pytest.mark.parametrize("estimand", ["ate", "overlap", ""])
def test_unknown_estimand_is_refused(estimand):
    """A target population guessed from a name."""
    with pytest.raises(DefinitionError, match=r"unweighted, ATE, ATT, ATC, ATO, ATM"):
        weigh(given(SCORE), ARM, estimand)


def test_exchanged_arms_exchange_att_and_atc(drawn):
    """Targets tied to a code and not to an arm (VALIDATION 9)."""
    forward = fit_propensity(drawn.design, drawn.arm)
    backward = fit_propensity(drawn.design, 1 - drawn.arm)
    for here, there in [("ATE", "ATE"), ("ATT", "ATC"), ("ATO", "ATO"), ("ATM", "ATM")]:
        np.testing.assert_allclose(
            weigh(backward, 1 - drawn.arm, there).value,
            weigh(forward, drawn.arm, here).value,
            rtol=1e-9,
        )


def test_overlap_weights_balance_every_mean_exactly(reference, drawn):
    """A score whose equations do not hold, or ATO of another h."""
    for cohort in (reference, drawn):
        weight = weigh(fit_propensity(cohort.design, cohort.arm), cohort.arm, "ATO").value
        found = balance(cohort.design.matrix[:, 1:], cohort.arm, weight)
        np.testing.assert_allclose(found.mean_comparator, found.mean_reference, rtol=1e-10)
        np.testing.assert_allclose(found.smd, 0, atol=1e-10)


@pytest.mark.parametrize("estimand", ESTIMANDS)
def test_intercept_only_weights_are_constant_within_arms(drawn, estimand):
    """Weighting that does something without covariates (VALIDATION 43)."""
    alone = Design(drawn.design.matrix[:, :1], ("intercept",))
    weight = weigh(fit_propensity(alone, drawn.arm), drawn.arm, estimand).value
    for arm in (0, 1):
        np.testing.assert_allclose(weight[drawn.arm == arm], weight[drawn.arm == arm][0])


def test_saturated_weights_standardise_directly(drawn):
    """ATE weights of a stratified score that do not sum to n, or not to the strata's standard."""
    stratum = np.arange(len(drawn.arm)) % 3
    design = assemble([categories("s", stratum, ["a", "b", "c"])])
    weight = weigh(fit_propensity(design, drawn.arm), drawn.arm, "ATE").value
    for arm in (0, 1):
        own = drawn.arm == arm
        assert weight[own].sum() == pytest.approx(len(drawn.arm), rel=1e-12)
        standardised = np.mean(
            [drawn.outcome[own & (stratum == s)].mean() for s in (0, 1, 2)]
        )  # the three strata are equally large
        weighted = np.average(drawn.outcome[own], weights=weight[own])
        assert weighted == pytest.approx(standardised, rel=1e-11)


def test_stabilising_multiplies_by_the_share_of_the_arm(drawn):
    """A share of the other arm, or one that leaves within-arm estimates changed."""
    fitted = fit_propensity(drawn.design, drawn.arm)
    plain = weigh(fitted, drawn.arm, "ATE").value
    stabilised = weigh(fitted, drawn.arm, "ATE", stabilise=True).value
    share = drawn.arm.mean()
    expected = np.where(drawn.arm == 1, share, 1 - share)
    np.testing.assert_allclose(stabilised / plain, expected, rtol=1e-12)
    assert stabilised.mean() == pytest.approx(1, abs=0.1)


def test_truncation_sets_weights_to_type_7_percentiles(drawn):
    """Weights dropped instead of set, or other percentiles."""
    fitted = fit_propensity(drawn.design, drawn.arm)
    plain = np.sort(weigh(fitted, drawn.arm, "ATE").value)
    low, high = (
        plain[5] + 0.95 * (plain[6] - plain[5]),
        plain[113] + 0.05 * (plain[114] - plain[113]),
    )
    found = np.sort(weigh(fitted, drawn.arm, "ATE", truncate=(5, 95)).value)
    np.testing.assert_allclose(found, np.clip(plain, low, high), rtol=1e-12)
    untouched = weigh(fitted, drawn.arm, "ATE", truncate=(0, 100)).value
    np.testing.assert_array_equal(np.sort(untouched), plain)


@pytest.mark.parametrize("percentiles", [(99, 1), (-1, 50), (0, 101), (50, 50)])
def test_percentiles_out_of_order_are_refused(percentiles):
    """A truncation that sets every weight to one value."""
    with pytest.raises(DefinitionError, match="0 ≤ low < high ≤ 100"):
        weigh(given(SCORE), ARM, "ATE", truncate=percentiles)


def contrast(arm, outcome, weight):
    """Difference of weighted means, and its influence with the weights as known."""
    total = {a: weight[arm == a].sum() for a in (0, 1)}
    mean = {a: (weight * outcome)[arm == a].sum() / total[a] for a in (0, 1)}
    own = np.where(arm == 1, mean[1], mean[0])
    sign = np.where(arm == 1, 1 / total[1], -1 / total[0])
    return mean[1] - mean[0], weight * sign * (outcome - own)


@pytest.mark.parametrize("estimand", ESTIMANDS)
@pytest.mark.parametrize("options", [{}, {"stabilise": True}], ids=["plain", "stabilised"])
def test_corrected_influence_is_the_derivative_in_each_multiplicity(drawn, estimand, options):
    """A wrong log-derivative D: the multiplicity of a row moves the score and its own weight."""

    def value(prior):
        fitted = fit_propensity(drawn.design, drawn.arm, prior)
        return contrast(
            drawn.arm, drawn.outcome, weigh(fitted, drawn.arm, estimand, **options).value
        )

    prior = np.ones(len(drawn.arm))
    fitted = fit_propensity(drawn.design, drawn.arm)
    weights = weigh(fitted, drawn.arm, estimand, **options)
    influence = contrast(drawn.arm, drawn.outcome, weights.value)[1]
    corrected = weights.nuisance.correct(influence[:, None])[:, 0]
    for row in range(0, len(prior), 15):
        step = 1e-4 * (np.arange(len(prior)) == row)
        expected = (value(prior + step)[0] - value(prior - step)[0]) / 2e-4
        # A central difference with step 1e-4 is good to about 1e-9 here.
        assert corrected[row] == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_truncation_at_0_and_100_percent_keeps_every_derivative(drawn):
    """The smallest and the largest weight taken as fixed although nothing was cut."""
    fitted = fit_propensity(drawn.design, drawn.arm)
    cut = weigh(fitted, drawn.arm, "ATE", truncate=(0, 100)).nuisance
    plain = weigh(fitted, drawn.arm, "ATE").nuisance
    np.testing.assert_array_equal(cut.log_derivative, plain.log_derivative)


@pytest.mark.parametrize("options", [{}, {"stabilise": True}, {"truncate": (10, 90)}])
@pytest.mark.parametrize("estimand", ESTIMANDS)
def test_log_derivative_is_that_of_the_weights(drawn, estimand, options):
    """D of another estimand; truncated rows that still move (their bound is fixed)."""
    fitted = fit_propensity(drawn.design, drawn.arm)
    weights = weigh(fitted, drawn.arm, estimand, **options)
    untruncated = {k: v for k, v in options.items() if k != "truncate"}
    plain = weigh(fitted, drawn.arm, estimand, **untruncated).value
    is_inside = weights.value == plain
    for j in range(len(fitted.coefficients)):

        def log_weight(step, j=j):
            moved = fitted.coefficients + step * (np.arange(len(fitted.coefficients)) == j)
            score = 1 / (1 + np.exp(-fitted.matrix @ moved))
            shifted = replace(fitted, score=score, coefficients=moved)
            return np.log(weigh(shifted, drawn.arm, estimand, **untruncated).value)

        expected = np.where(is_inside, (log_weight(1e-5) - log_weight(-1e-5)) / 2e-5, 0.0)
        # A central difference with step 1e-5 is good to about 1e-9.
        np.testing.assert_allclose(weights.nuisance.log_derivative[:, j], expected, atol=1e-8)


def test_resampled_rows_are_prior_weights(drawn):
    """A bootstrap by counts that is not the bootstrap by rows."""
    rng = np.random.default_rng(4)
    rows = rng.integers(0, len(drawn.arm), len(drawn.arm))
    counts = np.bincount(rows, minlength=len(drawn.arm)).astype(float)
    by_counts = weigh(fit_propensity(drawn.design, drawn.arm, counts), drawn.arm, "ATE").value
    resampled = Design(drawn.design.matrix[rows], drawn.design.names)
    by_rows = weigh(fit_propensity(resampled, drawn.arm[rows]), drawn.arm[rows], "ATE").value
    found = contrast(drawn.arm, drawn.outcome, by_counts)[0]
    expected = contrast(drawn.arm[rows], drawn.outcome[rows], by_rows)[0]
    assert found == pytest.approx(expected, rel=1e-10)


def test_scale_of_a_covariate_changes_no_corrected_influence(drawn):
    """A correction that depends on units: x in thousandths."""
    scale = np.ones(drawn.design.matrix.shape[1])
    scale[1] = 1e3
    other = Design(drawn.design.matrix * scale, drawn.design.names)
    found = []
    for design in (drawn.design, other):
        weights = weigh(fit_propensity(design, drawn.arm), drawn.arm, "ATE")
        influence = contrast(drawn.arm, drawn.outcome, weights.value)[1]
        found.append(weights.nuisance.correct(influence[:, None]))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-9, atol=1e-14)


def test_matching_weight_at_one_half_is_one():
    """A hole at the kink."""
    half = assemble([linear("x", np.array([0.0, 0, 1, 1]))])
    arm = np.array([0, 1, 0, 1])
    weights = weigh(fit_propensity(half, arm), arm, "ATM")
    np.testing.assert_allclose(weights.value, 1, rtol=1e-12)


def test_rows_of_no_weight_do_not_move_the_percentiles(drawn):
    """A truncation at the weights of rows that are left out, or 0/0 for these."""
    prior = (np.arange(len(drawn.arm)) % 5 > 0).astype(float)
    kept = prior > 0
    part = Design(drawn.design.matrix[kept], drawn.design.names)
    found = weigh(
        fit_propensity(drawn.design, drawn.arm, prior), drawn.arm, "ATE", truncate=(5, 95)
    )
    arm = drawn.arm[kept]
    expected = weigh(fit_propensity(part, arm), arm, "ATE", truncate=(5, 95))
    np.testing.assert_allclose(found.value[kept], expected.value, rtol=1e-9)
    assert not found.value[~kept].any()
