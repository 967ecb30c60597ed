"""Functions of time, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_scale import scaled_time

TIME, STATUS = [4, 2, 2, 1, 3], [1, 1, 0, 2, 1]


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        # Events of cause 1 at 2 (1 of 4 at risk), 3 (1 of 2) and 4: S(t−) is 1, 1, 3/4, 3/8.
        ("km", [5 / 8, 0, 0, 0, 1 / 4]),
        ("rank", [5, 2.5, 2.5, 1, 4]),
        ("identity", TIME),
        ("log", np.log(TIME)),
    ],
)
def test_by_hand(scale, expected):
    """Competing events in the Kaplan–Meier, S(t) for S(t−), or ties ranked by their order."""
    np.testing.assert_allclose(scaled_time(sample_of(TIME, STATUS), 1, scale), expected, rtol=1e-14)


@pytest.mark.parametrize("scale", ["km", "rank"])
def test_a_row_without_weight_is_absent(scale):
    """A row of weight 0 that moves the Kaplan–Meier or the ranks of the others."""
    weighted = sample_of([*TIME, 2], [*STATUS, 1], [1, 0.5, 2, 1, 3, 0])
    found = scaled_time(weighted, 1, scale)
    np.testing.assert_array_equal(found[:5], scaled_time(sample_of(TIME, STATUS), 1, scale))
    assert np.isnan(found[5])
