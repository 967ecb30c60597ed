"""Ticks of the time axis."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.analysis.curves import display_ticks


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (0.0, [0, 1]),  # everything on day 0: an axis of no length cannot be drawn
        (0.4, [0, 1]),
        (12.0, list(range(13))),
        (13.0, [0, 2, 4, 6, 8, 10, 12]),
        (24.0, list(range(0, 25, 2))),
    ],
)
def test_round_times_from_0_to_the_end_two_at_least(last: float, expected: list[int]) -> None:
    """By hand, at most twelve steps."""
    np.testing.assert_array_equal(display_ticks(last), expected)
