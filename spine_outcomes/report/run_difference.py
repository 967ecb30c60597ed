"""The difference of two runs as one self-contained HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import pandas as pd

from spine_outcomes.analysis.look.results import Edition
from spine_outcomes.report.exhibits import Exhibits
from spine_outcomes.report.head import SIMULATED, Head
from spine_outcomes.report.interim import READERS, STAMPS
from spine_outcomes.report.render import laid_out
from spine_outcomes.report.sections import Section
from spine_outcomes.tables import run_difference as tables
from spine_outcomes.tables.code_names import CodeNames


@dataclass(frozen=True, eq=False)
class Difference:
    """What two runs or looks differ in.

    Parameters
    ----------
    words
        What the old one is, and the new.
    facts
        Name, old and new value of what the runs were made of.
    rows
        ``tables.run_difference.ROW_COLUMNS``; empty where rows cannot be compared.
    moved
        As ``moved_estimates``.
    names
        What codes are called.
    note
        What must be known of the comparison, or None.
    edition
        The more confidential one of the looks among the two; None: there is none.
    """

    words: tuple[str, str]
    facts: tuple[tuple[str, str, str], ...]
    rows: pd.DataFrame
    moved: pd.DataFrame
    names: CodeNames
    note: str | None
    edition: Edition | None
    is_simulated: bool


def difference_page(names: tuple[str, str], found: Difference) -> str:
    """The page of a difference, as confidential as what it was made of.

    Parameters
    ----------
    names
        Of the old folder and the new.
    """
    made = {
        table.id: table
        for table in (
            tables.facts(found.facts, found.note),
            *tables.rows_changed(found.rows, found.names),
            tables.estimates(found.moved, found.names),
        )
    }
    shown = Exhibits(made, {}, f"{names[0]} and {names[1]}", None)
    template = "exhibits" if found.edition is None else "interim_first"
    sections = [
        Section(anchor, title, template if anchor == "made-of" else "exhibits", own)
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
        warning=SIMULATED if found.is_simulated else None,
        version=program,
        identifier="",
        facts=(
            ("Old", found.words[0]), ("New", found.words[1]),
            ("Program", f"spine-outcomes {program}"),
        ),
        stamp=None if found.edition is None else STAMPS[found.edition],
    )  # fmt: skip
    readers = "" if found.edition is None else READERS[found.edition]
    facts = {"old": names[0], "new": names[1]}
    return laid_out(head, shown, sections, facts, gates={}, readers=readers)
