"""A cohort table before anything is understood: text, each distinct text of a column once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.errors import MAX_SHOWN, CohortError, Finding, Problem

MAX_ROWS = 2_000_000
MAX_CELL = 65_536


@dataclass(frozen=True)
class SerialDates:
    """How a program stores a date as a number: days since some day.

    Parameters
    ----------
    words
        What such a number is called.
    zero
        The day of the number 0.
    """

    words: str
    zero: datetime.date


EXCEL = SerialDates("an Excel serial number", datetime.date(1899, 12, 30))
EXCEL_1904 = SerialDates("an Excel serial number of the 1904 system", datetime.date(1904, 1, 1))


@dataclass(frozen=True, eq=False)
class TextColumn:
    """One column as text.

    Parameters
    ----------
    values : ndarray of str, shape (u,)
        Distinct texts.
    codes : ndarray of int, shape (n,)
        Position in ``values`` of the text of each row; −1 where the file has no value at all.
    """

    values: NDArray[np.object_]
    codes: NDArray[np.int32]

    def __getitem__(self, row: int) -> str:
        return self.text(int(self.codes[row]))

    def text(self, code: int) -> str:
        """Text at a position among the distinct ones; empty for −1."""
        return "" if code < 0 else str(self.values[code])

    def rows_with(self, is_meant: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Rows whose text is among the distinct texts meant (u,), shape (n,)."""
        return np.append(is_meant, False)[self.codes]

    def has(self, text: str) -> NDArray[np.bool_]:
        """Rows with exactly this text, shape (n,)."""
        return self.rows_with(self.values == text)

    @property
    def is_filled(self) -> NDArray[np.bool_]:
        """Rows with some text, shape (n,)."""
        return self.rows_with(self.values != "")

    def take(self, rows: NDArray[np.intp]) -> TextColumn:
        """The texts of some rows (k,), in that order."""
        return TextColumn(self.values, self.codes[rows])

    def n_rows(self) -> NDArray[np.intp]:
        """How many rows have each distinct text, shape (u,)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))


@dataclass(frozen=True, eq=False)
class TextTable:
    """A table as text, and how its text is written.

    Parameters
    ----------
    file
        Name of the file, without its folder.
    columns
        Columns of the dictionary that the file has, by name.
    lines : ndarray of int, shape (n,)
        Physical line on which each row starts (the header is line 1); row number plus one where
        the file has no lines.
    lines_of
        By column, the line (n,) on which the value of each row stands, where it is not the row's.
    decimal, date_format
        How numbers and dates are written.
    problems, findings
        What is wrong with names and shape, and what a reader must know of them.
    serial_dates
        What a bare number in a column of dates would be; never taken for a date.
    unread
        Names of the columns that the dictionary does not describe.
    missing_codes
        Texts that mean missing in every column of this file, beside those of the dictionary.
    """

    file: str
    columns: Mapping[str, TextColumn]
    lines: NDArray[np.int64]
    decimal: str
    date_format: str
    lines_of: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    serial_dates: SerialDates = EXCEL
    unread: tuple[str, ...] = ()
    missing_codes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)


class TextColumnBuilder:
    """Collects a column piece by piece and keeps each distinct text once."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._parts: list[NDArray[np.int32]] = []

    def extend(self, texts: Iterable[str]) -> None:
        """Append the texts of the next rows."""
        codes, distinct = pd.factorize(np.array(list(texts), dtype=object))
        self.extend_coded(distinct, codes)

    def extend_coded(self, texts: Iterable[str], codes: NDArray[np.integer[Any]]) -> None:
        """Append the next rows by position among some texts; −1 where there is no value."""
        known = self._codes
        whole = [known.setdefault(text, len(known)) for text in texts]
        self._parts.append(np.array([*whole, -1], dtype=np.int32)[codes])

    def column(self) -> TextColumn:
        """Give the column collected so far."""
        codes = np.concatenate(self._parts) if self._parts else np.zeros(0, dtype=np.int32)
        return TextColumn(np.array(list(self._codes), dtype=object), codes)


def check_n_rows(n: int, file: str) -> None:
    """Stop at more rows than are read.

    Raises
    ------
    CohortError
        If there are more than ``MAX_ROWS``.
    """
    if n > MAX_ROWS:
        message = f"more than {MAX_ROWS} rows"
        raise CohortError(Problem("E_TOO_LARGE", message, file=file))


def inner_blanks(
    blank: Sequence[int], lines: Sequence[int], file: str, what: str
) -> Iterator[Problem]:
    """Blank lines (or rows of a sheet) between the lines that hold something."""
    last = lines[-1] if lines else 0
    for line in blank:
        if line < last:
            yield Problem("E_BLANK_LINE", f"blank {what} between rows", file=file, line=line)


def giant_cells(
    columns: Mapping[str, TextColumn], lines: NDArray[np.int64], file: str
) -> Iterator[Problem]:
    """Cells longer than ``MAX_CELL`` characters, of each column at most so many."""
    for name, column in columns.items():
        length = np.fromiter(map(len, column.values), dtype=np.int64, count=len(column.values))
        for row in np.flatnonzero(column.rows_with(length > MAX_CELL))[:MAX_SHOWN]:
            yield giant_cell(file, int(lines[row]), name)


def giant_cell(file: str, line: int, column: str | None) -> Problem:
    """Say where a cell is too long."""
    message = f"a cell longer than {MAX_CELL} characters"
    fix = "Usually a quote that is never closed, or a document pasted into a cell."
    return Problem("E_CELL_LENGTH", message, file=file, line=line, column=column, fix=fix)
