"""A typeface that travels with the page, cut down to the letters that the page shows."""

from __future__ import annotations

import base64
import io
from importlib.resources import files

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Letters of this page"
FIRST_BEYOND = 0x2E80  # where the blocks of Chinese, Japanese and Korean letters begin


def font_face(name: str, text: str) -> str:
    """A style rule with the letters of ``text`` that a shipped font has.

    Parameters
    ----------
    name
        File in ``figures/fonts``.
    text
        What the page shows.

    Returns
    -------
    str
        An ``@font-face`` rule for ``FAMILY``, its font inside it. The same letters give the same
        rule.
    """
    options = subset.Options(hinting=False, recalc_timestamp=False, flavor="woff")
    with io.BytesIO(_shipped(name)) as file, TTFont(file, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes={ord(letter) for letter in text})
        cutter.subset(font)
        font.flavor = "woff"
        written = io.BytesIO()
        font.save(written)
    data = base64.b64encode(written.getvalue()).decode()
    source = f'url("data:font/woff;base64,{data}") format("woff")'
    return f'@font-face{{font-family:"{FAMILY}";src:{source}}}\n'


def lacking(name: str, text: str) -> tuple[str, ...]:
    """Letters beyond Latin, Greek and common marks that a shipped font does not have, sorted."""
    with io.BytesIO(_shipped(name)) as file, TTFont(file) as font:
        known = font.getBestCmap()
    return tuple(sorted({c for c in text if ord(c) >= FIRST_BEYOND and ord(c) not in known}))


def _shipped(name: str) -> bytes:
    """Bytes of a font of the package."""
    return (files("spine_outcomes.figures") / "fonts" / name).read_bytes()
