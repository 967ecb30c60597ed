"""Names at the ends of lines."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.figures.direct_labels import spread


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_any_number_of_names_is_apart_and_none_below_the_plot(values: list[float]) -> None:
    """Three intervals of a fan end close together."""
    places = sorted(spread(values, [0.08] * len(values), 1.0))
    assert places[0] >= 0.04 - 1e-9
    assert all(b - a >= 0.08 - 1e-9 for a, b in pairwise(places))


def test_the_order_of_names_is_that_of_the_lines() -> None:
    """A name beside the other line's end is the wrong name."""
    places = spread([0.5, 0.49, 0.51], [0.1] * 3, 1.0)
    assert places[1] < places[0] < places[2]
