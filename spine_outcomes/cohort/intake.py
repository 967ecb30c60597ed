"""From text to typed rows: every column converted, every check made, nothing raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spine_outcomes.cohort.comparison import Bools
from spine_outcomes.cohort.conversion import Conversion, convert
from spine_outcomes.cohort.derivations import check_derived
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.intake_findings import intake_findings
from spine_outcomes.cohort.long_rows import join
from spine_outcomes.cohort.long_table_checks import check_long_rows
from spine_outcomes.cohort.patient_checks import Patients, check_patients
from spine_outcomes.cohort.places import Breach, Fault, Places
from spine_outcomes.cohort.redcap_rows import OF_THE_EXPORT
from spine_outcomes.cohort.row_checks import check_rows
from spine_outcomes.cohort.rule_checks import check_rules
from spine_outcomes.cohort.text_table import TextColumn, TextTable
from spine_outcomes.cohort.value_checks import check_questions
from spine_outcomes.cohort.written import Faults
from spine_outcomes.errors import Problem
from spine_outcomes.study.checks import CheckSeverity
from spine_outcomes.study.dictionary import DataDictionary, LongTable


@dataclass(frozen=True, eq=False)
class Intake:
    """The text of one table, before anything is understood.

    Parameters
    ----------
    file
        Name of the file, without its folder.
    sha256
        Hash of its bytes; None where they were not read.
    text
        Its columns as text; None where its shape hides them.
    problems
        What is wrong with the file or its shape, where there is no text.
    """

    file: str
    sha256: str | None
    text: TextTable | None = None
    problems: tuple[Problem, ...] = ()


def inspect_tables(
    cohort: Intake, dictionary: DataDictionary, long: Mapping[str, Intake]
) -> Inspection:
    """Convert and check the text of a cohort and of the long tables beside it.

    Parameters
    ----------
    cohort, long
        Text of the cohort by its dictionary, and of each long table by ``dictionary.beside``.
    dictionary
        What each column is; its long tables are those given.
    """
    table = _typed(cohort, dictionary, key_columns(dictionary))
    if table is None:
        return _unread(cohort, dictionary)
    beside = {t.name: _inspect_long(long[t.name], t, dictionary, table) for t in dictionary.tables}
    joined = {
        name: join(table.frame, found.frame, key_columns(found.dictionary))
        for name, found in beside.items() if found.frame is not None and not found.is_faulty
    }  # fmt: skip
    frame, disagreements, derived = check_derived(table.frame, dictionary, table.faulty, joined)
    breaches = (
        *check_rows(frame, dictionary, table.faulty, table.places),
        *check_rules(dictionary.checks, frame, table.faulty),
        *check_patients(dictionary.checks, Patients(frame, dictionary.table.patient, table.places)),
        *check_questions(dictionary.checks, frame, table.not_applicable),
        *disagreements,
    )
    inspection = _inspection(cohort, dictionary, table, breaches)
    return replace(
        inspection,
        frame=frame,
        findings=(*inspection.findings, *derived),
        problems=(*inspection.problems, *_underived(frame, dictionary, cohort.file)),
        long=beside,
    )


def _inspect_long(
    intake: Intake, long: LongTable, dictionary: DataDictionary, cohort: _Typed
) -> Inspection:
    """Convert and check the text of a long table beside a cohort."""
    own = dictionary.beside(long)
    table = _typed(intake, own, (*key_columns(own), long.date, *long.unique))
    if table is None:
        return _unread(intake, own)
    breaches = check_long_rows(cohort.frame, table.frame, long, own, table.faulty, table.places)
    found = _inspection(intake, own, table, breaches)
    told = OF_THE_EXPORT if own.table.redcap is not None else ()
    named = tuple(
        replace(f, message=f"{long.label}: {f.message}")
        for f in found.findings
        if f.code not in told
    )
    return replace(found, findings=named)


@dataclass(frozen=True, eq=False)
class _Typed:
    """A table converted: its text, its columns, their values, and where its rows stand."""

    text: TextTable
    converted: Mapping[str, Conversion]
    frame: pd.DataFrame
    places: Places

    @property
    def faulty(self) -> dict[str, Bools]:
        """Rows, by column, whose text is no value of it."""
        return {name: c.is_faulty for name, c in self.converted.items() if c.faults}

    @property
    def not_applicable(self) -> dict[str, Bools]:
        """Rows, by column, whose text says that the question does not arise."""
        return {name: c.is_not_applicable for name, c in self.converted.items()}


def _typed(intake: Intake, dictionary: DataDictionary, needed: tuple[str, ...]) -> _Typed | None:
    """Convert a table; None where its shape hides the text, or a column needed is not there."""
    text, keys = intake.text, key_columns(dictionary)
    if text is None or not all(name in text.columns for name in needed):
        return None
    converted = {
        name: convert(name, column, dictionary[name], dictionary.table, text, is_key=name in keys)
        for name, column in text.columns.items()
    }
    frame = pd.DataFrame({name: c.series for name, c in converted.items()}, copy=False)
    keyed = tuple(text.columns[key] for key in keys)
    places = Places(text.file, text.lines, keyed, text.lines_of)
    return _Typed(text, converted, frame, places)


def _unread(intake: Intake, dictionary: DataDictionary) -> Inspection:
    """What is wrong with a table whose values cannot be looked at."""
    problems = intake.problems if intake.text is None else intake.text.problems
    return Inspection(dictionary, intake.file, intake.sha256, problems=problems)


def _inspection(
    intake: Intake, dictionary: DataDictionary, table: _Typed, breaches: Iterable[Breach]
) -> Inspection:
    """Put together what was found in a table."""
    text, converted = table.text, table.converted
    found = tuple(b for b in (*_value_breaches(text, converted), *breaches) if len(b.rows))
    return Inspection(
        dictionary=dictionary,
        source=text.file,
        sha256=intake.sha256,
        frame=table.frame,
        places=table.places,
        problems=text.problems,
        unread=text.unread,
        breaches=found,
        noticed={name: c.counts for name, c in converted.items()},
        not_applicable=table.not_applicable,
        findings=(
            *text.findings,
            *intake_findings(converted),
            *(breach.finding for breach in found if breach.finding is not None),
        ),
    )


def _underived(frame: pd.DataFrame, dictionary: DataDictionary, file: str) -> Iterator[Problem]:
    """Required columns that the file lacks and that its long tables could not give."""
    for column in dictionary.columns:
        is_promised = column.derivation is not None and column.derivation.table is not None
        if column.required and is_promised and column.name not in frame:
            message = "required, not in the file, and the long table does not give it"
            yield Problem("E_MISSING_COLUMN", message, file=file, line=1, column=column.name)


def _value_breaches(text: TextTable, converted: Mapping[str, Conversion]) -> Iterator[Breach]:
    """Texts that are no value of their column or an implausible one, by column and kind."""
    for name, conversion in converted.items():
        column, faults = text.columns[name], conversion.faults | conversion.oddities

        def said(row: int, column: TextColumn = column, faults: Faults = faults) -> Fault:
            return faults[int(column.codes[row])]._replace(value=column[row])

        kinds: dict[tuple[str, CheckSeverity], list[int]] = {}
        for at, fault in faults.items():
            severity: CheckSeverity = "warning" if fault.code.startswith("W_") else "error"
            kinds.setdefault((fault.rule or fault.code, severity), []).append(at)
        for (rule, severity), positions in kinds.items():
            is_meant = np.zeros(len(column.values), dtype=bool)
            is_meant[positions] = True
            yield Breach(rule, np.flatnonzero(column.rows_with(is_meant)), said, name, severity)
