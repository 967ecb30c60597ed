"""Bounds: identities, looks already made, and looks that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from spine_outcomes.errors import DefinitionError, SampleError
from spine_outcomes.interim.boundaries import group_sequential
from spine_outcomes.interim.recursion import Continuing, crossing_probabilities

FAMILIES = [
    ("obrien_fleming", None), ("pocock", None), ("hwang_shih_decani", -2.0), ("power", 2.0),
]  # fmt: skip
ALL = [*FAMILIES, ("classical_obrien_fleming", None), ("classical_pocock", None)]
FRACTIONS = st.lists(st.integers(1, 49), min_size=0, max_size=5, unique=True).map(
    lambda looks: [*(look / 50 for look in sorted(looks)), 1.0]
)


@pytest.mark.parametrize(("family", "parameter"), ALL)
@pytest.mark.parametrize("sides", [1, 2])
def test_one_look_is_the_fixed_test(family, parameter, sides):
    """A single look at the end with any other bound than z."""
    found = group_sequential([1.0], family=family, sides=sides, parameter=parameter)
    np.testing.assert_allclose(found.z, stats.norm.isf(0.05 / sides), rtol=1e-9)
    np.testing.assert_allclose(found.nominal_p, 0.05, rtol=1e-8)


@pytest.mark.parametrize(("family", "parameter"), ALL)
@given(fraction=FRACTIONS, sides=st.sampled_from([1, 2]))
def test_the_level_is_spent_to_the_last_digit(family, parameter, fraction, sides):
    """Bounds of any looks whose total crossing probability is not alpha."""
    found = group_sequential(fraction, family=family, sides=sides, parameter=parameter)
    assert found.crossing_probability[-1] == pytest.approx(0.05, rel=1e-9)
    np.testing.assert_allclose(found.crossing_probability, found.alpha_spent, rtol=1e-7)
    if len(fraction) > 1:
        assert found.z[-1] >= stats.norm.isf(0.05 / sides) - 1e-12
    np.testing.assert_array_equal(found.lower, -found.z if sides == 2 else -np.inf)


def test_a_third_look_close_to_the_second_by_nested_quadrature():
    """Nodes too coarse for a small step: R's package is off by 3e-6 here, quad is not."""
    found = group_sequential([0.3, 0.95, 1.0], family="pocock", alpha=0.025, sides=1)
    first, second, third = found.z * np.sqrt([0.3, 0.95, 1.0])

    def after(score):
        value, _ = integrate.quad(
            lambda s: stats.norm.sf((third - s) / 0.05**0.5) * stats.norm.pdf(s, score, 0.65**0.5),
            0.0, second, epsabs=1e-14, epsrel=1e-11,
        )  # fmt: skip
        return value

    value, _ = integrate.quad(
        lambda s: after(s) * stats.norm.pdf(s, 0, 0.3**0.5), -4.0, first, epsabs=1e-13, limit=200
    )
    assert value == pytest.approx(np.diff(found.alpha_spent)[-1], rel=1e-8)


@given(fraction=FRACTIONS, split=st.integers(0, 5))
def test_looks_already_made_change_nothing_if_all_went_to_plan(fraction, split):
    """Error spent twice, or forgotten, when earlier bounds are handed over."""
    whole = group_sequential(fraction, family="pocock")
    done = fraction[: min(split, len(fraction) - 1)]
    if not done:
        return
    previous = group_sequential(done, family="pocock")
    found = group_sequential(fraction, family="pocock", previous=previous)
    np.testing.assert_allclose(found.z, whole.z, rtol=1e-10)


def test_error_that_another_family_spent_stays_spent():
    """A change of the family between looks that takes back what was spent, or spends it again.

    Pocock's function spent 0.031 by half; O'Brien–Fleming's allows 0.003 there and reaches 0.031
    only later: nothing may be spent at 0.6, and all of 0.05 by the end.
    """
    previous = group_sequential([0.5], family="pocock")
    found = group_sequential([0.5, 0.6, 1.0], family="obrien_fleming", previous=previous)
    assert found.z[0] == previous.z[0]
    assert found.z[1] == np.inf
    assert found.nominal_p[1] == 0
    assert found.crossing_probability[-1] == pytest.approx(0.05, rel=1e-9)


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        ([0.5, 0.4, 1.0], "grow from look to look.*0.5"),
        ([0.5, 0.5, 1.0], "grow from look to look"),
        ([0.0, 1.0], "finite and above 0"),
        ([-0.2, 1.0], "finite and above 0"),
        ([np.nan, 1.0], "finite and above 0"),
        ([0.5, np.inf], "finite and above 0"),
        ([0.5, 1.1], "end at the maximum information"),
        ([0.5, 0.5001], "less than 0.1 % of it is new"),
        ([], "there is no look"),
    ],
)
def test_looks_that_cannot_be(fraction, said):
    """A bound for information that did not grow, is missing, or is beyond the plan."""
    with pytest.raises(SampleError, match=said):
        group_sequential(fraction, family="obrien_fleming")


def test_every_fault_of_the_looks_is_named_at_once():
    """One fault mended and the next one met."""
    with pytest.raises(SampleError) as caught:
        group_sequential([0.0, 0.5, 0.4, 1.0], family="pocock")
    assert [problem.row for problem in caught.value.problems] == ["look 1", "look 3"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"alpha": 0.0}, "alpha is 0"),
        ({"alpha": 1.0}, "alpha is 1"),
        ({"sides": 3}, "1 or 2 sides, not 3"),
        ({"family": "fleming"}, "allowed: obrien_fleming"),
    ],
)
def test_tests_that_cannot_be(keys, said):
    """A level or a family with a typing error."""
    with pytest.raises(DefinitionError, match=said):
        group_sequential([0.5, 1.0], **{"family": "pocock", **keys})


def test_earlier_looks_of_another_study_are_refused():
    """Bounds of other looks, or of another level, taken for those of this study."""
    previous = group_sequential([0.5], family="pocock")
    for keys in ({"information_fraction": [0.6, 1.0]}, {"alpha": 0.01}, {"sides": 1}):
        given_keys = {"information_fraction": [0.5, 1.0], "family": "pocock", **keys}
        with pytest.raises(DefinitionError, match=r"already made|earlier looks tested"):
            group_sequential(**given_keys, previous=previous)


def test_classical_bounds_need_their_plan():
    """Constants for looks that end early, or that go on from others."""
    with pytest.raises(SampleError, match="end at fraction 1"):
        group_sequential([0.5, 0.9], family="classical_pocock")
    with pytest.raises(DefinitionError, match="cannot go on"):
        group_sequential(
            [0.5, 1.0],
            family="classical_pocock",
            previous=group_sequential([0.5], family="pocock"),
        )


def test_bounds_out_of_order_are_refused():
    """An upper bound below the lower one, or a look without a bound."""
    with pytest.raises(SampleError, match="every look needs"):
        crossing_probabilities([1.0, 2.0], [2.0])
    with pytest.raises(SampleError, match="every look needs"):
        crossing_probabilities([1.0], [0.0], [0.1])
    with pytest.raises(SampleError, match="drift"):
        crossing_probabilities([1.0], [2.0], drift=np.nan)


@given(
    drift=st.floats(-8, 8),
    scale=st.floats(0.01, 1000),
    upper=st.lists(st.floats(0, 5), min_size=3, max_size=3),
)
def test_the_unit_of_information_does_not_matter(drift, scale, upper):
    """Probabilities that depend on whether information is counted in events or in fractions."""
    looks = np.array([0.2, 0.6, 1.0])
    one = crossing_probabilities(looks, upper, drift=drift)
    other = crossing_probabilities(looks * scale, upper, drift=drift / np.sqrt(scale))
    np.testing.assert_allclose(one.upper, other.upper, rtol=1e-9, atol=1e-15)
    mirrored = crossing_probabilities(looks, upper, drift=-drift)
    np.testing.assert_allclose(one.upper, mirrored.lower, rtol=1e-9, atol=1e-15)
    assert one.upper.sum() + one.lower.sum() <= 1 + 1e-12


def test_a_study_under_way_starts_where_it_stands():
    """Crossing from here by the normal law of what is to come."""
    found = crossing_probabilities([100.0], [2.0], drift=0.3, start=Continuing.at(9.0, 40.0))
    expected = stats.norm.sf((20.0 - 9.0 - 0.3 * 60) / np.sqrt(60))
    assert found.upper[0] == pytest.approx(expected, rel=1e-12)


def test_simulated_paths_cross_as_often_as_computed():
    """The recursion wrong as a whole: 200 000 paths with a drift, in Monte-Carlo errors."""
    rng = np.random.default_rng(20)
    looks, drift = np.array([0.3, 0.5, 1.0]), 2.0
    bounds = group_sequential(looks, family="pocock")
    steps = np.diff(looks, prepend=0)
    score = np.cumsum(drift * steps + rng.normal(size=(200_000, 3)) * np.sqrt(steps), axis=1)
    z = score / np.sqrt(looks)
    outside = np.abs(z) >= bounds.z
    first = np.where(outside.any(axis=1), outside.argmax(axis=1), 3)
    expected = crossing_probabilities(looks, bounds.z, drift=drift)
    for k in range(3):
        p = expected.upper[k] + expected.lower[k]
        assert abs((first == k).mean() - p) < 4 * np.sqrt(p * (1 - p) / len(z))
