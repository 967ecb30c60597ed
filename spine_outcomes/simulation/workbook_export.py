"""A table of text as an Excel workbook: numbers as numbers, dates as dates, a sheet of notes."""

from __future__ import annotations

import io
import re
import zipfile

import pandas as pd

from spine_outcomes.cohort.optional_package import optional_package
from spine_outcomes.simulation.stored_cells import stored_cells
from spine_outcomes.study.dictionary import DataDictionary

SHEET = "cohort"

_NOTES = ("Simulated data.", "The table is on the sheet before this one.")
_DAY = "2025-01-01T00:00:00Z"
_ZIP_DAY = (2025, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def workbook(frame: pd.DataFrame, dictionary: DataDictionary, name: str) -> bytes:
    """Write a workbook; the same table gives the same bytes.

    Parameters
    ----------
    frame : DataFrame of str, shape (n, p)
        ISO dates, decimal points, empty cells.
    dictionary
        Type of each column.
    name
        Name of the file, for the message where the package that writes it is missing.

    Raises
    ------
    InputOutputError
        If openpyxl is not installed.
    """
    book = optional_package("openpyxl", name).Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(list(frame.columns))
    columns = (stored_cells(frame[column], dictionary[column]) for column in frame.columns)
    for row in zip(*columns, strict=True):
        sheet.append(row)
    notes = book.create_sheet("notes")
    for line in _NOTES:
        notes.append([line])
    written = io.BytesIO()
    book.save(written)
    return _undated(written)


def _undated(written: io.BytesIO) -> bytes:
    """Pack a workbook again with one fixed day in the place of every clock time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(packed, "w") as new:
        for entry in old.infolist():
            content = _STAMP.sub(rb"\g<1>" + _DAY.encode(), old.read(entry))
            again = zipfile.ZipInfo(entry.filename, _ZIP_DAY)
            again.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(again, content)
    return packed.getvalue()
