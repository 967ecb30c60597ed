"""Propensity scores of the two arms as mirrored histograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from spine_outcomes.figures.style import ARMS, INK, RULE

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def draw_overlap(ax: Axes, frame: pd.DataFrame, arms: Sequence[tuple[str, str]]) -> Axes:
    """Draw the reference below and the comparator above the line, each as shares of its own arm.

    Shares, because an arm eight times as large would flatten the other.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``arm, left, right, n``. A hidden count ("<5", "≥5") is drawn pale, at its bound.
    arms
        Code and label of the arms, the reference first.
    """
    tallest = 0.01
    for (code, label), look, sign in zip(arms, ARMS, (-1, 1), strict=True):
        own = frame[frame["arm"] == code]
        is_hidden = own["n"].map(lambda n: isinstance(n, str)).to_numpy(dtype=bool)
        share = _shares(own["n"])
        left, right = (own[side].to_numpy(dtype=float) for side in ("left", "right"))
        for pale, alpha in ((False, 0.75), (True, 0.25)):
            chosen = is_hidden == pale
            ax.bar(
                left[chosen], sign * share[chosen], (right - left)[chosen], align="edge",
                color=look.colour, alpha=alpha, linewidth=0,
            )  # fmt: skip
        ax.text(
            0.99, 0.5 + 0.46 * sign, label, transform=ax.transAxes, ha="right",
            va="top" if sign > 0 else "bottom", color=look.text_colour, weight="bold",
        )  # fmt: skip
        tallest = max(tallest, float(share.max(initial=0.0)))
    ax.axhline(0, color=INK, linewidth=0.8)
    step = next(step for step in STEPS if tallest / step <= 4)
    count = int(np.ceil(tallest / step))
    marks = np.arange(-count, count + 1) * step
    ax.set_yticks(marks, [f"{100 * abs(mark):.3g}%" for mark in marks])
    ax.set(xlim=(0, 1), ylim=(marks[0], marks[-1]))
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax


def _shares(counts: pd.Series[Any]) -> NDArray[np.float64]:
    """Counts as shares of their sum, a hidden one at its bound."""
    n = counts.map(lambda n: float(str(n).lstrip("<≥"))).to_numpy(dtype=np.float64)
    return n / max(float(n.sum()), 1.0)
