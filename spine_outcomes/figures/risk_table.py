"""The people under a curve, aligned with its time axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.margin import write_beside
from spine_outcomes.figures.style import ARMS, small_size

MARGIN = 82  # points from the plot to the start of the names on its left


def draw_risk_table(
    ax: Axes,
    frame: pd.DataFrame,
    arms: Sequence[tuple[str, str]],
    states: Mapping[str, str],
    ticks: Sequence[float],
    *,
    margin: float = MARGIN,
    decimals: int = 0,
) -> Axes:
    """Write, arm by arm, the counts of each state under each tick (Morris et al. 2019).

    Parameters
    ----------
    ax
        Where to write; its horizontal axis is made that of the curve.
    frame
        Columns ``arm, time`` and one a state: numbers, or text where they are hidden.
    arms
        Code and label of the arms, the reference first.
    states
        Column and label of each state, in order.
    ticks
        Times of the columns; the last of them is where the axis ends.
    margin
        Points from the plot to the start of the names on its left.
    decimals
        Of the numbers: 0 for people; weighted sums have one, so that nobody takes them for people.
    """
    size = small_size()
    n_lines = len(arms) * (len(states) + 1)
    ax.set(xlim=(0, ticks[-1]), ylim=(n_lines, 0))
    ax.axis("off")
    line = 0.5
    for (code, label), look in zip(arms, ARMS, strict=True):
        head = {"color": look.text_colour, "weight": "bold"}
        write_beside(ax, label, (0, line), (-margin, 0), size=size, **head)
        own = frame[frame["arm"] == code]
        for state, name in states.items():
            line += 1
            write_beside(ax, name, (0, line), (-margin, 0), size=size)
            for time, n in zip(own["time"], own[state], strict=True):
                ax.text(time, line, count_text(n, decimals), ha="center", va="center", size=size)
        line += 1
    return ax


def count_text(value: object, decimals: int) -> str:
    """A count with its decimals; a hidden one as it is."""
    return value if isinstance(value, str) else f"{float(str(value)):.{decimals}f}"
