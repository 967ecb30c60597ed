"""Where the people of an arm are over time: areas of the events over one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from spine_outcomes.figures.style import PAPER, RULE

PALETTE = "crest_r"  # falls in lightness throughout, so that it can be told apart in grey


def draw_stacked(
    ax: Axes, frame: pd.DataFrame, causes: Sequence[tuple[str, str]], ticks: Sequence[float]
) -> Axes:
    """Draw cumulative incidences on top of one another; what is left above them has no event.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``cause, time, estimate`` of one arm, rows of a cause by time, all causes at the
        same times.
    causes
        Code and label of the events, from the bottom.
    ticks
        Marks of the time axis; areas end with the last of them.
    """
    shown = frame[frame["time"] <= ticks[-1] * (1 + 1e-9)]
    wide = shown.pivot_table(index="time", columns="cause", values="estimate", sort=False)
    time, below = wide.index.to_numpy(dtype=float), np.zeros(len(wide))
    for (code, _), colour in zip(causes, colours(len(causes)), strict=True):
        if code in wide:
            above = below + wide[code].to_numpy(dtype=float)
            ax.fill_between(
                time, below, above, step="post", color=colour, linewidth=0.6, edgecolor=PAPER
            )
            below = above
    marks = np.linspace(0, 1, 6)
    ax.set(xlim=(0, ticks[-1]), ylim=(0, 1), xticks=list(ticks))
    ax.set_yticks(marks, [f"{100 * mark:.0f}%" for mark in marks])
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax


def colours(n: int) -> list[tuple[float, float, float]]:
    """A colour for each of n areas, from the bottom, dark to light."""
    return [(r, g, b) for r, g, b in sns.color_palette(PALETTE, n)]


def area_names(causes: Sequence[tuple[str, str]]) -> list[Line2D]:
    """Entries of a legend, the topmost area first, as they stand in the plot."""
    named = zip(causes, colours(len(causes)), strict=True)
    return [Line2D([], [], color=c, linewidth=6, label=label) for (_, label), c in named][::-1]
