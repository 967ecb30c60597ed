"""Checkbox fields of a REDCap export: one column of 0 and 1 for each box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from spine_outcomes.cohort.comparison import Bools
from spine_outcomes.cohort.text_table import TextColumn

STATUS = "_complete"
"""How the name of the column ends that says whether a form is complete: 0, 1 or 2."""


def is_box(name: str) -> bool:
    """Whether a name is that of a box: field, three underscores, code."""
    return "___" in name.strip("_")


def field_of(name: str) -> str:
    """Name of the field of a box."""
    return name.partition("___")[0]


def answered_boxes(
    columns: Mapping[str, TextColumn], named: Mapping[str, str], missing_codes: Sequence[str]
) -> dict[str, TextColumn]:
    """Columns of an export, those of boxes without a value where nobody answered.

    An empty box is written 0 whether or not the question was asked. It has no value where every box
    of its field is empty and the form is incomplete, or has no status, on that line; where the box
    of a missing-data code is ticked, that code is its value.

    Parameters
    ----------
    columns
        Columns of the export, by their names in the dictionary.
    named
        Name in the dictionary of each column read, by its name in the export and in that order.
    missing_codes
        Missing-data codes of the project.
    """
    found = dict(columns)
    suffixes = {code.lower().replace("-", "_"): code for code in missing_codes}
    fields: dict[str, list[str]] = {}
    for name in named:
        if is_box(name):
            fields.setdefault(field_of(name), []).append(name)
    for field, boxes in fields.items():
        code_of = {name: suffixes.get(name.removeprefix(f"{field}___")) for name in boxes}
        reasons = {code: columns[named[name]] for name, code in code_of.items() if code}
        asked = [name for name, code in code_of.items() if not code]
        is_open = _is_open(boxes[-1], named, columns)
        for name in asked:
            is_open &= ~columns[named[name]].has("1")
        for name in asked:
            column = found[named[name]]
            codes = np.where(is_open, np.int32(-1), column.codes)
            values = [*column.values, *reasons]
            for i, reason in enumerate(reasons.values(), start=len(column.values)):
                codes[reason.has("1")] = i
            found[named[name]] = TextColumn(np.array(values, dtype=object), codes)
    return found


def _is_open(box: str, named: Mapping[str, str], columns: Mapping[str, TextColumn]) -> Bools:
    """Lines on which the form of a box is incomplete or has no status; none if it has no column."""
    names = list(named)
    later = names[names.index(box) :]
    status = next((columns[named[name]] for name in later if name.endswith(STATUS)), None)
    if status is None:
        return np.zeros(len(columns[named[box]].codes), dtype=bool)
    return ~status.is_filled | status.has("0")
