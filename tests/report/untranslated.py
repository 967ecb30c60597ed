"""What of a page in another script is still English: all that is seen, read aloud or printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tests.report.reading import Element, read

SPOKEN = ("aria-label", "aria-valuetext", "title", "alt", "placeholder", "data-label")
# What stays in Latin letters in a Chinese text, each kind with its reason.
MAY_STAY = (
    r"\S*[\d_/.][A-Za-z]\S*|\S*[A-Za-z][\d_/.]\S*",  # names of columns, files, keys, versions
    r"log\(−log\)|log",  # a scale is a formula
    r"Gy|cc|mm|cm|kg",  # units
    r"AT[EOTCM]|SMD|KS|SD|NNT|NE|HR|RR|OR|sHR|AIPTW|GEE",  # letters that formulas go by
    r"ECOG|SINS|MRI|BED|EQD2|CTV|PTV|ASIA|CTCAE|STROBE|TARGET",  # scores, images, guidelines
    r"CSV|SVG|PNG|JSON",  # kinds of files
    r"Aalen|Johansen|Kaplan|Meier|Cox|Efron|Breslow|Fine|Gray|Wald|Firth|Rubin|Barnard|Nelson"
    r"|Grambsch|Therneau|Schoenfeld|Holm|Hochberg|Crump|Korn|Graubard|Ghosh|Lin|Turnbull|Weibull"
    r"|VanderWeele|Ding|Bross|Schlesselman|von Elm|Cashin|Monte-Carlo|Karnofsky|Bilsky|logistic",
    r"spine-outcomes|numpy|scipy|pandas|statsmodels|scikit-learn|lifelines",  # programs
)
_STAYS = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(MAY_STAY)})(?![A-Za-z])")
_WORD = re.compile(r"[A-Za-z]{2}")
_PRINTED = re.compile(r'content:"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\([0-9a-f]+) ")


def english(page: str) -> list[str]:
    """Texts of a page that hold a word which is neither translated nor may stay, each once."""
    found = dict.fromkeys(" ".join(text.split()) for text in texts(read(page)))
    return [text for text in found if is_english(text)]


def is_english(text: str) -> bool:
    """Whether a text holds a word that is neither translated nor may stay."""
    return _WORD.search(_STAYS.sub(" ", text)) is not None


def texts(root: Element) -> Iterator[str]:
    """Every text that the page shows, reads aloud, prints in its margins or says by its scripts.

    What the page marks as not to be translated is left out, and code.
    """
    if root.tag == "style":
        for printed in _PRINTED.findall(root.text):
            yield _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), printed)
    elif root.tag == "script":
        yield from _of_scripts(root)
    elif root.tag != "code" and root.attributes.get("translate") != "no":
        yield from (root.attributes[key] for key in SPOKEN if key in root.attributes)
        for child in root.children:
            yield from [child] if isinstance(child, str) else texts(child)


def _of_scripts(script: Element) -> Iterator[str]:
    """Words of the scripts, their gaps left out, and the texts of curves pointed at."""
    if script.attributes.get("id") == "words":
        for said in json.loads(script.text).values():
            yield re.sub(r"\{\w+\}", "", said)
    elif script.attributes.get("id") == "readouts":
        for curves in json.loads(script.text).values():
            yield curves["unit"]
            for curve in curves["series"]:
                yield from (curve["name"], *curve["texts"])
