"""What a workbook's XML says beside its values: sheets, hidden and merged parts, formulas."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from spine_outcomes.cohort.workbook_safety import Parts

MAX_LISTED = 1_000

_MAX_SHEET_COLUMNS = 16_384
_MAX_KEPT = 64
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RELS = "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True)
class Sheet:
    """One sheet of cells.

    Parameters
    ----------
    name
        As its tab shows it.
    part
        Name of the XML part.
    is_hidden
        Whether its tab is not shown.
    has_data
        Whether some cell holds something.
    """

    name: str
    part: str
    is_hidden: bool
    has_data: bool


@dataclass
class SheetFacts:
    """What the XML of a sheet says; rows and columns count from 1.

    Parameters
    ----------
    n_rows, n_columns
        Last row and last column that hold something.
    n_text
        Characters of all its cells together.
    hidden_rows, hidden_columns
        Rows that hold something and are not shown; columns that are not shown.
    merged
        Ranges of merged cells, such as ``A1:C1``.
    formulas
        Cells by column whose value a formula made.
    unvalued
        (row, column) of formulas whose value is not in the file, the first ``MAX_LISTED``.
    errors
        (row, column, text) of cells such as ``#N/A``, the first ``MAX_LISTED``.
    """

    n_rows: int = 0
    n_columns: int = 0
    n_text: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    formulas: Counter[int] = field(default_factory=Counter)
    unvalued: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)


class DamagedWorkbookError(ValueError):
    """XML that is not what a workbook holds."""


def read_sheets(parts: Parts) -> tuple[tuple[Sheet, ...], bool]:
    """Sheets of cells in the order of their tabs, and whether dates count from 1904."""
    targets: dict[str, str] = {}

    def relation(name: str, keys: Mapping[str, str]) -> None:
        if name == "Relationship" and keys.get("Type", "").endswith("/worksheet"):
            target = posixpath.join("/xl", keys.get("Target", ""))
            targets[keys.get("Id", "")] = posixpath.normpath(target).lstrip("/")

    found: list[tuple[str, str, bool]] = []
    is_1904 = False

    def element(name: str, keys: Mapping[str, str]) -> None:
        nonlocal is_1904
        if name == "workbookPr":
            is_1904 = keys.get("date1904", "0").lower() in ("1", "true", "on")
        elif name == "sheet":
            part = targets.get(keys.get("id", ""), "")
            if part in parts:
                is_hidden = keys.get("state", "visible") != "visible"
                found.append((keys.get("name", ""), part, is_hidden))

    _parse(parts.get(_RELS, b"<x/>"), element=relation)
    _parse(parts["xl/workbook.xml"], element=element)
    sheets = (Sheet(name, part, hidden, _has_data(parts[part])) for name, part, hidden in found)
    return tuple(sheets), is_1904


def text_lengths(parts: Parts) -> list[int]:
    """Length of each text that cells share."""
    lengths: list[int] = []

    def start(name: str, _keys: Mapping[str, str]) -> None:
        if name == "si":
            lengths.append(0)

    def text(words: str) -> None:
        if lengths:
            lengths[-1] += len(words)

    shared = next((p for p in parts if p.lower() == "xl/sharedstrings.xml"), None)
    if shared is not None:
        _parse(parts[shared], element=start, text=text)
    return lengths


def read_facts(xml: bytes, lengths: list[int]) -> SheetFacts:
    """Facts of a sheet; ``lengths`` are those of the shared texts."""
    scan = _Scan(lengths)
    _parse(xml, element=scan.start, end=scan.end, text=scan.text)
    return scan.facts


class _Scan:
    """Walks through the XML of a sheet, cell by cell."""

    def __init__(self, lengths: list[int]) -> None:
        self.facts = SheetFacts()
        self._lengths = lengths
        self._row = self._column = 0
        self._is_hidden = self._has_formula = self._has_value = self._in_value = False
        self._kind = self._value = ""
        self._n_text = 0

    def start(self, name: str, keys: Mapping[str, str]) -> None:
        """Enter an element."""
        if name == "c":
            self._enter_cell(keys)
        elif name == "row":
            self._row = _number(keys["r"]) if "r" in keys else self._row + 1
            self._column = 0
            self._is_hidden = keys.get("hidden", "0") in ("1", "true")
        elif name == "f":
            self._has_formula = True
        elif name in ("v", "is"):
            self._in_value = self._has_value = True
        elif name == "col" and keys.get("hidden", "0") in ("1", "true"):
            last = min(_number(keys.get("max", "0")), _MAX_SHEET_COLUMNS)
            self.facts.hidden_columns |= set(range(_number(keys.get("min", "1")), last + 1))
        elif name == "mergeCell":
            self.facts.merged.append(keys.get("ref", ""))

    def end(self, name: str) -> None:
        """Leave an element."""
        if name in ("v", "is"):
            self._in_value = False
        elif name == "c":
            self._leave_cell()

    def text(self, words: str) -> None:
        """Text inside a value."""
        if self._in_value:
            self._n_text += len(words)
            self._value += words[: _MAX_KEPT - len(self._value)]

    def _enter_cell(self, keys: Mapping[str, str]) -> None:
        self._column += 1
        if "r" in keys:
            match = _REFERENCE.fullmatch(keys["r"])
            if match is None:
                raise DamagedWorkbookError("a cell without a place")
            self._column = _column_number(match[1])
            self._row = int(match[2])
        self._kind = keys.get("t", "n")
        self._value, self._n_text = "", 0
        self._has_formula = self._has_value = False

    def _leave_cell(self) -> None:
        """Note what the cell was."""
        facts, here = self.facts, (self._row, self._column)
        is_text = self._kind in ("str", "inlineStr")
        has_value = self._has_value and (self._value != "" or is_text)
        if self._has_formula and not has_value and len(facts.unvalued) < MAX_LISTED:
            facts.unvalued.append(here)
        if not (has_value or self._has_formula):
            return
        if self._has_formula and has_value:
            facts.formulas[self._column] += 1
        if self._kind == "e" and len(facts.errors) < MAX_LISTED:
            facts.errors.append((*here, self._value))
        if self._is_hidden:
            facts.hidden_rows.add(self._row)
        facts.n_rows = max(facts.n_rows, self._row)
        facts.n_columns = max(facts.n_columns, self._column)
        facts.n_text += self._length()

    def _length(self) -> int:
        """Characters of the cell, those of a shared text counted each time."""
        if self._kind != "s":
            return self._n_text
        at = _number(self._value)
        return self._lengths[at] if at < len(self._lengths) else 0


class _FoundError(Exception):
    """Stops the search for data at the first."""


def _has_data(xml: bytes) -> bool:
    """Whether some cell holds a value or a formula."""

    def element(name: str, _keys: Mapping[str, str]) -> None:
        if name in ("v", "is", "f"):
            raise _FoundError

    try:
        _parse(xml, element=element)
    except _FoundError:
        return True
    return False


def _parse(
    xml: bytes,
    *,
    element: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walk through XML; names come without their prefixes."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def local(name: str) -> str:
        return name.rpartition(":")[2]

    def started(name: str, keys: Mapping[str, str]) -> None:
        element(local(name), {local(key): value for key, value in keys.items()})

    def ended(name: str) -> None:
        if end is not None:
            end(local(name))

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as fault:
        raise DamagedWorkbookError(str(fault)) from None


def _number(text: str) -> int:
    """A count in an attribute."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise DamagedWorkbookError("a number that is none")
    return int(text)


def _column_number(letters: str) -> int:
    """Number of a column by its letters (A is 1)."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
