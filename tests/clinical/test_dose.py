"""Biologically effective and equivalent doses against published schedules."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.clinical.dose import biologically_effective_dose, equivalent_dose_2gy

# total dose, fractions, BED10, EQD2 for α/β = 10, BED3, EQD2 for 3, EQD2 for 2; to 2 decimals
SCHEDULES = [
    (16, 1, 41.6, 34.67, 101.33, 60.8, 72),
    (18, 1, 50.4, 42.0, 126, 75.6, 90),
    (24, 1, 81.6, 68.0, 216, 129.6, 156),
    (24, 2, 52.8, 44.0, 120, 72.0, 84),
    (28, 2, 67.2, 56.0, 158.67, 95.2, 112),
    (27, 3, 51.3, 42.75, 108, 64.8, 74.25),
    (30, 3, 60.0, 50.0, 130, 78.0, 90),
    (30, 5, 48.0, 40.0, 90, 54.0, 60),
    (35, 5, 59.5, 49.58, 116.67, 70.0, 78.75),
    (40, 5, 72.0, 60.0, 146.67, 88.0, 100),
    (48.5, 10, 72.02, 60.02, 126.91, 76.14, 83.06),
]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_doses_of_published_schedules(schedule: tuple[float, ...]) -> None:
    """A wrong α/β or a total taken for a fraction would move every dose; printed to 2 decimals."""
    dose, fractions, bed10, eqd10, bed3, eqd3, eqd2 = schedule
    found = [
        biologically_effective_dose(dose, fractions, alpha_beta=10),
        equivalent_dose_2gy(dose, fractions, alpha_beta=10),
        biologically_effective_dose(dose, fractions, alpha_beta=3),
        equivalent_dose_2gy(dose, fractions, alpha_beta=3),
        equivalent_dose_2gy(dose, fractions, alpha_beta=2),
    ]
    np.testing.assert_allclose(found, [bed10, eqd10, bed3, eqd3, eqd2], atol=0.00501, rtol=0)


def test_fractions_of_2_gy_are_their_own_equivalent() -> None:
    """The unit of the equivalent dose: 2 Gy fractions must come back unchanged."""
    doses = np.array([2.0, 20.0, 60.0])
    for alpha_beta in (2.0, 3.0, 10.0):
        np.testing.assert_allclose(
            equivalent_dose_2gy(doses, doses / 2, alpha_beta=alpha_beta), doses, rtol=1e-15
        )
