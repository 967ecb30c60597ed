"""The texts of a drawn figure in other words: the marks of a journal's numbers."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from spine_outcomes.figures.style import Sheet, house_style
from spine_outcomes.figures.typeface import texts


def reword(figure: Figure, sheet: Sheet, words: Callable[[str], str]) -> None:
    """Put every text of a figure through ``words``, the marks of its axes included."""
    with house_style(sheet), warnings.catch_warnings():
        # Letters that no face has are found by ``lacking``, which names them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.draw_without_rendering()
        for ax in figure.axes:
            for axis in (ax.xaxis, ax.yaxis):
                _reword_marks(ax, axis, words)
        for text in texts(figure):
            text.set_text(words(text.get_text()))


def _reword_marks(ax: Axes, axis: Axis, words: Callable[[str], str]) -> None:
    """Hold the marks of an axis fast in other words, where these differ."""
    low, high = sorted(axis.get_view_interval())
    margin = 1e-9 * (high - low)
    marks = [
        (float(tick.get_loc()), tick.label1.get_text())
        for tick in axis.get_major_ticks()
        if low - margin <= tick.get_loc() <= high + margin
    ]
    said = [words(label) for _, label in marks]
    if said != [label for _, label in marks]:
        limits = ax.get_xlim(), ax.get_ylim()
        axis.set_ticks([place for place, _ in marks], said)
        ax.set(xlim=limits[0], ylim=limits[1])
