"""A raw export of a REDCap project into the table of text of its cohort.

REDCap writes what a record has once on one line (or on one for each event), and each instance of a
repeating instrument or event on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from spine_outcomes.cohort.delimited import open_delimited, read_opened
from spine_outcomes.cohort.redcap_boxes import STATUS, answered_boxes, field_of, is_box
from spine_outcomes.cohort.redcap_rows import EVENT, INSTRUMENT, instance_rows
from spine_outcomes.cohort.source_file import DELIMITED, SourceFile
from spine_outcomes.cohort.text_table import TextTable
from spine_outcomes.errors import CohortError, Problem, printable
from spine_outcomes.study.dictionary import Column, DataDictionary, LongTable, Redcap

_LABELLED_NAMES = {
    "Record ID", "Event Name", "Repeat Instrument", "Repeat Instance", "Complete?",
    "Data Access Group", "Survey Identifier",
}  # fmt: skip
_LABELLED_VALUES = {"Complete", "Incomplete", "Unverified", "Checked", "Unchecked"}
_RAW_NAME = re.compile(r"[a-z0-9_]*")


def read_redcap(source: SourceFile, dictionary: DataDictionary) -> TextTable:
    """Read a raw export of a REDCap project.

    Raises
    ------
    CohortError
        As ``read_delimited``; if the export holds labels, has no such instrument or event, or a
        record has two values of what does not repeat.
    DictionaryError
        If the declared encoding does not exist.
    """
    redcap = dictionary.table.redcap or Redcap()
    if source.suffix not in DELIMITED:
        message = "a REDCap export is read as the text that REDCap writes"
        fix = "Export the raw data as CSV, and read that file as it came."
        raise CohortError(Problem("E_REDCAP", message, file=source.name, fix=fix))
    names, reader = open_delimited(source, dictionary)
    _refuse_labels(_LABELLED_NAMES.intersection(names), source.name)
    described = _of_lines(dictionary, redcap, names)
    own = {field.name: column.name for field, column in _pairs(described, dictionary)}
    export = read_opened(names, reader, source.name, described)
    _refuse_labels(_labels(export), source.name)
    columns = {own.get(name, name): column for name, column in export.columns.items()}
    export = replace(export, columns=columns)
    if dictionary.table.patient not in export.columns:
        raise CohortError(*export.problems)
    meant = own | {a: c.name for f, c in _pairs(described, dictionary) for a in f.aliases}
    named = {name: meant.get(name, name) for name in names}
    named = {name: column for name, column in named.items() if column in export.columns}
    boxes = answered_boxes(export.columns, named, redcap.missing_codes)
    return instance_rows(replace(export, columns=boxes), dictionary, redcap)


def _labels(export: TextTable) -> set[str]:
    """Texts that only an export of labels has."""
    found = set()
    for name, column in export.columns.items():
        texts = {str(text) for text in column.values}
        if name in (EVENT, INSTRUMENT):
            found |= {text for text in texts if not _RAW_NAME.fullmatch(text)}
        elif name.endswith(STATUS) or is_box(name):
            found |= texts & _LABELLED_VALUES
    return found


def _refuse_labels(found: set[str], file: str) -> None:
    """Stop at an export of labels."""
    if found:
        message = f"an export of labels, not of raw data: it has {printable(min(found))!r}"
        fix = "Export the raw data: labels change whenever somebody edits their text."
        raise CohortError(Problem("E_REDCAP_LABELS", message, file=file, fix=fix))


def _of_lines(dictionary: DataDictionary, redcap: Redcap, names: Sequence[str]) -> DataDictionary:
    """The dictionary of an export's lines: its fields, and the columns that REDCap adds."""
    fields = [_as_field(column, dictionary, redcap, names) for column in dictionary.columns]
    known = {name for column in fields for name in (column.name, *column.aliases)}
    boxes = {field_of(name) for name in known if is_box(name)}
    beside = {name for table in dictionary.tables for name in _fields(table)}
    added = (
        Column(name=name, label=name, level="patient", type="string", phase="identifier")
        for name in dict.fromkeys(names)
        if name not in known and (name in beside or _is_read(name, boxes))
    )
    patient = fields[dictionary.names.index(dictionary.table.patient)].name
    keys = {"row": "patient", "patient": patient, "lesion": None}
    table = dictionary.table.model_copy(update=keys)
    return DataDictionary(table=table, columns=(*fields, *added))


def _pairs(
    described: DataDictionary, dictionary: DataDictionary
) -> Iterator[tuple[Column, Column]]:
    """Each column of the dictionary behind its field."""
    return zip(described.columns, dictionary.columns, strict=False)  # what REDCap adds comes last


def _fields(table: LongTable) -> Iterator[str]:
    """Names that the columns of a long table may have in the export."""
    for column in table.columns:
        yield from (column.name, *column.aliases)
        yield from filter(None, (column.redcap_field, table.lesion_field))


def _is_read(name: str, boxes: set[str]) -> bool:
    """Whether a column outside the dictionary says something of those inside."""
    if not (name.isascii() and name.isidentifier()):
        return False
    is_box_beside = is_box(name) and field_of(name) in boxes
    return is_box_beside or name.startswith("redcap_") or name.endswith(STATUS)


def _as_field(
    column: Column, dictionary: DataDictionary, redcap: Redcap, names: Sequence[str]
) -> Column:
    """The column of a dictionary under its name in the project, where the export has that."""
    table, field = dictionary.table, column.redcap_field
    if column.name == table.patient:
        field = redcap.record_id or field
    required = field is not None if column.name == table.lesion else column.required
    name = field if field in names else column.name
    return column.model_copy(update={"name": name, "required": required})
