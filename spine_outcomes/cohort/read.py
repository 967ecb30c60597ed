"""From a file to a cohort: text first, then types by the dictionary, then every check at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from os import PathLike

import numpy as np
import pandas as pd
import pyarrow as pa

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.conversion import Conversion, convert
from spine_outcomes.cohort.delimited import read_delimited
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.intake_findings import intake_findings
from spine_outcomes.cohort.parquet import read_parquet, text_of
from spine_outcomes.cohort.places import Fault, Places, raise_problems
from spine_outcomes.cohort.row_checks import check_rows
from spine_outcomes.cohort.rule_checks import check_rules
from spine_outcomes.cohort.source_file import PARQUET, read_source
from spine_outcomes.cohort.text_table import TextColumn, TextTable
from spine_outcomes.cohort.written import Faults
from spine_outcomes.errors import Problem
from spine_outcomes.study.dictionary import DataDictionary


def read_cohort(path: str | PathLike[str], dictionary: DataDictionary) -> Cohort:
    """Read a cohort table and check it against its dictionary.

    Parameters
    ----------
    path
        A file of delimited text (``.csv``, ``.tsv``, ``.txt``) or a Parquet file.
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
    """
    source = read_source(path)
    read = read_parquet if source.suffix in PARQUET else read_delimited
    return _cohort(read(source, dictionary), dictionary, source.sha256)


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
    return _cohort(text, dictionary, hashlib.sha256(hashed).hexdigest())


def _cohort(text: TextTable, dictionary: DataDictionary, sha256: str) -> Cohort:
    """Convert and check a table of text."""
    keys = key_columns(dictionary)
    if not all(key in text.columns for key in keys):
        raise_problems(text.problems)
    converted = {
        name: convert(name, column, dictionary[name], dictionary.table, text, is_key=name in keys)
        for name, column in text.columns.items()
    }
    frame = pd.DataFrame({name: c.series for name, c in converted.items()}, copy=False)
    faulty = {name: c.is_faulty for name, c in converted.items() if c.faults}
    places = Places(text.file, text.lines, tuple(text.columns[key] for key in keys))
    broken, warned = check_rules(dictionary.checks, frame, faulty, places)
    raise_problems(
        [
            *text.problems,
            *_value_problems(text, converted, places),
            *check_rows(frame, dictionary, faulty, places),
            *broken,
        ]
    )
    order = np.lexsort([pd.factorize(frame[key], sort=True)[0] for key in reversed(keys)])
    return Cohort(
        frame=frame.iloc[order].reset_index(drop=True),
        dictionary=dictionary,
        source=text.file,
        sha256=sha256,
        findings=(*text.findings, *intake_findings(converted), *warned),
        is_simulated=_is_simulated(frame, dictionary),
        lines=text.lines[order],
    )


def _value_problems(
    text: TextTable, converted: Mapping[str, Conversion], places: Places
) -> list[Problem]:
    """Texts that are no value of their column, row by row."""
    problems: list[Problem] = []
    for name, conversion in converted.items():
        if not conversion.faults:
            continue
        column = text.columns[name]

        def fault(
            row: int, column: TextColumn = column, faults: Faults = conversion.faults
        ) -> Fault:
            code, message, fix, _ = faults[int(column.codes[row])]
            return Fault(code, message, fix, column[row])

        problems += places.problems(np.flatnonzero(conversion.is_faulty), fault, name)
    return problems


def _is_simulated(frame: pd.DataFrame, dictionary: DataDictionary) -> bool:
    """Whether some row says that it is simulated."""
    mark = dictionary.table.simulated
    if mark is None or mark.column not in frame:
        return False
    return bool((frame[mark.column].astype("string") == mark.equals).any())
