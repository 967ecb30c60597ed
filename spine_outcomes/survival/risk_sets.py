"""Who is at risk at which event time, as one linear map and its transpose.

Let Y_ij be how much of row i is at risk at event time j. A regression on risk sets needs only
``total``, Σ_i Y_ij v_i, and ``accumulate``, Σ_j Y_ij u_j. For a Cox model Y is 0 or 1; in a
Fine–Gray model a row with a competing event stays at risk with the factor G(t_j−)/G(T_i−), its
tail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.survival.sample import Sample
from spine_outcomes.survival.time_order import TimeOrder

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Tail:
    """Rows of one censoring stratum that stay at risk after a competing event.

    Parameters
    ----------
    rows : ndarray of int, shape (r,)
        Which rows.
    stop : ndarray of int, shape (r,)
        Number of event times at or before the time of each.
    share : ndarray, shape (r,)
        1/G(T_i−) of each, at the time of its competing event.
    survival : ndarray, shape (m,)
        G(t_j−) of the stratum at the event times.
    """

    rows: Indices
    stop: Indices
    share: Floats
    survival: Floats


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Rows and the event times at which they are at risk.

    Parameters
    ----------
    n_times
        Number of event times m.
    stop : ndarray of int, shape (n,)
        Number of event times at or before each row's time; the row leaves after them.
    start : ndarray of int, shape (n,), or None
        Number of event times at or before each row's entry; None: all enter before the first.
    tails : tuple of Tail
        Rows that stay at risk after ``stop``; empty for a Cox model.
    first : tuple of int
        First event time of each stratum: they follow one another, and only the last may have none.
        A row starts and stops within its stratum.
    """

    n_times: int
    stop: Indices
    start: Indices | None = None
    tails: tuple[Tail, ...] = ()
    first: tuple[int, ...] = (0,)

    @cached_property
    def strata(self) -> list[tuple[int, int]]:
        """First event time of each stratum, and of the next."""
        return list(pairwise([*self.first, self.n_times]))

    @cached_property
    def late(self) -> Indices:
        """Rows that enter after the first event time of their stratum."""
        if self.start is None:
            return np.zeros(0, dtype=np.intp)
        first = np.array(self.first)
        own = np.maximum(np.searchsorted(first, self.stop) - 1, 0)
        return np.flatnonzero(self.start > first[own])

    def total(self, values: Floats) -> Floats:
        """Sum of ``values`` (n,) over the rows at risk at each event time, shape (m,)."""
        leaving = sum_at(self.stop, values, self.n_times + 1)
        if self.start is not None:
            leaving -= sum_at(self.start[self.late], values[self.late], self.n_times + 1)
        at_risk = np.empty(self.n_times)
        for begin, end in self.strata:  # not one sum over all: strata may differ by any factor
            np.cumsum(leaving[end:begin:-1], out=at_risk[begin:end][::-1])
        for tail in self.tails:
            stayed = sum_at(tail.stop, values[tail.rows] * tail.share, self.n_times + 1)
            at_risk += tail.survival * np.cumsum(stayed)[:-1]
        return at_risk

    def accumulate(self, increments: Floats) -> Floats:
        """Sum of ``increments`` (m,) over the event times at which each row is at risk, (n,)."""
        passed = np.zeros(self.n_times + 1)
        for begin, end in self.strata:
            np.cumsum(increments[begin:end], out=passed[begin + 1 : end + 1])
        sums = passed[self.stop]
        if self.start is not None:
            sums[self.late] -= passed[self.start[self.late]]
        for tail in self.tails:
            later = sum_after(np.concatenate([[0.0], increments * tail.survival]))
            sums[tail.rows] += later[tail.stop] * tail.share
        return sums


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The rows of a sample that count in a regression, in the order of time.

    Parameters
    ----------
    rows : ndarray of int, shape (r,)
        Rows with weight > 0, by time.
    risk : RiskSets
        When each of them is at risk.
    events : ndarray of int, shape (e,)
        Positions among ``rows`` of those with the event.
    group : ndarray of int, shape (r,)
        Distinct time of the sample at which each of ``rows`` ends.
    n_passed : ndarray of int
        Number of event times at or before each distinct time of the sample.
    """

    rows: Indices
    risk: RiskSets
    events: Indices
    group: Indices
    n_passed: Indices

    def spread(self, values: Floats, n: int) -> Floats:
        """Values (k, r) of ``rows`` as those (k, n) of all rows of the sample, 0 for the others."""
        all_values = np.zeros((len(values), n))
        for every, own in zip(all_values, values, strict=True):
            every[self.rows] = own
        return all_values


def arrange(
    sample: Sample, cause: int, *, keep_early: bool = False, by_stratum: bool = False
) -> Arrangement:
    """Sort the rows that count, with the event times of ``cause``.

    Rows that are at risk at no event time are left out, unless those that leave early are to be
    kept: with a competing event they stay at risk. ``by_stratum`` keeps risk sets within strata.
    """
    begin = np.zeros(1, dtype=np.intp)
    if by_stratum and sample.strata is not None:
        sample, begin = _one_after_another(sample, sample.strata)
    order, is_counted = sample.order, sample.weight > 0
    is_event = ((sample.status == cause) & is_counted).take(order.order)
    has_event = np.zeros(len(order.distinct), dtype=bool)
    has_event[order.group.take(np.flatnonzero(is_event))] = True
    n_passed = np.cumsum(has_event)
    early = 0 if keep_early else int(order.first[np.argmax(has_event)])
    kept: slice | Indices = slice(early, None)
    if not is_counted.all():
        kept = early + np.flatnonzero(is_counted[order.order[early:]])
    start, before = None, np.concatenate([[0], n_passed])
    if sample.entry is not None:
        entered = before[order.position(sample.entry[order.order]) + 1]
        seen = np.flatnonzero(entered < n_passed[order.group])
        kept = seen[is_counted[order.order[seen]]]
        start = entered[kept]
    rows, group = order.order[kept], order.group[kept]
    n_times = int(n_passed[-1])
    first = tuple(np.unique(before[begin]).tolist())
    risk = RiskSets(n_times, n_passed[group], start, first=first)
    return Arrangement(rows, risk, np.flatnonzero(is_event[kept]), group, n_passed)


def _one_after_another(sample: Sample, strata: NDArray[np.int64]) -> tuple[Sample, Indices]:
    """The strata one after another in time, and the first time of each.

    Times become ranks: those of a stratum follow the last one of the stratum before, after which
    its rows enter.
    """
    order, m = sample.order, len(sample.order.distinct)
    first = m * np.unique(strata, return_inverse=True)[1]
    rank = np.empty(sample.n, dtype=np.intp)
    rank[order.order] = order.group
    places, own = np.unique(first + rank, return_inverse=True)
    entered = -1 if sample.entry is None else order.position(sample.entry)
    entry = np.searchsorted(places, first + entered, side="right").astype(np.float64) - 1
    begin = np.searchsorted(places, np.unique(first))
    return replace(sample, order=TimeOrder.of(own), entry=entry), begin


def sum_at(index: Indices, values: Floats, size: int) -> Floats:
    """Sum of the values at each of the indices 0 … size − 1."""
    return np.bincount(index, values, size).astype(np.float64, copy=False)


def quotient(top: Floats | NDArray[np.bool_] | float, bottom: Floats) -> Floats:
    """Top / bottom ≥ 0; where the bottom is 0 nobody is left and nothing that is said counts."""
    return top / np.where(bottom > 0, bottom, 1.0)


def sum_after(values: Floats) -> Floats:
    """Σ_{l > j} v_l for j = 0, 1, …; the last is 0."""
    sums = np.zeros(len(values))
    np.cumsum(values[:0:-1], out=sums[-2::-1])
    return sums
