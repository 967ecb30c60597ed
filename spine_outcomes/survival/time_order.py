"""Rows ordered by time, once per sample: what every estimator of this folder stands on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

TIE_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class TimeOrder:
    """The order of the rows in time and the places where the distinct times begin.

    Parameters
    ----------
    time : ndarray, shape (n,)
        Time of each row, in the order of the rows.
    order : ndarray of int, shape (n,)
        Rows sorted by time (stable).
    first : ndarray of int, shape (m,)
        Position in the sorted order of the first row of each distinct time.
    distinct : ndarray, shape (m,)
        Distinct times, increasing.

    Notes
    -----
    Times within a relative 1e-9 of each other are one time: a unit conversion must not break a tie.
    Estimators take a ``TimeOrder`` in place of ``time`` so that a sample used for several endpoints,
    weights or replicates is sorted once.
    """

    time: NDArray[np.float64]
    order: NDArray[np.intp]
    first: NDArray[np.intp]
    distinct: NDArray[np.float64]

    @classmethod
    def of(cls, time: ArrayLike | TimeOrder) -> TimeOrder:
        """Sort ``time`` (n,), or pass through what is already sorted."""
        if isinstance(time, TimeOrder):
            return time
        values = np.asarray(time, dtype=np.float64)
        order = np.argsort(values, kind="stable")
        ordered = values[order]
        is_first = np.ones(len(ordered), dtype=bool)
        is_first[1:] = np.diff(ordered) > TIE_TOLERANCE * np.abs(ordered[1:])
        first = np.flatnonzero(is_first)
        return cls(values, order, first, ordered[first])

    @property
    def group(self) -> NDArray[np.intp]:
        """Index of the distinct time of each row, in sorted order, shape (n,)."""
        counts = np.diff(np.append(self.first, len(self.order)))
        return np.repeat(np.arange(len(self.first)), counts)

    def total_at(self, ordered: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of a quantity over the rows of each distinct time, shape (m,).

        ``ordered`` (n,) is in sorted order.
        """
        return np.add.reduceat(ordered, self.first) if len(self.first) else np.zeros(0)

    def total_from(self, ordered: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of a quantity over the rows at or after each distinct time, shape (m,)."""
        return np.cumsum(ordered[::-1])[::-1][self.first]
