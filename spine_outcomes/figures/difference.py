"""The difference of two risks over time, with its pointwise limits and its simultaneous band."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.style import INK, RULE, WEIGHTS

SMALLEST_REACH = 0.01
LIMITS = ("lower", "upper")
BAND = ("band_lower", "band_upper")


def draw_difference(ax: Axes, frame: pd.DataFrame, ticks: Sequence[float]) -> Axes:
    """Draw the risk difference over time around a line at 0, in percentage points.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``time, estimate, lower, upper, band_lower, band_upper``, rows by time. Limits that
        are missing are not drawn.
    ticks
        Marks of the time axis; the curve ends with the last of them.

    Notes
    -----
    Right-continuous steps. The area is the pointwise interval, the dashed lines are the band. The
    axis is as far below 0 as above, and holds both.
    """
    shown = frame[frame["time"] <= ticks[-1] * (1 + 1e-9)]
    look = WEIGHTS[1]
    time, estimate = (shown[name].to_numpy(dtype=float) for name in ("time", "estimate"))
    lower, upper = (shown[name].to_numpy(dtype=float) for name in LIMITS)
    ax.axhline(0, color=INK, linewidth=0.8)
    known = np.isfinite(lower) & np.isfinite(upper)
    ax.fill_between(
        time, lower, upper, where=known.tolist(), step="post", color=look.colour, alpha=0.16,
        linewidth=0,
    )  # fmt: skip
    for name in BAND:
        edge = shown[name].to_numpy(dtype=float)
        ax.step(time, edge, where="post", color=look.colour, linewidth=0.9, linestyle=(0, (4, 2)))
    ax.step(time, estimate, where="post", color=look.colour)
    reach = _reach(shown)
    ax.set(xlim=(0, ticks[-1]), ylim=(-reach, reach), xticks=list(ticks))
    marks = np.linspace(-reach, reach, 5)
    ax.set_yticks(
        marks, [f"{100 * mark:+.3g}".replace("-", "−") if mark else "0" for mark in marks]
    )
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax


def _reach(frame: pd.DataFrame) -> float:
    """The first round value that no limit passes, in steps of 1, 2 and 4 of a decade, up to 1."""
    values = np.abs(frame[["estimate", *LIMITS, *BAND]].to_numpy(dtype=float))
    largest = max(float(np.nanmax(values, initial=0.0)), SMALLEST_REACH)
    rounds = [step * 10.0**power for power in (-2, -1, 0) for step in (1, 2, 4, 6, 8)]
    return next(value for value in (*rounds, 1.0) if value >= min(largest, 1.0) * (1 - 1e-9))
