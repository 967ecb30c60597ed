"""Cumulative enrolment against the plan, and the fan of what is expected from here on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.direct_labels import End, name_ends
from spine_outcomes.figures.style import INK, MUTED, RULE, WEIGHTS

FAN_ALPHAS = (0.14, 0.26, 0.38)  # from the widest interval inwards
PLANNED = (0, (4, 2))


def draw_accrual(
    ax: Axes,
    frame: pd.DataFrame,
    target: float | None,
    ticks: Sequence[float],
    *,
    people: float = 1.0,
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
    people
        The axis has room for so many at least: those of the largest of several groups.
    """
    shown = frame[frame["time"] <= ticks[-1] * (1 + 1e-9)]
    enrolled, planned, predicted = (
        shown[shown["kind"] == kind] for kind in ("enrolled", "planned", "predicted")
    )
    ends = _draw_fan(ax, predicted)
    if target is not None:
        ax.axhline(target, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
        _say(ax, 0, target, f"Target {target:,.0f}", MUTED, above=True)
    if len(planned):
        ax.plot(planned["time"], planned["n"], color=MUTED, linewidth=1.2, linestyle=PLANNED)
        middle = 0.5 * (float(planned["time"].iloc[0]) + float(planned["time"].iloc[-1]))
        n = float(np.interp(middle, planned["time"], planned["n"]))
        _say(ax, middle, n, "Planned", MUTED, above=True, before=True)
    ax.step(enrolled["time"], enrolled["n"], where="post", color=INK)
    if len(enrolled):
        last = enrolled.iloc[-1]
        _say(ax, float(last["time"]), float(last["n"]), f"Enrolled {last['n']:,.0f}", INK)
    highest = np.nanmax(shown[["n", "upper"]].to_numpy(dtype=float), initial=people)
    ax.set(xlim=(0, ticks[-1]), ylim=(0, 1.08 * max(highest, target or 0.0)), xticks=list(ticks))
    ax.locator_params(axis="y", nbins=5, integer=True)
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    name_ends(ax, ends, weight="normal")
    return ax


def fan_names(frame: pd.DataFrame) -> list[str]:
    """What stands to the right of the plot: the levels of the prediction intervals."""
    return [f"{100 * level:g}%" for level in frame["level"].dropna().unique()]


def _draw_fan(ax: Axes, predicted: pd.DataFrame) -> list[End]:
    """Prediction intervals over one another, the widest palest, and the median; their ends."""
    look, ends = WEIGHTS[1], list[End]()
    levels = sorted(predicted["level"].dropna().unique(), reverse=True)
    for level, alpha in zip(levels, FAN_ALPHAS, strict=False):
        own = predicted[predicted["level"] == level]
        time, lower, upper = (
            own[name].to_numpy(dtype=float) for name in ("time", "lower", "upper")
        )
        ax.fill_between(time, lower, upper, color=look.colour, alpha=alpha, linewidth=0)
        name = f"{100 * level:g}%"
        ends.append(End(float(time[-1]), float(upper[-1]), name, look.colour, look.text_colour))
    if levels:
        median = predicted[predicted["level"] == levels[0]]
        ax.plot(median["time"], median["n"], color=look.colour, linestyle=(0, (1, 1)))
    return ends


def _say(
    ax: Axes, time: float, n: float, text: str, colour: str, *, above: bool = False,
    before: bool = False,
) -> None:  # fmt: skip
    """A name at a point: above or below it, to its right or, ``before`` it, to its left."""
    ax.annotate(
        text, (time, n), xytext=(-3 if before else 3, 3 if above else -3),
        textcoords="offset points", ha="right" if before else "left",
        va="bottom" if above else "top", color=colour,
    )  # fmt: skip
