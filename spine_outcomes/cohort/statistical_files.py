"""Tables of SAS, SPSS and Stata into the same table of text that delimited files give.

The files are read by pyreadstat, in pieces so that memory stays bounded. Numbers and stored days
are written as the dictionary says that text is written, so that the same checks meet them; what the
file calls missing is missing only where the dictionary says so too.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from spine_outcomes.cohort.decoding import codec
from spine_outcomes.cohort.header import match_header
from spine_outcomes.cohort.optional_package import optional_package
from spine_outcomes.cohort.source_file import SPSS, SourceFile, kind_of
from spine_outcomes.cohort.stored_dates import clock_of
from spine_outcomes.cohort.stored_values import StoredColumn, Variable
from spine_outcomes.cohort.text_table import (
    EXCEL,
    MAX_ROWS,
    SerialDates,
    TextTable,
    check_n_rows,
    giant_cells,
)
from spine_outcomes.errors import CohortError, Problem, printable
from spine_outcomes.study.dictionary import DataDictionary

MAX_INFLATED = 4_000_000_000

_DAY_NUMBER = SerialDates("a day number of SAS or Stata", datetime.date(1960, 1, 1))
_CHUNK_CELLS = 2_000_000
_CHUNK_BYTES = 200_000_000
_READERS = {".sas7bdat": "read_sas7bdat", ".xpt": "read_xport", ".dta": "read_dta"}
_MEMBER = b"HEADER RECORD*******MEM"
_RECORD = 80


def read_statistical(source: SourceFile, dictionary: DataDictionary) -> TextTable:
    """Read a table of SAS (``.sas7bdat``, ``.xpt``), SPSS or Stata into a table of text.

    Raises
    ------
    CohortError
        If the file is damaged, cut short or too large, holds several tables or no row, or holds
        text that is not of its encoding.
    InputOutputError
        If the package that reads such files is not installed.
    """
    file = _StatisticalFile(source, dictionary.table.encoding)
    if source.suffix == ".xpt":
        file.check_transport()
    said = file.read(metadataonly=True)
    names = [name or "" for name in said.column_names]  # a damaged file may have none
    header = match_header(names, dictionary, source.name)
    if len(set(names)) < len(names) or not header.positions:
        raise CohortError(*header.problems)
    stored = {name: names[position] for name, position in header.positions.items()}
    columns = {
        name: StoredColumn(
            dictionary[name], dictionary.table, _variable(said, in_file, source), source.name
        )
        for name, in_file in stored.items()
    }
    n = 0
    for part in file.parts(tuple(stored.values()), said):
        for name, column in columns.items():
            column.extend(part[stored[name]])
        n += len(next(iter(part.values())))
        check_n_rows(n, source.name)
    file.check_complete(n, said.number_rows)
    texts = {name: column.column() for name, column in columns.items()}
    lines = np.arange(2, n + 2)
    giants = giant_cells(texts, lines, source.name)
    faults = [fault for column in columns.values() for fault in column.faults()]
    return TextTable(
        file=source.name,
        columns=texts,
        lines=lines,
        decimal=dictionary.table.decimal,
        date_format=dictionary.table.date_format,
        problems=(*header.problems, *giants, *faults),
        findings=header.findings,
        unread=header.unread,
        serial_dates=EXCEL if source.suffix in SPSS else _DAY_NUMBER,
    )


def _variable(said: Any, name: str, source: SourceFile) -> Variable:
    """What a file says of one column."""
    kind = said.readstat_variable_types[name]
    return Variable(
        is_text=kind == "string",
        is_single=kind == "float",
        labels=said.variable_value_labels.get(name, {}),
        missing=[(part["lo"], part["hi"]) for part in said.missing_ranges.get(name, ())],
        clock=clock_of(source.suffix, said.original_variable_types[name]),
    )


@dataclass(frozen=True)
class _StatisticalFile:
    """A file of a statistical program; ``encoding`` is that of text whose file does not say it."""

    source: SourceFile
    encoding: str

    def read(self, **how: Any) -> Any:
        """What the file says of itself with ``metadataonly``, else its columns as lists."""
        suffix = self.source.suffix
        package = optional_package("pyreadstat", self.source.name)
        reader = getattr(package, _READERS.get(suffix, "read_sav"))
        if suffix != ".xpt":
            how["user_missing"] = True
        if not self._says_encoding:
            how["encoding"] = codec(self.encoding).removesuffix("-sig").replace("_", "-")
        raw = io.BytesIO(self.source.raw)
        try:
            values, said = reader(
                raw, disable_datetime_conversion=True, output_format="dict", **how
            )
        except Exception as fault:  # whatever makes that program stop, it is these bytes
            raise CohortError(self._unreadable(fault)) from None
        return said if how.get("metadataonly") else values

    @property
    def _says_encoding(self) -> bool:
        """Whether the file says in which encoding its text is."""
        is_old = self.source.suffix == ".dta" and not self.source.raw.startswith(b"<stata_dta>")
        return not (is_old or self.source.suffix == ".xpt")

    def parts(self, names: tuple[str, ...], said: Any) -> Iterator[Any]:
        """Some columns of the next rows, again and again."""
        chunk = self._rows_at_once(said, len(names))
        offset, n = 0, chunk
        while n == chunk:
            part = self.read(usecols=list(names), row_offset=offset, row_limit=chunk)
            n = len(part[names[0]])
            offset += n
            yield part

    def _rows_at_once(self, said: Any, n_columns: int) -> int:
        """How many rows are read at once; refuses more than are read at all."""
        width: int = max(1, sum(said.variable_storage_width.values()))
        n: int = said.number_rows or 0
        if n > MAX_ROWS or n * width > MAX_INFLATED:
            message = f"{n} rows of {width} bytes; at most {MAX_ROWS} rows"
            message += f" and {MAX_INFLATED} bytes are read"
            raise CohortError(Problem("E_TOO_LARGE", message, file=self.source.name))
        return max(1, min(_CHUNK_CELLS // n_columns, _CHUNK_BYTES // width))

    def check_complete(self, n: int, expected: int | None) -> None:
        """Stop at a file without rows, or with fewer than it says."""
        if expected is not None and expected >= 0 and n != expected:
            raise CohortError(self._damaged(f"{n} rows, where it says that it has {expected}"))
        if not n:
            raise CohortError(Problem("E_NO_ROWS", "0 rows", file=self.source.name))

    def check_transport(self) -> None:
        """Stop at a transport file that is cut inside a record, or holds several tables."""
        raw = self.source.raw
        if len(raw) % _RECORD:
            raise CohortError(self._damaged("it is cut short"))
        at, n = raw.find(_MEMBER), 0
        while at >= 0:
            n += at % _RECORD == 0
            at = raw.find(_MEMBER, at + 1)
        if n > 1:
            message = f"{n} tables in one transport file"
            fix = "Export the cohort's table alone."
            raise CohortError(Problem("E_SEVERAL_TABLES", message, file=self.source.name, fix=fix))

    def _damaged(self, why: str) -> Problem:
        """Say that a file is not what it should be."""
        message = f"not {kind_of(self.source.suffix)} that can be read: {why}"
        fix = "Export the table again."
        return Problem("E_DAMAGED", message, file=self.source.name, fix=fix)

    def _unreadable(self, fault: Exception) -> Problem:
        """Say what made the reader stop."""
        is_text = isinstance(fault, UnicodeError) or "encoding" in str(fault)
        if not (is_text or "character set" in str(fault)):
            is_its_own = type(fault).__module__.startswith("pyreadstat")  # and holds no value
            return self._damaged(str(fault) if is_its_own else type(fault).__name__)
        message = "its text is not of the encoding that the file names"
        fix = "Store the table again with the program that wrote it."
        if not self._says_encoding:
            message = f"its text is not of the encoding {printable(self.encoding)}"
            fix = "Declare the encoding in the dictionary, such as encoding: cp1252."
        return Problem("E_ENCODING", message, file=self.source.name, fix=fix)
