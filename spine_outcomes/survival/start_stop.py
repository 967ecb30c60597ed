"""Rows that follow one subject from one time to another must not follow it twice at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.errors import Problem
from spine_outcomes.survival.time_order import TIE_TOLERANCE

MAX_SUBJECTS_NAMED = 10
FIX = "Cut the rows so that one ends where the next begins, or give the rows subjects of their own."


def overlaps(columns: Mapping[str, NDArray[Any]], subject: NDArray[np.int64]) -> list[Problem]:
    """Name, for every subject, the first rows whose times (entry, time] overlap.

    Parameters
    ----------
    columns
        ``time`` (n,) and, where there are, ``entry`` and ``weight``, checked; without an entry
        every row begins at the start. Rows with weight 0 are as if absent.
    subject : ndarray of int, shape (n,)
        Codes of the subjects.

    Notes
    -----
    In the order of entry, a row that overlaps any later one of its subject overlaps the next.
    """
    time = columns["time"]
    entry = columns.get("entry", np.full(len(time), -np.inf))
    counted = np.flatnonzero(columns.get("weight", np.ones(len(time))) > 0)
    order = counted[np.lexsort((time[counted], entry[counted], subject[counted]))]
    before, after = order[:-1], order[1:]
    is_double = subject[before] == subject[after]
    is_double &= entry[after] < time[before] * (1 - TIE_TOLERANCE)
    pairs = np.flatnonzero(is_double)
    if not len(pairs):
        return []
    first = np.unique(subject[before[pairs]], return_index=True)[1]
    named = sorted(sorted((int(before[k]), int(after[k]))) for k in pairs[first])
    shown = "; ".join(
        f"rows {one} ({_span(columns, one)}] and {other} ({_span(columns, other)}]"
        for one, other in named[:MAX_SUBJECTS_NAMED]
    )
    more = len(named) - MAX_SUBJECTS_NAMED
    shown += f"; and those of {more} more" if more > 0 else ""
    message = f"{len(named)} subject(s) are followed twice at once (rows counted from 0): {shown}"
    return [Problem("E_SUBJECT", message, row=str(named[0][0]), fix=FIX)]


def _span(columns: Mapping[str, NDArray[Any]], row: int) -> str:
    """From when to when a row is followed."""
    entry = columns["entry"][row] if "entry" in columns else 0.0
    return f"{entry:g}, {columns['time'][row]:g}"
