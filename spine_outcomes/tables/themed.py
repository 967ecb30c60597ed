"""A table in the style of a journal: the same parts, other marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spine_outcomes.tables import numbers
from spine_outcomes.tables.cells import TO
from spine_outcomes.tables.numbers import in_theme
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table
from spine_outcomes.tables.theme import Theme


def themed(table: Table, theme: Theme) -> Table:
    """The table with every number and text in the marks of ``theme``; values stay as they are."""
    if table.is_verbatim:
        return table
    return replace(
        table,
        title=in_theme(table.title, theme),
        stub_head=in_theme(table.stub_head, theme),
        columns=tuple(_column(column, theme) for column in table.columns),
        rows=tuple(_row(row, theme) for row in table.rows),
        notes=tuple(in_theme(note, theme) for note in table.notes),
        direction=table.direction and in_theme(table.direction, theme),
    )


def _column(column: Column, theme: Theme) -> Column:
    """One head with its spanner."""
    return replace(
        column, head=in_theme(column.head, theme), spanner=in_theme(column.spanner, theme)
    )


def _row(row: Row, theme: Theme) -> Row:
    """One row with its name."""
    cells = tuple(_cell(cell, theme) for cell in row.cells)
    return replace(row, stub=in_theme(row.stub, theme), cells=cells)


def _cell(cell: Cell, theme: Theme) -> Cell:
    """One cell; the reason of what is not estimable is text too."""
    reason = cell.reason and in_theme(cell.reason, theme)
    return replace(cell, parts=tuple(_parts(cell.parts, theme)), reason=reason)


def _parts(parts: tuple[str | Number, ...], theme: Theme) -> Iterator[str | Number]:
    """Words and numbers, what stands between two numbers by what they are."""
    for place, part in enumerate(parts):
        before, after = parts[max(place - 1, 0)], parts[min(place + 1, len(parts) - 1)]
        if isinstance(part, Number):
            yield _number(part, theme)
        elif part == TO and isinstance(before, Number) and isinstance(after, Number):
            yield numbers.between(before.text, after.text, theme)
        elif part == "%" and isinstance(before, Number):
            yield theme.percent
        else:
            yield in_theme(part, theme)


def _number(number: Number, theme: Theme) -> Number:
    """A printed number; a p value is rounded by the rule of the theme."""
    if number.is_p:
        return replace(number, text=numbers.p_value(number.raw, theme))
    return replace(number, text=in_theme(number.text, theme))
