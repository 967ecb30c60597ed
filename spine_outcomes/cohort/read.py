"""From a file to a cohort: text first, then types by the dictionary, then every check at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pyarrow as pa

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.delimited import read_delimited
from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.intake import Intake, inspect_tables
from spine_outcomes.cohort.parquet import read_parquet, text_of
from spine_outcomes.cohort.redcap import read_redcap
from spine_outcomes.cohort.source_file import (
    PARQUET,
    STATISTICAL,
    WORKBOOK,
    SourceFile,
    read_source,
)
from spine_outcomes.cohort.statistical_files import read_statistical
from spine_outcomes.cohort.text_table import TextTable
from spine_outcomes.cohort.workbook import read_workbook
from spine_outcomes.errors import CohortError, Problem, UsageError
from spine_outcomes.study.dictionary import DataDictionary, unknown_table

Paths = Mapping[str, str | PathLike[str]]


def read_cohort(
    path: str | PathLike[str], dictionary: DataDictionary, tables: Paths = MappingProxyType({})
) -> Cohort:
    """Read a cohort table and check it against its dictionary.

    Parameters
    ----------
    path
        A file of delimited text (``.csv``, ``.tsv``, ``.txt``), a Parquet file, an Excel workbook
        (``.xlsx``), or a table of SAS (``.sas7bdat``, ``.xpt``), SPSS (``.sav``, ``.zsav``) or
        Stata (``.dta``).
    dictionary
        How the text is written and what each column is.
    tables
        Files of long tables beside it, by their names in the dictionary. Columns derived from them
        are compared with those of the cohort, or filled in.

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
    UsageError
        For a long table that the dictionary does not describe.
    """
    return inspect_cohort(path, dictionary, tables).cohort()


def inspect_cohort(
    path: str | PathLike[str], dictionary: DataDictionary, tables: Paths = MappingProxyType({})
) -> Inspection:
    """Read a cohort table as ``read_cohort`` does, and give what is wrong instead of raising it.

    Raises
    ------
    InputOutputError
        If a file is missing, unreadable or not a regular file.
    UsageError
        For a long table that the dictionary does not describe.
    """
    given = dictionary_with(tables, dictionary)
    beside = {table.name: _read(tables[table.name], given.beside(table)) for table in given.tables}
    return inspect_tables(_read(path, given), given, beside)


def dictionary_with(tables: Iterable[str], dictionary: DataDictionary) -> DataDictionary:
    """The dictionary of a cohort that comes with some long tables.

    Raises
    ------
    UsageError
        For a table that it does not describe.
    """
    names, known = tuple(tables), [table.name for table in dictionary.tables]
    listed = ", ".join(known) or "none"
    problems = [
        Problem("E_TABLE", f"{unknown_table(name, dictionary)}; it has {listed}")
        for name in names
        if name not in known
    ]
    if problems:
        raise UsageError(*problems)
    return dictionary.coming_with(names)


def _read(path: str | PathLike[str], dictionary: DataDictionary) -> Intake:
    """Text of the table in a file, and what is wrong with its shape."""
    file, sha256 = Path(path).name, None
    try:
        source = read_source(path)
        sha256 = source.sha256
        return Intake(file, sha256, _reader(source.suffix, dictionary)(source, dictionary))
    except CohortError as fault:
        return Intake(file, sha256, problems=fault.problems)


def _reader(
    suffix: str, dictionary: DataDictionary
) -> Callable[[SourceFile, DataDictionary], TextTable]:
    """Choose what makes a table of text of a file with this suffix."""
    if dictionary.table.redcap is not None:
        return read_redcap
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
    frame: pd.DataFrame,
    dictionary: DataDictionary,
    *,
    source: str = "data frame",
    tables: Mapping[str, pd.DataFrame] = MappingProxyType({}),
) -> Cohort:
    """Check a data frame as ``read_cohort`` checks a file; its index is ignored.

    Raises
    ------
    CohortError
        As ``read_cohort``; the line of a row is its number plus one.
    """
    return inspect_frame(frame, dictionary, source=source, tables=tables).cohort()


def inspect_frame(
    frame: pd.DataFrame,
    dictionary: DataDictionary,
    *,
    source: str = "data frame",
    tables: Mapping[str, pd.DataFrame] = MappingProxyType({}),
) -> Inspection:
    """Check a data frame as ``cohort_from_frame``, and give what is wrong instead of raising it."""
    given = dictionary_with(tables, dictionary)
    beside = {t.name: _of_frame(tables[t.name], given.beside(t), t.name) for t in given.tables}
    return inspect_tables(_of_frame(frame, given, source), given, beside)


def _of_frame(frame: pd.DataFrame, dictionary: DataDictionary, source: str) -> Intake:
    """Text of a data frame."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    hashed = pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
    sha256 = hashlib.sha256(hashed).hexdigest()
    return Intake(source, sha256, text_of(table, source, dictionary))
