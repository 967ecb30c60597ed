"""Cumulative enrolment against the plan, and the fan of what is expected from here on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.style import INK, MUTED, RULE, TEXT_SIZE, WEIGHTS

FAN_ALPHAS = (0.14, 0.26, 0.38)  # from the widest interval inwards
PLANNED = (0, (4, 2))


def draw_accrual(
    ax: Axes, frame: pd.DataFrame, target: float | None, ticks: Sequence[float]
) -> Axes:
    """Draw enrolment so far as a step line, the plan dashed, and the predicted fan.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``kind, time, n, level, lower, upper``, rows of a kind by time (display units since
        the first enrolment). ``kind`` is ``enrolled`` (cumulative people, a step), ``planned``
        (cumulative people, a line; may be left out) or ``predicted`` (``n`` the median, ``lower``
        and ``upper`` the limits of a prediction interval of ``level``; one run of rows a level; may
        be left out). ``level, lower, upper`` are missing for the other kinds.
    target
        Planned number of people, drawn as a line across; None: not drawn.
    ticks
        Marks of the time axis; lines end with the last of them.
    """
    shown = frame[frame["time"] <= ticks[-1] * (1 + 1e-9)]
    enrolled, planned, predicted = (
        shown[shown["kind"] == kind] for kind in ("enrolled", "planned", "predicted")
    )
    _draw_fan(ax, predicted)
    if target is not None:
        ax.axhline(target, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
        _say(ax, 0, target, f"Target {target:,.0f}", MUTED, above=True)
    if len(planned):
        ax.plot(planned["time"], planned["n"], color=MUTED, linewidth=1.2, linestyle=PLANNED)
        middle = planned.iloc[len(planned) // 2]
        _say(ax, float(middle["time"]), float(middle["n"]), "Planned", MUTED, above=True)
    ax.step(enrolled["time"], enrolled["n"], where="post", color=INK)
    if len(enrolled):
        last = enrolled.iloc[-1]
        _say(ax, float(last["time"]), float(last["n"]), f"Enrolled {last['n']:,.0f}", INK)
    highest = np.nanmax(shown[["n", "upper"]].to_numpy(dtype=float), initial=1.0)
    ax.set(xlim=(0, ticks[-1]), ylim=(0, 1.08 * max(highest, target or 0.0)), xticks=list(ticks))
    ax.locator_params(axis="y", nbins=5, integer=True)
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax


def _draw_fan(ax: Axes, predicted: pd.DataFrame) -> None:
    """Prediction intervals over one another, the widest palest, and the median."""
    look = WEIGHTS[1]
    levels = sorted(predicted["level"].dropna().unique(), reverse=True)
    for level, alpha in zip(levels, FAN_ALPHAS, strict=False):
        own = predicted[predicted["level"] == level]
        time, lower, upper = (
            own[name].to_numpy(dtype=float) for name in ("time", "lower", "upper")
        )
        ax.fill_between(time, lower, upper, color=look.colour, alpha=alpha, linewidth=0)
        text = f"{100 * level:g}%"
        ax.annotate(
            text, (time[-1], upper[-1]), xytext=(-2, 0), textcoords="offset points", ha="right",
            va="top", color=look.text_colour, size=TEXT_SIZE,
        )  # fmt: skip
    if levels:
        median = predicted[predicted["level"] == levels[0]]
        ax.plot(median["time"], median["n"], color=look.colour, linestyle=(0, (1, 1)))


def _say(ax: Axes, time: float, n: float, text: str, colour: str, *, above: bool = False) -> None:
    """A name at a line: above it and to its left, or below its end."""
    ax.annotate(
        text, (time, n), xytext=(3, 3 if above else -3), textcoords="offset points",
        ha="left", va="bottom" if above else "top", color=colour, size=TEXT_SIZE,
    )  # fmt: skip
