"""Terms by grades: the darker a cell, the larger the share of the rows assessed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.style import INK, PAPER, small_size

DARK = 0.55  # share of the darkest cell from which its text is white


def draw_heat_map(
    ax: Axes, frame: pd.DataFrame, grades: Sequence[str], most: float, colour: str
) -> Axes:
    """Draw one arm: a row a term, a column a grade, the count in the cell.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``label, grade, share, text``; terms from the top. The text of a hidden count is its
        bound.
    grades
        Columns, from the left.
    most
        Share of the darkest cell, the same in both arms. Shades are square roots: rare grades would
        be white otherwise.
    colour
        Of the arm.
    """
    labels = list(dict.fromkeys(frame["label"]))
    cells = {(row["label"], row["grade"]): row for _, row in frame.iterrows()}
    for place, label in enumerate(labels):
        for column, grade in enumerate(grades):
            row = cells[label, grade]
            shade = (float(row["share"]) / most) ** 0.5 if most > 0 else 0.0
            ax.barh(place, 0.96, 0.92, column - 0.48, color=colour, alpha=shade, linewidth=0)
            ax.text(
                column, place, str(row["text"]), ha="center", va="center", size=small_size(),
                color=PAPER if shade > DARK else INK,
            )  # fmt: skip
    ax.set(xlim=(-0.5, len(grades) - 0.5), ylim=(len(labels) - 0.5, -0.5))
    ax.set_yticks(range(len(labels)), labels)
    ax.set_xticks(range(len(grades)), list(grades))
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return ax
