"""Forest plots."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spine_outcomes.figures.forest import draw_forest

FRAME = pd.DataFrame(
    [
        ("Relapse", np.nan, np.nan, np.nan, "", True),
        ("ATE", 0.5, 0.2, 1.2, "0.50 (0.20 to 1.20)", False),
        ("Rare harm", np.nan, np.nan, np.nan, "", True),
        ("ATE", np.inf, 1.94, np.inf, "NE", False),
    ],
    columns=["label", "estimate", "lower", "upper", "text", "is_head"],
)


def forest(frame: pd.DataFrame = FRAME) -> Axes:
    """A drawn forest plot."""
    return draw_forest(Figure().add_subplot(), frame, ("fewer with B", "more with B"), margin=100)


def test_c51_a_row_that_is_not_estimable_stays_and_does_not_set_the_axis() -> None:
    """Published forest plots lost the row, or flattened all others beside an infinite limit."""
    ax = forest()
    assert "NE" in [text.get_text() for text in ax.texts]
    low, high = ax.get_xlim()
    assert 0.1 <= low < 0.2
    assert 1.2 < high <= 4
    marks = [line for line in ax.lines if line.get_marker() == "s"]
    assert [(mark.get_xdata()[0], mark.get_ydata()[0]) for mark in marks] == [(0.5, 1)]


def test_the_axis_is_logarithmic_with_one_in_it() -> None:
    """0.5 and 2 are the same distance from no difference."""
    ax = forest()
    assert ax.get_xscale() == "log"
    assert 1.0 in ax.get_xticks()


def test_both_sides_of_one_are_named() -> None:
    """Without it half the readers read the plot backwards."""
    texts = " ".join(text.get_text() for text in forest().texts)
    assert "← fewer with B" in texts
    assert "more with B →" in texts


def test_a_plot_without_any_estimate_is_still_drawn() -> None:
    """All rows not estimable is a result, not a crash."""
    assert len(forest(FRAME.iloc[[2, 3]]).texts) >= 4
