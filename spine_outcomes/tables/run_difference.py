"""Two runs side by side as tables: rows that changed, estimates that moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from spine_outcomes.tables import cells
from spine_outcomes.tables.code_names import CodeNames, is_count
from spine_outcomes.tables.table import Cell, Column, Row, Table

ROW_COLUMNS = ("table", "added", "withdrawn", "changed", "columns")


def facts(pairs: Sequence[tuple[str, str, str]], note: str | None) -> Table:
    """What each run was made of, and whether it is the same."""
    return Table(
        id="facts",
        title="What the two were made of",
        stub_head="Item",
        columns=(
            Column("Old", align="left"), Column("New", align="left"), Column("Same", align="left"),
        ),
        rows=tuple(
            Row(name, (cells.words(old), cells.words(new), cells.words(_yes(old == new))))
            for name, old, new in pairs
        ),
        notes=() if note is None else (note,),
    )  # fmt: skip


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def rows_changed(frame: pd.DataFrame, names: CodeNames) -> Iterator[Table]:
    """Rows added, withdrawn and changed, table by table, and the columns that changed."""
    if frame.empty:
        return
    yield Table(
        id="rows",
        title="Rows of the data",
        stub_head="Table",
        columns=(Column("Added"), Column("Withdrawn"), Column("Changed")),
        rows=tuple(
            Row(
                names.of_table(str(row["table"])),
                tuple(cells.count(row[key]) for key in ("added", "withdrawn", "changed")),
            )
            for row in frame.to_dict("records")
        ),
        notes=("Recognised by keyed fingerprints; no identifier or value is kept.",),
    )
    changed: list[Row] = []
    for row in frame.to_dict("records"):
        columns: Mapping[str, int] = row["columns"]
        if columns:
            changed.append(Row(names.of_table(str(row["table"]))))
            changed += [
                Row(names.of_column(name), (cells.count(n),), is_indented=True)
                for name, n in columns.items()
            ]
    if changed:
        yield Table(
            id="columns",
            title="Columns that changed in rows of both",
            stub_head="Column",
            columns=(Column("Rows"),),
            rows=tuple(changed),
        )


def estimates(frame: pd.DataFrame, names: CodeNames) -> Table:
    """Estimates that moved, came or went."""
    return Table(
        id="estimates",
        title="Estimates that are not the same",
        stub_head="Estimate",
        columns=(
            Column("Old"), Column("New"), Column("Difference"), Column("Change", align="left"),
        ),
        rows=tuple(
            Row(
                names.estimate(row),
                (*(_number(row, key) for key in ("old", "new", "difference")),
                 cells.words(row["change"])),
            )
            for row in frame.to_dict("records")
        ),
        notes=("A dash: not estimable, hidden as it is small, or not there.",),
    )  # fmt: skip


def _number(row: Mapping[Any, Any], key: str) -> Cell:
    """A number with four decimals, a count with none; a dash where there is none."""
    return cells.decimal(row[key], 0 if is_count(row) else 4)
