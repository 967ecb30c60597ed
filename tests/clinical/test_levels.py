"""Order, region and count of vertebral levels."""

from __future__ import annotations

import numpy as np

from spine_outcomes.clinical.levels import LEVELS, level_positions, n_levels, regions


def test_there_are_29_levels_from_the_skull_down() -> None:
    """7 cervical, 12 thoracic, 5 lumbar, 5 sacral; a wrong order breaks level_to ≥ level_from."""
    assert len(LEVELS) == 29
    assert [LEVELS[i] for i in (0, 6, 7, 18, 19, 23, 24, 28)] == [
        "C1", "C7", "T1", "T12", "L1", "L5", "S1", "S5",
    ]  # fmt: skip


def test_positions_and_counts() -> None:
    """T11 to L1 is three levels, and what is no level is told apart."""
    first, last = level_positions(["T11", "C1", "S5"]), level_positions(["L1", "C1", "S5"])
    np.testing.assert_array_equal(n_levels(first, last), [3, 1, 1])
    np.testing.assert_array_equal(level_positions(["T13", "", "l1"]), [-1, -1, -1])


def test_a_lesion_across_two_regions_is_junctional() -> None:
    """Its risk belongs to neither region."""
    first = level_positions(["C2", "C7", "T12", "L5", "S1", "L1"])
    last = level_positions(["C4", "T1", "T12", "S1", "S3", "L5"])
    assert regions(first, last).tolist() == [
        "cervical", "junctional", "thoracic", "junctional", "sacral", "lumbar",
    ]  # fmt: skip
