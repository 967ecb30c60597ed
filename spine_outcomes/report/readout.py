"""What a reader sees of a curve at the time pointed at: the numbers as printed, and where they are.

Only times and estimates that the figure draws are here: a curve that was coarsened or cut where few
are at risk is read no finer than it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.table import Cell

POINTS = 72.0  # of an inch, the unit of an SVG of ours


@dataclass(frozen=True)
class Readout:
    """Texts of curves along their time axis.

    Parameters
    ----------
    box
        Left, top, right and bottom of the plot, in points of the picture.
    longest
        Time at its right side; its left side is 0.
    unit
        Of the times.
    times
        Increasing; a text holds until the next of them.
    series
        Name of each curve, and its text at each time (empty where it is not shown).
    """

    box: tuple[float, float, float, float]
    longest: float
    unit: str
    times: tuple[float, ...]
    series: tuple[tuple[str, tuple[str, ...]], ...]

    def block(self) -> dict[str, Any]:
        """The same for the script of the page."""
        return {
            "box": self.box,
            "longest": self.longest,
            "unit": self.unit,
            "times": self.times,
            "series": [{"name": name, "texts": texts} for name, texts in self.series],
        }


def readout(
    figure: Figure, curves: Sequence[tuple[str, pd.DataFrame]], unit: str, suffix: str = "%"
) -> Readout:
    """Readout of step curves drawn on the first Axes of a figure, from time 0.

    Parameters
    ----------
    curves
        Name of each curve, and its rows: ``time, estimate, lower, upper``, of proportions.
    suffix
        What stands behind an estimate.
    """
    ax = figure.axes[0]
    place = ax.get_position()
    width, height = (float(side) * POINTS for side in figure.get_size_inches())
    box = (
        place.x0 * width, (1 - place.y1) * height, place.x1 * width, (1 - place.y0) * height,
    )  # fmt: skip
    longest = float(ax.get_xlim()[1])
    every = np.unique(np.concatenate([frame["time"].to_numpy(float) for _, frame in curves]))
    times = every[every <= longest * (1 + 1e-9)]
    return Readout(
        box=tuple(round(side, 1) for side in box),
        longest=longest,
        unit=unit,
        times=tuple(float(time) for time in times),
        series=tuple((name, _texts(frame, times, suffix)) for name, frame in curves),
    )


def _texts(frame: pd.DataFrame, times: np.ndarray[Any, Any], suffix: str) -> tuple[str, ...]:
    """Text of one curve at each time: that of the last step at or before it."""
    at = np.searchsorted(frame["time"].to_numpy(float), times, side="right") - 1
    texts = [
        numbers.HIDDEN if pd.isna(row["estimate"]) else Cell(cells.with_limits(row, "percent")).text
        for _, row in frame.iterrows()
    ]
    last = float(frame["time"].max())
    return tuple(
        _with_suffix(texts[i], suffix) if i >= 0 and time <= last else ""
        for i, time in zip(at, times, strict=True)
    )


def _with_suffix(text: str, suffix: str) -> str:
    """The suffix behind the estimate, before its limits; a mark has none."""
    if text == numbers.HIDDEN:
        return text
    estimate, blank, limits = text.partition(" ")
    return f"{estimate}{suffix}{blank}{limits}"
