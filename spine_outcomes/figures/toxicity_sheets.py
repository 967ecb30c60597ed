"""A sheet around each drawing of toxicity."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spine_outcomes.figures.butterfly import SHADES, draw_butterfly
from spine_outcomes.figures.dose_response import draw_dose_response
from spine_outcomes.figures.heat_map import draw_heat_map
from spine_outcomes.figures.layout import (
    EDGE,
    GAP,
    add_plot,
    axis_space,
    head,
    plot_sheet,
    write_head,
)
from spine_outcomes.figures.mean_count import draw_mean_count
from spine_outcomes.figures.style import ARMS, MUTED, POINTS, REPORT, Sheet, house_style
from spine_outcomes.figures.svg import new_figure
from spine_outcomes.figures.text_width import LEADING, folded, n_lines, widest

NAMES = 0.3  # of the sheet, at most, for the names of terms
MARKS = 42.0  # points to the left of a plot for the marks of its axis
PLOT = 0.36  # height of a plot over its width

Named = Sequence[tuple[str, str]]


def butterfly_sheet(
    frame: pd.DataFrame, arms: Named, heading: str, sheet: Sheet = REPORT
) -> Figure:
    """Worst grades of every term, the arms back to back."""
    with house_style(sheet):
        shown, names = _folded(frame, sheet)
        entries = [
            Line2D([], [], linestyle="none", marker="s", markersize=7, color=MUTED,
                   alpha=shade, label=f"Grade {grade}")
            for grade, shade in SHADES.items()
        ]  # fmt: skip
        figure, ax = plot_sheet(
            sheet, _height(names, sheet), left=_left(names, sheet), right=2 * EDGE,
            above=head(sheet, heading, entries), bottom=axis_space(sheet),
        )  # fmt: skip
        draw_butterfly(ax, shown, [code for code, _ in arms])
        (_, left), (_, right) = arms
        ax.set_xlabel(f"← {left}\u2003% of those assessed\u2003{right} →")
    return figure


def heat_map_sheet(
    frame: pd.DataFrame, arms: Named, grades: Sequence[str], heading: str, sheet: Sheet = REPORT
) -> Figure:
    """Terms by grades, an arm beside the other."""
    with house_style(sheet):
        shown, names = _folded(frame, sheet)
        above, bottom = head(sheet, heading), axis_space(sheet)
        title = LEADING * sheet.title + GAP
        height = _height(names, sheet)
        whole = above.height + title + height + bottom
        figure = new_figure(sheet.width, whole / POINTS, sheet)
        left = _left(names, sheet)
        each = (sheet.points - left - 2 * EDGE - 2 * GAP) / 2
        most = float(shown["share"].max())
        for i, ((arm, label), look) in enumerate(zip(arms, ARMS, strict=True)):
            start = left + i * (each + 2 * GAP)
            ax = add_plot(
                figure, sheet, left=start, right=sheet.points - start - each, bottom=bottom,
                height=height,
            )  # fmt: skip
            draw_heat_map(ax, shown[shown["arm"] == arm], grades, most, look.colour)
            ax.set_title(folded(label, each, sheet.title, bold=True))
            ax.set_xlabel("Worst grade")
            if i:
                ax.set_yticks([])
        write_head(figure, above, sheet)
    return figure


def dose_sheet(frame: pd.DataFrame, dose: str, heading: str, sheet: Sheet = REPORT) -> Figure:
    """One dose response; ``dose`` names its axis."""
    with house_style(sheet):
        figure, ax = plot_sheet(
            sheet, PLOT * sheet.points, left=MARKS, right=2 * EDGE, above=head(sheet, heading),
            bottom=axis_space(sheet),
        )  # fmt: skip
        draw_dose_response(ax, frame)
        ax.set_xlabel(dose)
    return figure


def mean_count_sheet(
    frame: pd.DataFrame, arms: Named, heading: str, unit: str, sheet: Sheet = REPORT
) -> Figure:
    """Mean number of events so far along time."""
    with house_style(sheet):
        entries = [
            Line2D([], [], color=look.colour, linestyle=look.dash, label=label)
            for (_, label), look in zip(arms, ARMS, strict=True)
        ]
        figure, ax = plot_sheet(
            sheet, PLOT * sheet.points, left=MARKS, right=2 * EDGE,
            above=head(sheet, heading, entries), bottom=axis_space(sheet),
        )  # fmt: skip
        draw_mean_count(ax, frame, [code for code, _ in arms])
        ax.set_xlabel(f"Time, {unit}")
    return figure


def _folded(frame: pd.DataFrame, sheet: Sheet) -> tuple[pd.DataFrame, list[str]]:
    """The frame with the names of its terms in lines that fit, and these."""
    room = NAMES * sheet.points
    names = {name: folded(name, room, sheet.text) for name in dict.fromkeys(frame["label"])}
    return frame.assign(label=frame["label"].map(names)), list(names.values())


def _height(names: Sequence[str], sheet: Sheet) -> float:
    """Height of a plot with a row a name, points."""
    lines = max(map(n_lines, names), default=1)
    return (LEADING * lines + 0.9) * sheet.text * max(len(names), 1)


def _left(names: Sequence[str], sheet: Sheet) -> float:
    """Margin for the names on the left, points."""
    return EDGE + widest(list(names), sheet.text) + GAP
