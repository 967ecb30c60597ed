"""Bounds that stand in the literature, to their printed digits."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.interim.boundaries import group_sequential
from spine_outcomes.interim.monitoring import SequentialDesign, boundaries_at_looks
from spine_outcomes.interim.recursion import crossing_probabilities

# Jennison and Turnbull (2000), tables 2.1 and 2.3: constants for K equally spaced looks.
CONSTANTS = {
    ("classical_pocock", 0.05): [2.178, 2.289, 2.361, 2.413, 2.453, 2.485, 2.512, 2.535, 2.555],
    ("classical_pocock", 0.01): [2.772, 2.873, 2.939, 2.986],
    ("classical_pocock", 0.10): [1.875, 1.992, 2.067, 2.122],
    ("classical_obrien_fleming", 0.05): [
        1.977, 2.004, 2.024, 2.040, 2.053, 2.063, 2.072, 2.080, 2.087,
    ],
    ("classical_obrien_fleming", 0.01): [2.580, 2.595, 2.609, 2.621],
    ("classical_obrien_fleming", 0.10): [1.678, 1.710, 1.733, 1.751],
}  # fmt: skip
LAN_DEMETS = {
    "obrien_fleming": [
        [2.9626, 1.9686],
        [3.7103, 2.5114, 1.9930],
        [4.3326, 2.9631, 2.3590, 2.0141],
        [4.8769, 3.3569, 2.6803, 2.2898, 2.0310],  # the second is 3.35701: printed 1e-4 too low
    ],
    "pocock": [
        [2.1570, 2.2010],
        [2.2794, 2.2949, 2.2959],
        [2.3683, 2.3675, 2.3582, 2.3500],
        [2.4380, 2.4268, 2.4102, 2.3966, 2.3860],
    ],
}
# Armitage, McPherson and Rowe (1969): level of K tests at 1.96.
REPEATED = {2: 0.083, 3: 0.107, 4: 0.126, 5: 0.142, 10: 0.193, 20: 0.248}
C47 = {"family": "obrien_fleming", "alpha": 0.05, "sides": 2}


@pytest.mark.parametrize(("family", "alpha"), CONSTANTS)
def test_classical_constants(family, alpha):
    """A recursion that counts crossings twice, or that stops at one side only."""
    for looks, constant in enumerate(CONSTANTS[family, alpha], start=2):
        found = group_sequential(np.arange(1, looks + 1) / looks, family=family, alpha=alpha)
        assert found.z[-1] == pytest.approx(constant, abs=6e-4)


def test_classical_bounds_of_four_looks():
    """O'Brien–Fleming's bounds with the square root of the fraction on the wrong side."""
    found = group_sequential([0.25, 0.5, 0.75, 1.0], family="classical_obrien_fleming")
    np.testing.assert_allclose(found.z, [4.05, 2.86, 2.34, 2.02], atol=0.005)


@pytest.mark.parametrize("family", LAN_DEMETS)
def test_lan_demets_bounds(family):
    """A spending function of the whole level where each side has its half, or the reverse."""
    for published in LAN_DEMETS[family]:
        fraction = np.arange(1, len(published) + 1) / len(published)
        found = group_sequential(fraction, family=family)
        np.testing.assert_allclose(found.z, published, atol=1.2e-4)


@pytest.mark.parametrize("looks", REPEATED)
def test_looks_at_the_fixed_critical_value_inflate_the_level(looks):
    """The reason for boundaries: K looks at 1.96 reject far more often than in 5 %."""
    crossing = crossing_probabilities(np.arange(1, looks + 1), np.full(looks, 1.959964))
    total = (crossing.upper + crossing.lower).sum()
    assert total == pytest.approx(REPEATED[looks], abs=6e-4)


def test_unequal_looks_of_plan():
    """Bounds and error by look at 50, 75 and 100 % of the information."""
    found = group_sequential([0.5, 0.75, 1.0], **C47)
    np.testing.assert_allclose(found.z, [2.962588, 2.359018, 2.014083], atol=1.1e-6)
    np.testing.assert_allclose(found.alpha_spent / 2, [0.0015253, 0.0096493, 0.025], atol=6e-8)


def test_a_look_beyond_the_maximum_keeps_its_correlation():
    """110 of 100 planned: cutting the fraction at 1 would leave 2.014083."""
    found = boundaries_at_looks(SequentialDesign(100.0), [50, 75, 110])
    assert found.z[-1] == pytest.approx(2.030714, abs=1e-6)


def test_a_last_look_before_the_maximum_spends_what_is_left():
    """95 of 100 planned: spending by the fraction would waste alpha (2.085955)."""
    design = SequentialDesign(100.0)
    last = boundaries_at_looks(design, [50, 75, 95], final=True)
    assert last.z[-1] == pytest.approx(2.004144, abs=1e-6)
    assert last.alpha_spent[-1] == pytest.approx(0.05, rel=1e-12)
    not_last = boundaries_at_looks(design, [50, 75, 95])
    assert not_last.z[-1] == pytest.approx(2.085955, abs=1e-6)
