"""A validated cohort table."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.long_rows import LongRows
from spine_outcomes.cohort.places import Places
from spine_outcomes.errors import Finding
from spine_outcomes.study.dictionary import DataDictionary


@dataclass(frozen=True, eq=False)
class Cohort:
    """Rows that fit their dictionary, sorted by (patient, lesion).

    Parameters
    ----------
    frame : DataFrame, shape (n, columns of the dictionary that are present)
        Index 0…n−1. Types by the dictionary: ``string`` → ``string``; ``integer`` and ``float`` →
        ``float64`` with NaN; ``category`` → ``Categorical`` over all codes (as strings, in the
        dictionary's order); ``boolean`` → ``boolean``; ``date`` → ``datetime64[ns]``.
    dictionary
        What each column is.
    source
        Name of the file, without its folder.
    sha256
        Hash of the file's bytes.
    findings
        What a reader must know about the intake.
    is_simulated
        Whether the rows are simulated; said on every page.
    lines : ndarray of int, shape (n,), or None
        Line of the file on which each row starts, for messages; None: not known.
    unread
        Names of the file that the dictionary does not describe, for messages.
    long
        Long tables beside it, by name: rows of these patients and lesions, and of others that were
        left out since.
    as_of
        Day up to which the long tables, and what follows from them, are known; None: all of them.
    """

    frame: pd.DataFrame
    dictionary: DataDictionary
    source: str
    sha256: str
    findings: tuple[Finding, ...] = ()
    is_simulated: bool = False
    lines: NDArray[np.int64] | None = None
    unread: tuple[str, ...] = ()
    long: Mapping[str, LongRows] = field(default_factory=dict)
    as_of: datetime.date | None = None

    @property
    def places(self) -> Places:
        """Where the rows stand, for messages."""
        keys = key_columns(self.dictionary)
        return Places(self.source, self.lines, tuple(self.frame[key].array for key in keys))

    def take(self, rows: NDArray[np.intp]) -> Cohort:
        """The cohort of the rows at some positions (k,), in that order."""
        frame = self.frame.iloc[rows].reset_index(drop=True)
        return replace(self, frame=frame, lines=None if self.lines is None else self.lines[rows])
