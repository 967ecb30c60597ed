"""Values as statistical programs store them, as text: numbers, days, labels, missing values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.cohort.cell_text import number_text
from spine_outcomes.cohort.stored_dates import Clock, date_text
from spine_outcomes.cohort.text_table import TextColumn, TextColumnBuilder
from spine_outcomes.cohort.written import MAX_EXACT
from spine_outcomes.errors import Problem, printable, quoted
from spine_outcomes.study.dictionary import Column, Table

_LABELLED = ("category", "string")


@dataclass(frozen=True)
class Variable:
    """What a file says of one of its columns.

    Parameters
    ----------
    is_text, is_single
        Whether it holds text; whether its numbers are of single precision.
    labels
        Label of stored values that have one.
    missing
        Lowest and highest value of each range that the file calls missing.
    clock
        How its numbers are dates, if they are.
    """

    is_text: bool = False
    is_single: bool = False
    labels: Mapping[Any, str] = field(default_factory=dict)
    missing: Sequence[tuple[Any, Any]] = ()
    clock: Clock | None = None

    def is_missing(self, cell: Any) -> bool:
        """Whether the file calls a value missing."""
        return any(
            low <= cell <= high
            for low, high in self.missing
            if isinstance(cell, str) == isinstance(low, str)
        )


class StoredColumn:
    """Collects a column piece by piece, each distinct value written once.

    Parameters
    ----------
    column, table
        What the dictionary says of the column and of the table.
    variable
        What the file says of it.
    file
        Name of the file.
    """

    def __init__(self, column: Column, table: Table, variable: Variable, file: str) -> None:
        self._column, self._table, self._variable, self._file = column, table, variable, file
        self._builder = TextColumnBuilder()
        self._declared = {*table.missing, *column.missing_codes, *column.not_applicable}
        self._by_label = table.value_labels == "labels" and column.type in _LABELLED
        self._undeclared: Counter[str] = Counter()
        self._inexact: dict[str, None] = {}

    def extend(self, cells: Sequence[Any]) -> None:
        """Append the cells of the next rows: text, number, letter of a missing value, or None."""
        codes, distinct = pd.factorize(np.array(cells, dtype=object))
        n_rows = np.bincount(codes[codes >= 0], minlength=len(distinct))
        texts = [self._text(cell, int(n)) for cell, n in zip(distinct, n_rows, strict=True)]
        self._builder.extend_coded(texts, codes)

    def column(self) -> TextColumn:
        """Give the column collected so far."""
        return self._builder.column()

    def faults(self) -> Iterator[Problem]:
        """Values and labels of which file and dictionary say different things."""
        for text, n in self._undeclared.items():
            message = f"the file marks this value as missing, in {n} rows; the dictionary does not"
            fix = f"Add {quoted(text)} to missing_codes or not_applicable of the column."
            yield self._problem("E_MARKED_MISSING", message, text, fix)
        for text in self._inexact:
            message = (
                f"a number beyond {MAX_EXACT:.0f}: the program that stored it lost its last digits"
            )
            yield self._problem("E_DIGITS", message, text, "Store the column as text.")
        yield from self._mislabelled()

    def _text(self, cell: Any, n: int) -> str:
        """Text of one distinct value, which ``n`` rows have."""
        written = self._written(cell)
        if written in self._declared:
            return written
        if self._variable.is_missing(cell):
            self._undeclared[written] += n
        elif isinstance(cell, float) and self._column.type == "string" and abs(cell) >= MAX_EXACT:
            self._inexact[written] = None
        return self._variable.labels.get(cell, written) if self._by_label else written

    def _written(self, cell: Any) -> str:
        """A stored value as people would have written it."""
        variable = self._variable
        if isinstance(cell, str):
            return cell if variable.is_text else f".{cell}"
        if variable.clock is not None:
            day = date_text(cell, variable.clock, self._table.date_format)
            if day is not None:
                return day
        if variable.is_single:
            cell = float(str(np.float32(cell)))
        return number_text(cell, self._table.decimal if self._column.is_numeric else ".")

    def _mislabelled(self) -> Iterator[Problem]:
        """Labels of the file that mean another code in the dictionary, or two stored values."""
        labels = self._variable.labels
        if self._by_label:
            for label, times in Counter(labels.values()).items():
                if times > 1:
                    message = f"{times} values of the file have the label {printable(label)!r}"
                    yield self._problem("E_VALUE_LABEL", message, None, _SEPARATE)
            return
        codes = self._column.codes or {}
        meant = {label.strip().casefold(): code for code, label in codes.items()}
        for cell, label in labels.items():
            code = self._written(cell)
            other = meant.get(label.strip().casefold(), code)
            if other != code and code in codes:
                message = (
                    f"the file labels {code} as {printable(label)!r}, which is the label of "
                    f"{other} in the dictionary"
                )
                yield self._problem("E_VALUE_LABEL", message, None, _AGREE)

    def _problem(self, code: str, message: str, value: str | None, fix: str) -> Problem:
        name = self._column.name
        return Problem(code, message, file=self._file, column=name, value=value, fix=fix)


_SEPARATE = "Give each value its own label, or declare value_labels: codes."
_AGREE = "Find out which of the two is right: the codes may be swapped."
