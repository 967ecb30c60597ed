"""Marks on a log axis, as many as have room for their numbers."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from spine_outcomes.figures.style import POINTS
from spine_outcomes.figures.text_width import text_width

APART = 4.0  # points between two numbers


def set_log_axis(ax: Axes, marks: Sequence[float], limits: tuple[float, float]) -> None:
    """Make the horizontal axis logarithmic; marks near 1 come first where not all have room."""
    figure = ax.get_figure(root=True)
    width = ax.get_position().width * (figure.get_figwidth() if figure else 1.0) * POINTS
    low, high = np.log(limits)
    size = float(mpl.rcParams["font.size"])
    kept: list[tuple[float, float, float]] = []
    for mark in sorted(marks, key=lambda mark: abs(np.log(mark))):
        centre = width * (np.log(mark) - low) / (high - low)
        half = (text_width(f"{mark:g}", size) + APART) / 2
        if all(abs(centre - other) >= half + reach for _, other, reach in kept):
            kept.append((mark, centre, half))
    shown = sorted(mark for mark, _, _ in kept)
    ax.set_xscale("log")
    ax.set_xticks(shown, [f"{mark:g}" for mark in shown])
    ax.minorticks_off()
    ax.set_xlim(*limits)
