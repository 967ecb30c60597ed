"""Small pictures by the shapes that they are made of."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from spine_outcomes.figures.thumbnail import HEIGHT, WIDTH, thumbnail

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("is_scale", [True, False])
@pytest.mark.parametrize("shares", [[1.0], [0.25, 1.0, 0.0, 0.5], [0.1] * 30])
def test_bars_are_as_tall_as_their_shares_and_stay_inside(
    shares: list[float], is_scale: bool
) -> None:
    """A bar beyond the sheet is cut, and a cut bar is a wrong one."""
    text = thumbnail(shares, "Shape", is_scale=is_scale)
    root = ElementTree.fromstring(text)  # noqa: S314 - our own text
    assert root.attrib["aria-label"] == "Shape"
    bars = root.findall(f"{SVG}rect")
    heights = [float(bar.attrib["height"]) for bar in bars]
    assert heights == pytest.approx([s * (HEIGHT - 2) for s in shares if s], abs=0.01)
    right = 0.0
    for bar in bars:
        x, width = float(bar.attrib["x"]), float(bar.attrib["width"])
        assert right <= x + 0.01
        right = x + width
        assert float(bar.attrib["y"]) + float(bar.attrib["height"]) == pytest.approx(HEIGHT - 1)
    assert right <= WIDTH


def test_what_is_called_a_name_is_escaped() -> None:
    """A label from a dictionary stands in an attribute."""
    text = thumbnail([1.0], '"><script>', is_scale=True)
    assert "<script>" not in text
    root = ElementTree.fromstring(text)  # noqa: S314 - our own text
    assert root.attrib["aria-label"] == '"><script>'
