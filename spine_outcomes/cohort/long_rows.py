"""Rows of the long tables beside a cohort, and which row of the cohort each belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.comparison import Bools
from spine_outcomes.study.dictionary import LongTable

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class LongRows:
    """Rows of a long table that fit their dictionary and the cohort.

    Parameters
    ----------
    table
        What the dictionary says of it.
    frame : DataFrame, shape (k, keys and columns of the table that are present)
        Typed as the cohort's; sorted by the keys and the date.
    source, sha256
        Name of its file without the folder, and the hash of its bytes.
    lines : ndarray of int, shape (k,), or None
        Line of the file on which each row starts.
    """

    table: LongTable
    frame: pd.DataFrame
    source: str
    sha256: str
    lines: NDArray[np.int64] | None = None

    def take(self, rows: Bools) -> LongRows:
        """Some of the rows (k,), in their order."""
        lines = None if self.lines is None else self.lines[rows]
        return replace(self, frame=self.frame[rows].reset_index(drop=True), lines=lines)


@dataclass(frozen=True, eq=False)
class Joined:
    """Which rows of a long table belong to which rows of a cohort.

    Parameters
    ----------
    table : DataFrame, shape (k, …)
        The long table.
    record, row : ndarray of int, shape (p,)
        Rows of the long table and of the cohort that belong together; a record of a patient belongs
        to each row of the patient.
    """

    table: pd.DataFrame
    record: Rows
    row: Rows

    def column(self, name: str, cohort: pd.DataFrame) -> pd.Series[Any]:
        """A column of the table, else of the cohort, on each pair (p,)."""
        if name in self.table:
            return self.table[name].iloc[self.record].reset_index(drop=True)
        return cohort[name].iloc[self.row].reset_index(drop=True)


def join(cohort: pd.DataFrame, table: pd.DataFrame, keys: tuple[str, ...]) -> Joined:
    """Match rows by their keys; a row without a key, or of nobody in the cohort, matches none."""
    ours = cohort[list(keys)].assign(_row=np.arange(len(cohort))).dropna()
    theirs = table[list(keys)].assign(_record=np.arange(len(table))).dropna()
    pairs = theirs.merge(ours, on=list(keys)).sort_values(["_record", "_row"])
    return Joined(table, pairs["_record"].to_numpy(np.intp), pairs["_row"].to_numpy(np.intp))
