"""One line of a table that sets analyses, or groups of rows, beside one another."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import headline_time
from spine_outcomes.tables.table import Cell, Column


def comparison_heads(results: Results) -> tuple[Column, ...]:
    """Heads over the cells of ``comparison_cells``."""
    name = labels(results)
    return (
        Column("Rows"),
        Column("Events"),
        Column(f"Hazard ratio ({name.level} CI)"),
        Column(f"Risk difference at {name.time(headline_time(results))} ({name.level} CI)"),
    )


def comparison_direction(results: Results) -> str:
    """How the two contrasts are signed."""
    name = labels(results)
    return f"ratio: {name.quotient}; difference, percentage points: {name.difference}"


def comparison_cells(
    ratio: pd.Series[Any] | None, difference: pd.Series[Any] | None
) -> tuple[Cell, ...]:
    """Rows, events, hazard ratio and risk difference.

    Parameters
    ----------
    ratio, difference
        Rows of the results; the people are those of the ratio, if there is one.
    """
    counted = difference if ratio is None else ratio
    return (
        *(cells.EMPTY if counted is None else cells.count(counted[n]) for n in ("n", "n_event")),
        cells.estimate(ratio, "ratio"),
        cells.estimate(difference, "percent"),
    )
