"""The data dictionary of a REDCap project: one field a line, as REDCap exports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike

import numpy as np

from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.study.dictionary import Column, DataDictionary, Table

# Names in the project's metadata, and the headers under which the web page exports them.
_HEADERS = {
    "field_name": ("Variable / Field Name",),
    "form_name": ("Form Name",),
    "field_type": ("Field Type",),
    "field_label": ("Field Label",),
    "select_choices_or_calculations": (
        "Choices, Calculations, OR Slider Labels", "Choices OR Calculations",
    ),
    "field_note": ("Field Note",),
    "text_validation_type_or_show_slider_number": (
        "Text Validation Type OR Show Slider Number",
    ),
    "text_validation_min": ("Text Validation Min",),
    "text_validation_max": ("Text Validation Max",),
    "identifier": ("Identifier?",),
    "branching_logic": ("Branching Logic (Show field only if...)", "Branching Logic"),
    "required_field": ("Required Field?",),
}  # fmt: skip
_UNUSED = {
    "section_header": ("Section Header",),
    "custom_alignment": ("Custom Alignment",),
    "question_number": ("Question Number (surveys only)",),
    "matrix_group_name": ("Matrix Group Name",),
    "matrix_ranking": ("Matrix Ranking?",),
    "field_annotation": ("Field Annotation",),
}
_NEEDED = ("field_name", "form_name", "field_type")


@dataclass(frozen=True)
class RedcapField:
    """One field of a REDCap project.

    Parameters
    ----------
    name, form, kind
        Name of the field and of its instrument, and its type: ``text``, ``radio``, ``checkbox``, …
    label, note, logic
        Its question, the note under it, and when it is shown.
    choices
        Codes and labels, or a formula, as written.
    validation, low, high
        What a text must be, and its limits, as written; empty where there are none.
    is_identifier, is_required
        Whether it identifies a person; whether REDCap asks for a value.
    """

    name: str
    form: str
    kind: str
    label: str = ""
    note: str = ""
    logic: str = ""
    choices: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    is_identifier: bool = False
    is_required: bool = False


def read_fields(path: str | PathLike[str], encoding: str = "utf-8") -> tuple[RedcapField, ...]:
    """Read the data dictionary of a REDCap project, in its order.

    Parameters
    ----------
    path
        The CSV file that REDCap exports, with the headers of its web page or of its interface.
    encoding
        Encoding of its text.

    Raises
    ------
    CohortError
        If it lacks a header, a line has no name or no type, a name stands twice, or as for any
        table of text. All such lines at once.
    InputOutputError
        If the file is missing, unreadable or not a regular file.
    """
    read = read_cohort(path, _described(encoding))
    frame = read.frame.fillna("")
    order = np.argsort(read.lines) if read.lines is not None else slice(None)
    return tuple(_field(row) for row in frame.iloc[order].to_dict("records"))


def _described(encoding: str) -> DataDictionary:
    """The dictionary of a data dictionary."""
    columns = tuple(
        Column(
            name=name,
            label=headers[0],
            aliases=headers,
            level="patient",
            type="string",
            phase="identifier",
            required=name in _NEEDED,
        )
        for name, headers in (_HEADERS | _UNUSED).items()
    )
    table = Table(row="patient", patient="field_name", encoding=encoding, missing=("",))
    return DataDictionary(table=table, columns=columns)


def _field(row: Mapping[object, str]) -> RedcapField:
    """A field of one line."""
    text = {str(name): str(value).strip() for name, value in row.items()}
    return RedcapField(
        name=text["field_name"],
        form=text["form_name"],
        kind=text["field_type"].casefold(),
        label=text.get("field_label", ""),
        note=text.get("field_note", ""),
        logic=text.get("branching_logic", ""),
        choices=text.get("select_choices_or_calculations", ""),
        validation=text.get("text_validation_type_or_show_slider_number", "").casefold(),
        low=text.get("text_validation_min", ""),
        high=text.get("text_validation_max", ""),
        is_identifier=text.get("identifier", "").casefold() == "y",
        is_required=text.get("required_field", "").casefold() == "y",
    )
