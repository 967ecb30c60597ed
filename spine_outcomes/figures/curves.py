"""Survival and cumulative incidence as step curves with pointwise bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.direct_labels import End, name_ends
from spine_outcomes.figures.style import ARMS, RULE, Look

TOPS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


def draw_curves(
    ax: Axes,
    frame: pd.DataFrame,
    arms: Sequence[tuple[str, str]],
    ticks: Sequence[float],
    *,
    names_beside: bool = True,
) -> Axes:
    """Draw one step curve an arm with its band, labelled at its end.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``arm, time, estimate, lower, upper``: one curve an arm, rows by time.
    arms
        Code and label of the arms, the reference first.
    ticks
        Marks of the time axis; curves end with the last of them.
    names_beside
        Whether the arms are named at the ends of their curves; else a legend must name them.
    """
    shown = frame[frame["time"] <= ticks[-1] * (1 + 1e-9)]
    ends = []
    for (code, label), look in zip(arms, ARMS, strict=True):
        curve = shown[shown["arm"] == code]
        if len(curve):
            _draw_step(ax, curve, look)
            end = float(curve["time"].iloc[-1]), float(curve["estimate"].iloc[-1])
            ends.append(End(*end, label, look.colour, look.text_colour))
    top = axis_top(shown)
    ax.set(xlim=(0, ticks[-1]), ylim=(0, top), xticks=list(ticks))
    marks = np.linspace(0, top, round(top / _percent_step(top)) + 1)
    ax.set_yticks(marks, [f"{100 * mark:.3g}%" for mark in marks])
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    if names_beside:
        name_ends(ax, ends)
    return ax


def axis_top(frame: pd.DataFrame) -> float:
    """The top of the probability axis: the first round value above every limit drawn."""
    highest = np.nanmax(frame[["estimate", "upper"]].to_numpy(dtype=float), initial=0.0)
    return next(top for top in TOPS if top >= min(highest, 1.0))


def _percent_step(top: float) -> float:
    """Distance of the marks: four to six of them, and one at the top."""
    return next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if top / step <= 6.01)


def _draw_step(ax: Axes, curve: pd.DataFrame, look: Look) -> None:
    """One curve and its band, both right-continuous steps."""
    time = curve["time"].to_numpy(dtype=float)
    estimate = curve["estimate"].to_numpy(dtype=float)
    lower, upper = (curve[side].to_numpy(dtype=float) for side in ("lower", "upper"))
    ax.fill_between(
        time,
        np.where(np.isnan(lower), estimate, lower),
        np.where(np.isnan(upper), estimate, upper),
        step="post",
        color=look.colour,
        alpha=0.16,
        linewidth=0,
    )
    ax.step(time, estimate, where="post", color=look.colour, linestyle=look.dash)
