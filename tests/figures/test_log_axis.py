"""Marks of a log axis."""

from __future__ import annotations

from itertools import pairwise

import pytest
from matplotlib.figure import Figure

from spine_outcomes.figures.log_axis import set_log_axis

MARKS = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]


@pytest.mark.parametrize(("width", "n"), [(10.0, 7), (1.0, 3)])
def test_marks_have_room_and_1_is_among_them(width: float, n: int) -> None:
    """Numbers over each other; an axis of ratios without the line of no difference."""
    figure = Figure(figsize=(width, 2))
    ax = figure.add_axes((0, 0.3, 1, 0.6))
    set_log_axis(ax, MARKS, (0.008, 12.0))
    labels = [text for text in ax.get_xticklabels() if text.get_text()]
    assert "1" in {text.get_text() for text in labels}
    assert len(labels) == n if width > 5 else 2 <= len(labels) <= n
    figure.draw_without_rendering()
    boxes = sorted((t.get_window_extent().x0, t.get_window_extent().x1) for t in labels)
    assert all(left[1] < right[0] for left, right in pairwise(boxes))
    assert ax.get_xlim() == (0.008, 12.0)
