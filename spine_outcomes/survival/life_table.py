"""Who is at risk and who fails at each distinct time, by arm: what every curve is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.survival.sample import Sample
from spine_outcomes.survival.time_order import TIE_TOLERANCE

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LifeTable:
    """Weighted risk sets of one group of r rows at its m distinct times.

    Parameters
    ----------
    rows : ndarray of int, shape (r,)
        Rows of the sample in time order, those with weight 0 left out.
    group : ndarray of int, shape (r,)
        Index of the distinct time of each row.
    entered : ndarray of int, shape (r,), or None
        Index of the last distinct time at or before a row's entry, −1 for none; None: no row enters
        late.
    weight, status : ndarray, shape (r,)
    time : ndarray, shape (m,)
        Distinct times, increasing.
    at_risk : ndarray, shape (m,)
        Y, the sum of the weights with entry < t ≤ time.
    events : ndarray, shape (m,)
        dN, the sum of the weights of the events of any cause at t.
    remaining : ndarray, shape (m,)
        Y − dN, exactly 0 where everybody at risk has an event.
    """

    rows: NDArray[np.intp]
    group: NDArray[np.intp]
    entered: NDArray[np.intp] | None
    weight: Floats
    status: NDArray[np.int64]
    time: Floats
    at_risk: Floats
    events: Floats
    remaining: Floats

    def events_of(self, cause: int) -> Floats:
        """Sum the weights of the events of one cause at each distinct time, shape (m,)."""
        weight = self.weight * (self.status == cause)
        return np.asarray(np.bincount(self.group, weight, len(self.time)), dtype=np.float64)

    def position(self, times: ArrayLike) -> NDArray[np.intp]:
        """Index of the last distinct time at or before each of ``times``, −1 before the first."""
        upper = np.asarray(times, dtype=np.float64) * (1 + TIE_TOLERANCE)
        return np.searchsorted(self.time, upper, side="right") - 1

    def n_finished(self, position: int) -> int:
        """Count the rows whose time is at or before a distinct time (−1: none)."""
        return int(np.searchsorted(self.group, position, side="right"))

    def past_follow_up(self, time: float) -> bool:
        """Whether a time lies after the last row's, while somebody was left."""
        return bool(time > self.time[-1] * (1 + TIE_TOLERANCE) and (self.remaining > 0).all())


def life_tables(sample: Sample) -> Iterator[tuple[dict[str, int], LifeTable | None]]:
    """Yield the label and the table of each arm 0 … max; None where no row has a weight above 0."""
    rows = sample.order.order
    weight = sample.weight[rows]
    is_weighted = weight > 0
    if sample.arm is None:
        yield {}, _life_table(sample, weight, is_weighted)
        return
    arm = sample.arm[rows]
    for code in range(int(arm.max()) + 1):
        is_own = is_weighted & (arm == code)
        yield {"arm": code}, _life_table(sample, weight, is_own) if is_own.any() else None


def _life_table(sample: Sample, weight: Floats, is_own: NDArray[np.bool_]) -> LifeTable:
    """Build the table of the rows ``is_own`` (n,) in time order, with their weights (n,)."""
    own = slice(None) if is_own.all() else is_own
    rows, weight, group = sample.order.order[own], weight[own], sample.order.group[own]
    is_first = np.ones(len(group), dtype=bool)
    np.not_equal(group[1:], group[:-1], out=is_first[1:])
    first = np.flatnonzero(is_first)
    time = sample.order.distinct[group[first]]
    group = np.cumsum(is_first) - 1
    status = sample.status[rows]
    # Summed from the end, and what remains as a sum too: no cancellation, however unequal weights.
    at_risk = np.cumsum(weight[::-1])[::-1][first]
    events = np.add.reduceat(weight * (status > 0), first)
    remaining = np.add.reduceat(weight * (status == 0), first)
    remaining[:-1] += at_risk[1:]
    table = LifeTable(rows, group, None, weight, status, time, at_risk, events, remaining)
    return table if sample.entry is None else _with_late_entry(table, sample.entry[rows])


def _with_late_entry(table: LifeTable, entry: Floats) -> LifeTable:
    """Take out of each risk set the rows (entry, shape (r,)) that have not entered yet."""
    m = len(table.time)
    entered = table.position(entry)
    is_late = entered >= 0

    def from_here(position: NDArray[np.intp], amount: Floats) -> Floats:
        steps = np.bincount(position, amount, m)[::-1]
        return np.cumsum(steps, dtype=np.float64)[::-1]

    is_event = table.status > 0
    waiting = from_here(entered[is_late], table.weight[is_late])
    n_waiting = from_here(entered[is_late], np.ones(is_late.sum()))
    n_at_risk = from_here(table.group, np.ones(len(entry))) - n_waiting
    n_events = np.bincount(table.group, is_event, m)
    # A difference of sums may lose small weights: emptiness is decided by counting rows.
    remaining = np.maximum(table.at_risk - waiting - table.events, table.weight.min())
    remaining[n_at_risk == n_events] = 0.0
    return replace(table, entered=entered, remaining=remaining, at_risk=table.events + remaining)
