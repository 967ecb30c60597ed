"""An interval of a ratio as a bar so small that it stands in a cell of a table."""

from __future__ import annotations

import math

from markupsafe import Markup

from spine_outcomes.figures.style import MUTED
from spine_outcomes.tables.table import Cell, Number

LEAST, MOST = 0.2, 5.0  # the axis, logarithmic; what lies beyond is cut with an arrow
WIDTH, HEIGHT = 96.0, 12.0
ARROW = 4.0


def bar(cell: Cell) -> Markup:
    """SVG of estimate and limits about a stroke at 1; nothing where the cell has no interval.

    It repeats numbers beside it: a screen reader passes over it.
    """
    values = [part.raw for part in cell.parts if isinstance(part, Number)]
    if len(values) != 3 or not all(value > 0 for value in values):
        return Markup("")
    at, low, high = (_place(value) for value in values)
    middle, one = HEIGHT / 2, _place(1.0)
    marks = [
        f'<path stroke="{MUTED}" d="M{one:g} 0V{HEIGHT:g}"/>',
        f'<path stroke="currentColor" stroke-width="1.5" d="M{low:g} {middle:g}H{high:g}"/>',
        _arrow(low, 1) if values[1] < LEAST else "",
        _arrow(high, -1) if values[2] > MOST else "",
        f'<path fill="currentColor" d="M{at - 2.5:g} {middle - 2.5:g}h5v5h-5z"/>',
    ]
    head = f'<svg class="bar" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" aria-hidden="true">'
    return Markup(f"{head}{''.join(marks)}</svg>")  # noqa: S704 - numbers only


def _place(value: float) -> float:
    """Where a ratio stands on the axis, cut at its ends."""
    share = math.log(value / LEAST) / math.log(MOST / LEAST)
    return round(3 + (WIDTH - 6) * min(max(share, 0.0), 1.0), 1)


def _arrow(x: float, direction: int) -> str:
    """The mark of a limit beyond the axis; its tip at ``x``."""
    middle = HEIGHT / 2
    tip, back = f"{x - 3 * direction:g}", f"{x + (ARROW - 3) * direction:g}"
    return (
        f'<path fill="currentColor" d="M{tip} {middle:g}L{back} {middle - 3:g}V{middle + 3:g}z"/>'
    )
