"""The flow of rows from reading to analysis, as boxes with text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from spine_outcomes.figures.style import INK, MUTED, POINTS, REPORT, Sheet, house_style
from spine_outcomes.figures.svg import new_figure
from spine_outcomes.figures.text_width import folded

PAD, APART = 6.0, 22.0  # points inside a box, and between two
LEADING = 1.4
MAIN, SIDE = 0.44, 0.46  # widths of the boxes as shares of the sheet
EDGE = 2.0
HEAD = 3.5  # of an arrow


@dataclass(frozen=True)
class Step:
    """One step: what is left after it, and what it left out (empty where nothing)."""

    kept: Sequence[str]
    left_out: Sequence[str] = ()


@dataclass(frozen=True)
class Box:
    """A box with its lines, the first ``n_bold`` in bold; all sizes in points from the top left."""

    x: float
    y: float
    width: float
    lines: tuple[str, ...]
    n_bold: int

    @property
    def height(self) -> float:
        """Height that its lines need."""
        return LEADING * float(mpl.rcParams["font.size"]) * len(self.lines) + 2 * PAD


@dataclass(frozen=True)
class Chart:
    """Boxes and the lines between them (x and y in turn; ``arrows`` have a head at their end)."""

    boxes: tuple[Box, ...]
    lines: tuple[tuple[float, ...], ...]
    arrows: tuple[tuple[float, ...], ...]
    height: float


def flow_sheet(
    steps: Sequence[Step], arms: Sequence[Sequence[str]], sheet: Sheet = REPORT
) -> Figure:
    """The flow chart: steps from top to bottom, the arms side by side below them.

    Parameters
    ----------
    steps
        Each text is a line, the first in bold.
    arms
        Lines of the boxes at the bottom.
    sheet
        What it is drawn on.
    """
    with house_style(sheet):
        found = chart(steps, arms, sheet.points)
        figure = new_figure(sheet.width, found.height / POINTS, sheet)
        draw_flow(figure.add_axes((0, 0, 1, 1)), found, sheet.points)
    return figure


def draw_flow(ax: Axes, found: Chart, width: float) -> Axes:
    """Draw a chart on an Axes that is ``width`` points wide and as high as the chart."""
    ax.set(xlim=(0, width), ylim=(found.height, 0))
    ax.axis("off")
    size = float(mpl.rcParams["font.size"])
    for points in (*found.lines, *found.arrows):
        ax.plot(points[::2], points[1::2], color=MUTED, linewidth=0.8)
    for points in found.arrows:
        x, y = points[-2:]
        back = (-HEAD, HEAD) if points[-4] == x else (-HEAD, -HEAD)
        side = (-HEAD, -HEAD) if points[-4] == x else (-HEAD, HEAD)
        ax.plot(
            [x + back[0], x, x + back[1]], [y + side[0], y, y + side[1]], color=MUTED,
            linewidth=0.8,
        )  # fmt: skip
    for box in found.boxes:
        ax.add_patch(
            Rectangle((box.x, box.y), box.width, box.height, fill=False, ec=MUTED, linewidth=0.8)
        )
        for i, line in enumerate(box.lines):
            y = box.y + PAD + LEADING * size * (i + 0.75)
            weight = "bold" if i < box.n_bold else "normal"
            ax.text(box.x + PAD, y, line, va="baseline", weight=weight, color=INK)
    return ax


def chart(steps: Sequence[Step], arms: Sequence[Sequence[str]], width: float) -> Chart:
    """Lay out the boxes of a flow chart on a sheet ``width`` points wide."""
    boxes: list[Box] = []
    arrows: list[tuple[float, ...]] = []
    top, main = EDGE, MAIN * width
    stem = EDGE + main / 2
    for position, step in enumerate(steps):
        if position:
            side = _box(width - EDGE - SIDE * width, 0.0, SIDE * width, step.left_out)
            gap = max(APART, side.height + 10) if step.left_out else APART
            arrows.append((stem, top, stem, top + gap))
            if step.left_out:
                middle = top + gap / 2
                arrows.append((stem, middle, side.x, middle))
                boxes.append(_box(side.x, middle - side.height / 2, side.width, step.left_out))
            top += gap
        boxes.append(_box(EDGE, top, main, step.kept))
        top += boxes[-1].height
    if not arms:
        return Chart(tuple(boxes), (), tuple(arrows), top + EDGE)
    below = _arm_boxes(arms, top + 1.6 * APART, width)
    fork = top + 0.8 * APART
    centres = [box.x + box.width / 2 for box in below]
    lines = [(stem, top, stem, fork), (min(stem, *centres), fork, max(stem, *centres), fork)]
    arrows += [(centre, fork, centre, box.y) for centre, box in zip(centres, below, strict=True)]
    bottom = max(box.y + box.height for box in below) + EDGE
    return Chart((*boxes, *below), tuple(lines), tuple(arrows), bottom)


def _arm_boxes(arms: Sequence[Sequence[str]], top: float, width: float) -> list[Box]:
    """The boxes of the arms, side by side over the sheet."""
    each = (width - 2 * EDGE - 12.0 * (len(arms) - 1)) / len(arms)
    return [_box(EDGE + i * (each + 12.0), top, each, arm) for i, arm in enumerate(arms)]


def _box(x: float, y: float, width: float, texts: Sequence[str]) -> Box:
    """A box with its texts in lines that fit, the first text in bold."""
    size, room = float(mpl.rcParams["font.size"]), width - 2 * PAD
    folds = [
        folded(text, room, size, bold=position == 0).split("\n")
        for position, text in enumerate(texts)
    ]
    lines = tuple(line for fold in folds for line in fold)
    return Box(x, y, width, lines, len(folds[0]) if folds else 0)
