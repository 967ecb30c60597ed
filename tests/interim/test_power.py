"""Power, futility and required information: identities and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from spine_outcomes.errors import DefinitionError
from spine_outcomes.interim.boundaries import group_sequential
from spine_outcomes.interim.futility import futility_bounds
from spine_outcomes.interim.power import promise, required_information


def test_one_look_has_the_power_of_the_fixed_test():
    """(z_{α/2} + z_β)²/θ², less the chance of the wrong side."""
    bounds = group_sequential([1.0], family="pocock", sides=1, alpha=0.025)
    needed = required_information(bounds, np.log(0.6), 0.8)
    fixed = (stats.norm.isf(0.025) + stats.norm.isf(0.2)) ** 2 / np.log(0.6) ** 2
    assert needed == pytest.approx(fixed, rel=1e-10)


def test_inflation_of_the_published_designs():
    """Maximum information of five looks relative to the fixed test, power 0.9.

    Jennison and Turnbull (2000), tables 2.2 and 2.4.
    """
    fixed = required_information(group_sequential([1.0], family="pocock"), 1.0, 0.9)
    for family, inflation in (("classical_pocock", 1.207), ("classical_obrien_fleming", 1.026)):
        bounds = group_sequential(np.arange(1, 6) / 5, family=family)
        assert required_information(bounds, 1.0, 0.9) / fixed == pytest.approx(inflation, abs=6e-4)


def test_the_null_hypothesis_has_the_level_for_power():
    """Both sides together reject in alpha, each in half."""
    found = promise(group_sequential([0.4, 1.0], family="obrien_fleming"), 0.0)
    assert found.power == pytest.approx(0.025, rel=1e-10)
    np.testing.assert_allclose(found.benefit, found.harm, rtol=1e-12)
    assert found.expected_fraction == pytest.approx(1 - 0.6 * (found.benefit + found.harm)[0])


def test_futility_is_not_binding_and_meets_the_bound_at_the_end():
    """A study that goes on past a futility bound would lose its level."""
    upper = group_sequential([0.3, 0.6, 1.0], family="obrien_fleming", alpha=0.025, sides=1)
    found = futility_bounds(upper, beta=0.2)
    assert found.z[-1] == upper.z[-1]
    assert (np.diff(found.z) > 0).all()
    assert promise(upper, 0.0).power == pytest.approx(0.025, rel=1e-9)
    assert promise(upper, 0.0, found.z).power < 0.025
    missed = promise(upper, found.drift, found.z)
    assert missed.harm.sum() == pytest.approx(0.2, rel=1e-9)
    assert promise(upper, 0.0, found.z).expected_fraction < promise(upper, 0.0).expected_fraction


def test_futility_needs_one_side_and_an_end():
    """Bounds for a test that they do not belong to."""
    for keys in ({"sides": 2}, {"sides": 1, "information_fraction": [0.5, 0.9]}):
        bounds = group_sequential(
            **{"information_fraction": [0.5, 1.0], "family": "pocock", **keys}
        )
        with pytest.raises(DefinitionError, match="one-sided"):
            futility_bounds(bounds)


@pytest.mark.parametrize(
    ("effect", "power"), [(0.0, 0.8), (np.nan, 0.8), (0.5, 1.0), (0.5, 0.02), (0.5, np.nan)]
)
def test_information_that_no_study_can_have(effect, power):
    """Infinite information for no effect, or for certainty."""
    bounds = group_sequential([0.5, 1.0], family="pocock")
    with pytest.raises(DefinitionError):
        required_information(bounds, effect, power)
