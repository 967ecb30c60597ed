"""Lines of a REDCap export into rows of a cohort: instances, each with the values of its record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.comparison import Bools
from spine_outcomes.cohort.text_table import TextColumn, TextTable
from spine_outcomes.errors import MAX_SHOWN, CohortError, Finding, Problem, people, quoted
from spine_outcomes.study.dictionary import DataDictionary, Redcap
from spine_outcomes.study.key_path import did_you_mean

EVENT = "redcap_event_name"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"

OF_THE_EXPORT = ("N_REDCAP_OTHERS", "W_EXTRA_COLUMN", "W_REDCAP_NO_INSTANCE")
"""What is said of an export once, with the cohort, and not again with its long tables."""

Codes = NDArray[np.int32]
Rows = NDArray[np.intp]


def instance_rows(export: TextTable, dictionary: DataDictionary, redcap: Redcap) -> TextTable:
    """Rows of the cohort: the instances of ``redcap.row``, or the records.

    A field that any instance fills belongs to the instances. Every other field comes from the
    record's lines that do not repeat, which must agree.

    Raises
    ------
    CohortError
        If the export has no such instance, or no record.
    """
    lines = _Lines.of(export, dictionary.table.patient, redcap)
    rows = np.flatnonzero(lines.is_own if redcap.row else lines.is_first)
    if not len(rows):
        raise CohortError(*export.problems, _no_row(export, lines, redcap))
    columns: dict[str, TextColumn] = {}
    lines_of: dict[str, NDArray[np.int64]] = {}
    problems = [*export.problems, *_unknown_events(export, redcap)]
    beside = [table.name for table in dictionary.tables]
    findings = [*export.findings, *lines.findings(redcap, beside)]
    for name in (name for name in dictionary.names if name in export.columns):
        column = export.columns[name]
        is_filled = column.is_filled
        is_shared = is_filled & lines.is_base
        if name == dictionary.table.patient:
            columns[name] = column.take(rows)
        elif not (is_filled & lines.is_own).any():
            first = lines.first_shared(is_shared)
            source = first[rows]
            columns[name] = TextColumn(column.values, _at(column.codes, source))
            lines_of[name] = np.where(source < 0, export.lines[rows], export.lines[source])
            problems += _clashes(export, name, is_shared, first)
        else:
            columns[name] = column.take(rows)
            if is_shared.any() and redcap.events:
                findings.append(_unused(name, is_shared, redcap))
            elif is_shared.any():
                problems.append(_in_both(export, name, is_shared, redcap))
    return replace(
        export,
        columns=_with_lesions(columns, export, rows, dictionary),
        lines=export.lines[rows],
        lines_of=lines_of,
        problems=tuple(problems),
        findings=tuple(findings),
        missing_codes=redcap.missing_codes,
    )


def _with_lesions(
    columns: dict[str, TextColumn], export: TextTable, rows: Rows, dictionary: DataDictionary
) -> dict[str, TextColumn]:
    """Columns with the lesion's key: the number of the instance, where no field names it."""
    lesion = dictionary.table.lesion
    if lesion is None or dictionary[lesion].redcap_field is not None:
        return columns
    if lesion in columns and columns[lesion].is_filled.any():
        return columns
    if INSTANCE not in export.columns:
        message = "no instances: nothing repeats in this export, and a row is a lesion"
        raise CohortError(Problem("E_REDCAP_ROW", message, file=export.file, column=INSTANCE))
    return columns | {lesion: export.columns[INSTANCE].take(rows)}


@dataclass(frozen=True, eq=False)
class _Lines:
    """Kinds of the lines of an export.

    Parameters
    ----------
    record : ndarray of int, shape (n,)
        Number of the record; −1 where the line names none.
    kind : ndarray of str, shape (n,)
        Repeating instrument or event of the line; empty where it does not repeat.
    is_own, is_base : ndarray of bool, shape (n,)
        Lines that are instances of the rows, and lines with what does not repeat.
    """

    record: NDArray[np.intp]
    kind: NDArray[np.object_]
    is_own: Bools
    is_base: Bools

    @classmethod
    def of(cls, export: TextTable, patient: str, redcap: Redcap) -> _Lines:
        """Tell the lines of an export apart."""
        event, instrument, instance = (_texts(export, key) for key in (EVENT, INSTRUMENT, INSTANCE))
        kind = np.where(instrument != "", instrument, np.where(instance != "", event, ""))
        names = _texts(export, patient)
        record = pd.factorize(names)[0]
        is_base = (kind == "") & (names != "")
        if redcap.events:
            is_base &= np.isin(event, redcap.events)
        return cls(record, kind, kind == (redcap.row or None), is_base)

    @property
    def is_first(self) -> Bools:
        """The first line of each record that does not repeat."""
        return np.asarray(self.first_shared(self.is_base) == np.arange(len(self.record)))

    def first_shared(self, is_shared: Bools) -> Rows:
        """The first line of each line's record that is shared, shape (n,); −1 where none is."""
        at = np.flatnonzero(is_shared)[::-1]
        first = np.full(self.record.max(initial=0) + 1, -1)
        first[self.record[at]] = at
        return first[self.record]

    def findings(self, redcap: Redcap, beside: Sequence[str]) -> Iterator[Finding]:
        """Lines and records that give no row, of the cohort or of a long table beside it."""
        if redcap.row is None:
            return
        without = len(np.setdiff1d(self.record[self.is_base], self.record[self.is_own]))
        if without:
            message = f"{people(without)} records have no instance of {redcap.row} and give no row."
            yield Finding("W_REDCAP_NO_INSTANCE", message, section="cohort", n=without)
        alone = len(np.setdiff1d(self.record[self.is_own], self.record[self.is_base]))
        if alone:
            message = f"{people(alone)} records have instances of {redcap.row} and no other line: "
            message += "what does not repeat is missing there."
            yield Finding("W_REDCAP_NO_RECORD", message, section="cohort", n=alone)
        is_other = (self.kind != "") & ~self.is_own & ~np.isin(self.kind, beside)
        others = pd.Series(self.kind[is_other]).value_counts()
        if len(others):
            listed = ", ".join(
                f"{kind} {people(int(n))}" for kind, n in others.sort_index().items()
            )
            message = f"Instances of other instruments and events were not read: {listed}."
            yield Finding("N_REDCAP_OTHERS", message, "note", "cohort", n=int(others.sum()))


def _at(codes: Codes, rows: Rows) -> Codes:
    """Codes of some rows; −1 where there is no row."""
    return np.where(rows < 0, np.int32(-1), codes[rows])


def _clashes(export: TextTable, name: str, is_shared: Bools, first: Rows) -> Iterator[Problem]:
    """Lines whose value is not that of the first line of the record that has one."""
    column = export.columns[name]
    there = _at(column.codes, first)
    at = np.flatnonzero(is_shared & (column.codes != there))
    for row in at[:MAX_SHOWN]:
        message = (
            f"{quoted(column[row])} here and {quoted(column.text(there[row]))} in an earlier "
            "line, for one record and a field that does not repeat"
        )
        yield Problem(
            "E_REDCAP_VALUES", message, file=export.file, line=int(export.lines[row]),
            column=name, value=column[row],
            fix="Name in redcap.events the event whose value counts.",
        )  # fmt: skip


def _texts(export: TextTable, name: str) -> NDArray[np.object_]:
    """Text of a column on each line; empty where there is no such column."""
    if name not in export.columns:
        return np.full(len(export), "", dtype=object)
    column = export.columns[name]
    return np.append(column.values, "")[column.codes]


def _unknown_events(export: TextTable, redcap: Redcap) -> Iterator[Problem]:
    """Events that are declared and that no line has: nothing would be read from them."""
    known = sorted(set(_texts(export, EVENT)) - {""})
    for event in redcap.events:
        if event not in known:
            message = f"table.redcap.events: no line has {event!r}{did_you_mean(event, known)}"
            fix = f"Events of this export: {', '.join(known) or 'none'}."
            yield Problem("E_REDCAP_EVENT", message, file=export.file, column=EVENT, fix=fix)


def _no_row(export: TextTable, lines: _Lines, redcap: Redcap) -> Problem:
    """Say which instances there are, where there are none of those meant."""
    known = sorted({kind for kind in lines.kind if kind})
    message = f"no instance of {redcap.row!r}{did_you_mean(redcap.row or '', known)}"
    if redcap.row is None:
        message = "no line that does not repeat"
    fix = f"What repeats in this export: {', '.join(known) or 'nothing'}."
    return Problem("E_REDCAP_ROW", message, file=export.file, fix=fix)


def _in_both(export: TextTable, name: str, is_shared: Bools, redcap: Redcap) -> Problem:
    """Say that a field repeats and does not."""
    message = (
        f"filled on instances of {redcap.row} and on {int(is_shared.sum())} other lines as well"
    )
    fix = "Name in redcap.events the events that hold what does not repeat."
    line = int(export.lines[is_shared.argmax()])
    return Problem("E_REDCAP_VALUES", message, file=export.file, line=line, column=name, fix=fix)


def _unused(name: str, is_shared: Bools, redcap: Redcap) -> Finding:
    """Say that values beside the instances were not read."""
    n = int(is_shared.sum())
    message = f"{name} is read from the instances of {redcap.row}; {people(n)} other lines have a "
    return Finding("W_REDCAP_OTHER_VALUES", f"{message}value too.", section="cohort", n=n)
