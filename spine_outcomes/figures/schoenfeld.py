"""The hazard ratio along time: a smooth through scaled Schoenfeld residuals, on a log axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.style import INK, RULE, WEIGHTS

MARKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)


def draw_effect(
    ax: Axes, frame: pd.DataFrame, weights: Sequence[tuple[str, str]], ticks: Sequence[float]
) -> Axes:
    """Draw the hazard ratio of the arms over time under each set of weights.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``estimand, kind, time, log_hazard_ratio``; ``kind`` is ``smooth`` (a line, rows by
        time) or ``residual`` (a point an event).
    weights
        Code and label of the sets of weights, in order; a legend above the plot names them.
    ticks
        Marks of the time axis; lines end with the last of them, for a spline makes anything of the
        few events beyond it.

    Notes
    -----
    The axis holds the lines, within 1/20 and 20; what lies beyond it is not drawn.
    """
    frame = frame[frame["time"] <= ticks[-1] * (1 + 1e-9)]
    lines = frame[frame["kind"] == "smooth"]
    reach = float(np.clip(np.abs(lines["log_hazard_ratio"]).max(), np.log(2), np.log(20)))
    frame = frame[np.abs(frame["log_hazard_ratio"]) <= 1.1 * reach]
    ax.axhline(0, color=INK, linewidth=0.8)
    for (code, label), look in zip(weights, WEIGHTS, strict=False):
        own = frame[frame["estimand"] == code]
        line, points = (own[own["kind"] == kind] for kind in ("smooth", "residual"))
        if len(line):
            every = max(1, len(line) // 6)
            ax.plot(
                line["time"], line["log_hazard_ratio"], color=look.colour, marker=look.marker,
                markersize=4.5, markeredgewidth=0, markevery=every, label=label,
            )  # fmt: skip
        ax.plot(
            points["time"], points["log_hazard_ratio"], linestyle="none", marker=look.marker,
            markersize=2, color=look.colour, alpha=0.4, markeredgewidth=0,
        )  # fmt: skip
    marks = [mark for mark in MARKS if abs(np.log(mark)) <= reach * 1.1]
    ax.set_yticks([float(np.log(mark)) for mark in marks], [f"{mark:g}" for mark in marks])
    ax.set(xlim=(0, ticks[-1]), ylim=(-1.12 * reach, 1.12 * reach), xticks=list(ticks))
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax
