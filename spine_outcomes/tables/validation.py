"""What is wrong with a cohort table, by severity, rule and column, and what was done to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.intake_findings import KINDS
from spine_outcomes.cohort.profile import EVERYBODY, arm_column
from spine_outcomes.cohort.queries import rows_with, tables_of
from spine_outcomes.errors import Problem, printable, said
from spine_outcomes.study.checks import CheckSeverity
from spine_outcomes.tables import cells
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier
from spine_outcomes.tables.validation_suppression import Profile

SEVERITIES: dict[CheckSeverity, str] = {"error": "Errors", "warning": "Warnings", "note": "Notes"}
_DONE = {kind: words for kind, code, _, words in KINDS if code != "W_IMPLAUSIBLE"}


def by_severity(inspection: Inspection, summary: pd.DataFrame) -> Table:
    """Queries, rules, columns, rows and patients concerned, of errors and of warnings."""
    rows = []
    for severity, name in SEVERITIES.items():
        mine = summary[summary["severity"] == severity]
        faults = problems_of(inspection) if severity == "error" else ()
        counts = (
            int(mine["n"].sum()) + len(faults),
            mine["rule"].nunique() + len({problem.code for problem in faults}),
            mine["column"].nunique(),
            sum(len(rows_with(table, severity)) for table in tables_of(inspection)),
            _n_patients(inspection, severity),
        )
        rows.append(Row(name, tuple(cells.count(n) for n in counts)))
    heads = ("Findings", "Rules", "Columns", "Rows", "Patients")
    return Table(
        id="by-severity",
        title="What was found, by severity",
        stub_head="Severity",
        columns=tuple(Column(head) for head in heads),
        rows=tuple(rows),
        notes=(
            "A query is one row that breaks one rule in one column. Rows with errors keep the "
            "cohort from being analysed, warnings deserve a look, notes are facts and no queries.",
        ),
    )


def by_rule(summary: pd.DataFrame) -> Table:
    """Rows that break each rule, the errors first, column by column."""
    rows: list[Row] = []
    for severity, name in SEVERITIES.items():
        mine = summary[summary["severity"] == severity].sort_values("rule", kind="stable")
        if len(mine):
            rows.append(Row(name))
        for each in mine.itertuples():
            column = each.column if isinstance(each.column, str) else ""
            words = (each.code, column, each.demand)
            line = (*map(cells.words, words), cells.count(int(str(each.n))))
            rows.append(Row(str(each.rule), line, is_indented=True))
    return Table(
        id="by-rule",
        title="Queries by rule",
        stub_head="Rule",
        columns=(
            Column("Code", align="left"), Column("Column", align="left"),
            Column("What is asked", align="left"), Column("Rows"),
        ),
        rows=tuple(rows),
        notes=(
            "Each row with an error or a warning stands in queries.csv, with its line; the code is "
            "the one under which a command says it.",
        ),
    )  # fmt: skip


def by_column(inspection: Inspection, summary: pd.DataFrame) -> Table:
    """Queries about each column, in the order of the dictionary."""
    rows = []
    columns = {c.name: c for t in tables_of(inspection) for c in t.dictionary.columns}
    for column in columns.values():
        mine = summary[summary["column"] == column.name]
        if mine.empty:
            continue
        counts = (int(mine.loc[mine["severity"] == s, "n"].sum()) for s in SEVERITIES)
        rules = ", ".join(dict.fromkeys(mine["rule"]))
        line = (cells.words(column.label), *map(cells.count, counts), cells.words(rules))
        rows.append(Row(column.name, line))
    return Table(
        id="by-column",
        title="Queries by column",
        stub_head="Column",
        columns=(
            Column("Label", align="left"), *map(Column, SEVERITIES.values()),
            Column("Rules", align="left"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def file_problems(problems: Iterable[Problem]) -> Table:
    """What is wrong with the file, its shape or the names of its columns."""
    return Table(
        id="file-problems",
        title="Faults of the file",
        stub_head="Code",
        columns=(
            Column("Line"), Column("Column", align="left"), Column("What was found", align="left"),
            Column("What helps", align="left"),
        ),
        rows=tuple(Row(problem.code, _problem(problem)) for problem in problems),
        notes=("They hide the values: rows are checked when these are mended.",),
    )  # fmt: skip


def missing(profile: Profile) -> Table:
    """Missing values of the columns that have some, by arm, with the largest difference."""
    table, counts = profile.table, profile.missing
    arms = list(dict.fromkeys(counts["arm"]))
    arm = None if table.frame is None else arm_column(table.frame, table.dictionary)
    codes = {} if arm is None or arm.codes is None else arm.codes
    heads: list[Column] = []
    for code in arms:
        n = int(counts.loc[counts["arm"] == code, "n"].iloc[0])
        spanner = f"{codes.get(code, code) if code != EVERYBODY else 'All rows'} (n = {n})"
        heads += [Column("Missing", spanner), Column("%", spanner)]
    rows = [
        Row(str(name), tuple(_shares(mine)) + _spread(mine))
        for name, mine in counts.groupby("column", sort=False)
        if (mine["n_missing"] != 0).any()
    ]
    more = (Column("Largest difference, points"),) if len(arms) > 1 else ()
    return Table(
        id=identifier("missing", table.source),
        title="Missing values by arm" if len(arms) > 1 else f"Missing values of {table.source}",
        stub_head="Column",
        columns=(*heads, *more, Column("Of them not applicable")),
        rows=tuple(rows),
        notes=(
            "Columns without a missing value are left out. The value of a column that only an "
            "event brings (its date, its type) is missing wherever there was none.",
        ),
    )


def intake(inspection: Inspection) -> Table:
    """What was repaired by a declared rule, read as missing, or noticed, column by column."""
    rows = []
    noticed = [item for table in tables_of(inspection) for item in table.noticed.items()]
    for name, counts in noticed:
        for key, n in counts.items():
            what, _, detail = key.partition(":")
            words = _DONE.get(key) or _DONE.get(what)
            if words:
                line = (cells.words(words), cells.words(printable(detail)), cells.count(n))
                rows.append(Row(name, line))
    return Table(
        id="intake",
        title="What reading did and noticed",
        stub_head="Column",
        columns=(
            Column("What", align="left"), Column("Code or repair", align="left"), Column("Rows"),
        ),
        rows=tuple(rows),
        notes=("Nothing else was changed: only what the dictionary declares is repaired.",),
    )  # fmt: skip


def distribution_counts(found: Iterable[Profile]) -> Table:
    """The counts behind the small pictures."""
    rows: list[Row] = []
    for profile in found:
        for shape, bars in zip(profile.shapes, profile.bars, strict=True):
            rows.append(Row(shape.column.name))
            rows += [
                Row(label, (cells.count(n),), is_indented=True)
                for label, n in zip(shape.labels, bars, strict=True)
                if n
            ]
    return Table(
        id="distribution-counts",
        title="Counts behind the distributions",
        stub_head="Value",
        columns=(Column("Rows"),),
        rows=tuple(rows),
        notes=("An interval holds its lower limit, the last one both.",),
    )


def problems_of(inspection: Inspection) -> tuple[Problem, ...]:
    """What is wrong with the files of the tables, their shape and their names."""
    return tuple(problem for table in tables_of(inspection) for problem in table.problems)


def _n_patients(inspection: Inspection, severity: CheckSeverity) -> int:
    """How many patients have rows with some breach of this severity."""
    found: set[object] = set()
    for table in tables_of(inspection):
        if table.frame is not None:
            patient = table.frame[table.dictionary.table.patient]
            found |= set(patient.iloc[rows_with(table, severity)].dropna())
    return len(found)


def _problem(problem: Problem) -> tuple[Cell, ...]:
    """Where a fault of the file is, what it is and what helps; without values."""
    return (
        cells.BLANK if problem.line is None else cells.count(problem.line),
        cells.words(printable(problem.column or "")),
        cells.words(said(problem.message, redact=True)),
        cells.words(said(problem.fix or "", redact=True)),
    )


def _shares(mine: pd.DataFrame) -> Iterator[Cell]:
    """Count and percentage of missing values, arm by arm; both hidden where few."""
    for n_missing, n in zip(mine["n_missing"].tolist(), mine["n"].tolist(), strict=True):
        yield cells.count(n_missing)
        yield cells.EMPTY if isinstance(n_missing, str) or not n else cells.percent(n_missing / n)


def _spread(mine: pd.DataFrame) -> tuple[Cell, ...]:
    """Largest difference between the arms in percentage points, and values not applicable."""
    not_applicable = cells.count(mine["n_not_applicable"].iloc[0])
    if len(mine) == 1:
        return (not_applicable,)
    if mine["n_missing"].map(lambda n: isinstance(n, str)).any():
        return cells.EMPTY, not_applicable
    share = (mine["n_missing"] / mine["n"])[mine["n"] > 0].astype(float)
    return cells.percent(float(share.max() - share.min())), not_applicable
