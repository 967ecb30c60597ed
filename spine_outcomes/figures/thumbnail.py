"""A distribution as a row of bars, small enough to stand among a hundred others."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from spine_outcomes.figures.style import REFERENCE
from spine_outcomes.figures.svg import SVG, written

WIDTH, HEIGHT = 160.0, 44.0
_WIDEST, _WIDEST_ON_SCALE = 18.0, 40.0  # of a bar: one that fills the picture looks like a wall


def thumbnail(shares: Sequence[float], title: str, *, is_scale: bool) -> str:
    """A row of bars as an SVG document.

    Parameters
    ----------
    shares
        Height of each bar as a part of the tallest, 0 to 1.
    title
        What the picture shows, for those who do not see it.
    is_scale
        Whether the bars are neighbours on a scale, without a gap between them.
    """
    step = WIDTH / max(len(shares), 1)
    gap = 0.6 if is_scale else step * 0.25
    width = min(step - gap, _WIDEST_ON_SCALE if is_scale else _WIDEST)
    box = {"viewBox": f"0 0 {WIDTH:g} {HEIGHT:g}", "role": "img", "aria-label": title}
    root = ElementTree.Element(f"{{{SVG}}}svg", box)
    for i, share in enumerate(shares):
        height = share * (HEIGHT - 2)
        place = {
            "x": f"{i * step + (step - width) / 2:.2f}", "y": f"{HEIGHT - 1 - height:.2f}",
            "width": f"{width:.2f}", "height": f"{height:.2f}", "fill": REFERENCE.colour.lower(),
        }  # fmt: skip
        if height:
            ElementTree.SubElement(root, f"{{{SVG}}}rect", place)
    base = {
        "x1": "0", "x2": f"{WIDTH:g}", "y1": f"{HEIGHT - 0.5:g}", "y2": f"{HEIGHT - 0.5:g}",
        "stroke": "#6b7280", "stroke-width": "1",
    }  # fmt: skip
    ElementTree.SubElement(root, f"{{{SVG}}}line", base)
    return written(root)
