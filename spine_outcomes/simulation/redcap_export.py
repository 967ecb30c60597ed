"""A table of text as a raw REDCap export, and the dictionary of its project.

The record is the patient. The patient's form does not repeat; the row's own fields are a repeating
instrument, and so is each long table beside it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

import pandas as pd

from spine_outcomes.cohort.redcap_rows import INSTANCE, INSTRUMENT
from spine_outcomes.study.dictionary import Column, DataDictionary

RECORD_ID = "record_id"
ROW = "lesion"
PERSON = "patient"
UNKNOWN_CODE = "UNK"
"""Missing-data code of the project."""

DICTIONARY_HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
"""Columns of a project's dictionary, as REDCap writes them."""

_COMPLETE = "2"
_TYPES = {"category": "radio", "boolean": "yesno"}
_VALIDATIONS = {"date": "date_ymd", "integer": "integer", "float": "number"}


def redcap_export(
    frame: pd.DataFrame, dictionary: DataDictionary, long: Mapping[str, pd.DataFrame]
) -> bytes:
    """Write the lines of a raw export: of each record its form, then its instances.

    Parameters
    ----------
    frame : DataFrame of str, shape (n, p)
        Rows of lesions; what is the patient's is taken from the patient's first row.
    dictionary
        Columns of the table, and of the long tables.
    long
        Long tables by their name in the dictionary, with their key columns.
    """
    forms = _forms(frame, dictionary, long)
    parts = []
    for order, (form, table) in enumerate(forms.items()):
        lines = table.rename(columns={dictionary.table.patient: RECORD_ID})
        instance = (lines.groupby(RECORD_ID).cumcount() + 1).astype(str)
        is_own = form != PERSON
        lines.insert(1, INSTRUMENT, form if is_own else "")
        lines.insert(2, INSTANCE, instance if is_own else "")
        lines[f"{form}_complete"], lines["_form"] = _COMPLETE, order
        parts.append(lines)
    export = pd.concat(parts, ignore_index=True).fillna("")
    export = export.sort_values([RECORD_ID, "_form"], kind="stable").drop(columns="_form")
    return export.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def redcap_dictionary(
    frame: pd.DataFrame, dictionary: DataDictionary, long: Mapping[str, pd.DataFrame]
) -> bytes:
    """Write the dictionary of the project: a line a field, 18 columns.

    Parameters as of ``redcap_export``.
    """
    lines = [_line(dictionary[dictionary.table.patient], PERSON, RECORD_ID)]
    for form, columns in _described(frame, dictionary, long):
        if form in long and (lesion := dictionary.table.lesion) in long[form]:
            lines.append(_line(dictionary[str(lesion)], form, lesion_field(form)))
        lines += [_line(column, form) for column in columns]
    table = pd.DataFrame(lines, columns=list(DICTIONARY_HEADER))
    return table.to_csv(index=False, lineterminator="\n").encode()


def lesion_field(table: str) -> str:
    """Field of a long table's instrument that names the lesion: no field stands in two of them."""
    return f"{table}_lesion"


def _forms(
    frame: pd.DataFrame, dictionary: DataDictionary, long: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """The table of each form, the record first in each; one row a record in the patient's."""
    patient = dictionary.table.patient
    forms = {
        form: frame[[patient, *(column.name for column in columns)]]
        for form, columns in _described(frame, dictionary, {})
    }
    forms[PERSON] = forms[PERSON].drop_duplicates(patient)
    lesion = dictionary.table.lesion
    return forms | {
        form: table.rename(columns={lesion: lesion_field(form)} if lesion else {})
        for form, table in long.items()
    }


def _described(
    frame: pd.DataFrame, dictionary: DataDictionary, long: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, list[Column]]]:
    """Columns of each form that are in its table, without the record."""
    own = [c for c in dictionary.columns if c.name in frame and c.name != dictionary.table.patient]
    yield PERSON, [column for column in own if column.level == "patient"]
    yield ROW, [column for column in own if column.level == "lesion"]
    for table in dictionary.tables:
        if table.name in long:
            yield table.name, [c for c in table.columns if c.name in long[table.name]]


def _line(column: Column, form: str, name: str | None = None) -> dict[str, str]:
    """One field of the project."""
    choices = " | ".join(f"{code}, {label}" for code, label in (column.codes or {}).items())
    low, high = column.hard if column.hard is not None else (None, None)
    return {
        "Variable / Field Name": name or column.name,
        "Form Name": form,
        "Field Type": _TYPES.get(column.type, "text"),
        "Field Label": column.label,
        "Choices, Calculations, OR Slider Labels": choices,
        "Field Note": column.unit or "",
        "Text Validation Type OR Show Slider Number": _VALIDATIONS.get(column.type, ""),
        "Text Validation Min": _limit(low),
        "Text Validation Max": _limit(high),
        "Identifier?": "y" if column.phi in ("direct", "date") else "",
        "Required Field?": "y" if column.required else "",
    }


def _limit(limit: float | datetime.date | None) -> str:
    """A limit of the values as REDCap writes it."""
    if limit is None:
        return ""
    return str(limit) if isinstance(limit, datetime.date) else f"{limit:g}"
