"""How far the weights of an arm spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.log_axis import set_log_axis
from spine_outcomes.figures.style import ARMS, MUTED, RULE

SPREAD = ("minimum", "median", "p99", "maximum")


def draw_weights(
    ax: Axes,
    frame: pd.DataFrame,
    arms: Sequence[tuple[str, str]],
    weights: Sequence[tuple[str, str]],
) -> Axes:
    """Draw, for each set of weights and arm, smallest to largest, median and 99th percentile.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``estimand, arm, minimum, median, p99, maximum``.
    arms, weights
        Code and label, in order from the top.
    """
    least = smallest_shown(frame)
    labels: list[str] = []
    for code, name in weights:
        for (arm, label), look in zip(arms, ARMS, strict=True):
            own = frame[(frame["estimand"] == code) & (frame["arm"] == arm)]
            place = len(labels)
            labels.append(f"{name}: {label}")
            for _, row in own.iterrows():
                low, middle, high, top = (max(float(row[key]), least) for key in SPREAD)
                ax.plot([low, top], [place] * 2, color=look.colour, linewidth=1.2)
                ax.plot(middle, place, marker=look.marker, color=look.colour, markersize=6)
                ax.plot(high, place, marker="|", color=look.colour, markersize=9, mew=1.6)
    ax.axvline(1, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(axis="y", length=0)
    ax.set(ylim=(len(labels) - 0.4, -0.6))
    _log_axis(ax, frame)
    ax.xaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax


def smallest_shown(frame: pd.DataFrame) -> float:
    """Left end of the log axis: the smallest positive weight, five decades at most."""
    values = frame[list(SPREAD)].to_numpy(dtype=float)
    positive = values[values > 0]
    return float(max(positive.min(initial=1.0), positive.max(initial=1.0) / 1e5))


def _log_axis(ax: Axes, frame: pd.DataFrame) -> None:
    """A log axis marked at 1, 3, 10, … or, where that is too many, at powers of ten."""
    low, high = smallest_shown(frame), float(frame["maximum"].max())
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(max(high, 1.0)))) + 1)
    digits = (1, 3) if len(decades) <= 5 else (1,)
    marks = [
        mark
        for mark in (digit * 10.0**decade for decade in decades for digit in digits)
        if low / 1.15 <= mark <= max(high, 1.0) * 1.15
    ]
    set_log_axis(ax, marks, (low / 1.15, max(high, 1.0) * 1.15))
