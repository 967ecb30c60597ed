"""An Excel workbook (.xlsx) into the same table of text that delimited files give.

Values are read by calamine; numbers and true dates are written as the dictionary says that text is
written, so that the same checks meet them. What a sheet hides (formulas, merged cells, hidden rows)
is a fault or a finding.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np

from spine_outcomes.cohort.cell_text import number_text
from spine_outcomes.cohort.header import MAX_COLUMNS, match_header
from spine_outcomes.cohort.optional_package import optional_package
from spine_outcomes.cohort.sheet_choice import choose_sheet
from spine_outcomes.cohort.source_file import SourceFile
from spine_outcomes.cohort.text_table import (
    EXCEL,
    EXCEL_1904,
    TextColumnBuilder,
    TextTable,
    check_n_rows,
    giant_cells,
    inner_blanks,
)
from spine_outcomes.cohort.workbook_safety import MAX_INFLATED, packed, workbook_parts
from spine_outcomes.cohort.workbook_structure import (
    DamagedWorkbookError,
    SheetFacts,
    read_facts,
    read_sheets,
    text_lengths,
)
from spine_outcomes.errors import CohortError, Finding, Problem, people
from spine_outcomes.study.dictionary import DataDictionary

MAX_CELLS = 50_000_000

_CHUNK = 20_000
_NUMBER_TEXT = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_FIRST_REAL_DAY = datetime.date(1900, 3, 1)
_MAX_DIGITS = 10**15


def read_workbook(source: SourceFile, dictionary: DataDictionary) -> TextTable:
    """Read one sheet of a workbook into a table of text; lines are its row numbers.

    Raises
    ------
    CohortError
        If the file is damaged or too large, no sheet or several can be meant, cells are merged, a
        formula has no value, a cell is an error, or a blank row stands between rows.
    RefusedError
        As ``workbook_parts``.
    InputOutputError
        If the package that reads workbooks is not installed.
    """
    calamine = optional_package("python_calamine", source.name)
    parts = workbook_parts(source)
    try:
        sheets, is_1904 = read_sheets(parts)
        sheet, findings = choose_sheet(sheets, dictionary.table.sheet, source.name)
        facts = read_facts(parts[sheet.part], text_lengths(parts))
        file = f"{source.name}, sheet {sheet.name}"
        _check_size(facts, file)
        cells = calamine.CalamineWorkbook.from_filelike(packed(parts)).get_sheet_by_name(sheet.name)
    except (DamagedWorkbookError, calamine.CalamineError) as fault:
        message = f"not a workbook that can be read: {fault}"
        raise CohortError(Problem("E_WORKBOOK", message, file=source.name)) from None
    found = _Table(file, dictionary, facts, is_1904).read(_rows(cells, facts.n_columns))
    return replace(found, findings=(*findings, *found.findings))


def _rows(cells: Any, n_columns: int) -> Iterator[list[Any]]:
    """Rows of a sheet from its first, cells from its first column."""
    before = [""] * (0 if cells.start is None else cells.start[1])
    for row in cells.iter_rows():
        whole = [*before, *row]
        yield whole[:n_columns] + [""] * (n_columns - len(whole))


def _check_size(facts: SheetFacts, file: str) -> None:
    """Stop at a sheet that holds, or spreads over, more than is read."""
    check_n_rows(facts.n_rows - 1, file)
    if facts.n_columns > MAX_COLUMNS:
        message = f"{facts.n_columns} columns; at most {MAX_COLUMNS} are read"
        raise CohortError(Problem("E_TOO_LARGE", message, file=file))
    if facts.n_rows * facts.n_columns > MAX_CELLS or facts.n_text > MAX_INFLATED:
        message = (
            f"{facts.n_rows} rows and {facts.n_columns} columns with {facts.n_text} characters"
        )
        message += f"; at most {MAX_CELLS} cells and {MAX_INFLATED} characters are read"
        raise CohortError(Problem("E_TOO_LARGE", message, file=file))


@dataclass
class _Table:
    """The rows of one sheet, gathered in pieces."""

    file: str
    dictionary: DataDictionary
    facts: SheetFacts
    is_1904: bool
    lines: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    noticed: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def read(self, rows: Iterator[list[Any]]) -> TextTable:
        """Read the header and every row under it."""
        names = [c if isinstance(c, str) else number_text(c, ".") for c in next(rows, [])]
        header = match_header(names, self.dictionary, self.file)
        positions = header.positions
        self.problems += self._shape_problems({at + 1: name for name, at in positions.items()})
        if self.problems:
            raise CohortError(*header.problems, *sorted(self.problems, key=lambda p: p.line or 0))
        writers = {name: self._writer(name) for name in positions}
        builders = {name: TextColumnBuilder() for name in positions}
        body = self._filled(rows)
        while chunk := list(islice(body, _CHUNK)):
            for name, at in positions.items():
                cells = (row[at] for row in chunk)
                builders[name].extend(map(writers[name], cells, self.lines[-len(chunk) :]))
        columns = {name: builder.column() for name, builder in builders.items()}
        lines = np.array(self.lines, dtype=np.int64)
        self.problems += giant_cells(columns, lines, self.file)
        self._check_rows()
        table = self.dictionary.table
        return TextTable(
            file=self.file,
            columns=columns,
            lines=lines,
            decimal=table.decimal,
            date_format=table.date_format,
            problems=header.problems,
            findings=(*header.findings, *self._findings(positions)),
            unread=header.unread,
            serial_dates=EXCEL_1904 if self.is_1904 else EXCEL,
        )

    def _filled(self, rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
        """Rows that hold something, with their numbers noted."""
        for number, row in enumerate(rows, start=2):
            if any(cell != "" for cell in row):
                self.lines.append(number)
                yield row
            else:
                self.blank.append(number)

    def _check_rows(self) -> None:
        """Raise what is wrong with the rows, in their order."""
        self.problems += inner_blanks(self.blank, self.lines, self.file, "row")
        if not self.lines:
            message = "0 rows under the header"
            self.problems.append(Problem("E_NO_ROWS", message, file=self.file, line=1))
        if self.problems:
            raise CohortError(*sorted(self.problems, key=lambda problem: problem.line or 0))

    def _shape_problems(self, names: dict[int, str]) -> Iterator[Problem]:
        """Cells of the columns read that hold no value of their own."""
        fix = "Unmerge the cells and repeat the value in each of them."
        for place in self.facts.merged:
            line = int(re.sub(r"[^0-9].*", "", re.sub(r"^[A-Z$]*", "", place)) or 0) or None
            message = f"merged cells {place}: only the first of them holds the value"
            yield Problem("E_MERGED", message, file=self.file, line=line, fix=fix)
        fix = "Open the workbook, let it calculate, and save it; or paste the values."
        for row, column in self.facts.unvalued:
            if column in names:
                message = "a formula without a stored value"
                yield Problem(
                    "E_FORMULA", message, file=self.file, line=row, column=names[column], fix=fix
                )
        for row, column, text in self.facts.errors:
            if column in names:
                message = "an error of the spreadsheet, not a value"
                fix = "Correct the formula, or leave the cell empty."
                yield Problem(
                    "E_CELL_ERROR",
                    message,
                    file=self.file,
                    line=row,
                    column=names[column],
                    value=text,
                    fix=fix,
                )

    def _writer(self, name: str) -> Callable[[Any, int], str]:
        """Make the function that writes a cell of one column, on some line, as text."""
        column, table = self.dictionary[name], self.dictionary.table
        decimal = table.decimal if column.is_numeric else "."

        def write(cell: Any, line: int) -> str:
            if isinstance(cell, str):
                if column.is_numeric and _NUMBER_TEXT.fullmatch(cell):
                    self.noticed["text", name] += 1
                return cell
            if isinstance(cell, datetime.date):
                if column.type != "date":
                    self._lost("E_DATE_CELL", str(cell), line, name)
                return self._date(cell, table.date_format)
            text = number_text(cell, decimal)
            if column.type == "string" and isinstance(cell, float) and abs(cell) >= _MAX_DIGITS:
                self._lost("E_DIGITS", text, line, name)
            return text

        return write

    def _date(self, cell: datetime.date, date_format: str) -> str:
        """A true date as the dictionary writes dates; a time of day is kept, and refused later."""
        if isinstance(cell, datetime.datetime):
            if cell.time() != datetime.time():
                return cell.isoformat(sep=" ")
            cell = cell.date()
        if not self.is_1904 and cell < _FIRST_REAL_DAY:
            return f"{cell.isoformat()} or a day after"  # Excel has a 29 February 1900
        return cell.strftime(date_format)

    def _lost(self, code: str, text: str, line: int, column: str) -> None:
        """Note a text of which the spreadsheet has made a number or a date."""
        message, fix = _LOST[code]
        self.problems.append(
            Problem(code, message, file=self.file, line=line, column=column, value=text, fix=fix)
        )

    def _findings(self, positions: Mapping[str, int]) -> Iterator[Finding]:
        """What the sheet hides, and how its values came about."""
        facts = self.facts
        hidden = len(facts.hidden_rows - {1})
        if hidden:
            message = (
                f"{people(hidden)} rows are hidden in the workbook; they are read as the others."
            )
            yield Finding("W_HIDDEN_ROWS", message, section="cohort", n=hidden)
        names = {at + 1: name for name, at in positions.items()}
        columns = [names[at] for at in sorted(facts.hidden_columns) if at in names]
        if columns:
            message = (
                f"Columns hidden in the workbook are read as the others: {', '.join(columns)}."
            )
            yield Finding("W_HIDDEN_COLUMNS", message, section="cohort", n=len(columns))
        computed = {names[at]: n for at, n in sorted(facts.formulas.items()) if at in names}
        if computed:
            message = f"Values that formulas made are read as stored: {_counted(computed)}."
            yield Finding("W_FORMULA_VALUE", message, section="cohort", n=sum(computed.values()))
        texts = {name: n for (_, name), n in self.noticed.items()}
        if texts:
            message = f"Numbers stored as text are read by their digits: {_counted(texts)}."
            yield Finding("W_NUMBER_AS_TEXT", message, section="cohort", n=sum(texts.values()))
        if self.is_1904:
            message = "Dates of the workbook count from 1904; true dates are read as it shows them."
            yield Finding("W_DATES_1904", message, section="cohort")


_LOST = {
    "E_DATE_CELL": (
        "a date, where the column holds none: spreadsheet programs make dates of texts such as 1-2",
        "Format the column as text and enter the value again.",
    ),
    "E_DIGITS": (
        "a number of more than 15 digits: the spreadsheet program has lost those behind",
        "Format the column as text and enter the value again.",
    ),
}


def _counted(by_column: Mapping[str, int]) -> str:
    """Columns with their counts of rows."""
    return ", ".join(f"{name} {people(n)}" for name, n in by_column.items())
