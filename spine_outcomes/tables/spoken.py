"""A table in another language: the same numbers, other words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spine_outcomes.tables.language import FIRST_PLACE, Translator
from spine_outcomes.tables.table import Cell, Number, Row, Table

Parts = tuple[str | Number, ...]


def spoken(table: Table, say: Translator) -> Table:
    """The table in the language of ``say``; keys and values as files hold them stay."""
    head = replace(
        table,
        title=say(table.title),
        stub_head=say(table.stub_head),
        direction=table.direction and say(table.direction),
        columns=tuple(
            replace(column, head=say(column.head), spanner=say(column.spanner))
            for column in table.columns
        ),
        notes=tuple(map(say, table.notes)),
    )
    if table.is_verbatim:
        return head
    return replace(head, rows=tuple(_row(row, say) for row in table.rows))


def _row(row: Row, say: Translator) -> Row:
    """One row with its name."""
    cells = tuple(_cell(cell, say) for cell in row.cells)
    return replace(row, stub=say(row.stub), cells=cells)


def _cell(cell: Cell, say: Translator) -> Cell:
    """One cell; the reason of what is not estimable is text too."""
    return replace(cell, parts=in_parts(cell.parts, say), reason=cell.reason and say(cell.reason))


def in_parts(parts: Sequence[str | Number], say: Translator) -> Parts:
    """Words and numbers as one text, so that the numbers may stand elsewhere in the language.

    A letter of private use stands for each number while the words are looked up.
    """
    numbers = [part for part in parts if isinstance(part, Number)]
    places = iter(range(FIRST_PLACE, FIRST_PLACE + len(numbers)))
    text = "".join(part if isinstance(part, str) else chr(next(places)) for part in parts)
    said: list[str | Number] = [""]
    for letter in say(text):
        place = ord(letter) - FIRST_PLACE
        if 0 <= place < len(numbers):
            said += [numbers[place], ""]
        else:
            said[-1] = f"{said[-1]}{letter}"
    return tuple(part for part in said if part)
