"""Rows with extreme scores left out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from spine_outcomes.errors import DefinitionError, NotEstimableError
from spine_outcomes.weights.balance import balance
from spine_outcomes.weights.design import Design, assemble, categories, linear, logarithm
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity
from spine_outcomes.weights.trimming import (
    ArmPercentiles,
    crump_bound,
    fit_trimmed,
    percentile_bounds,
)


def test_bounds_zero_and_one_trim_nothing(drawn):
    """A trimming that always does something (VALIDATION 44)."""
    plain = fit_propensity(drawn.design, drawn.arm)
    trimmed = fit_trimmed(drawn.design, drawn.arm, (0.0, 1.0))
    np.testing.assert_array_equal(trimmed.score, plain.score)
    np.testing.assert_array_equal(trimmed.weight, 1.0)


def test_rows_outside_weigh_nothing_and_the_model_is_that_of_the_others(drawn):
    """Rows left out that still shape the weights, or the influence."""
    score = fit_propensity(drawn.design, drawn.arm).score
    trimmed = fit_trimmed(drawn.design, drawn.arm, (0.3, 0.7))
    kept = (score >= 0.3) & (score <= 0.7)
    assert 20 < kept.sum() < len(kept)
    for estimand in ("unweighted", "ATE", "ATO"):
        weight = weigh(trimmed, drawn.arm, estimand).value
        np.testing.assert_array_equal(weight > 0, kept)
    np.testing.assert_array_equal(trimmed.influence[~kept], 0.0)
    alone = fit_propensity(Design(drawn.design.matrix[kept], drawn.design.names), drawn.arm[kept])
    np.testing.assert_allclose(trimmed.score[kept], alone.score, rtol=1e-11)


def test_overlap_weights_balance_the_trimmed_cohort_exactly(drawn):
    """A score of the whole cohort used for a part of it."""
    trimmed = fit_trimmed(drawn.design, drawn.arm, (0.3, 0.7))
    weight = weigh(trimmed, drawn.arm, "ATO").value
    smd = balance(drawn.design.matrix[:, 1:], drawn.arm, weight).smd
    np.testing.assert_allclose(smd, 0, atol=1e-10)


@pytest.mark.parametrize("bounds", [(0.9, 0.1), (0.4, 0.4), (-0.1, 0.5), (0.5, 1.1)])
def test_bounds_out_of_order_are_refused(drawn, bounds):
    """A cohort trimmed to nothing without a reason."""
    with pytest.raises(DefinitionError, match="0 ≤ low < high ≤ 1"):
        fit_trimmed(drawn.design, drawn.arm, bounds)


def test_crump_bound_worked_by_hand():
    """Eight scores ½ (g = 4) and one .01 (g = 101.01): 133.01/81 > 32/64, so the last goes.

    Then 1/(α(1 − α)) = 2·4, α = ½ − √(¼ − ⅛) = .146447.
    """
    bound = crump_bound(np.array([0.5] * 8 + [0.01]))
    assert bound == pytest.approx(0.5 - np.sqrt(0.125), rel=1e-12)


def test_crump_bound_keeps_all_where_overlap_is_good():
    """Rows dropped although the rule keeps them."""
    assert crump_bound(np.linspace(0.2, 0.8, 50)) == 0.0


def test_crump_bound_of_uniform_scores():
    """Another rule: for uniform e the mean of g on [α, 1 − α] is 2 log((1 − α)/α)/(1 − 2α).

    The grid of a million scores is the uniform law to about 1e-5.
    """

    def excess(a):
        return 1 / (a * (1 - a)) - 4 * np.log((1 - a) / a) / (1 - 2 * a)

    expected = brentq(excess, 0.01, 0.3)
    grid = (np.arange(1_000_000) + 0.5) / 1_000_000
    assert crump_bound(grid) == pytest.approx(expected, abs=2e-5)


def test_crump_trims_by_its_bound(drawn):
    """A rule that is computed and not applied."""
    x = drawn.design.matrix[:, 1]
    arm = (x + 0.6 * np.random.default_rng(99).normal(size=len(x)) > 0).astype(np.int64)
    design = Design(drawn.design.matrix[:, :2], drawn.design.names[:2])
    score = fit_propensity(design, arm).score
    bound = crump_bound(score)
    assert bound > 0
    kept = fit_trimmed(design, arm, "crump").weight > 0
    np.testing.assert_array_equal(kept, (score >= bound) & (score <= 1 - bound))


TRIMMED = json.loads((Path(__file__).parents[1] / "reference/answers/trimming.json").read_text())[
    "trimmed"
]


@pytest.mark.parametrize("answer", TRIMMED)
def test_percentiles_of_the_arms_as_r(pbc, answer):
    """The percentiles of the wrong arm, or of both together, cut another cohort (base R)."""
    design = assemble(
        [
            linear("age", pbc["age"].to_numpy(np.float64)),
            categories("sex", (pbc["sex"] == "m").to_numpy(np.int64), ["f", "m"]),
            logarithm("bili", pbc["bili"].to_numpy(np.float64)),
            linear("albumin", pbc["albumin"].to_numpy(np.float64)),
        ]
    )
    arm = pbc["arm"].to_numpy()
    fitted = fit_trimmed(design, arm, ArmPercentiles(*answer["percentiles"]))
    np.testing.assert_allclose(fitted.bounds, answer["bounds"], rtol=1e-9)
    assert np.bincount(arm[fitted.weight > 0]).tolist() == answer["n"]
    np.testing.assert_allclose(fitted.coefficients, answer["coef"], rtol=1e-8)


def test_percentiles_count_a_multiplicity_as_rows():
    """A bootstrap replicate trimmed by the percentiles of the cohort it was drawn from.

    Comparator .2 three times and .6: the median is .2; without the multiplicity .4.
    """
    score, arm = np.array([0.2, 0.6, 0.1, 0.5]), np.array([1, 1, 0, 0])
    middle = ArmPercentiles(50, 100)
    assert percentile_bounds(score, arm, middle, np.array([3.0, 1, 1, 1])) == (0.2, 0.5)
    assert percentile_bounds(score, arm, middle, np.ones(4)) == (0.4, 0.5)


def test_percentiles_that_leave_nobody_are_refused():
    """Arms that do not overlap, trimmed to an empty cohort."""
    score, arm = np.array([0.1, 0.2, 0.8, 0.9]), np.array([0, 0, 1, 1])
    with pytest.raises(NotEstimableError, match="the arms do not overlap"):
        percentile_bounds(score, arm, ArmPercentiles(5, 95), np.ones(4))
    with pytest.raises(DefinitionError, match="0 ≤ low < high ≤ 100"):
        percentile_bounds(score, arm, ArmPercentiles(95, 5), np.ones(4))
