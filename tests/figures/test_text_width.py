"""Lines that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.figures.style import REPORT, SHIPPED_FACE, Sheet, house_style
from spine_outcomes.figures.text_width import folded, text_width

ARIAL = Sheet(3.5, 10.0, 9.0, 11.0, 1.0, SHIPPED_FACE)


def test_the_shipped_face_is_as_wide_as_arial() -> None:
    """Advance widths of Arial in 1/2048 em: A 1366, i 455, 0 1139, blank 569."""
    with house_style(ARIAL):
        for letters, units in (("AAAA", 4 * 1366), ("iiii", 4 * 455), ("0000", 4 * 1139)):
            assert text_width(letters, 10) == pytest.approx(units / 2048 * 10, rel=0.01)


@given(st.text("ab c国-", min_size=1, max_size=60), st.floats(25, 200))
def test_no_line_is_wider_than_its_room_and_no_letter_is_lost(text: str, width: float) -> None:
    """A name cut off, or one that runs into the plot."""
    with house_style(REPORT):
        lines = folded(text, width, 8.5).split("\n")
        assert all(text_width(line, 8.5) <= width + 1e-6 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
