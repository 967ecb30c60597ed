"""The shipped fonts: cut down to the letters of a document, and what they cannot write."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.text import Text

from spine_outcomes.errors import Finding
from spine_outcomes.figures.style import (
    BOLD,
    CHINESE,
    CHINESE_FACE,
    REGULAR,
    SHIPPED_FACE,
    Sheet,
    add_shipped_face,
    families,
)

MOST_PLACES = 3  # that a finding names; the letters are the same in the others
FIRST_BEYOND = 0x2E80  # where the blocks of Chinese, Japanese and Korean letters begin


def face_rules(figure: Figure) -> str:
    """Style rules that bring along the type of a figure, cut down to its letters."""
    written = "".join(text.get_text() for text in texts(figure))
    rules = face_rule(REGULAR, written, SHIPPED_FACE, "normal")
    rules += face_rule(BOLD, written, SHIPPED_FACE, "bold")
    beyond = "".join(letter for letter in written if ord(letter) >= FIRST_BEYOND)
    return rules + (face_rule(CHINESE, beyond, CHINESE_FACE) if beyond else "")


def face_rule(name: str, text: str, family: str, weight: str | None = None) -> str:
    """A style rule with the letters of ``text`` that a shipped font has, the font inside it.

    Parameters
    ----------
    name
        File in ``figures/fonts``.
    text
        What is written with it.
    family, weight
        What the rule calls it; without a weight it stands for every weight.

    Returns
    -------
    str
        An ``@font-face`` rule. The same letters give the same rule.
    """
    data = base64.b64encode(_cut(name, "".join(sorted(set(text))))).decode()
    source = f'url("data:font/woff;base64,{data}") format("woff")'
    heavy = "" if weight is None else f"font-weight:{weight};"
    return f'@font-face{{font-family:"{family}";{heavy}src:{source}}}\n'


@cache
def _cut(name: str, letters: str) -> bytes:
    """A shipped font with these letters only, as WOFF."""
    options = subset.Options(hinting=False, recalc_timestamp=False, flavor="woff")
    options.drop_tables += ["FFTM"]  # when the font was made, which nobody needs
    content = (files("spine_outcomes.figures") / "fonts" / name).read_bytes()
    with io.BytesIO(content) as file, TTFont(file, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes={ord(letter) for letter in letters})
        cutter.subset(font)
        font.flavor = "woff"
        written = io.BytesIO()
        font.save(written)
    return written.getvalue()


def texts(figure: Figure) -> list[Text]:
    """Every text of a drawn figure that is seen."""
    found = figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible())
    return [text for text in found if isinstance(text, Text) and text.get_text().strip()]


def lacking(written: Iterable[str], sheet: Sheet) -> tuple[str, ...]:
    """Letters that no face of a sheet has: a reader would see an empty box for each."""
    add_shipped_face()
    known = set().union(*(_letters(face) for face in families(sheet)))
    return tuple(sorted({c for text in written for c in text if c != "\n" and ord(c) not in known}))


def glyph_findings(written: Mapping[str, str], sheet: Sheet) -> tuple[Finding, ...]:
    """A caution on letters that no face of a sheet has, and where they stand; none without them.

    Parameters
    ----------
    written
        Texts by their place: the name of a figure, or a key of the plan.
    sheet
        What they are drawn on.
    """
    letters = lacking(written.values(), sheet)
    if not letters:
        return ()
    places = [place for place, text in written.items() if set(letters) & set(text)]
    more = len(places) - MOST_PLACES
    named = ", ".join(places[:MOST_PLACES]) + (f" and {more} more" if more > 0 else "")
    told = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters)
    message = f"{named}: the shipped fonts lack {told}; figures show boxes there."
    return (Finding("W_GLYPH", message, "caution", "figures"),)


@cache
def _letters(family: str) -> frozenset[int]:
    """Code points that a family has."""
    with TTFont(findfont(FontProperties(family=family))) as font:
        return frozenset(font.getBestCmap())
