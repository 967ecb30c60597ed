"""A table as a record of parts: what it says, not how it is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, TypeAlias

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_]+")


def identifier(*parts: str) -> str:
    """Parts as a stable name that may be an anchor and a file name: "curve-relapse-ATE"."""
    return "-".join(_NOT_IN_A_NAME.sub("-", part).strip("-") for part in parts)


@dataclass(frozen=True)
class Number:
    """A printed number and the value it was rounded from.

    Parameters
    ----------
    text
        As printed.
    raw
        Full precision, as in the results frame (a proportion, where percent is printed).
    is_p
        Whether it is a p value, which every journal rounds by a rule of its own.
    """

    text: str
    raw: float
    is_p: bool = False


Parts: TypeAlias = tuple[str | Number, ...]  # words and numbers in reading order


@dataclass(frozen=True)
class Cell:
    """One cell: words and numbers in reading order.

    Parameters
    ----------
    parts
        Words (str) and numbers (``Number``).
    source
        ``id`` of the row of the results frame behind it, if one.
    reason
        Why the value is not estimable, if it is not.
    """

    parts: Parts = ()
    source: str | None = None
    reason: str | None = None

    @property
    def text(self) -> str:
        """The cell as one line of text."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def number(self) -> Number | None:
        """The number that the cell is, where it holds nothing else."""
        only = self.parts[0] if len(self.parts) == 1 else None
        return only if isinstance(only, Number) else None


@dataclass(frozen=True)
class Column:
    """Head of one column, and the spanner above it that it shares with its neighbours.

    ``is_drawn``: a page may draw each ratio of the column as a small bar below its numbers.
    """

    head: str
    spanner: str = ""
    align: Literal["left", "right"] = "right"
    is_drawn: bool = False


@dataclass(frozen=True)
class Row:
    """One row: its name and a cell a column; a row without cells is the head of a group."""

    stub: str
    cells: tuple[Cell, ...] = ()
    is_indented: bool = False
    anchor: str | None = None

    def reworded(self, text: Callable[[str], str], parts: Callable[[Parts], Parts]) -> Row:
        """As ``Table.reworded``; the reason of what is not estimable is text too."""
        cells = tuple(
            replace(cell, parts=parts(cell.parts), reason=cell.reason and text(cell.reason))
            for cell in self.cells
        )
        return replace(self, stub=text(self.stub), cells=cells)

    @property
    def is_group(self) -> bool:
        """Whether the row is the head of the rows below it."""
        return not self.cells


@dataclass(frozen=True)
class Spanner:
    """A head over ``width`` neighbouring columns; empty text where there is none."""

    text: str
    width: int


@dataclass(frozen=True)
class Table:
    """A table of the report.

    Parameters
    ----------
    id
        Stable name: anchor on the page and name of the CSV file.
    title
        What it shows, of whom.
    stub_head
        Head of the first column.
    columns, rows
        The body; every row that is no group head has as many cells as there are columns.
    notes
        Footnotes: method, base of percentages, reasons.
    direction
        How contrasts are signed, such as "Extended − Focal".
    is_verbatim
        Whether it shows keys and values as files hold them, which no theme changes.

    Raises
    ------
    ValueError
        If a row has another number of cells than there are columns.
    """

    id: str
    title: str
    stub_head: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    direction: str | None = None
    is_verbatim: bool = False

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) not in (0, len(self.columns)):
                raise ValueError(
                    f"table {self.id}: row {row.stub!r} has {len(row.cells)} cells for "
                    f"{len(self.columns)} columns"
                )

    def reworded(self, text: Callable[[str], str], parts: Callable[[Parts], Parts]) -> Table:
        """The same table in other words: ``text`` says its texts, ``parts`` what is in its cells.

        Rows that show keys and values as files hold them stay.
        """
        heads = tuple(
            replace(column, head=text(column.head), spanner=text(column.spanner))
            for column in self.columns
        )
        reworded = replace(
            self,
            title=text(self.title),
            stub_head=text(self.stub_head),
            columns=heads,
            notes=tuple(map(text, self.notes)),
            direction=self.direction and text(self.direction),
        )
        if self.is_verbatim:
            return reworded
        return replace(reworded, rows=tuple(row.reworded(text, parts) for row in self.rows))

    @property
    def spanners(self) -> tuple[Spanner, ...]:
        """Heads over neighbouring columns; empty where no column has one."""
        if not any(column.spanner for column in self.columns):
            return ()
        runs = groupby(self.columns, key=lambda column: column.spanner)
        return tuple(Spanner(text, len(list(run))) for text, run in runs)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why cells are not estimable: each reason once, in reading order."""
        cells = (cell for row in self.rows for cell in row.cells)
        return tuple(dict.fromkeys(cell.reason for cell in cells if cell.reason))

    def footnotes(self, source: str = "") -> tuple[str, ...]:
        """Every line below the table where there are no links: reasons, notes, then its source."""
        named = "; ".join(
            f"{place}: {reason}" for place, reason in enumerate(self.reasons, start=1)
        )
        return (
            *((f"NE, not estimable: {named}.",) if named else ()),
            *self.notes,
            *((f"{source}.",) if source else ()),
        )

    def mark(self, cell: Cell) -> str:
        """The number of the reason why a cell is not estimable; empty where it is."""
        return str(self.reasons.index(cell.reason) + 1) if cell.reason else ""
