"""What helps to read the report: terms, papers of the methods, and reporting guidelines.

The texts are data, in the YAML files beside this one; here is decided which of them a run needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from spine_outcomes.analysis.results import Results


@dataclass(frozen=True)
class Item:
    """An item of a guideline.

    Parameters
    ----------
    number
        As the guideline counts, or the part of it.
    asks
        What it asks for.
    answers
        Anchor and title of the sections that answer it; none where only the authors can.
    """

    number: str
    asks: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Checklist:
    """A reporting guideline."""

    name: str
    title: str
    source: str
    items: tuple[Item, ...]


def checklists(anchors: Sequence[tuple[str, str]]) -> tuple[Checklist, ...]:
    """Every guideline, its items mapped to the sections that the report has.

    Parameters
    ----------
    anchors
        Id and title of every section, in reading order.
    """
    return tuple(
        Checklist(
            name=each["name"],
            title=each["title"],
            source=each["source"],
            items=tuple(
                Item(item["item"], item["asks"], _answers(item.get("where", ()), anchors))
                for item in each["items"]
            ),
        )
        for each in _texts("checklists")
    )


def _answers(
    wanted: Sequence[str], anchors: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Sections of these ids; the first of those that begin so, where an id ends with "*"."""
    found = []
    for name in wanted:
        is_open = name.endswith("*")
        fits = [a for a in anchors if (a[0].startswith(name[:-1]) if is_open else a[0] == name)]
        found += fits[:1]
    return tuple(found)


def terms(results: Results) -> tuple[tuple[str, str], ...]:
    """Terms that the report uses, and what they mean."""
    return tuple((each["term"], each["text"]) for each in _needed("terms", results))


def references(results: Results) -> tuple[str, ...]:
    """Papers of the methods that ran, in the order of the report."""
    return tuple(each["cite"] for each in _needed("references", results))


def _needed(name: str, results: Results) -> Iterator[dict[str, Any]]:
    """Texts of a file that this run needs."""
    used = set(_used(results))
    for each in _texts(name):
        if "of" not in each or used & set(each["of"]):
            yield each


def _used(results: Results) -> Iterator[str]:
    """Models, measures and sets of weights of the results, and parts of the run that are there."""
    frame = results.results
    for column in ("model", "measure", "ties"):
        yield from frame[column].dropna().unique()
    estimands = frame["estimand"].str.split(":").str[0].dropna().unique()
    yield from estimands
    if set(estimands) - {"unweighted"}:
        yield "weights"
    for part in ("imputation", "e_values", "risk_table"):
        if len(getattr(results, part)):
            yield part


@cache
def _texts(name: str) -> list[dict[str, Any]]:
    """Records of a file."""
    text = files("spine_outcomes.report").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.safe_load(text)
    return found
