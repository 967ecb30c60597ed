"""The difference of two runs as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import pandas as pd

from spine_outcomes.report.exhibits import Exhibits
from spine_outcomes.report.head import SIMULATED, Head
from spine_outcomes.report.render import laid_out
from spine_outcomes.report.sections import Section
from spine_outcomes.tables import run_difference as tables


def difference_page(
    names: tuple[str, str],
    facts: Sequence[tuple[str, str, str]],
    rows: pd.DataFrame,
    moved: pd.DataFrame,
    *,
    is_simulated: bool,
) -> str:
    """The page of a difference.

    Parameters
    ----------
    names
        Of the old folder and the new.
    facts
        Name, old and new value of what the runs were made of.
    rows
        ``tables.run_difference.ROW_COLUMNS``; empty where rows cannot be compared.
    moved
        As ``moved_estimates``.
    is_simulated
        Whether either run is of simulated data.
    """
    made = {
        table.id: table
        for table in (tables.facts(facts), *tables.rows_changed(rows), tables.estimates(moved))
    }
    shown = Exhibits(made, {}, f"{names[0]} and {names[1]}", None)
    sections = [
        Section(anchor, title, "exhibits", own)
        for anchor, title, kinds in (
            ("made-of", "What they were made of", ("facts",)),
            ("data", "Rows", ("rows", "columns")),
            ("moved", "Estimates", ("estimates",)),
        )
        if (own := tuple(key for key in kinds if key in made))
    ]
    program = version("spine-outcomes")
    head = Head(
        title=f"From {names[0]} to {names[1]}",
        study="",
        cutoff=None,
        warning=SIMULATED if is_simulated else None,
        version=program,
        identifier="",
        facts=(("Old", names[0]), ("New", names[1]), ("Program", f"spine-outcomes {program}")),
    )
    return laid_out(head, shown, sections, {"old": names[0], "new": names[1]}, gates={})
