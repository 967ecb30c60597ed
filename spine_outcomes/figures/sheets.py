"""A sheet of the right size around each drawing: margins fit the names, height the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spine_outcomes.figures.accrual import draw_accrual, fan_names
from spine_outcomes.figures.boundary import boundary_names, draw_boundary
from spine_outcomes.figures.convergence import draw_convergence
from spine_outcomes.figures.difference import draw_difference
from spine_outcomes.figures.direct_labels import name_space
from spine_outcomes.figures.forest import INDENT, TEXT_GAP, draw_forest, null_place, ratio_axis
from spine_outcomes.figures.layout import (
    EDGE,
    GAP,
    Head,
    add_plot,
    apart,
    axis_space,
    head,
    plot_sheet,
    write_head,
)
from spine_outcomes.figures.love import draw_love
from spine_outcomes.figures.margin import write_beside
from spine_outcomes.figures.overlap import draw_overlap
from spine_outcomes.figures.schoenfeld import draw_effect
from spine_outcomes.figures.stacked import area_names, draw_stacked
from spine_outcomes.figures.style import POINTS, REPORT, WEIGHTS, Sheet, house_style
from spine_outcomes.figures.svg import new_figure
from spine_outcomes.figures.text_width import LEADING, folded, n_lines, widest
from spine_outcomes.figures.weights import draw_weights

NAMES, NARROW_NAMES = 0.55, 0.46  # of the sheet, at most, for the names of rows
MARKS = 42.0  # points to the left of a plot for the marks of its axis
ARROW = 18.0  # points between the line of no effect and the words beside it, arrow included
PANEL, ACROSS = 100.0, 3  # width of a small panel at least, points; and so many a row at most

Named = Sequence[tuple[str, str]]


def overlap_sheet(
    frame: pd.DataFrame, arms: Named, score: str, rows: str, sheet: Sheet = REPORT
) -> Figure:
    """Mirrored histograms of the propensity score; ``score`` and ``rows`` name the axes."""
    with house_style(sheet):
        figure, ax = _plain(sheet, 0.4, head(sheet, rows), score)
        draw_overlap(ax, frame, arms)
    return figure


def love_sheet(
    frame: pd.DataFrame, weights: Named, limit: float, score: str, sheet: Sheet = REPORT
) -> Figure:
    """Standardised differences of every covariate."""
    with house_style(sheet):
        names, pitch = _rows(list(dict.fromkeys(frame["label"])), sheet, 1.5)
        entries = [
            Line2D([], [], linestyle="none", marker=look.marker, color=look.colour, label=label)
            for (_, label), look in zip(weights, WEIGHTS, strict=False)
        ]
        left, bottom = _left(names.values(), sheet), axis_space(sheet)
        above, height = head(sheet, entries=entries), pitch * (len(names) + 1)
        figure, ax = plot_sheet(
            sheet, height, left=left, right=2 * EDGE, above=above, bottom=bottom
        )
        draw_love(ax, frame.assign(label=frame["label"].map(names)), weights, limit)
        ax.set_xlabel(score)
    return figure


def weights_sheet(
    frame: pd.DataFrame, arms: Named, weights: Named, score: str, sheet: Sheet = REPORT
) -> Figure:
    """Spread of the weights by set of weights and arm."""
    with house_style(sheet):
        labels = [f"{name}: {label}" for _, name in weights for _, label in arms]
        names, pitch = _rows(labels, sheet, 2.2)
        left, height = _left(names.values(), sheet), pitch * len(names) + sheet.text
        above, bottom = head(sheet), axis_space(sheet)
        figure, ax = plot_sheet(
            sheet, height, left=left, right=2 * EDGE, above=above, bottom=bottom
        )
        draw_weights(ax, frame, arms, weights)
        ax.set_yticks(range(len(names)), list(names.values()))
        ax.set_xlabel(score)
    return figure


def effect_sheet(
    frame: pd.DataFrame,
    weights: Named,
    ticks: Sequence[float],
    ratio: str,
    unit: str,
    sheet: Sheet = REPORT,
) -> Figure:
    """The hazard ratio along time; ``ratio`` names its axis."""
    with house_style(sheet):
        entries = [
            Line2D([], [], marker=look.marker, color=look.colour, label=label, markersize=4.5)
            for (code, label), look in zip(weights, WEIGHTS, strict=False)
            if (frame["estimand"] == code).any()
        ]
        figure, ax = _plain(sheet, 0.36, head(sheet, ratio, entries), f"Time, {unit}")
        draw_effect(ax, frame, weights, ticks)
    return figure


def difference_sheet(
    frame: pd.DataFrame, ticks: Sequence[float], contrast: str, unit: str, sheet: Sheet = REPORT
) -> Figure:
    """The risk difference over time; ``contrast`` names its axis."""
    with house_style(sheet):
        figure, ax = _plain(sheet, 0.32, head(sheet, contrast), f"Time, {unit}")
        draw_difference(ax, frame, ticks)
    return figure


def stacked_sheet(
    frame: pd.DataFrame,
    arms: Named,
    causes: Named,
    ticks: Sequence[float],
    unit: str,
    sheet: Sheet = REPORT,
) -> Figure:
    """All events of each arm on top of one another, the arms side by side."""
    with house_style(sheet):
        title = LEADING * sheet.text
        above, between = head(sheet, entries=area_names(causes)), 2 * EDGE
        width = (sheet.points - 2 * EDGE - MARKS - between) / 2
        height = min(200.0, max(110.0, 0.8 * width))
        bottom = axis_space(sheet)
        figure = new_figure(sheet.width, (above.height + title + height + bottom) / POINTS, sheet)
        write_head(figure, above, sheet)
        for place, (code, label) in enumerate(arms):
            left = EDGE + MARKS + place * (width + between)
            right = sheet.points - left - width
            ax = add_plot(figure, sheet, left=left, right=right, bottom=bottom, height=height)
            draw_stacked(ax, frame[frame["arm"] == code], causes, ticks)
            ax.set_xticks(apart(ticks, width, widest([f"{ticks[-1]:g}"], sheet.text) + 4))
            ax.set_title(label, size=sheet.text, pad=GAP / 2)
            ax.set_xlabel(f"Time, {unit}")
            ax.tick_params(labelleft=place == 0)
    return figure


def forest_sheet(
    frame: pd.DataFrame, favours: tuple[str, str], head_of: tuple[str, str], sheet: Sheet = REPORT
) -> Figure:
    """Ratios under one another, with heads over the names and over the numbers."""
    with house_style(sheet):
        numbers = widest([*frame["text"], ""], sheet.text)
        room = max(numbers, 60.0) if sheet.is_narrow else sheet.points
        numbers_head = folded(head_of[1], room, sheet.text, bold=True)
        right = TEXT_GAP + max(numbers, widest([numbers_head], sheet.text, bold=True)) + EDGE
        names, pitch = _rows([*frame["label"], head_of[0]], sheet, 2.0, bold=True)
        left = INDENT + _left(names.values(), sheet, bold=True)
        above = head(sheet)
        top = LEADING * sheet.text * max(n_lines(numbers_head), n_lines(names[head_of[0]])) + GAP
        low, high, _ = ratio_axis(frame)
        null = left + null_place(low, high) * (sheet.points - left - right)
        rooms = null - EDGE - ARROW, sheet.points - null - EDGE - ARROW
        said = [folded(t, room, sheet.small) for t, room in zip(favours, rooms, strict=True)]
        words = LEADING * sheet.small * max(map(n_lines, said)) + GAP / 2
        figure, ax = plot_sheet(
            sheet, pitch * len(frame) + top, left=left, right=right, above=above,
            bottom=axis_space(sheet) + words,
        )  # fmt: skip
        draw_forest(
            ax, frame.assign(label=frame["label"].map(names)), (said[0], said[1]),
            margin=left - EDGE, top=top / pitch,
        )  # fmt: skip
        ax.set_xlabel(head_of[1].partition(" (")[0], labelpad=words)
        look = {"weight": "bold", "va": "top", "linespacing": LEADING - 0.05}
        at = -0.5 - top / pitch
        write_beside(ax, names[head_of[0]], (0, at), (EDGE - left, 0), **look)
        write_beside(ax, numbers_head, (1, at), (TEXT_GAP, 0), **look)
    return figure


def accrual_sheet(
    frame: pd.DataFrame,
    target: float | None,
    ticks: Sequence[float],
    unit: str,
    sheet: Sheet = REPORT,
    *,
    people: float = 1.0,
) -> Figure:
    """Enrolment over time against its plan, with room for so many ``people`` at least."""
    with house_style(sheet):
        right = EDGE + name_space(fan_names(frame), sheet.points)
        time = f"Time since the planned start, {unit}"
        figure, ax = _plain(sheet, 0.4, head(sheet, "Patients"), time, right=right)
        draw_accrual(ax, frame, target, ticks, people=people)
    return figure


def boundary_sheet(frame: pd.DataFrame, favours: tuple[str, str], sheet: Sheet = REPORT) -> Figure:
    """Boundaries of Z against the information, with what was seen."""
    with house_style(sheet):
        axis = "Information relative to the planned maximum"
        above = head(sheet, "Z", boundary_names(frame))
        above = replace(above, height=above.height + LEADING * sheet.small)  # for the looks' names
        figure, ax = _plain(sheet, 0.4, above, axis)
        draw_boundary(ax, frame, "z", favours)
    return figure


def convergence_sheet(frame: pd.DataFrame, columns: Named, sheet: Sheet = REPORT) -> Figure:
    """The imputed values of every column round by round, as many panels a row as fit."""
    across = min(ACROSS, max(1, int(sheet.points // PANEL)))
    n_rows = -(-len(columns) // across)
    with house_style(sheet):
        width = sheet.points / across - MARKS - EDGE
        titles = [folded(label, width + MARKS - EDGE, sheet.text) for _, label in columns]
        above = LEADING * sheet.text * max(map(n_lines, titles), default=1) + 2 * GAP
        marks, each = axis_space(sheet), 66.0
        height = n_rows * (above + each) + (n_rows - 1) * 2.2 * sheet.text + marks
        figure = new_figure(sheet.width, height / POINTS, sheet)
        for place, ((column, _), title) in enumerate(zip(columns, titles, strict=True)):
            row, step = place // across, place % across
            left = step * sheet.points / across + MARKS
            bottom = height - (row + 1) * (above + each) - row * 2.2 * sheet.text
            ax = figure.add_axes((left / sheet.points, bottom / height, width / sheet.points,
                                  each / height))  # fmt: skip
            draw_convergence(ax, frame[frame["column"] == column])
            ax.annotate(title, (0, 1), xycoords="axes fraction", xytext=(EDGE - MARKS, GAP),
                        textcoords="offset points", va="bottom")  # fmt: skip
            if place + across >= len(columns):
                ax.set_xlabel("Round")
    return figure


def _plain(
    sheet: Sheet, shape: float, above: Head, axis: str, *, right: float = 3 * EDGE
) -> tuple[Figure, Axes]:
    """A sheet with one plot ``shape`` times as high as the sheet is wide, never flat."""
    axis = folded(axis, sheet.points - MARKS - right, sheet.text)
    bottom = axis_space(sheet) + LEADING * sheet.text * (n_lines(axis) - 1)
    height = max(shape * sheet.points, 110.0)
    figure, ax = plot_sheet(
        sheet, height, left=EDGE + MARKS, right=right, above=above, bottom=bottom
    )
    ax.set_xlabel(axis)
    return figure, ax


def _rows(
    labels: Sequence[str], sheet: Sheet, leading: float, *, bold: bool = False
) -> tuple[dict[str, str], float]:
    """Names of rows in lines that leave room for a plot, and from row to row in points."""
    room = (NARROW_NAMES if sheet.is_narrow else NAMES) * sheet.points
    names = {label: folded(str(label), room, sheet.text, bold=bold) for label in labels}
    lines = max(map(n_lines, names.values()), default=1)
    return names, sheet.text * (leading + LEADING * (lines - 1))


def _left(names: Iterable[str], sheet: Sheet, *, bold: bool = False) -> float:
    """Left margin that the longest line of the names needs, points."""
    return EDGE + widest(list(names), sheet.text, bold=bold) + GAP
