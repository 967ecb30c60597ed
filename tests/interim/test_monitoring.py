"""A look assessed: bounds at the information there is, decisions, intervals, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from spine_outcomes.errors import DefinitionError, NotEstimableError, SampleError
from spine_outcomes.interim.boundaries import group_sequential
from spine_outcomes.interim.monitoring import (
    SequentialDesign,
    assess,
    boundaries_at_looks,
    information_from,
)
from spine_outcomes.interim.prospects import Prior

DESIGN = SequentialDesign(100.0, effect=-0.4)
INFORMATION = st.lists(st.integers(2, 150), min_size=1, max_size=4, unique=True).map(sorted)


def test_looks_of_plan_have_the_bounds_of_plan():
    """Bounds that depend on the unit of information."""
    planned = group_sequential([0.3, 0.8, 1.0], family="obrien_fleming")
    found = boundaries_at_looks(DESIGN, [30, 80, 100])
    np.testing.assert_allclose(found.z, planned.z, rtol=1e-12)


@given(information=INFORMATION)
def test_a_study_that_ends_has_spent_its_level_and_no_more(information):
    """Fewer looks than planned, under- and over-running: the level is kept and used up.

    After a look at or beyond the maximum nothing is left.
    """
    found = boundaries_at_looks(DESIGN, information, final=True)
    assert found.crossing_probability[-1] == pytest.approx(0.05, rel=1e-8)
    beyond = np.flatnonzero(np.array(information) >= 100)
    assert np.isinf(found.z[beyond[1:]]).all()


def test_bounds_of_earlier_looks_do_not_move():
    """A look that changes the bounds printed before it."""
    first = boundaries_at_looks(DESIGN, [35])
    second = boundaries_at_looks(DESIGN, [35, 62], previous=first)
    third = boundaries_at_looks(DESIGN, [35, 62, 104], previous=second)
    np.testing.assert_array_equal(third.z[:2], second.z)
    assert second.z[0] == first.z[0]
    np.testing.assert_allclose(third.z, boundaries_at_looks(DESIGN, [35, 62, 104]).z, rtol=1e-12)


def test_the_first_look_is_a_fixed_test_at_what_it_may_spend():
    """An interval, p value or estimate that allows for looks not made."""
    look = assess(DESIGN, [40.0], -0.3)
    assert look.fraction == 0.4
    assert look.std_error == pytest.approx(40**-0.5)
    assert look.stagewise.p_value == pytest.approx(2 * stats.norm.sf(0.3 * 40**0.5), rel=1e-10)
    assert look.stagewise.estimate == pytest.approx(-0.3, abs=1e-10)
    half = stats.norm.isf(0.025) * 40**-0.5
    np.testing.assert_allclose(look.stagewise[2:], [-0.3 - half, -0.3 + half], rtol=1e-9)
    half = look.bound * 40**-0.5
    np.testing.assert_allclose(look.repeated, [-0.3 - half, -0.3 + half], rtol=1e-12)


@pytest.mark.parametrize(
    ("estimate", "effect", "sides", "crossed"),
    [
        (-0.5, -0.4, 2, "benefit"),
        (0.5, -0.4, 2, "harm"),
        (0.5, 0.4, 2, "benefit"),
        (-0.5, 0.4, 2, "harm"),
        (-0.5, None, 2, "benefit"),
        (0.5, -0.4, 1, None),
        (-0.5, -0.4, 1, "benefit"),
        (-0.1, -0.4, 2, None),
    ],
)
def test_which_way_is_a_benefit(estimate, effect, sides, crossed):
    """A harm that stops a study for benefit, or a one-sided test that stops for harm."""
    design = SequentialDesign(100.0, effect=effect, sides=sides)
    assert assess(design, [40.0, 80.0], estimate).crossed == crossed


@given(estimate=st.floats(-0.8, 0.8), sides=st.sampled_from([1, 2]))
def test_crossing_the_bound_the_interval_and_the_p_value_agree(estimate, sides):
    """A study that crosses while its repeated interval holds 0 or its p value is above its error.

    At a bound the stage-wise p value is the error spent so far.
    """
    design = SequentialDesign(100.0, sides=sides, effect=-0.4)
    look = assess(design, [40.0, 80.0], estimate)
    lower, upper = look.repeated
    excludes = upper <= 0 if sides == 1 else not lower < 0 < upper
    assert (look.crossed is not None) == excludes
    if abs(abs(look.z) - look.bound) > 1e-6:
        significant = look.stagewise.p_value <= look.alpha_spent
        assert (look.crossed is not None) == significant


def test_swapping_the_arms_mirrors_everything():
    """A log hazard ratio and its negative with different p values, limits or powers."""
    one = assess(DESIGN, [40.0, 80.0], -0.3)
    other = assess(SequentialDesign(100.0, effect=0.4), [40.0, 80.0], 0.3)
    assert other.z == -one.z
    np.testing.assert_allclose(other.repeated, [-x for x in one.repeated[::-1]], rtol=1e-12)
    assert other.stagewise.p_value == pytest.approx(one.stagewise.p_value, rel=1e-10)
    assert other.stagewise.lower == pytest.approx(-one.stagewise.upper, rel=1e-9)
    np.testing.assert_allclose(other.prospects, one.prospects, rtol=1e-10)


def test_power_to_come_with_one_look_left_has_a_closed_form():
    """Conditional power with the bound of another look; predictive power with the wrong spread."""
    look = assess(DESIGN, [40.0, 75.0], -0.25, prior=Prior(-0.2, 0.3))
    flat = assess(DESIGN, [40.0, 75.0], -0.25)
    bound = boundaries_at_looks(DESIGN, [40, 75, 100]).z[-1]
    need = bound * 10 - 0.25 * 75

    def power(effect, variance=0.0):
        return stats.norm.sf((need - effect * 25) / np.sqrt(25 + 25**2 * variance))

    expected = power(0.25), power(0.4), power(0.0), power(0.25, 1 / 75)
    np.testing.assert_allclose(flat.prospects, expected, rtol=1e-9)
    precision = 75 + 0.3**-2
    mean = (0.25 * 75 + 0.2 * 0.3**-2) / precision
    assert look.prospects.predictive == pytest.approx(power(mean, 1 / precision), rel=1e-9)


def test_nothing_is_to_come_after_the_last_look():
    """Conditional power of a study that is over."""
    assert assess(DESIGN, [40.0, 100.0], -0.1).prospects is None
    assert assess(DESIGN, [40.0, 70.0], -0.1, final=True).prospects is None
    assert assess(DESIGN, [40.0, 70.0], -0.1).prospects is not None


def test_looks_to_come_may_be_more_than_one():
    """Looks on the way take a little of the power at the end, they do not change it by much."""
    one = assess(DESIGN, [40.0], -0.3).prospects
    three = assess(DESIGN, [40.0], -0.3, future=[60, 80, 100]).prospects
    assert one.null != three.null
    assert three.current_trend == pytest.approx(one.current_trend, abs=0.02)


@pytest.mark.parametrize("information", [[40, 30], [40, 40], [0], [-1], [np.nan], [np.inf], []])
def test_information_that_cannot_be(information):
    """Bounds for information that went down, or is not there."""
    with pytest.raises(SampleError):
        boundaries_at_looks(DESIGN, information)
    with pytest.raises(SampleError):
        assess(DESIGN, information, 0.1)


@pytest.mark.parametrize("std_error", [0.0, np.nan, np.inf, -1.0])
def test_no_standard_error_is_no_information(std_error):
    """A look without events monitored as if it had some."""
    with pytest.raises(NotEstimableError, match="no standard error"):
        information_from(std_error)
    assert information_from(0.25) == 16


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("estimate", [-6.0, 6.0])
def test_an_estimate_far_outside_keeps_its_order(estimate, sides):
    """A p value above 1, or limits that are not around the estimate, thirty errors from 0."""
    design = SequentialDesign(30.0, effect=0.4, sides=sides)
    p, middle, lower, upper = assess(design, [12.0, 25.0, 31.0], estimate).stagewise
    assert 0 <= p <= 1
    assert lower < middle < upper


def test_an_estimate_that_is_not_finite():
    """An infinite log hazard ratio that crosses every bound."""
    with pytest.raises(NotEstimableError, match="not finite"):
        assess(DESIGN, [40.0], -np.inf)


@pytest.mark.parametrize(
    ("keys", "n_problems"),
    [
        ({"maximum_information": 0.0}, 1),
        ({"maximum_information": np.nan, "effect": 0.0}, 2),
        ({"effect": np.inf}, 1),
        ({"alpha": 1.2}, 1),
        ({"alpha": 0.0, "sides": 4}, 2),
        ({"family": "power"}, 1),
        ({"family": "haybittle"}, 1),
    ],
)
def test_designs_that_cannot_be(keys, n_problems):
    """A design with a fault that shows only at the first look, or one fault at a time."""
    with pytest.raises(DefinitionError) as caught:
        SequentialDesign(**{"maximum_information": 100.0, **keys})
    assert len(caught.value.problems) == n_problems


def test_a_prior_without_spread_is_refused():
    """Predictive power from a prior that no data can move."""
    for prior in (Prior(0.0, 0.0), Prior(np.nan, 1.0), Prior(0.0, -1.0)):
        with pytest.raises(DefinitionError, match="prior"):
            assess(DESIGN, [40.0], -0.3, prior=prior)


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_stagewise_limits_and_p_values_hold_under_stopping(effect):
    """Limits that ignore the looks before cover too rarely, and the naive estimate is biased.

    400 studies that stop at their bounds; each held against its Monte-Carlo error.
    """
    rng = np.random.default_rng(5)
    design = SequentialDesign(100.0, family="pocock", effect=0.4)
    looks = np.array([30.0, 60.0, 100.0])
    bounds = boundaries_at_looks(design, looks)
    steps = np.diff(looks, prepend=0)
    score = np.cumsum(effect * steps + rng.normal(size=(400, 3)) * np.sqrt(steps), axis=1)
    outside = np.abs(score / np.sqrt(looks)) >= bounds.z
    last = np.where(outside.any(axis=1), outside.argmax(axis=1), 2)
    found = [
        assess(design, looks[: k + 1], path[k] / looks[k], final=True).stagewise
        for path, k in zip(score, last, strict=True)
    ]
    p, estimate, lower, upper = np.array(found).T
    n = len(found)
    assert abs(((lower <= effect) & (effect <= upper)).mean() - 0.95) < 4 * np.sqrt(0.0475 / n)
    assert abs((estimate < effect).mean() - 0.5) < 4 * np.sqrt(0.25 / n)
    if effect == 0:
        for level in (0.05, 0.2, 0.5):
            assert abs((p <= level).mean() - level) < 4 * np.sqrt(level * (1 - level) / n)
