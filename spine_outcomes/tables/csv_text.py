"""A table as CSV text that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io

from spine_outcomes.tables.numbers import MINUS
from spine_outcomes.tables.table import Cell, Table

FORMULA_STARTS = ("=", "+", "-", "@")


def csv_text(table: Table) -> str:
    """The table as shown, one line a row, a group's head in front of its rows' names.

    Notes
    -----
    A cell that is a number stays one (ASCII minus, no digit grouping); text that a spreadsheet
    would take for a formula gets a leading apostrophe (OWASP, CSV injection). Tabs and line ends
    become blanks: the csv module would leave a carriage return unquoted.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([guarded(table.stub_head), *(guarded(head) for head in _heads(table))])
    group = ""
    for row in table.rows:
        if row.is_group:
            group = row.stub
            continue
        stub = f"{group}: {row.stub}" if group and row.is_indented else row.stub
        writer.writerow([guarded(stub), *(_field(cell) for cell in row.cells)])
    return out.getvalue()


def guarded(text: str) -> str:
    """``text`` on one line, with a leading apostrophe where a spreadsheet would run it."""
    line = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return f"'{line}" if line.lstrip(" ").startswith(FORMULA_STARTS) else line


def _heads(table: Table) -> list[str]:
    """Head of each column with its spanner."""
    return [f"{c.spanner}: {c.head}" if c.spanner else c.head for c in table.columns]


def _field(cell: Cell) -> str:
    """One cell: a bare number in ASCII, or guarded text."""
    number = cell.number
    if number is not None and number.text[-1:].isdigit() and number.text[:1] not in "<>":
        return number.text.replace(MINUS, "-").replace(",", "")
    return guarded(cell.text)
