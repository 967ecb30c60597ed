"""How closely each arm was watched."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import in_order, one
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table


def imaging(results: Results) -> Table:
    """The imaging schedule by arm: read before outcomes that imaging detects."""
    name = labels(results)
    frame = results.imaging
    rows = []
    for measure in in_order(frame["measure"]):
        own = frame[frame["measure"] == measure]
        line = tuple(_cell(one(own, arm=arm)) for arm in name.arms)
        rows.append(Row(_stub(own.iloc[0]), line))
    return Table(
        id="imaging",
        title="Imaging schedule by arm",
        stub_head="Measure",
        columns=(Column(name.reference), Column(name.comparator)),
        rows=tuple(rows),
        notes=("Median (first to third quartile) over rows with an image; unweighted.",),
    )


def _is_share(row: pd.Series[Any]) -> bool:
    """Whether a line counts rows rather than measures them."""
    return str(row["measure"]).startswith("share")


def _stub(row: pd.Series[Any]) -> str:
    """Name of a line with its form."""
    return f"{row['label']}, n (%)" if _is_share(row) else f"{row['label']}, median (Q1 to Q3)"


def _cell(row: pd.Series[Any] | None) -> Cell:
    """One measure in one arm."""
    if row is None:
        return cells.EMPTY
    if _is_share(row):
        return cells.count_of(row["n"], row["value"])
    if isinstance(row["n"], str) or pd.isna(row["value"]):
        return cells.EMPTY
    value, lower, upper = (
        Number(numbers.decimal(float(row[key]), 1), float(row[key]))
        for key in ("value", "lower", "upper")
    )
    return Cell((value, " (", lower, cells.TO, upper, ")"))
