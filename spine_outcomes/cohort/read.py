"""From a file to a cohort: text first, then types by the dictionary, then every check at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.conversion import Conversion, convert
from spine_outcomes.cohort.delimited import read_delimited
from spine_outcomes.cohort.derivations import check_derived
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.intake_findings import intake_findings
from spine_outcomes.cohort.parquet import read_parquet, text_of
from spine_outcomes.cohort.places import Breach, BreachSeverity, Fault, Places
from spine_outcomes.cohort.row_checks import check_rows
from spine_outcomes.cohort.rule_checks import check_rules
from spine_outcomes.cohort.source_file import (
    PARQUET,
    STATISTICAL,
    WORKBOOK,
    SourceFile,
    read_source,
)
from spine_outcomes.cohort.statistical_files import read_statistical
from spine_outcomes.cohort.text_table import TextColumn, TextTable
from spine_outcomes.cohort.workbook import read_workbook
from spine_outcomes.cohort.written import Faults
from spine_outcomes.errors import CohortError
from spine_outcomes.study.dictionary import DataDictionary


def read_cohort(path: str | PathLike[str], dictionary: DataDictionary) -> Cohort:
    """Read a cohort table and check it against its dictionary.

    Parameters
    ----------
    path
        A file of delimited text (``.csv``, ``.tsv``, ``.txt``), a Parquet file, an Excel workbook
        (``.xlsx``), or a table of SAS (``.sas7bdat``, ``.xpt``), SPSS (``.sav``, ``.zsav``) or
        Stata (``.dta``).
    dictionary
        How the text is written and what each column is.

    Returns
    -------
    Cohort
        Rows sorted by (patient, lesion).

    Raises
    ------
    CohortError
        Naming every fault at once, by line: of shape, of names, of single values, of rows, of
        patients, of rules between columns. A fault of shape hides the others.
    InputOutputError
        If the file is missing, unreadable or not a regular file.
    RefusedError
        If a workbook holds what could harm.
    """
    return inspect_cohort(path, dictionary).cohort()


def inspect_cohort(path: str | PathLike[str], dictionary: DataDictionary) -> Inspection:
    """Read a cohort table as ``read_cohort`` does, and give what is wrong instead of raising it.

    Raises
    ------
    InputOutputError
        If the file is missing, unreadable or not a regular file.
    """
    file, sha256 = Path(path).name, None
    try:
        source = read_source(path)
        sha256 = source.sha256
        text = _reader(source.suffix)(source, dictionary)
    except CohortError as fault:
        return Inspection(dictionary, file, sha256, problems=fault.problems)
    return _inspect(text, dictionary, sha256)


def _reader(suffix: str) -> Callable[[SourceFile, DataDictionary], TextTable]:
    """Choose what makes a table of text of a file with this suffix."""
    for suffixes, reader in _READERS:
        if suffix in suffixes:
            return reader
    return read_delimited


_READERS: tuple[tuple[tuple[str, ...], Callable[[SourceFile, DataDictionary], TextTable]], ...] = (
    (PARQUET, read_parquet),
    (WORKBOOK, read_workbook),
    (STATISTICAL, read_statistical),
)


def cohort_from_frame(
    frame: pd.DataFrame, dictionary: DataDictionary, *, source: str = "data frame"
) -> Cohort:
    """Check a data frame as ``read_cohort`` checks a file; its index is ignored.

    Raises
    ------
    CohortError
        As ``read_cohort``; the line of a row is its number plus one.
    """
    table = pa.Table.from_pandas(frame, preserve_index=False)
    hashed = pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
    text = text_of(table, source, dictionary)
    return _inspect(text, dictionary, hashlib.sha256(hashed).hexdigest()).cohort()


def _inspect(text: TextTable, dictionary: DataDictionary, sha256: str) -> Inspection:
    """Convert and check a table of text."""
    keys = key_columns(dictionary)
    if not all(key in text.columns for key in keys):
        return Inspection(dictionary, text.file, sha256, problems=text.problems)
    converted = {
        name: convert(name, column, dictionary[name], dictionary.table, text, is_key=name in keys)
        for name, column in text.columns.items()
    }
    frame = pd.DataFrame({name: c.series for name, c in converted.items()}, copy=False)
    faulty = {name: c.is_faulty for name, c in converted.items() if c.faults}
    places = Places(text.file, text.lines, tuple(text.columns[key] for key in keys))
    frame, disagreements, derived = check_derived(frame, dictionary, faulty)
    breaches = (
        *_value_breaches(text, converted),
        *check_rows(frame, dictionary, faulty, places),
        *check_rules(dictionary.checks, frame, faulty),
        *disagreements,
    )
    found = tuple(breach for breach in breaches if len(breach.rows))
    return Inspection(
        dictionary=dictionary,
        source=text.file,
        sha256=sha256,
        frame=frame,
        places=places,
        problems=text.problems,
        breaches=found,
        noticed={name: c.counts for name, c in converted.items()},
        not_applicable={name: c.is_not_applicable for name, c in converted.items()},
        findings=(
            *text.findings,
            *intake_findings(converted),
            *derived,
            *(breach.finding for breach in found if breach.finding is not None),
        ),
    )


def _value_breaches(text: TextTable, converted: Mapping[str, Conversion]) -> Iterator[Breach]:
    """Texts that are no value of their column or an implausible one, by column and kind."""
    for name, conversion in converted.items():
        column, faults = text.columns[name], conversion.faults | conversion.oddities

        def said(row: int, column: TextColumn = column, faults: Faults = faults) -> Fault:
            return faults[int(column.codes[row])]._replace(value=column[row])

        for code in dict.fromkeys(fault.code for fault in faults.values()):
            is_meant = np.zeros(len(column.values), dtype=bool)
            is_meant[[at for at, fault in faults.items() if fault.code == code]] = True
            rows = np.flatnonzero(column.rows_with(is_meant))
            severity: BreachSeverity = "warning" if code.startswith("W_") else "error"
            yield Breach(code, rows, said, name, severity)
