"""A frame as the text of a CSV file: the same frame gives the same bytes everywhere."""

from __future__ import annotations

import csv
import datetime
import io
import re

import numpy as np
import pandas as pd

from spine_outcomes.tables.csv_text import guarded

_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_EXACT_INTEGER = 1e15


def frame_csv(frame: pd.DataFrame, digits: int | None = None) -> str:
    """Write a frame as comma-separated text with a header, lines ended by a line feed.

    Floats take the shortest text that reads back as the same number; a missing value is an empty
    cell; a text that a spreadsheet would run as a formula gets a leading apostrophe, a number
    (−0.31) never does.

    Parameters
    ----------
    frame
        Any frame; its index is not written.
    digits
        Significant digits of floats; None: all. With 10, the text is the same on platforms whose
        last digits differ.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_safe(str(name)) for name in frame.columns])
    columns = ([_cell(value, digits) for value in frame[name]] for name in frame.columns)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue()


def _cell(value: object, digits: int | None) -> str:
    """Text of one value."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return _number(float(value), digits)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return _safe(str(value))


def _number(value: float, digits: int | None) -> str:
    """Text of a float; whole numbers without a fraction, minus zero as zero."""
    if np.isnan(value):
        return ""
    if digits is not None:
        value = float(f"{value:.{digits}g}")
    if value.is_integer() and abs(value) < _EXACT_INTEGER:
        return str(int(value))
    return repr(value)


def _safe(text: str) -> str:
    """Text on one line that no spreadsheet takes for a formula; a number as text stays one."""
    return text if _PLAIN_NUMBER.fullmatch(text) else guarded(text)
