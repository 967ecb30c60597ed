"""The records of a long table, as what summarises them takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Records:
    """Which row of the cohort each of k records belongs to, and until when they were seen.

    Parameters
    ----------
    row : ndarray of int, shape (k,)
        Number of the row, 0 to n − 1.
    n
        Number of rows.
    until
        Last day of which anything is known, in days since 1970-01-01: the data cut-off. Records
        dated after it are not among them, but a record may hold a later date.
    """

    row: Ints
    n: int
    until: float = np.inf

    def of_rows(self, values: Floats) -> Floats:
        """Value that the records (k,) of each row share, (n,); NaN without a record."""
        found = np.full(self.n, np.nan)
        found[self.row] = values
        return found

    @property
    def is_known(self) -> Bools:
        """Rows of which the table as a whole says something: all, if it lists all there was."""
        return np.ones(self.n, dtype=bool)

    @property
    def has_some(self) -> Bools:
        """Whether a row has records, shape (n,)."""
        return np.bincount(self.row, minlength=self.n) > 0
