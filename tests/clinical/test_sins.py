"""Instability score: location by level, total, class (Fisher 2010, Spine 35:E1221)."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.clinical import sins
from spine_outcomes.clinical.levels import LEVELS, level_positions

BY_LEVEL = {
    3: "C1 C2 C7 T1 T2 T11 T12 L1 L5 S1",
    2: "C3 C4 C5 C6 L2 L3 L4",
    1: "T3 T4 T5 T6 T7 T8 T9 T10",
    0: "S2 S3 S4 S5",
}


@pytest.mark.parametrize(("points", "names"), BY_LEVEL.items())
def test_location_of_every_level(points: int, names: str) -> None:
    """The published table, level by level."""
    position = level_positions(names.split())
    np.testing.assert_array_equal(sins.location(position, position), points)


def test_every_level_has_a_location() -> None:
    """29 levels in the published table, none twice."""
    names = " ".join(BY_LEVEL.values()).split()
    assert sorted(names) == sorted(LEVELS)


def test_a_lesion_of_several_levels_takes_the_worst() -> None:
    """T10-T11 is junctional, not semirigid: the maximum of 1 and 3."""
    first, last = (
        level_positions(["T11", "T10", "S1", "L2"]),
        level_positions(["T12", "T11", "S3", "L4"]),
    )
    np.testing.assert_array_equal(sins.location(first, last), [3, 3, 3, 2])


def test_total_is_the_sum_and_unknown_if_a_part_is() -> None:
    """3 + 1 + 2 + 0 + 2 + 1 = 9 (typed as 8 in trap 24); a missing component is not 0."""
    found = sins.total([[3, 1, 2, 0, 2, 1], [3, 3, 2, 4, 3, 3], [3, np.nan, 2, 0, 2, 1]])
    np.testing.assert_array_equal(found, [9, 18, np.nan])


def test_classes_change_at_7_and_13() -> None:
    """Stable 0-6, potentially unstable 7-12, unstable 13-18; none without a total."""
    classes = ["stable", "stable", "potentially unstable", "potentially unstable"]
    found = sins.stability([0, 6, 7, 12, 13, 18, np.nan]).tolist()
    assert found == [*classes, "unstable", "unstable", ""]
