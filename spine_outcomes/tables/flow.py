"""From the rows read to the rows analysed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.table import Cell, Column, Row, Table

COLUMNS = (
    "n_lesions",
    "n_patients",
    "excluded_lesions",
    "excluded_patients",
    "n_reference",
    "n_comparator",
)


def flow(results: Results) -> Table:
    """Each step of the selection, with what was left out and what remains."""
    name = labels(results)
    row = results.dictionary.table.row
    rows = name.rows(row).capitalize()
    return Table(
        id="flow",
        title="Selection of the rows analysed",
        stub_head="Step",
        columns=(
            Column(rows, "Remaining"),
            Column("Patients", "Remaining"),
            Column(rows, "Left out at this step"),
            Column("Patients", "Left out at this step"),
            Column(name.reference, f"{rows} by arm"),
            Column(name.comparator, f"{rows} by arm"),
        ),
        rows=tuple(Row(str(step["label"]), _counts(step)) for _, step in results.flow.iterrows()),
        notes=(
            "Steps are applied in this order, each to what the one before left. A patient is left "
            f"out with the last of their {rows.lower()}.",
        ),
    )


def _counts(step: pd.Series[Any]) -> tuple[Cell, ...]:
    """The counts of one step."""
    return tuple(cells.count(step[column]) for column in COLUMNS)
