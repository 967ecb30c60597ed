"""Reading a table as a person does: by the names of its rows."""

from __future__ import annotations

from spine_outcomes.tables.table import Row, Table


def line(table: Table, *path: str) -> Row:
    """The row called ``path``: group, then name."""
    group = ""
    for row in table.rows:
        group = row.stub if row.is_group else group
        if not row.is_group and path in ((row.stub,), (group, row.stub)):
            return row
    raise AssertionError(f"no row {path} in {[row.stub for row in table.rows]}")


def texts(row: Row) -> list[str]:
    """Cells as printed."""
    return [cell.text for cell in row.cells]
