"""Worst grades of two arms back to back."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.style import ARMS, INK, PAPER, RULE, small_size

GRADES = ("1", "2", "3", "4", "5")
SHADES = {"1": 0.2, "2": 0.4, "3": 0.65, "4": 0.85, "5": 1.0}
"""How dark a grade is, on the colour of its arm."""

HALF_BAR = 0.36
WIDE_ENOUGH = 0.06  # share of the axis from which a bar has room for the number of its grade


def draw_butterfly(ax: Axes, frame: pd.DataFrame, arms: Sequence[str]) -> Axes:
    """Draw one row a term: the shares of each grade, of the first arm to the left.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``label, arm, grade, share, is_bound``; rows of a term together, terms from the top.
        A share that is only a bound is drawn dashed and empty.
    arms
        Codes of the arms, left and right.

    Notes
    -----
    The worst grade stands in the middle: the bars of two arms start side by side.
    """
    labels = list(dict.fromkeys(frame["label"]))
    shares = frame[frame["grade"].isin(GRADES)]
    reach = max(float(shares.groupby(["label", "arm"])["share"].sum().max()), 0.01) * 1.05
    for arm, look, side in zip(arms, ARMS, (-1, 1), strict=True):
        for place, label in enumerate(labels):
            own = shares[(shares["arm"] == arm) & (shares["label"] == label)]
            _bars(ax, own, place, side, look.colour, reach)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set(xlim=(-reach, reach), ylim=(len(labels) - 0.4, -0.6))
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * abs(value):.3g}")
    ax.spines["left"].set_visible(False)
    ax.xaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax


def _bars(ax: Axes, own: pd.DataFrame, place: int, side: int, colour: str, reach: float) -> None:
    """The grades of one arm and term, from the middle outwards, the worst first."""
    start = 0.0
    for _, row in own.sort_values("grade", ascending=False).iterrows():
        share = float(row["share"])
        if share == 0:
            continue
        shade = SHADES[row["grade"]]
        ax.barh(
            place, side * share, 2 * HALF_BAR, side * start,
            color="none" if row["is_bound"] else colour, alpha=None if row["is_bound"] else shade,
            edgecolor=colour, linewidth=0.8, linestyle="dashed" if row["is_bound"] else "solid",
        )  # fmt: skip
        if share > WIDE_ENOUGH * reach:
            is_dark = shade > 0.5 and not row["is_bound"]
            ax.text(
                side * (start + share / 2), place, row["grade"], ha="center", va="center",
                size=small_size(), color=PAPER if is_dark else INK,
            )  # fmt: skip
        start += share
