"""The font inside a page: only its letters, and the same bytes."""

from __future__ import annotations

import base64
import io
import re

from fontTools.ttLib import TTFont

from spine_outcomes.figures.typeface import face_rule

FONT = "DroidSansFallback-GB2312.ttf"


def letters(rule: str) -> set[str]:
    """Letters of the font in a style rule."""
    (data,) = re.findall(r"base64,([^\"]+)", rule)
    with TTFont(io.BytesIO(base64.b64decode(data))) as font:
        return {chr(code) for code in font.getBestCmap()}


def test_the_page_carries_its_letters_and_no_others() -> None:
    """A page of three megabytes, or empty boxes."""
    rule = face_rule(FONT, "局部失败 local failure", "Letters")
    assert letters(rule) == set("局部失败")
    assert len(rule) < 4000


def test_the_same_letters_give_the_same_bytes() -> None:
    """A report that differs from run to run."""
    assert face_rule(FONT, "死亡", "L") == face_rule(FONT, "亡死死", "L")
