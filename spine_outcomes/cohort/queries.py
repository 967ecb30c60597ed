"""What a data manager is asked: one query for each row that breaks one rule in one column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.places import Breach, Fault, Places
from spine_outcomes.errors import HIDDEN, Problem, printable, said
from spine_outcomes.study.checks import CheckSeverity

QUERY_COLUMNS = (
    "rule", "code", "severity", "file", "line", "row", "column", "found", "allowed", "suggestion",
)  # fmt: skip
SUMMARY_COLUMNS = ("rule", "code", "severity", "column", "demand", "n")
MAX_QUERIES = 10_000
"""Most queries of one rule about one column that are listed; the others are counted."""

_Record = tuple[object, ...]


def queries(inspection: Inspection, *, redact: bool = False) -> pd.DataFrame:
    """Every query about a cohort table and the long tables beside it, by file and line.

    Parameters
    ----------
    inspection
        What reading the table found.
    redact
        Whether values are hidden, and rows named by their number instead of patient and lesion.

    Returns
    -------
    DataFrame, columns ``QUERY_COLUMNS``
        ``rule`` is the id of a check or the code of a fault, ``code`` that under which a command
        says it; ``allowed`` says what was expected, with the other side of a comparison. Of one
        rule and column at most ``MAX_QUERIES``; what is only noted is no query.
    """
    frames = [_of_table(table, redact) for table in tables_of(inspection)]
    return pd.concat(frames, ignore_index=True)


def summary(inspection: Inspection) -> pd.DataFrame:
    """How many rows of the tables break each rule, column by column.

    Returns
    -------
    DataFrame, columns ``SUMMARY_COLUMNS``
        ``demand`` says what the rule asks for, without a value of the cohort.
    """
    records = [
        (b.rule, _fault(b, int(b.rows[0])).code, b.severity, b.column, _demand(b), len(b.rows))
        for table in tables_of(inspection)
        for b in table.breaches
    ]
    return pd.DataFrame(records, columns=list(SUMMARY_COLUMNS))


def rows_with(table: Inspection, severity: CheckSeverity) -> NDArray[np.intp]:
    """Positions of the rows of one table that have some breach of this severity."""
    rows = [b.rows for b in table.breaches if b.severity == severity and not b.is_of_column]
    return np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.intp)


def tables_of(inspection: Inspection) -> tuple[Inspection, ...]:
    """The cohort as it was found, and the long tables beside it."""
    return (inspection, *inspection.long.values())


def _of_table(table: Inspection, redact: bool) -> pd.DataFrame:
    """Queries about one table, by line."""
    records = [_record(p.code, "error", p, p.row, redact) for p in table.problems]
    if table.places is not None:
        for breach in table.breaches:
            if breach.severity != "note":
                records += _of_breach(breach, table.places, redact)
    found = pd.DataFrame(records, columns=list(QUERY_COLUMNS)).astype({"line": "Int64"})
    return found.sort_values("line", kind="stable", na_position="first")


def _of_breach(breach: Breach, places: Places, redact: bool) -> Iterator[_Record]:
    """Queries of one breach, and how many more there are; of a column as a whole one."""
    if breach.is_of_column:
        (problem,) = places.shown(breach)
        yield _record(breach.rule, breach.severity, problem, None, redact)
        return
    for row in breach.rows[:MAX_QUERIES].tolist():
        problem = places.problem(row, _fault(breach, row), breach.column)
        name = f"row {row + 1}" if redact else problem.row
        yield _record(breach.rule, breach.severity, problem, name, redact)
    left = len(breach.rows) - MAX_QUERIES
    if left > 0:
        text = f"{_demand(breach)}: likewise in {left} more rows"
        more = Problem(problem.code, text, file=places.file, column=breach.column)
        yield _record(breach.rule, breach.severity, more, None, redact)


def _record(
    rule: str, severity: CheckSeverity, problem: Problem, row: str | None, redact: bool
) -> _Record:
    """One query; what is not known is an empty text."""
    found = "" if problem.value is None else HIDDEN if redact else printable(problem.value)
    return (
        rule,
        problem.code,
        severity,
        problem.file or "",
        pd.NA if problem.line is None else problem.line,
        row or "",
        problem.column or "",
        found,
        said(problem.message, redact=redact),
        said(problem.fix or "", redact=redact),
    )


def _demand(breach: Breach) -> str:
    """What the rule demands; of a fault of values, what its first row is told."""
    return breach.demand or said(_fault(breach, int(breach.rows[0])).message, redact=True)


def _fault(breach: Breach, row: int) -> Fault:
    return breach.fault if isinstance(breach.fault, Fault) else breach.fault(row)
