"""Propensity scores of the two arms as mirrored histograms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.style import ARMS, INK, RULE


def draw_overlap(ax: Axes, frame: pd.DataFrame, arms: Sequence[tuple[str, str]]) -> Axes:
    """Draw the reference below and the comparator above the line.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``arm, left, right, n``. A hidden count ("<5") is drawn pale, at its bound.
    arms
        Code and label of the arms, the reference first.
    """
    tallest = 1.0
    for (code, label), look, sign in zip(arms, ARMS, (-1, 1), strict=True):
        own = frame[frame["arm"] == code]
        is_hidden = own["n"].map(lambda n: isinstance(n, str)).to_numpy(dtype=bool)
        height = own["n"].map(lambda n: float(str(n).removeprefix("<"))).to_numpy(dtype=float)
        width = (own["right"] - own["left"]).to_numpy(dtype=float)
        for pale, alpha in ((False, 0.75), (True, 0.25)):
            chosen = is_hidden == pale
            ax.bar(
                own["left"].to_numpy(dtype=float)[chosen], sign * height[chosen], width[chosen],
                align="edge", color=look.colour, alpha=alpha, linewidth=0,
            )  # fmt: skip
        ax.text(
            0.99, 0.5 + 0.46 * sign, label, transform=ax.transAxes, ha="right",
            va="top" if sign > 0 else "bottom", color=look.text_colour, weight="bold",
        )  # fmt: skip
        tallest = max(tallest, float(height.max(initial=0.0)))
    ax.axhline(0, color=INK, linewidth=0.8)
    step = next(
        s
        for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**3, 10**4, 10**5, 10**6)
        if tallest / s <= 4
    )
    marks = np.arange(-np.ceil(tallest / step), np.ceil(tallest / step) + 1) * step
    ax.set_yticks(marks, [f"{abs(mark):.0f}" for mark in marks])
    ax.set(xlim=(0, 1), ylim=(marks[0], marks[-1]))
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax
