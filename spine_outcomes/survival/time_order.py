"""Rows ordered by time, once per sample: what every estimator of this folder stands on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
        Rows sorted by time; rows of one time in their own order.
    first : ndarray of int, shape (m,)
        Position in the sorted order of the first row of each distinct time.
    distinct : ndarray, shape (m,)
        Distinct times, increasing.

    Notes
    -----
    Times within a relative 1e-9 of each other are one time: a unit conversion must not break a tie.
    Estimators take a ``TimeOrder`` in place of ``time`` so that a sample used for several
    endpoints, weights or replicates is sorted once.
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
        order = np.argsort(values)
        ordered = values.take(order)
        is_first = np.ones(len(ordered), dtype=bool)
        np.less(ordered[:-1], ordered[1:] * (1 - TIE_TOLERANCE), out=is_first[1:])
        first = np.flatnonzero(is_first)
        if len(first) == len(order):
            return cls(values, order, first, ordered)
        _order_ties(order, is_first)
        return cls(values, order, first, ordered[first])

    @cached_property
    def group(self) -> NDArray[np.intp]:
        """Index of the distinct time of each row, in sorted order, shape (n,)."""
        return run_of_each(self.first, len(self.order))

    def position(self, times: ArrayLike) -> NDArray[np.intp]:
        """Index of the last distinct time at or before each of ``times``, −1 before the first."""
        upper = np.asarray(times, dtype=np.float64) * (1 + TIE_TOLERANCE)
        return np.searchsorted(self.distinct, upper, side="right") - 1

    def total_at(self, ordered: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of a quantity over the rows of each distinct time, shape (m,).

        ``ordered`` (n,) is in sorted order.
        """
        return total_of_runs(ordered, self.first)

    def total_from(self, ordered: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of a quantity over the rows at or after each distinct time, shape (m,)."""
        return np.cumsum(ordered[::-1])[::-1][self.first]


def run_of_each(first: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Index of the run that each of n positions is in, runs beginning at ``first`` (m,)."""
    if len(first) == n:
        return first
    begins = np.zeros(n, dtype=np.intp)
    begins[first[1:]] = 1
    return np.cumsum(begins, out=begins)


def total_of_runs(values: NDArray[np.float64], first: NDArray[np.intp]) -> NDArray[np.float64]:
    """Sum of the values (n,) of each run, shape (m,); the values themselves where none has two."""
    return values if len(first) == len(values) else np.add.reduceat(values, first)


def _order_ties(order: NDArray[np.intp], is_first: NDArray[np.bool_]) -> None:
    """Put the rows of each tie in their own order, in place.

    The fastest sort leaves ties in an order that differs between processors; sorting the few keys
    (tie, row) afterwards costs half of what a stable sort of everything does.
    """
    is_tied = ~is_first
    is_tied[:-1] |= ~is_first[1:]
    tied = np.flatnonzero(is_tied)
    tie = np.cumsum(is_first[tied]) * len(order)
    order[tied] = np.sort(tie + order[tied]) - tie
