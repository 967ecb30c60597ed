"""Contradictions in what a dictionary says of the table as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from spine_outcomes.errors import printable
from spine_outcomes.study.dictionary import DataDictionary, unknown_column
from spine_outcomes.study.key_path import KeyPath

Fault = tuple[KeyPath, str]


def table_faults(dictionary: DataDictionary) -> Iterator[Fault]:
    """Key columns, and how a simulated cohort is recognised."""
    table = dictionary.table
    if (table.row == "lesion") != (table.lesion is not None):
        needed = "must name a column" if table.row == "lesion" else "must be null"
        yield ("table", "lesion"), f"{needed} where a row is a {table.row}"
    keys = [("patient", table.patient), ("lesion", table.lesion)]
    for key, name in keys:
        if name is not None and name not in dictionary:
            yield ("table", key), unknown_column(name, dictionary)
    yield from _redcap(dictionary)
    if table.simulated is None:
        return
    here: KeyPath = ("table", "simulated")
    if table.simulated.column not in dictionary:
        yield (*here, "column"), unknown_column(table.simulated.column, dictionary)
    elif not dictionary[table.simulated.column].has_code(table.simulated.equals):
        yield (*here, "equals"), f"{table.simulated.equals!r} is not a code of that column"


def _redcap(dictionary: DataDictionary) -> Iterator[Fault]:
    """What an export of a REDCap project needs, and missing-data codes that are values."""
    redcap = dictionary.table.redcap
    if redcap is None:
        return
    here: KeyPath = ("table", "redcap")
    if dictionary.table.row == "lesion" and redcap.row is None:
        yield (*here, "row"), "must name what repeats for each lesion, where a row is a lesion"
    for column in dictionary.columns:
        has_values = column.codes is not None or column.is_numeric
        for code in redcap.missing_codes:
            if has_values and column.has_code(code):
                text = f"{printable(code)!r} may be a value of {column.name!r}"
                yield (*here, "missing_codes"), text
