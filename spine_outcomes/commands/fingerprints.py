"""Rows of a cohort by what recognises them, and gives nothing of them away without the key."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.header import key_columns

Rows = dict[str, list[str]]

KEY_BYTES, CELL_BYTES = 12, 4


@dataclass(frozen=True)
class Change:
    """How two states of one table differ.

    Parameters
    ----------
    table
        Name of the long table; empty for the cohort.
    added, withdrawn, changed
        Numbers of rows.
    columns
        In how many rows each column changed, those that did.
    """

    table: str
    added: int
    withdrawn: int
    changed: int
    columns: Mapping[str, int]


def text_fingerprint(key: bytes, text: str) -> str:
    """Keyed hash of a text."""
    return hashlib.blake2b(text.encode(), key=key, digest_size=KEY_BYTES).hexdigest()


def row_fingerprints(cohort: Cohort, key: bytes) -> dict[str, dict[str, object]]:
    """Keyed hashes of every row and cell, by table.

    A cell is hashed with the row it stands in: the same value in two rows has two hashes. Further
    identifiers (the day of the extract) are no content of a row and are left out.
    """
    keys = key_columns(cohort.dictionary)
    further = [
        column.name
        for column in cohort.dictionary.columns
        if column.phase == "identifier" and column.name not in keys and column.name in cohort.frame
    ]
    tables = {"": (cohort.frame.drop(columns=further), keys)}
    for name, rows in cohort.long.items():
        keys = key_columns(cohort.dictionary.beside(rows.table))
        tables[name] = (rows.frame, (*keys, rows.table.date))
    return {
        name: {
            "columns": [c for c in frame.columns if c not in keys],
            "rows": dict(_rows(frame, keys, key)),
        }
        for name, (frame, keys) in tables.items()
    }


def _rows(
    frame: pd.DataFrame, keys: tuple[str, ...], key: bytes
) -> Iterator[tuple[str, list[str]]]:
    """Hash of each row's keys, and of its cells."""
    text = frame.astype("string").fillna("")
    names = text[list(keys)].agg("\x1f".join, axis=1)
    cells = text.drop(columns=list(keys))
    seen: Counter[str] = Counter()
    for name, values in zip(names, cells.itertuples(index=False, name=None), strict=True):
        seen[name] += 1
        row = text_fingerprint(key, f"{name}\x1f{seen[name]}")
        yield row, [_cell(key, row, value) for value in values]


def _cell(key: bytes, row: str, value: str) -> str:
    """Keyed hash of a value in a row."""
    text = f"{row}\x1f{value}".encode()
    return hashlib.blake2b(text, key=key, digest_size=CELL_BYTES).hexdigest()


def changes(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    """Rows added, withdrawn and changed from one state to another, table by table."""
    for name in dict.fromkeys((*old, *new)):
        before, after = _table(old.get(name)), _table(new.get(name))
        shared = before.keys() & after.keys()
        columns: Counter[str] = Counter()
        n_changed = 0
        for row in shared:
            names = before[row].keys() | after[row].keys()
            differing = [c for c in names if before[row].get(c) != after[row].get(c)]
            columns.update(differing)
            n_changed += bool(differing)
        yield Change(
            name,
            added=len(after.keys() - before.keys()),
            withdrawn=len(before.keys() - after.keys()),
            changed=n_changed,
            columns=dict(sorted(columns.items())),
        )


def _table(found: object) -> dict[str, dict[str, str]]:
    """Hashes of the cells of each row, by column."""
    if not isinstance(found, Mapping):
        return {}
    columns = found["columns"]
    return {row: dict(zip(columns, values, strict=True)) for row, values in found["rows"].items()}
