"""Estimates of several endpoints or analyses under one another."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from spine_outcomes.figures.log_axis import set_log_axis
from spine_outcomes.figures.margin import write_beside
from spine_outcomes.figures.style import INK, MUTED, RULE, small_size

MARKS = (
    0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0,
)  # fmt: skip
TEXT_GAP = 12  # points between the plot and the numbers beside it
INDENT = 10  # of a row under its head


def draw_forest(
    ax: Axes, frame: pd.DataFrame, favours: tuple[str, str], *, margin: float, top: float = 0.1
) -> Axes:
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
    top
        Room above the first row, in rows.

    Notes
    -----
    The axis is set by the finite rows: one infinite limit must not flatten the others.
    """
    values = frame[["estimate", "lower", "upper"]].to_numpy(dtype=float)
    finite = _finite(values)
    low, high, marks = ratio_axis(frame)
    ax.plot([1, 1], [-0.5, len(frame) - 0.5], color=INK, linewidth=0.8)
    for place, (low_limit, high_limit) in enumerate(values[:, 1:]):
        if finite[place]:
            ax.plot([low_limit, high_limit], [place] * 2, color=INK, linewidth=1.2)
            ax.plot(values[place, 0], place, marker="s", color=INK, markersize=5)
    _write_rows(ax, frame, margin)
    set_log_axis(ax, marks, (low, high))
    ax.set(ylim=(len(frame) - 0.5, -0.5 - top), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.xaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    _say_direction(ax, favours)
    return ax


def ratio_axis(frame: pd.DataFrame) -> tuple[float, float, list[float]]:
    """Ends and marks of the axis, from the rows whose numbers are finite."""
    values = frame[["estimate", "lower", "upper"]].to_numpy(dtype=float)
    ends = np.append(values[_finite(values)].ravel(), [0.5, 2.0])
    marks = [mark for mark in MARKS if ends.min() / 1.5 <= mark <= ends.max() * 1.5] or [1.0]
    return min(ends.min() / 1.1, marks[0]), max(ends.max() * 1.1, marks[-1]), marks


def null_place(low: float, high: float) -> float:
    """Where 1 stands on a log axis: 0 at its left end, 1 at its right."""
    return float(-np.log(low) / (np.log(high) - np.log(low)))


def _finite(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows that can be drawn on a log axis."""
    return np.asarray((np.isfinite(values) & (values > 0)).all(axis=1), dtype=np.bool_)


def _write_rows(ax: Axes, frame: pd.DataFrame, margin: float) -> None:
    """Name of each row on the left, its numbers on the right."""
    rows = zip(frame["label"], frame["text"], frame["is_head"], strict=True)
    for place, (label, text, is_head) in enumerate(rows):
        weight = "bold" if is_head else "normal"
        write_beside(
            ax, label, (0, place), (-margin + (0 if is_head else INDENT), 0), weight=weight
        )
        write_beside(ax, text, (1, place), (TEXT_GAP, 0))


def direction_drop() -> float:
    """From the axis down to the words under its marks, points."""
    return 3.5 + 1.5 * float(mpl.rcParams["font.size"])


def _say_direction(ax: Axes, favours: tuple[str, str]) -> None:
    """Which side of 1 means what, under the marks of the axis."""
    null, bottom = null_place(*ax.get_xlim()), ax.get_ylim()[0]
    look = {"va": "top", "size": small_size(), "color": MUTED, "linespacing": 1.2}
    drop = -direction_drop()
    write_beside(ax, f"← {favours[0]}", (null, bottom), (-6, drop), ha="right", **look)
    write_beside(ax, f"{favours[1]} →", (null, bottom), (6, drop), **look)
