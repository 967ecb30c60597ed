"""Where the texts of a figure are: which of them touch, and which leave the sheet."""

from __future__ import annotations

from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from spine_outcomes.figures.style import Sheet, house_style
from spine_outcomes.figures.typeface import texts

SLACK = 0.5  # points that two boxes may share: the air above and below letters belongs to a box


def faults(figure: Figure, sheet: Sheet) -> list[str]:
    """Words for every pair of texts that overlap and every text that is cut off."""
    with house_style(sheet):
        figure.set_dpi(72)
        figure.draw_without_rendering()
        placed = [(text.get_text(), text.get_window_extent()) for text in seen(figure)]
    whole = figure.bbox
    found = [
        f"{name!r} leaves the sheet"
        for name, box in placed
        if box.x0 < -SLACK or box.y0 < -SLACK or box.x1 > whole.x1 + SLACK
        or box.y1 > whole.y1 + SLACK
    ]  # fmt: skip
    touching = (
        f"{a!r} overlaps {b!r}"
        for (a, one), (b, other) in combinations(placed, 2)
        if _overlap(one, other)
    )
    return [*found, *touching]


def seen(figure: Figure) -> list[Text]:
    """Texts that are drawn: marks of an axis beyond its ends and on an axis that is off are not."""
    hidden: set[int] = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            margin = 1e-6 * (high - low)
            is_off = not ax.axison or not ax.get_visible()
            for tick in axis.get_major_ticks():
                if is_off or not low - margin <= tick.get_loc() <= high + margin:
                    hidden |= {id(tick.label1), id(tick.label2)}
            if is_off:
                hidden.add(id(axis.label))
    return [text for text in texts(figure) if id(text) not in hidden]


def _overlap(one: Bbox, other: Bbox) -> bool:
    """Whether two boxes share more than the slack in both directions."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(across > SLACK and down > SLACK)
