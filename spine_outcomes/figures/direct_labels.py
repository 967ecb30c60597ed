"""Names of lines at their right ends, so that no legend has to be decoded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import matplotlib as mpl
from matplotlib.axes import Axes

from spine_outcomes.figures.style import POINTS
from spine_outcomes.figures.text_width import LEADING, folded, n_lines, widest

SHARE = 0.19  # of the sheet, for the longest line of a name
LEAD = 6.0  # points from the plot to a name


@dataclass(frozen=True)
class End:
    """The end of a line, in data units, and what stands beside it."""

    x: float
    y: float
    name: str
    colour: str
    text_colour: str


def name_space(names: Sequence[str], width: float) -> float:
    """Room to the right of the plot for names on a sheet ``width`` points wide."""
    size = float(mpl.rcParams["font.size"])
    return LEAD + widest([_fold(name, width) for name in names], size, bold=True)


def _fold(name: str, width: float) -> str:
    """A name in lines that fit beside the plot."""
    return folded(name, SHARE * width, float(mpl.rcParams["font.size"]), bold=True)


def name_ends(ax: Axes, ends: Sequence[End], weight: str = "bold") -> None:
    """Write the names to the right, pushed apart where they would touch, led to their ends.

    The limits of the axes must be set.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 - an Axes that is drawn on has one
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    box = ax.get_position()
    sheet = figure.get_figwidth() * POINTS
    size = float(mpl.rcParams["font.size"])
    line = LEADING * size / (box.height * figure.get_figheight() * POINTS) * (top - bottom)
    beyond = right + (LEAD - 2) / (box.width * sheet) * (right - left)
    names = [_fold(end.name, sheet) for end in ends]
    heights = [line * n_lines(name) for name in names]
    places = spread([end.y - bottom for end in ends], heights, top - bottom)
    for end, name, place in zip(ends, names, places, strict=True):
        ax.plot(
            [end.x, right, beyond], [end.y, end.y, place + bottom], color=end.colour,
            linewidth=0.8, linestyle=(0, (1, 2)), clip_on=False,
        )  # fmt: skip
        ax.annotate(
            name, (right, place + bottom), xytext=(LEAD, 0), textcoords="offset points",
            color=end.text_colour, va="center", ha="left", weight=weight, linespacing=1.2,
            annotation_clip=False,
        )  # fmt: skip


def spread(values: Sequence[float], heights: Sequence[float], top: float) -> list[float]:
    """Centres of labels of given heights, as near their values as they can be without touching.

    Neighbours are pushed apart until none touch; the pile is then moved onto the page.
    """
    order = sorted(range(len(values)), key=lambda i: values[i])
    centres = [
        min(max(value, height / 2), top - height / 2)
        for value, height in zip(values, heights, strict=True)
    ]
    for _ in range(len(values)):
        for below, above in pairwise(order):
            overlap = (heights[below] + heights[above]) / 2 - (centres[above] - centres[below])
            if overlap > 0:
                centres[below] -= overlap / 2
                centres[above] += overlap / 2
    for position, i in enumerate(order):
        least = heights[i] / 2
        if position:
            before = order[position - 1]
            least = centres[before] + (heights[before] + heights[i]) / 2
        centres[i] = max(centres[i], least)
    return centres if all(map(math.isfinite, centres)) else list(values)
