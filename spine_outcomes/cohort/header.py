"""Which columns of a file are columns of the dictionary, and what is wrong with the names."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spine_outcomes.cohort.derivations import is_derivable
from spine_outcomes.errors import Finding, Problem, printable
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.key_path import nearest

MAX_COLUMNS = 5_000


@dataclass(frozen=True)
class Header:
    """Names of a file matched with a dictionary.

    Parameters
    ----------
    positions
        Position in the file of each column to read, in the dictionary's order. Columns that
        identify a person directly are not read, the keys apart.
    problems
        Names missing, doubled, misspelt, or unknown where that is forbidden.
    unread
        Names that the dictionary does not describe.
    findings
        What is said of them.
    """

    positions: Mapping[str, int]
    problems: tuple[Problem, ...]
    unread: tuple[str, ...]
    findings: tuple[Finding, ...]


def match_header(names: Sequence[str], dictionary: DataDictionary, file: str) -> Header:
    """Match the names of a file, in its order, with the columns of a dictionary.

    A declared alias counts as the column's name.
    """
    meant = {alias: column.name for column in dictionary.columns for alias in column.aliases}
    names = [meant.get(name, name) for name in names]
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        positions.setdefault(name, position)
    misspelt = _misspelt(names, dictionary)
    unknown = [n for n in positions if n and n not in dictionary and n not in misspelt]
    forbids = dictionary.table.unknown_columns == "error"
    faults = [
        *_shape_faults(names),
        *_redcap_fault(names, dictionary),
        *(_misspelt_fault(name, meant) for name, meant in misspelt.items()),
        *_missing_faults(names, dictionary, set(misspelt.values())),
        *(_unknown_fault(name, dictionary) for name in unknown if forbids),
    ]
    return Header(
        positions={c: positions[c] for c in _read_columns(dictionary) if c in positions},
        problems=tuple(
            Problem(code, message, file=file, line=1, column=column, fix=fix)
            for code, message, column, fix in faults
        ),
        unread=tuple(unknown),
        findings=() if forbids else tuple(_unknown_finding(unknown)),
    )


def key_columns(dictionary: DataDictionary) -> tuple[str, ...]:
    """Columns that together name a row."""
    table = dictionary.table
    return (table.patient,) if table.lesion is None else (table.patient, table.lesion)


_Fault = tuple[str, str, str | None, str | None]


def _read_columns(dictionary: DataDictionary) -> Iterator[str]:
    """Columns to read: all but direct identifiers that are no keys."""
    keys = key_columns(dictionary)
    return (c.name for c in dictionary.columns if c.phi != "direct" or c.name in keys)


def _shape_faults(names: Sequence[str]) -> Iterator[_Fault]:
    """Too many columns, columns without a name, names that stand twice."""
    if len(names) > MAX_COLUMNS:
        yield "E_TOO_LARGE", f"{len(names)} columns; at most {MAX_COLUMNS} are read", None, None
    nameless = [str(i + 1) for i, name in enumerate(names) if not name.strip()]
    if nameless:
        fix = "Name the column, or export without row names and trailing delimiters."
        yield "E_COLUMN_NAME", f"no name for column {', '.join(nameless)}", None, fix
    for name in dict.fromkeys(names):
        at = [str(i + 1) for i, other in enumerate(names) if other == name]
        if len(at) > 1 and name.strip():
            message = f"the name stands {len(at)} times, in columns {' and '.join(at)}"
            yield "E_DUPLICATE_COLUMN", message, name, "Keep one of them."


def _redcap_fault(names: Sequence[str], dictionary: DataDictionary) -> Iterator[_Fault]:
    """An export of a REDCap project that is not declared as one: its lines are not all rows."""
    for name in ("redcap_event_name", "redcap_repeat_instrument"):
        if name in names and name not in dictionary and dictionary.table.redcap is None:
            message = "this is an export of a REDCap project with events or repeating instruments"
            yield "E_REDCAP", message, name, "Declare table.redcap in the dictionary."


def _misspelt(names: Sequence[str], dictionary: DataDictionary) -> dict[str, str]:
    """Names that differ from a known one only by case, spaces or the width of their characters."""
    meant = {_plain(name): name for name in dictionary.names}
    present = set(names)
    return {
        name: meant[_plain(name)]
        for name in names
        if name not in dictionary and meant.get(_plain(name), name) not in present
    }


def _plain(name: str) -> str:
    """A name without what people do not see."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join("_" if c in " -." else c for c in text.strip("\ufeff\u200b ") if c.isprintable())


def _misspelt_fault(name: str, meant: str) -> _Fault:
    fix = f"Rename it to {meant!r}; names are not guessed."
    return "E_COLUMN_NAME", f"differs from {meant!r} only by case, spaces or signs", name, fix


def _missing_faults(
    names: Sequence[str], dictionary: DataDictionary, found_misspelt: set[str]
) -> Iterator[_Fault]:
    """Required columns that the file lacks."""
    keys = key_columns(dictionary)
    others = [name for name in names if name not in dictionary]
    for column in dictionary.columns:
        needed = column.required or column.name in keys
        if not needed or column.name in names or column.name in found_misspelt:
            continue
        if is_derivable(column, set(names)):
            continue
        close = nearest(column.name, others)
        fix = f"The nearest name in the file is {printable(close)!r}." if close else None
        yield "E_MISSING_COLUMN", "required, and not in the file", column.name, fix


def _unknown_fault(name: str, dictionary: DataDictionary) -> _Fault:
    close = nearest(name, dictionary.names)
    fix = f"Did you mean {close!r}?" if close else "Remove it, or describe it in the dictionary."
    return "E_UNKNOWN_COLUMN", "not in the dictionary, which forbids other columns", name, fix


def _unknown_finding(unknown: Sequence[str]) -> Iterator[Finding]:
    if unknown:
        listed = ", ".join(printable(name) for name in unknown)
        message = f"Columns that the dictionary does not describe were not read: {listed}."
        yield Finding("W_EXTRA_COLUMN", message, n=len(unknown))
