"""A table of text as tables of SAS, SPSS and Stata: numbers, day counts, labelled values."""

from __future__ import annotations

import datetime
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.optional_package import optional_package
from spine_outcomes.simulation.stored_cells import as_floats, is_stored_as_number, stored_cells
from spine_outcomes.study.dictionary import Column, DataDictionary

STATA_MISSING = "a"
"""Letter of the missing value that stands for the first missing code of a column: ``.a``."""

_LABEL_LENGTH = 40


class _Dates(NamedTuple):
    """How a program counts days: from which, in how many units, and how it shows them."""

    zero: datetime.date
    per_day: int
    shown: str


_SAS = _Dates(datetime.date(1960, 1, 1), 1, "YYMMDD10.")
_SPSS = _Dates(datetime.date(1582, 10, 14), 24 * 60 * 60, "SDATE10")
_STATA = _Dates(datetime.date(1960, 1, 1), 1, "%td")


def transport_file(frame: pd.DataFrame, dictionary: DataDictionary, name: str) -> bytes:
    """Write a SAS transport file: missing codes as numbers, codes of letters as text.

    Parameters
    ----------
    frame : DataFrame of str, shape (n, p)
        ISO dates, decimal points, empty cells.
    dictionary
        Type of each column.
    name
        Name of the file, for the message where the package that writes it is missing.

    Raises
    ------
    InputOutputError
        If pyreadstat is not installed.
    """
    table = _stored(frame, dictionary, _SAS)
    raw = _written("write_xport", table, dictionary, name, _SAS)
    stamp = rb"[0-9]{2}[A-Z]{3}[0-9]{2}(:[0-9]{2}){3}"
    head = re.sub(stamp, b"01JAN25:00:00:00", raw[:1000])  # a clock time, in each header record
    return head + raw[1000:]


def spss_file(frame: pd.DataFrame, dictionary: DataDictionary, name: str) -> bytes:
    """Write an SPSS file: numbers with their labels, missing codes marked as missing.

    Parameters and errors as of ``transport_file``.
    """
    table = _stored(frame, dictionary, _SPSS)
    numeric = [c for c in _columns(table, dictionary) if is_stored_as_number(c)]
    labels = {
        c.name: {float(code): label for code, label in c.codes.items()}
        for c in numeric
        if c.codes is not None
    }
    marked = {c.name: [float(code) for code in _undefined(c)][:3] for c in numeric}
    raw = _written(
        "write_sav", table, dictionary, name, _SPSS,
        variable_value_labels=labels, missing_ranges={k: v for k, v in marked.items() if v},
    )  # fmt: skip
    return raw[:92] + b"01 Jan 2500:00:00" + raw[109:]  # day and time of creation


def stata_file(frame: pd.DataFrame, dictionary: DataDictionary, name: str) -> bytes:
    """Write a Stata file: codes of letters as labelled numbers, the first missing code as ``.a``.

    Parameters and errors as of ``transport_file``.
    """
    table = _stored(frame, dictionary, _STATA)
    labels = {}
    for column in _columns(table, dictionary):
        if column.type == "category" and not is_stored_as_number(column):
            codes = [*(column.codes or {}), *column.missing_codes[:1]]
            labels[column.name] = {float(i + 1): code for i, code in enumerate(codes)}
            texts: Any = table[column.name]
            table[column.name] = texts.map({code: i + 1.0 for i, code in enumerate(codes)})
    marked = {}
    for column in _columns(table, dictionary):
        if is_stored_as_number(column) and column.missing_codes:
            values: Any = table[column.name].astype(object)
            table[column.name] = values.mask(
                table[column.name] == float(column.missing_codes[0]), STATA_MISSING
            )
            marked[column.name] = [STATA_MISSING]
    raw = _written(
        "write_dta", table, dictionary, name, _STATA,
        variable_value_labels=labels, missing_user_values=marked,
    )  # fmt: skip
    stamp = rb"(<timestamp>.)[^<]{17}"
    return re.sub(stamp, rb"\g<1>01 Jan 2025 00:00", raw, count=1, flags=re.DOTALL)


def _columns(table: pd.DataFrame, dictionary: DataDictionary) -> list[Column]:
    """Columns of a table, as the dictionary describes them."""
    return [dictionary[str(name)] for name in table.columns]


def _undefined(column: Column) -> tuple[str, ...]:
    """Codes that are no value."""
    return (*column.missing_codes, *column.not_applicable)


def _stored(frame: pd.DataFrame, dictionary: DataDictionary, dates: _Dates) -> pd.DataFrame:
    """The columns as a program stores them: floats, day counts, text that may be empty."""
    columns: Mapping[str, Any] = {
        column.name: _stored_column(frame[column.name], column, dates)
        for column in _columns(frame, dictionary)
    }
    return pd.DataFrame(columns)


def _stored_column(
    texts: pd.Series[str], column: Column, dates: _Dates
) -> NDArray[Any] | list[Any]:
    """One column as a program stores it."""
    cells = stored_cells(texts, column)
    if is_stored_as_number(column):
        return as_floats(cells)
    if column.type == "date":
        days = [None if day is None else (day - dates.zero).days * dates.per_day for day in cells]
        return as_floats(days)
    return ["" if cell is None else cell for cell in cells]


def _written(
    writer: str, table: pd.DataFrame, dictionary: DataDictionary, name: str, dates: _Dates,
    **more: Any,
) -> bytes:  # fmt: skip
    """Bytes of a file as the package writes it: it can write to a path only."""
    write: Callable[..., None] = getattr(optional_package("pyreadstat", name), writer)
    columns = _columns(table, dictionary)
    shown = {column.name: dates.shown for column in columns if column.type == "date"}
    labels = [column.label[:_LABEL_LENGTH] for column in columns]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(table, path, column_labels=labels, variable_format=shown, **more)
        return path.read_bytes()
