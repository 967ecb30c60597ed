"""Estimates of several endpoints or analyses under one another."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.margin import write_beside
from spine_outcomes.figures.style import INK, MUTED, RULE, SMALL_SIZE

MARKS = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.3,
    0.5,
    0.7,
    1.0,
    1.5,
    2.0,
    3.0,
    5.0,
    10.0,
    20.0,
    50.0,
    100.0,
)


TEXT_GAP = 12  # points between the plot and the numbers beside it


def draw_forest(ax: Axes, frame: pd.DataFrame, favours: tuple[str, str], *, margin: float) -> Axes:
    """Draw one ratio a row on a log axis, its text to the right.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``label, estimate, lower, upper, text, is_head``. A row that is not estimable keeps
        its place and its text and draws nothing; a head is a line of its own.
    favours
        What a ratio below and above 1 means.
    margin
        Points from the plot to the start of the names on its left.

    Notes
    -----
    The axis is set by the finite rows: one infinite limit must not flatten the others.
    """
    values = frame[["estimate", "lower", "upper"]].to_numpy(dtype=float)
    finite = np.isfinite(values).all(axis=1) & (values > 0).all(axis=1)
    ends = np.append(values[finite].ravel(), [0.5, 2.0])
    marks = [mark for mark in MARKS if ends.min() / 1.5 <= mark <= ends.max() * 1.5] or [1.0]
    low, high = min(ends.min() / 1.1, marks[0]), max(ends.max() * 1.1, marks[-1])
    ax.axvline(1, color=INK, linewidth=0.8)
    for place, (low_limit, high_limit) in enumerate(values[:, 1:]):
        if finite[place]:
            ax.plot([low_limit, high_limit], [place] * 2, color=INK, linewidth=1.2)
            ax.plot(values[place, 0], place, marker="s", color=INK, markersize=5)
    _write_rows(ax, frame, margin)
    ax.set_xscale("log")
    ax.set_xticks(marks, [f"{mark:g}" for mark in marks])
    ax.minorticks_off()
    ax.set(xlim=(low, high), ylim=(len(frame) - 0.4, -0.6), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.xaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    _say_direction(ax, favours, len(frame) - 0.4)
    return ax


def _write_rows(ax: Axes, frame: pd.DataFrame, margin: float) -> None:
    """Name of each row on the left, its numbers on the right."""
    rows = zip(frame["label"], frame["text"], frame["is_head"], strict=True)
    for place, (label, text, is_head) in enumerate(rows):
        weight = "bold" if is_head else "normal"
        write_beside(ax, label, (0, place), (-margin + (0 if is_head else 10), 0), weight=weight)
        write_beside(ax, text, (1, place), (TEXT_GAP, 0))


def _say_direction(ax: Axes, favours: tuple[str, str], bottom: float) -> None:
    """Which side of 1 means what, under the axis."""
    low, high = (np.log(limit) for limit in ax.get_xlim())
    null = -low / (high - low)
    look = {"va": "top", "size": SMALL_SIZE, "color": MUTED}
    write_beside(ax, f"← {favours[0]}", (null, bottom), (-6, -20), ha="right", **look)
    write_beside(ax, f"{favours[1]} →", (null, bottom), (6, -20), **look)
