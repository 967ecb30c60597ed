"""How wide text is in the face of the style that holds, and where its lines break."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import lru_cache

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from spine_outcomes.figures.spoken import spoken

LEADING = 1.25  # from line to line, in type sizes
# Chinese and Japanese break between any two signs; other scripts between words.
_PARTS = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text in points, as it is written."""
    return _width(text, size, bold, tuple(mpl.rcParams["font.family"]))


def widest(texts: Sequence[str], size: float, *, bold: bool = False) -> float:
    """Width of the widest line of several texts in points, as spoken; 0 where there are none."""
    lines = (line for text in texts for line in spoken(text).split("\n"))
    return max((text_width(line, size, bold=bold) for line in lines), default=0.0)


@lru_cache(maxsize=4096)
def _width(text: str, size: float, bold: bool, family: tuple[str, ...]) -> float:
    """As ``text_width``, of a family."""
    face = FontProperties(family=list(family), size=size, weight="bold" if bold else "normal")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        width, _, _ = TextToPath().get_text_width_height_descent(text, face, ismath=False)
    return float(width)


def folded(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text as spoken, with line ends where a line would be wider than ``width`` points.

    A word that is wider than a line is broken as well: it must not leave the sheet.
    """
    lines, line = [], ""
    for part in _breakable(spoken(text), width, size, bold):
        if line and text_width((line + part).rstrip(), size, bold=bold) > width:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
    return "\n".join([*lines, line.rstrip()])


def _breakable(text: str, width: float, size: float, bold: bool) -> list[str]:
    """Words with the blanks behind them; the letters of a word that no line holds."""
    parts: list[str] = []
    for part in _PARTS.findall(text):
        fits = text_width(part.rstrip(), size, bold=bold) <= width
        parts += [part] if fits else list(part)
    return parts


def n_lines(text: str) -> int:
    """Number of lines."""
    return text.count("\n") + 1
