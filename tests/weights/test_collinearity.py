"""Columns that depend on each other."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import NotEstimableError
from spine_outcomes.weights.design import Block, assemble, categories, linear
from spine_outcomes.weights.propensity import fit_propensity

RNG = np.random.default_rng(3)
A, B, C, NOISE = RNG.normal(size=(4, 60))


@pytest.mark.parametrize(
    ("extra", "named", "free"),
    [
        (A, {"a", "extra"}, {"b", "c"}),
        (2.0 * A + 7.0, {"a", "extra"}, {"b", "c"}),
        (A - B, {"a", "b", "extra"}, {"c"}),
        (0.1 * A + 0.2 * B + 0.3 * C, {"a", "b", "c", "extra"}, set()),
    ],
)
def test_exact_dependence_names_the_set(extra, named, free):
    """A pseudo-inverse that shares an effect between columns silently (R38)."""
    blocks = [linear(n, x) for n, x in (("a", A), ("b", B), ("c", C), ("extra", extra))]
    with pytest.raises(NotEstimableError) as caught:
        assemble(blocks)
    (problem,) = caught.value.problems
    words = set(problem.message.split(" are ")[0].split(", "))
    assert words == named
    assert not words & free
    assert caught.value.exit_code == 5


def test_two_dependent_sets_are_told_together():
    """One fault mended a run."""
    blocks = [linear(n, x) for n, x in (("a", A), ("b", B), ("a2", 2 * A), ("b2", B + 1))]
    with pytest.raises(NotEstimableError) as caught:
        assemble(blocks)
    messages = [problem.message for problem in caught.value.problems]
    assert sorted(m.split(" are ")[0] for m in messages) == ["a, a2", "b, b2"]


def test_all_levels_beside_an_intercept_are_dependent():
    """The dummy trap: levels that sum to the intercept."""
    every_level = np.eye(3)[np.arange(60) % 3]
    with pytest.raises(NotEstimableError, match="s=0, s=1, s=2 are exactly collinear"):
        assemble([Block(every_level, ("s=0", "s=1", "s=2"))])


def test_calendar_years_on_another_scale_are_dependent():
    """Rounding of 0.1 × 2021 taken for information."""
    year = 2019.0 + np.arange(60) % 5
    with pytest.raises(NotEstimableError, match="year, decade are exactly collinear"):
        assemble([linear("year", year), linear("decade", 0.1 * year)])
    with pytest.raises(NotEstimableError, match="year, decade are exactly collinear"):
        assemble([linear("a", A), linear("year", year), linear("decade", 0.1 * year)])


def test_near_dependence_is_a_finding_with_the_condition_number():
    """Near collinearity refused, or not told (R39)."""
    design = assemble([linear("a", A), linear("b", A + 1e-12 * NOISE)])
    (finding,) = design.findings
    assert finding.code == "W_ILL_CONDITIONED"
    # Two columns at distance δ have condition number about 2/δ, here δ ≈ 1e-12.
    condition = float(finding.message.split("condition number ")[1].split(")")[0])
    assert 1e12 < condition < 4e12


def test_scores_of_a_nearly_dependent_design_are_precise():
    """Normal equations that lose every digit at condition number 1e12.

    The span of (1, a, a + δ·noise) is that of (1, a, noise) up to the rounding of a + δ·noise,
    1e-16/1e-12 of the noise: hence the tolerance.
    """
    arm = (RNG.random(60) < 1 / (1 + np.exp(-A))).astype(np.int64)
    near = fit_propensity(assemble([linear("a", A), linear("b", A + 1e-12 * NOISE)]), arm)
    plain = fit_propensity(assemble([linear("a", A), linear("b", NOISE)]), arm)
    np.testing.assert_allclose(near.score, plain.score, rtol=3e-3)


def test_scales_and_means_are_not_collinearity():
    """Platelets in thousands and a calendar year refused or reported."""
    design = assemble([linear("a", 1e9 * A), linear("b", 2020 + B), linear("c", 1e-9 * C)])
    assert design.findings == ()
    near = assemble([linear("a", 1e9 * A), linear("b", 1e9 * (A + 1e-6 * NOISE))])
    assert near.findings == ()


def test_more_columns_than_rows_are_refused():
    """A fit that interpolates (R47)."""
    codes = np.arange(8)
    with pytest.raises(NotEstimableError, match="8 coefficients for 8 rows"):
        assemble([categories("id", codes, list("abcdefgh"))])
