"""Names of a study that the shipped fonts cannot write, before anything is drawn with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spine_outcomes.errors import Finding
from spine_outcomes.figures.style import REPORT
from spine_outcomes.figures.typeface import glyph_findings
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan


def letter_findings(plan: AnalysisPlan, dictionary: DataDictionary) -> tuple[Finding, ...]:
    """A caution on texts of the plan, then of the dictionary, with letters that no font has.

    A figure would show an empty box for each. What the catalogues of languages say is written with
    letters that the fonts have; the words of a study may hold others.
    """
    return tuple(
        finding
        for block in (plan, dictionary)
        for finding in glyph_findings(dict(_texts(block.model_dump(mode="json"))), REPORT)
    )


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a file by its key; items of a list go by their names."""
    if isinstance(value, str):
        yield path, " ".join(value.split())
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            name = item.get("name", place) if isinstance(item, dict) else place
            yield from _texts(item, f"{path}.{name}")
