"""Who is at risk and who fails at each distinct time, by arm: what every curve is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.survival.sample import Sample
from spine_outcomes.survival.time_order import TIE_TOLERANCE, run_of_each, total_of_runs

Floats = NDArray[np.float64]


def from_zero(steps: Floats) -> Floats:
    """Cumulative sums with a 0 in front, shape (m + 1,)."""
    sums = np.empty(len(steps) + 1)
    sums[0] = 0.0
    np.cumsum(steps, out=sums[1:])
    return sums


@dataclass(frozen=True, eq=False)
class LifeTable:
    """Weighted risk sets of one group of r rows at its m distinct times.

    Parameters
    ----------
    rows : ndarray of int, shape (r,)
        Rows of the sample in time order, those with weight 0 left out.
    group : ndarray of int, shape (r,)
        Index of the distinct time of each row.
    first : ndarray of int, shape (m,)
        Position of the first row of each distinct time.
    entered : ndarray of int, shape (r,), or None
        Index of the last distinct time at or before a row's entry, −1 for none; None: no row enters
        late.
    weight, status : ndarray, shape (r,)
    time : ndarray, shape (m,)
        Distinct times, increasing.
    remaining : ndarray, shape (m,)
        Y − dN, the weights at risk without an event at t; exactly 0 where all have one.
    """

    rows: NDArray[np.intp]
    group: NDArray[np.intp]
    first: NDArray[np.intp]
    entered: NDArray[np.intp] | None
    weight: Floats
    status: NDArray[np.int64]
    time: Floats
    remaining: Floats

    @cached_property
    def is_event(self) -> NDArray[np.bool_]:
        """Whether each row ends with an event of any cause, shape (r,)."""
        return self.status > 0

    def total(self, amount: Floats) -> Floats:
        """Sum an amount (r,) over the rows of each distinct time, shape (m,)."""
        return total_of_runs(amount, self.first)

    def at_risk_of(self, amount: Floats) -> Floats:
        """Sum an amount (r,) over the rows at risk at each distinct time, shape (m,)."""
        change = self.total(amount)
        if self.entered is not None:
            is_late = self.entered >= 0
            change = change - np.bincount(self.entered[is_late], amount[is_late], len(self.time))
        return _from_here(change)

    @cached_property
    def events(self) -> Floats:
        """Sum of the weights of the events of any cause at each distinct time, shape (m,)."""
        return self.total(self.weight * self.is_event)

    @cached_property
    def at_risk(self) -> Floats:
        """Y, the sum of the weights with entry < t ≤ time, at each distinct time, shape (m,)."""
        return self.events + self.remaining  # so that nothing is lost where nothing happens

    @cached_property
    def leaving(self) -> Floats:
        """1/(Y − dN), 0 where nobody remains: nothing follows there, shape (m,)."""
        with np.errstate(divide="ignore"):
            leaving = 1.0 / self.remaining
        leaving[self.remaining == 0] = 0.0
        return leaving

    @cached_property
    def lost(self) -> Floats:
        """Q(t) = Σ dN/(Y (Y − dN)) up to each distinct time, from 0, shape (m + 1,)."""
        steps = self.leaving * self.events
        steps /= self.at_risk
        return from_zero(steps)

    @cached_property
    def survival(self) -> Floats:
        """Kaplan–Meier estimate from 1 at the start to after each distinct time, shape (m + 1,)."""
        survival = np.ones(len(self.time) + 1)
        np.divide(self.remaining, self.at_risk, out=survival[1:])
        np.cumprod(survival[1:], out=survival[1:])
        return survival

    def position(self, times: ArrayLike) -> NDArray[np.intp]:
        """Index of the last distinct time at or before each of ``times``, −1 before the first."""
        upper = np.asarray(times, dtype=np.float64) * (1 + TIE_TOLERANCE)
        return np.searchsorted(self.time, upper, side="right") - 1

    def n_finished(self, position: int) -> int:
        """Count the rows whose time is at or before a distinct time (−1: none)."""
        after = position + 1
        return int(self.first[after]) if after < len(self.first) else len(self.rows)

    def past_follow_up(self, time: float) -> bool:
        """Whether a time lies after the last row's, while somebody was left."""
        return bool(time > self.time[-1] * (1 + TIE_TOLERANCE) and (self.remaining > 0).all())


def life_tables(sample: Sample) -> Iterator[tuple[dict[str, int], LifeTable | None]]:
    """Yield the label and the table of each arm 0 … max; None where no row has a weight above 0."""
    rows = sample.order.order
    weight, status = sample.weight.take(rows), sample.status.take(rows)
    is_weighted = weight > 0
    if sample.arm is None:
        own = None if is_weighted.all() else np.flatnonzero(is_weighted)
        yield {}, _life_table(sample, weight, status, own)
        return
    arm = sample.arm.take(rows)
    for code in range(int(arm.max()) + 1):
        own = np.flatnonzero(is_weighted & (arm == code))
        yield {"arm": code}, _life_table(sample, weight, status, own) if len(own) else None


def _life_table(
    sample: Sample, weight: Floats, status: NDArray[np.int64], own: NDArray[np.intp] | None
) -> LifeTable:
    """Build the table of the rows at the positions ``own`` of the time order, all where None.

    ``weight`` and ``status`` (n,) are in that order.
    """
    order = sample.order
    rows, group, first, time = order.order, order.group, order.first, order.distinct
    if own is not None:
        rows, weight, status = rows.take(own), weight.take(own), status.take(own)
        group = group.take(own)
        is_first = np.ones(len(own), dtype=bool)
        np.not_equal(group[1:], group[:-1], out=is_first[1:])
        first = np.flatnonzero(is_first)
        time = time.take(group.take(first))
        group = run_of_each(first, len(own))
    # What remains is summed from the end: no cancellation, however unequal the weights.
    remaining = total_of_runs(weight * (status == 0), first)
    remaining[:-1] += _from_here(weight)[first[1:]]
    table = LifeTable(rows, group, first, None, weight, status, time, remaining)
    return table if sample.entry is None else _with_late_entry(table, sample.entry[rows])


def _with_late_entry(table: LifeTable, entry: Floats) -> LifeTable:
    """Take out of each risk set the rows (entry, shape (r,)) that have not entered yet."""
    entered = replace(table, entered=table.position(entry))
    is_one = np.ones(len(entry))
    n_left = entered.at_risk_of(is_one) - table.total(is_one * table.is_event)
    # A difference of sums may lose small weights: emptiness is decided by counting rows.
    remaining = entered.at_risk_of(table.weight) - table.events
    remaining = np.where(n_left > 0, np.maximum(remaining, table.weight.min()), 0.0)
    return replace(entered, remaining=remaining)


def _from_here(steps: Floats) -> Floats:
    """Sums over each distinct time and all later ones, shape (m,)."""
    return np.cumsum(steps[::-1], dtype=np.float64)[::-1]
