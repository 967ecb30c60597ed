"""Stopping boundaries against the information fraction, with what was seen at each look."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from spine_outcomes.figures.margin import write_beside
from spine_outcomes.figures.style import INK, MUTED, POINTS, RULE, WEIGHTS, small_size
from spine_outcomes.figures.text_width import text_width

Scale = Literal["z", "ratio", "difference"]

EFFICACY, FUTILITY = ("upper", "lower"), ("futility_upper", "futility_lower")
NULL = {"z": 0.0, "ratio": 1.0, "difference": 0.0}
TO_STOP: dict[str, Any] = {
    "color": WEIGHTS[2].colour, "marker": WEIGHTS[2].marker, "markersize": 4.5,
    "markeredgewidth": 0, "linewidth": 1.2, "linestyle": "-",
}  # fmt: skip
IN_VAIN: dict[str, Any] = TO_STOP | {
    "color": WEIGHTS[1].colour, "marker": WEIGHTS[1].marker, "linestyle": (0, (4, 2)),
}  # fmt: skip
SEEN: dict[str, Any] = {"color": INK, "marker": "o", "markersize": 5.5, "linewidth": 0.8}
ROOM = 1.4  # of the axis beyond the outermost value: the words at its ends cross no line
HIGHEST = 5.0  # of an axis of Z: the first bounds of a cautious design lie far above every Z seen
RATIOS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)


def draw_boundary(ax: Axes, frame: pd.DataFrame, scale: Scale, favours: tuple[str, str]) -> Axes:
    """Draw the boundaries through all looks and the values of those that were held.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        One row a look, by ``information``: columns ``look`` (1, 2, …), ``information`` (fraction of
        the planned, may pass 1), ``value`` (what was seen; missing at looks still to come),
        ``upper, lower`` (efficacy) and ``futility_upper, futility_lower``. A boundary that a design
        does not have is a missing value or a missing column; it is not drawn.
    scale
        Of ``value`` and the boundaries: ``z``, ``ratio`` (on a log axis) or ``difference``.
    favours
        What a value below and above the line of no effect means.
    """
    information = frame["information"].to_numpy(dtype=float)
    ax.axhline(NULL[scale], color=INK, linewidth=0.8, zorder=1)
    for name in (*EFFICACY, *FUTILITY):
        limits = _column(frame, name)
        if np.isfinite(limits).any():
            ax.plot(information, limits, **(TO_STOP if name in EFFICACY else IN_VAIN))
    ax.plot(information, _column(frame, "value"), **SEEN)
    _set_axes(ax, frame, scale)
    _say_beyond(ax, frame)
    _name_looks(ax, frame)
    ax.set_axisbelow(True)
    _say_direction(ax, scale, favours)
    return ax


def boundary_names(frame: pd.DataFrame) -> list[Line2D]:
    """Entries of a legend above the plot, for the lines that are drawn."""
    shown = [
        (names, look)
        for names, look in (
            (("value",), SEEN | {"label": "Observed"}),
            (EFFICACY, TO_STOP | {"label": "Efficacy boundary"}),
            (FUTILITY, IN_VAIN | {"label": "Futility boundary"}),
        )
        if any(np.isfinite(_column(frame, name)).any() for name in names)
    ]
    return [Line2D([], [], **look) for _, look in shown]


def _column(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """A column of numbers; missing throughout where the frame has none."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=float)


def _set_axes(ax: Axes, frame: pd.DataFrame, scale: Scale) -> None:
    """Room for every boundary and value; information as a percentage of the planned."""
    drawn = [_column(frame, name) for name in ("value", *EFFICACY, *FUTILITY)]
    finite = np.concatenate(drawn)
    finite = finite[np.isfinite(finite)]
    right = max(1.0, float(frame["information"].max())) * 1.04
    marks = sorted({0.0, 1.0, *frame["information"].astype(float)})
    ax.set(xlim=(0, right))
    ax.set_xticks(marks, [f"{100 * mark:.0f}%" for mark in marks])
    if scale == "ratio":
        reach = max(float(np.abs(np.log(finite)).max(initial=0.0)), np.log(1.5)) * ROOM
        ticks = [mark for mark in RATIOS if abs(np.log(mark)) <= reach]
        ax.set_yscale("log")
        ax.set_yticks(ticks, [f"{mark:g}" for mark in ticks])
        ax.minorticks_off()
        ax.set_ylim(np.exp(-reach), np.exp(reach))
    else:
        reach = float(np.abs(finite).max(initial=0.1)) * ROOM
        if scale == "z":
            seen = np.abs(_column(frame, "value"))
            reach = min(reach, max(HIGHEST, float(np.nanmax(seen, initial=0.0)) * ROOM))
        ax.set_ylim(-reach, reach)
        ax.locator_params(axis="y", nbins=7)
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)


def _say_beyond(ax: Axes, frame: pd.DataFrame) -> None:
    """The numbers of boundaries that lie outside the plot, with an arrow, inside its edge."""
    low, high = ax.get_ylim()
    for name in (*EFFICACY, *FUTILITY):
        for information, limit in zip(frame["information"], _column(frame, name), strict=True):
            if np.isfinite(limit) and not low <= limit <= high:
                is_above = limit > high
                ax.annotate(
                    f"{'↑' if is_above else '↓'} {limit:.1f}".replace("-", "\N{MINUS SIGN}"),
                    (float(information), high if is_above else low), xytext=(0, -22 if is_above
                    else 22), textcoords="offset points", ha="center", va="center",
                    size=small_size(), color=TO_STOP["color"],
                )  # fmt: skip


def _name_looks(ax: Axes, frame: pd.DataFrame) -> None:
    """The number of each look at the top, over a line down to its information."""
    size = small_size()
    figure, (low, high) = ax.get_figure(root=True), ax.get_xlim()
    points = ax.get_position().width * (figure.get_figwidth() if figure else 1.0) * POINTS
    gaps = np.diff(frame["information"].to_numpy(dtype=float)) * points / (high - low)
    has_room = gaps.min(initial=np.inf) >= text_width("Look 0", size) + 4
    for look, information in zip(frame["look"], frame["information"], strict=True):
        ax.axvline(float(information), color=RULE, linewidth=0.8, zorder=0)
        ax.annotate(
            f"Look {look}" if has_room else f"{look}", (float(information), 1),
            xycoords=ax.get_xaxis_transform(), xytext=(0, 3), textcoords="offset points",
            ha="center", va="bottom", size=size, color=MUTED,
        )  # fmt: skip


def _say_direction(ax: Axes, scale: Scale, favours: tuple[str, str]) -> None:
    """Which side of the line of no effect means what, inside the plot at its left."""
    look = {"size": small_size(), "color": MUTED}
    bottom, top = ax.get_ylim()
    write_beside(ax, f"↑ {favours[1]}", (0, top), (4, -8), **look)
    write_beside(ax, f"↓ {favours[0]}", (0, bottom), (4, 8), **look)
