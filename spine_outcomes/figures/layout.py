"""Where things stand on a sheet: heading and legend on top, margins that fit the names beside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spine_outcomes.figures.style import MUTED, POINTS, Sheet
from spine_outcomes.figures.svg import new_figure
from spine_outcomes.figures.text_width import LEADING, folded, n_lines, text_width

EDGE = 6.0  # points from the edge of a sheet to what is written on it
GAP = 6.0  # between a name and what it names
HANDLE = 24.0  # length of a line in a legend
BETWEEN = 14.0  # two entries of a legend


@dataclass(frozen=True)
class Head:
    """What stands above the first plot of a sheet.

    Parameters
    ----------
    heading
        In bold, its lines broken to the sheet.
    entries
        Of the legend: a line with its look and its name.
    columns
        Entries side by side.
    height
        Points from the top of the sheet to the plot.
    """

    heading: str
    entries: tuple[Line2D, ...]
    columns: int
    height: float


def head(sheet: Sheet, heading: str = "", entries: Sequence[Line2D] = ()) -> Head:
    """Lay out a heading and a legend of ``entries`` in the width of a sheet."""
    room = sheet.points - 2 * EDGE
    heading = folded(heading, room, sheet.title, bold=True) if heading else ""
    for entry in entries:
        entry.set_label(folded(str(entry.get_label()), room - HANDLE - GAP, sheet.small))
    names = [str(entry.get_label()).split("\n") for entry in entries]
    longest = max((text_width(n, sheet.small) for name in names for n in name), default=0.0)
    columns = max(1, int((room + BETWEEN) // (HANDLE + GAP + longest + BETWEEN)))
    columns = min(columns, max(len(entries), 1))
    n_rows = -(-len(entries) // columns) * max(map(len, names), default=0)
    height = EDGE + LEADING * (sheet.title * n_lines(heading) if heading else 0.0)
    height += (1.35 * sheet.small * n_rows + GAP / 2) if entries else 0.0
    height += GAP if heading or entries else 0.0
    return Head(heading, tuple(entries), columns, height)


def write_head(figure: Figure, above: Head, sheet: Sheet) -> None:
    """Write the heading and the legend at the top left."""
    width, height = sheet.points, figure.get_figheight() * POINTS
    top = height - EDGE
    if above.heading:
        figure.text(
            EDGE / width, top / height, above.heading, size=sheet.title, weight="bold", va="top",
            linespacing=LEADING - 0.05,
        )  # fmt: skip
        top -= LEADING * sheet.title * n_lines(above.heading) + GAP / 2
    if above.entries:
        figure.legend(
            handles=_handles(above), loc="upper left", ncols=above.columns, borderpad=0,
            bbox_to_anchor=(EDGE / width, top / height), borderaxespad=0, labelspacing=0.25,
            handlelength=HANDLE / sheet.small, handletextpad=GAP / sheet.small,
            columnspacing=BETWEEN / sheet.small,
        )  # fmt: skip


def _handles(above: Head) -> list[Artist]:
    """Entries as matplotlib wants them: column by column, where we read row by row."""
    rows = -(-len(above.entries) // above.columns)
    full = [above.entries[i :: above.columns] for i in range(above.columns)]
    blank = Line2D([], [], linestyle="none", label=" ")
    return [entry for own in full for entry in (*own, *[blank] * (rows - len(own)))]


def plot_sheet(
    sheet: Sheet, plot: float, *, left: float, right: float, above: Head, bottom: float
) -> tuple[Figure, Axes]:
    """A figure with its head and one Axes below; all sizes in points.

    Parameters
    ----------
    plot
        Height of the plot.
    left, right, bottom
        Margins around it.
    """
    height = above.height + plot + bottom
    figure = new_figure(sheet.width, height / POINTS, sheet)
    ax = add_plot(figure, sheet, left=left, right=right, bottom=bottom, height=plot)
    write_head(figure, above, sheet)
    return figure, ax


def add_plot(
    figure: Figure, sheet: Sheet, *, left: float, right: float, bottom: float, height: float
) -> Axes:
    """An Axes at a place in points from the edges of the sheet."""
    whole = figure.get_figheight() * POINTS
    width = (sheet.points - left - right) / sheet.points
    return figure.add_axes((left / sheet.points, bottom / whole, width, height / whole))


def apart(ticks: Sequence[float], plot: float, column: float) -> Sequence[float]:
    """Every tick, or every second, third …: as many as have ``column`` points each."""
    step = plot / max(len(ticks) - 1, 1)
    return ticks[:: math.ceil(column / step)]


def axis_space(sheet: Sheet) -> float:
    """Room below a plot for its marks and the name of its axis, points."""
    return 3.5 + 2.9 * sheet.text + EDGE


def note(figure: Figure, sheet: Sheet, text: str, bottom: float) -> None:
    """A remark at the left edge, its base ``bottom`` points above the end of the sheet."""
    place = EDGE / sheet.points, bottom / (figure.get_figheight() * POINTS)
    figure.text(*place, text, size=sheet.small, color=MUTED)
