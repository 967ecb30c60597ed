"""A sentence made of words and of numbers that know the table they stand in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spine_outcomes.tables import cells
from spine_outcomes.tables.language import Translator
from spine_outcomes.tables.spoken import in_parts
from spine_outcomes.tables.table import Cell, Number, Parts


@dataclass(frozen=True)
class Linked(Number):
    """A number of a sentence, and where it stands in the report.

    Parameters
    ----------
    anchor
        Id of the table that holds it.
    source
        ``id`` of the row of the results frame behind it, if one.
    """

    anchor: str = ""
    source: str | None = None


@dataclass(frozen=True)
class Sentence:
    """Words and numbers in reading order."""

    parts: Parts

    @property
    def text(self) -> str:
        """The sentence as plain text."""
        return Cell(self.parts).text

    def spoken(self, say: Translator | None) -> Sentence:
        """The sentence in another language; itself where there is none."""
        return self if say is None else Sentence(in_parts(self.parts, say))

    @property
    def numbers(self) -> tuple[Linked, ...]:
        """Its numbers."""
        return tuple(part for part in self.parts if isinstance(part, Linked))


def sentence(*parts: str | Number | Iterable[str | Number]) -> Sentence:
    """Words, numbers and runs of them as one sentence."""
    flat: list[str | Number] = []
    for part in parts:
        flat += [part] if isinstance(part, str | Number) else part
    return Sentence(tuple(flat))


def linked(cell: Cell, anchor: str) -> Parts:
    """The parts of a cell, its numbers linked to the table ``anchor``."""
    return tuple(
        Linked(part.text, part.raw, part.is_p, anchor, cell.source)
        if isinstance(part, Number)
        else part
        for part in cell.parts
    )


def events_of_rows(row: pd.Series[Any], anchor: str) -> Parts:
    """Events of the rows of a result, linked to the table ``anchor``: "58 of 369"."""
    parts = (*cells.count(row["n_event"]).parts, " of ", *cells.count(row["n"]).parts)
    return linked(Cell(parts, source=str(row["id"])), anchor)
