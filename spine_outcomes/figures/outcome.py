"""The figure of an endpoint: curves, their difference where it is asked for, the people below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spine_outcomes.figures.curves import draw_curves
from spine_outcomes.figures.difference import draw_difference
from spine_outcomes.figures.direct_labels import name_space
from spine_outcomes.figures.layout import (
    EDGE,
    GAP,
    Head,
    add_plot,
    apart,
    axis_space,
    head,
    note,
    write_head,
)
from spine_outcomes.figures.risk_table import count_text, draw_risk_table
from spine_outcomes.figures.style import ARMS, POINTS, REPORT, Sheet, house_style
from spine_outcomes.figures.svg import new_figure
from spine_outcomes.figures.text_width import folded, n_lines, widest

PITCH = 1.65  # of the lines of the table, in type sizes
MARKS = 30.0  # points for the marks of the vertical axis
APART = 4.0  # points between two columns of the table at least
UNWEIGHTED = "Unweighted counts"

Named = Sequence[tuple[str, str]]


def outcome_figure(
    curves: pd.DataFrame,
    people: pd.DataFrame,
    *,
    arms: Named,
    states: Mapping[str, str],
    heading: str,
    unit: str,
    sheet: Sheet = REPORT,
    difference: tuple[pd.DataFrame, str] | None = None,
    counts: tuple[str, int] = (UNWEIGHTED, 0),
) -> Figure:
    """Curves of one endpoint with the people at risk below, all on one time axis.

    Parameters
    ----------
    curves
        As ``draw_curves`` takes them.
    people
        As ``draw_risk_table`` takes them; its times are the ticks of the axis.
    arms, states
        Codes or columns, with their labels.
    heading, unit
        What the vertical axis shows, and the unit of the times.
    sheet
        What it is drawn on. On a narrow one a legend names the arms, and as many ticks are left out
        as it takes to keep the columns of the table apart.
    difference
        Frame as ``draw_difference`` takes it, and the name of the contrast: a panel between curves
        and table.
    counts
        What the numbers of the table are, and their decimals.
    """
    ticks = sorted(people["time"].unique())
    with house_style(sheet):
        above = _head(sheet, heading, arms)
        numbers = _numbers(people, states, counts[1])
        left, right = _left(numbers, states, sheet), _right(numbers, arms, sheet)
        kept = apart(ticks, sheet.points - left - right, _column(ticks, numbers, sheet))
        lines = len(arms) * (len(states) + 1) * PITCH * sheet.small
        below = lines + 1.5 * sheet.small + axis_space(sheet)
        plot = min(200.0, 0.62 * (sheet.points - left - right) + (0 if sheet.is_narrow else 60))
        contrast = "" if difference is None else _folded(difference[1], sheet)
        panel = 0.55 * plot if difference is not None else 0.0
        between = _between(contrast, sheet) if contrast else 0.0
        height = above.height + plot + panel + between + below
        figure = new_figure(sheet.width, height / POINTS, sheet)
        write_head(figure, above, sheet)
        place = {"left": left, "right": right}
        ax = add_plot(figure, sheet, **place, bottom=below + panel + between, height=plot)
        draw_curves(ax, curves, arms, ticks, names_beside=not sheet.is_narrow)
        ax.set_xticks(kept)
        last = ax
        if difference is not None:
            last = add_plot(figure, sheet, **place, bottom=below, height=panel)
            draw_difference(last, difference[0], ticks)
            last.set_xticks(kept)
            at = (below + panel + GAP) / height
            figure.text(EDGE / sheet.points, at, contrast, size=sheet.title, weight="bold")
        last.set_xlabel(f"Time, {unit}", labelpad=3)
        table = add_plot(figure, sheet, **place, bottom=EDGE / 2, height=lines)
        shown = people[people["time"].isin(kept)]
        draw_risk_table(table, shown, arms, states, ticks, margin=left - EDGE, decimals=counts[1])
        note(figure, sheet, counts[0], lines + EDGE)
    return figure


def _head(sheet: Sheet, heading: str, arms: Named) -> Head:
    """Heading, and on a narrow sheet the names of the arms."""
    if not sheet.is_narrow:
        return head(sheet, heading)
    entries = [
        Line2D([], [], color=look.colour, linestyle=look.dash, label=label)
        for (_, label), look in zip(arms, ARMS, strict=True)
    ]
    return head(sheet, heading, entries)


def _folded(contrast: str, sheet: Sheet) -> str:
    """The name of the contrast in lines of the sheet."""
    return folded(contrast, sheet.points - 2 * EDGE, sheet.title, bold=True)


def _between(contrast: str, sheet: Sheet) -> float:
    """Room between curves and their difference, points."""
    return 2.2 * sheet.text + 1.25 * sheet.title * n_lines(contrast) + GAP


def _numbers(people: pd.DataFrame, states: Mapping[str, str], decimals: int) -> list[str]:
    """Every number of the table as it is written."""
    return [count_text(n, decimals) for state in states for n in people[state]]


def _left(numbers: Sequence[str], states: Mapping[str, str], sheet: Sheet) -> float:
    """Left margin: names of the states, a gap, half a number; or the marks of the axis."""
    names = widest(list(states.values()), sheet.small)
    return EDGE + max(names + GAP + widest(numbers, sheet.small) / 2, MARKS)


def _right(numbers: Sequence[str], arms: Named, sheet: Sheet) -> float:
    """Right margin: the names of the arms, or half of a number."""
    if sheet.is_narrow:
        return EDGE + widest(numbers, sheet.small) / 2
    return EDGE + name_space([label for _, label in arms], sheet.points)


def _column(ticks: Sequence[float], numbers: Sequence[str], sheet: Sheet) -> float:
    """Points that a column of the table needs."""
    return APART + max(widest(numbers, sheet.small), widest([f"{ticks[-1]:g}"], sheet.text))
