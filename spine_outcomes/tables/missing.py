"""What is missing, by arm, and what lacks together."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.analysis_set import covariates
from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.selection import in_order, one, where
from spine_outcomes.tables.table import Cell, Column, Row, Table

MOST_PATTERNS = 12
BASE = "Rows after selection, before any was left out for a missing covariate; unweighted."


def missing(results: Results) -> Table:
    """Rows without a value, by column and arm."""
    name = labels(results)
    frame = results.missing
    rows = [
        Row(
            name.column(column),
            tuple(_share(one(where(frame, column=column), arm=arm)) for arm in name.arms),
        )
        for column in in_order(frame["column"])
    ]
    return Table(
        id="missing",
        title="Missing values of the covariates",
        stub_head="Covariate, n (%) missing",
        columns=(Column(name.reference), Column(name.comparator)),
        rows=tuple(rows),
        notes=(f"{BASE} Covariates without a missing value are left out.", *_auxiliary(results)),
    )


def missing_patterns(results: Results) -> Table:
    """Which values are missing together, the most frequent patterns first."""
    name = labels(results)
    frame = results.missing_patterns
    patterns = in_order(frame["pattern"])
    rows = [
        Row(_named(pattern, name), tuple(
            _count(one(where(frame, pattern=pattern), arm=arm)) for arm in name.arms
        ))
        for pattern in patterns[:MOST_PATTERNS]
    ]  # fmt: skip
    rest = len(patterns) - MOST_PATTERNS
    note = f" {rest} rarer patterns are not shown." if rest > 0 else ""
    return Table(
        id="missing-patterns",
        title="Values that are missing together",
        stub_head="Missing",
        columns=(Column(f"{name.reference}, n"), Column(f"{name.comparator}, n")),
        rows=tuple(rows),
        notes=(BASE + note, *_auxiliary(results)),
    )


def _auxiliary(results: Results) -> tuple[str, ...]:
    """Which of the columns no model holds: more rows lack something than lack a covariate."""
    modelled = covariates(results.plan)
    helping = [c for c in in_order(results.missing["column"]) if c not in modelled]
    if not helping:
        return ()
    listed = ", ".join(results.dictionary[column].label for column in helping)
    return (f"Auxiliary columns, which only help to impute and which no model holds: {listed}.",)


def _named(pattern: str, name: Labels) -> str:
    """Columns of a pattern by their labels."""
    if not pattern:
        return "Nothing"
    return ", ".join(name.dictionary[column].label for column in pattern.split(" + "))


def _count(row: pd.Series[Any] | None) -> Cell:
    return cells.EMPTY if row is None else cells.count(row["n"])


def _share(row: pd.Series[Any] | None) -> Cell:
    """Number and percentage without a value; a hidden count has no percentage."""
    if row is None:
        return cells.EMPTY
    if isinstance(row["n_missing"], str) or isinstance(row["n"], str):
        return cells.count(row["n_missing"])
    return cells.count_of(row["n_missing"], row["n_missing"] / row["n"])
