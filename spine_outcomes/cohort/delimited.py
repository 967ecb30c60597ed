"""Delimited text into a table of text: strict, with the physical line of every row.

Nothing is sniffed: encoding and delimiter are the dictionary's. Quotes follow RFC 4180.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spine_outcomes.cohort.decoding import decode, lines_of
from spine_outcomes.cohort.header import Header, match_header
from spine_outcomes.cohort.source_file import SourceFile
from spine_outcomes.cohort.text_table import (
    TextColumn,
    TextColumnBuilder,
    TextTable,
    check_n_rows,
    giant_cell,
    giant_cells,
    inner_blanks,
)
from spine_outcomes.errors import CohortError, Finding, Problem
from spine_outcomes.study.dictionary import DataDictionary

_CHUNK = 100_000
_OTHER_DELIMITERS = {";": "';'", "\t": "a tab", ",": "','", "|": "'|'"}


def read_delimited(source: SourceFile, dictionary: DataDictionary) -> TextTable:
    """Read delimited text into a table of text.

    Raises
    ------
    CohortError
        If the bytes are not text of the declared encoding, a row has another number of fields than
        the header, a quote is not closed, a blank line stands between rows, a cell or the table is
        too large, or there is no row. All such lines at once.
    DictionaryError
        If the declared encoding does not exist.
    """
    return read_opened(*open_delimited(source, dictionary), source.name, dictionary)


def read_opened(
    names: Sequence[str], reader: Any, file: str, dictionary: DataDictionary
) -> TextTable:
    """Read the rows below the names of a file that ``open_delimited`` has opened.

    Raises
    ------
    CohortError
        As ``read_delimited``, of the rows.
    """
    table = dictionary.table
    header = match_header(names, dictionary, file)
    body = _Body(file, header, len(names))
    body.read(reader)
    return TextTable(
        file=file,
        columns=body.columns(),
        lines=np.array(body.lines, dtype=np.int64),
        decimal=table.decimal,
        date_format=table.date_format,
        problems=header.problems,
        findings=(*header.findings, *body.findings()),
        unread=header.unread,
    )


def open_delimited(source: SourceFile, dictionary: DataDictionary) -> tuple[Sequence[str], Any]:
    """Names on the first line, and the reader of the lines below.

    Raises
    ------
    CohortError
        If the bytes are not text of the declared encoding, or the delimiter does not divide the
        first line.
    DictionaryError
        If the declared encoding does not exist.
    """
    delimiter = "\t" if source.suffix == ".tsv" else dictionary.table.delimiter
    lines = lines_of(decode(source, dictionary.table.encoding))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    return _names(reader, source, dictionary, delimiter), reader


def _names(
    reader: Any, source: SourceFile, dictionary: DataDictionary, delimiter: str
) -> Sequence[str]:
    """Names on the first line; refuses a table that the delimiter does not divide."""
    file = source.name
    try:
        names: list[str] = next(reader)
    except csv.Error as fault:
        raise CohortError(_quoting(file, 1, fault)) from None
    if not names:
        message = "the first line is blank; a header is expected"
        raise CohortError(Problem("E_HEADER", message, file=file, line=1))
    other = [word for d, word in _OTHER_DELIMITERS.items() if d != delimiter and d in names[0]]
    if len(names) == 1 and len(dictionary.columns) > 1 and other:
        message = f"1 column found; the header looks divided by {other[0]}"
        fix = "Set table.delimiter in the dictionary."
        raise CohortError(Problem("E_DELIMITER", message, file=file, line=1, fix=fix))
    return names


@dataclass
class _Body:
    """The rows under a header, gathered in pieces so that memory stays bounded."""

    file: str
    header: Header
    n_fields: int
    lines: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    misfits: list[tuple[int, int]] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._builders = {name: TextColumnBuilder() for name in self.header.positions}

    def read(self, reader: Any) -> None:
        """Read every row; raise what is wrong with their shape."""
        rows: list[list[str]] = []
        for row in self._well_formed(reader):
            rows.append(row)
            if len(rows) == _CHUNK:
                self._extend(rows)
                rows = []
        if rows:
            self._extend(rows)
        self._raise_faults()

    def columns(self) -> dict[str, TextColumn]:
        """Columns read."""
        found = {name: builder.column() for name, builder in self._builders.items()}
        self.faults += giant_cells(found, np.array(self.lines), self.file)
        self._raise_faults()
        return found

    def findings(self) -> Iterator[Finding]:
        """Blank lines after the last row."""
        if self.blank:
            message = f"{len(self.blank)} blank lines after the last row were ignored."
            yield Finding("N_BLANK_LINES", message, "note", n=len(self.blank))

    def _well_formed(self, reader: Any) -> Iterator[list[str]]:
        """Rows with as many fields as the header; notes the lines of all others."""
        lines, n_fields = self.lines, self.n_fields
        start = reader.line_num + 1
        try:
            for row in reader:
                if len(row) == n_fields:
                    lines.append(start)
                    yield row
                elif row:
                    self.misfits.append((start, len(row)))
                else:
                    self.blank.append(start)
                start = reader.line_num + 1
        except csv.Error as fault:
            self.faults.append(_quoting(self.file, start, fault))

    def _extend(self, rows: list[list[str]]) -> None:
        check_n_rows(len(self.lines), self.file)
        fields = list(zip(*rows, strict=True))
        for name, position in self.header.positions.items():
            self._builders[name].extend(fields[position])

    def _raise_faults(self) -> None:
        """Raise everything wrong with the shape of the table, in the order of the lines."""
        message = f"fields expected (as in the header): {self.n_fields}; found: "
        fix = "A delimiter inside a value needs quotes around the value."
        faults = [
            *self.faults,
            *(
                Problem("E_FIELDS", f"{message}{n}", file=self.file, line=line, fix=fix)
                for line, n in self.misfits
            ),
            *inner_blanks(self.blank, self.lines, self.file, "line"),
        ]
        if not (self.lines or faults):
            faults.append(Problem("E_NO_ROWS", "0 rows under the header", file=self.file, line=1))
        if faults:
            header = self.header.problems
            raise CohortError(*header, *sorted(faults, key=lambda fault: fault.line or 0))


def _quoting(file: str, line: int, fault: csv.Error) -> Problem:
    """Say which cell cannot be told from its neighbours."""
    if "field limit" in str(fault):
        return giant_cell(file, line, None)
    message = "a quote is not closed, or text follows a closing quote"
    fix = 'A quote inside a quoted value is written twice: "".'
    return Problem("E_QUOTES", message, file=file, line=line, fix=fix)
