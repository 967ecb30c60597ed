"""How a spreadsheet or a statistics program stores a column: as numbers where it can."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.study.dictionary import Column


def is_stored_as_number(column: Column) -> bool:
    """Whether every value of a column is a number: measured, counted, yes or no, or so coded."""
    if column.is_numeric or column.type == "boolean":
        return True
    codes = column.codes or {}
    return column.type == "category" and bool(codes) and all(code.isdigit() for code in codes)


def stored_cells(texts: pd.Series[str], column: Column) -> list[Any]:
    """The cells of a column: floats, dates or text; None where the text is empty."""
    if is_stored_as_number(column):
        return [float(text) if text else None for text in texts]
    if column.type == "date":
        return [datetime.date.fromisoformat(text) if text else None for text in texts]
    return [text or None for text in texts]


def as_floats(cells: list[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Numeric cells as an array, NaN where there is none."""
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
