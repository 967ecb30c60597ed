"""Level and power of the monitored comparison: cohorts, looks, weights, errors and bounds together.

The study is the script whose full run stands in docs/validation.md, on 200 cohorts a law and with a
gate of 4 Monte-Carlo errors: only gross faults show.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/interim.py"))
SAMPLES = 200


def gate(share):
    """Four Monte-Carlo errors of a share."""
    return 4 * np.sqrt(share * (1 - share) / SAMPLES)


@pytest.fixture(scope="module")
def cells():
    return list(SCRIPT["cells"](draws=SAMPLES, seed=1))


@pytest.mark.slow
def test_the_level_is_kept_where_nothing_differs(cells):
    """Information that is too large, looks that are taken as independent, bounds of other looks."""
    null = [cell for cell in cells if cell["law"] == "no effect"]
    assert len(null) == 8
    for cell in null:
        assert cell["n_failed"] == 0
        assert cell["benefit"] + cell["harm"] == pytest.approx(0.05, abs=gate(0.05))


@pytest.mark.slow
def test_the_power_is_that_of_normal_increments(cells):
    """Estimates whose looks do not go together as the bounds suppose."""
    for cell in cells:
        if cell["law"] == "no effect":
            continue
        expected = cell["expected_benefit"]
        assert expected > 0.5
        assert cell["benefit"] == pytest.approx(expected, abs=gate(expected))
        correlation = np.array(cell["correlation"]) - cell["expected_correlation"]
        assert np.abs(correlation).max() < 4 / np.sqrt(SAMPLES)


def test_a_look_sees_nothing_of_what_comes_after_it():
    """An image, a death or a patient of the future in a look: all of it moved changes no number."""
    cohort = SCRIPT["draw"](3, later=1.0)
    day = SCRIPT["look_days"](cohort)[1]
    cut, rows = SCRIPT["seen_at"](cohort, day)
    started = cohort.patients.start_day[cohort.lesions.patient]
    never = SCRIPT["NEVER"]
    for name in ("local_failure", "fracture", "death", "last_image"):
        seen, whole = getattr(cut.observation, name), getattr(cohort.observation, name)
        assert ((seen == never) | (started + seen <= day)).all()
        is_known = (whole < never) & (started + whole <= day)
        np.testing.assert_array_equal(seen[is_known], whole[is_known])
    assert cohort.lesions.patient[rows].max() < 500
    assert len(np.unique(cohort.lesions.patient[rows])) >= 300
