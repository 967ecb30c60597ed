"""What a data manager is asked: one query for each row that breaks one rule in one column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.places import Breach, Places
from spine_outcomes.errors import HIDDEN, Problem, said
from spine_outcomes.study.checks import CheckSeverity

QUERY_COLUMNS = (
    "rule", "severity", "line", "row", "column", "found", "allowed", "suggestion",
)  # fmt: skip
SUMMARY_COLUMNS = ("rule", "severity", "column", "demand", "n")
MAX_QUERIES = 10_000
"""Most queries of one rule about one column that are listed; the others are counted."""


def queries(inspection: Inspection, *, redact: bool = False) -> pd.DataFrame:
    """Every query about a cohort table, by line.

    Parameters
    ----------
    inspection
        What reading the table found.
    redact
        Whether values are hidden, and rows named by their number instead of patient and lesion.

    Returns
    -------
    DataFrame, columns ``QUERY_COLUMNS``
        ``rule`` is the id of a check or the code of a fault; ``allowed`` says what was expected,
        with the other side of a comparison. Of one rule and column at most ``MAX_QUERIES``.
    """
    records = [_record(p.code, "error", p, p.row, redact) for p in inspection.problems]
    if inspection.places is not None:
        for breach in inspection.breaches:
            records += _of_breach(breach, inspection.places, redact)
    found = pd.DataFrame(records, columns=list(QUERY_COLUMNS)).astype({"line": "Int64"})
    return found.sort_values("line", kind="stable", na_position="first", ignore_index=True)


def summary(inspection: Inspection) -> pd.DataFrame:
    """How many rows break each rule, column by column.

    Returns
    -------
    DataFrame, columns ``SUMMARY_COLUMNS``
        ``demand`` says what the rule asks for, without a value of the cohort.
    """
    records = [(b.rule, b.severity, b.column, _demand(b), len(b.rows)) for b in inspection.breaches]
    return pd.DataFrame(records, columns=list(SUMMARY_COLUMNS))


def rows_with(
    inspection: Inspection, severity: CheckSeverity
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Positions of the rows that have some breach of this severity."""
    rows = [breach.rows for breach in inspection.breaches if breach.severity == severity]
    return np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.intp)


def _of_breach(breach: Breach, places: Places, redact: bool) -> Iterator[tuple[object, ...]]:
    """Queries of one breach, and how many more there are."""
    for row in breach.rows[:MAX_QUERIES].tolist():
        fault = breach.fault if not callable(breach.fault) else breach.fault(row)
        problem = places.problem(row, fault, breach.column)
        name = f"row {row + 1}" if redact else problem.row
        yield _record(breach.rule, breach.severity, problem, name, redact)
    left = len(breach.rows) - MAX_QUERIES
    if left > 0:
        text = f"{_demand(breach)}: likewise in {left} more rows"
        yield (breach.rule, breach.severity, pd.NA, "", breach.column, "", text, "")


def _record(
    rule: str, severity: CheckSeverity, problem: Problem, row: str | None, redact: bool
) -> tuple[object, ...]:
    """One query; what is not known is an empty text."""
    found = "" if problem.value is None else HIDDEN if redact else problem.value
    line = pd.NA if problem.line is None else problem.line
    allowed = said(problem.message, redact=redact)
    suggestion = said(problem.fix or "", redact=redact)
    return rule, severity, line, row or "", problem.column or "", found, allowed, suggestion


def _demand(breach: Breach) -> str:
    """What the rule demands; of a fault of values, what its first row is told."""
    if breach.demand:
        return breach.demand
    fault = breach.fault if not callable(breach.fault) else breach.fault(int(breach.rows[0]))
    return said(fault.message, redact=True)
