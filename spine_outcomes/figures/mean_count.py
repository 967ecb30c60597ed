"""Mean number of events so far, by arm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.style import ARMS, RULE

N_TICKS = 5


def draw_mean_count(ax: Axes, frame: pd.DataFrame, arms: Sequence[str]) -> Axes:
    """Draw the curve of each arm with its pointwise limits, events per 100 rows.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``arm, time, estimate, lower, upper``, rows by time.
    arms
        Codes of the arms, the reference first.
    """
    for arm, look in zip(arms, ARMS, strict=True):
        own = frame[(frame["arm"] == arm) & frame["estimate"].notna()]
        time, estimate, lower, upper = (
            own[name].to_numpy(dtype=float) for name in ("time", "estimate", "lower", "upper")
        )
        known = np.isfinite(lower) & np.isfinite(upper)
        ax.fill_between(
            time, lower, upper, where=known.tolist(), step="post", color=look.colour, alpha=0.16,
            linewidth=0,
        )  # fmt: skip
        ax.step(time, estimate, where="post", color=look.colour, linestyle=look.dash)
    last = float(frame["time"].max())
    ax.set(ylim=(0, None), xlim=(0, last), xticks=list(np.linspace(0, last, N_TICKS)))
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}")
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax
