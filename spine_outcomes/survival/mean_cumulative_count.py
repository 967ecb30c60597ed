"""Mean number of recurrent events so far, death ending the risk, with each row's influence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.inference import Estimate
from spine_outcomes.survival.by_arm import display_times
from spine_outcomes.survival.life_table import from_zero
from spine_outcomes.survival.risk_sets import quotient, sum_at
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TIE_TOLERANCE, TimeOrder

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def mean_cumulative_count(
    time: ArrayLike,
    is_dead: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    event_row: ArrayLike,
    event_time: ArrayLike,
    arm: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    times: ArrayLike,
) -> Estimate:
    """Expected number of events of a row by each of ``times``; the dead have no more.

    Parameters
    ----------
    time, is_dead : array_like, shape (n,)
        End of follow-up of each row, and whether it died then.
    weight, arm, cluster : array_like, shape (n,)
        As ``sample_of``.
    event_row, event_time : array_like, shape (e,)
        Row (0 to n − 1) and time of each event; a row may have any number of them. An event after
        the end of its row is refused.
    times : array_like, shape (k,)
        In the unit of ``time``; the curve is right-continuous.

    Returns
    -------
    Estimate
        Arms, times within arms; labels ``measure`` (``mean_cumulative_count``), ``arm``, ``time``.
        Not estimable past an arm's last time unless all of it had died.

    Raises
    ------
    SampleError
        Where the arrays are no sample, or an event is of no row or after its end.

    Notes
    -----
    M(t) = Σ_{s ≤ t} S(s−) dN(s)/Y(s) with S the Kaplan–Meier curve of death and dN all events
    (Cook and Lawless, 1997, Statistics in Medicine 16; Ghosh and Lin, 2000, Biometrics 56): the sum
    of the incidences of a first, a second, … event. Events precede deaths and censorings of the
    same time. Influence of row i, w_i times

        Σ_{events e of i ≤ t} A(e) + J(t ∧ T_i) − 1{T_i ≤ t} (b_i − Q(T_i)) (M(t) − M(T_i)),

    A = S(s−)/Y, J = Σ dM (Q(s−) − 1/Y), and Q and b_i = 1{death}/(Y − dN of death) as for the
    Aalen–Johansen estimate, which M is where every event ends its row.

    Examples
    --------
    Four rows, one with two events; the second dies at 2.

    >>> mean_cumulative_count(
    ...     [4, 2, 3, 4], [0, 1, 0, 0], event_row=[0, 0, 2], event_time=[1, 3, 3], times=[1, 3]
    ... ).value
    array([0.25, 0.75])
    """
    sample = sample_of(time, is_dead, weight, arm=arm, cluster=cluster)
    row = np.asarray(event_row, dtype=np.intp)
    when = np.asarray(event_time, dtype=np.float64)
    _check_events(sample, row, when)
    grid = display_times("times", times)
    codes = np.zeros(sample.n, dtype=np.int64) if sample.arm is None else sample.arm
    values: list[float] = []
    influences: list[Floats] = []
    labels: list[dict[str, object]] = []
    reasons: list[str | None] = []
    for code in range(int(codes.max()) + 1):
        group = {} if sample.arm is None else {"arm": code}
        table = _CountTable.of(sample, codes == code, row, when)
        for t, (value, reason, influence) in zip(grid, _at(table, grid, sample.n), strict=True):
            values.append(value)
            reasons.append(reason)
            influences.append(influence)
            labels.append({"measure": "mean_cumulative_count", "time": float(t), **group})
    return Estimate(
        np.array(values), np.array(influences).T, tuple(labels), sample.cluster, tuple(reasons)
    )


def _check_events(sample: Sample, row: Indices, when: Floats) -> None:
    """Refuse events of nobody, and events after the end of their row."""
    if len(row) != len(when):
        message = f"event_row has {len(row)} entries and event_time has {len(when)}"
        raise SampleError(Problem("E_EVENT", message))
    is_nobody = (row < 0) | (row >= sample.n) | ~(when >= 0)
    if is_nobody.any():
        message = f"{int(is_nobody.sum())} events are of no row, or at no time"
        raise SampleError(Problem("E_EVENT", message))
    is_late = when > sample.order.time[row] * (1 + TIE_TOLERANCE)
    if is_late.any():
        message = f"{int(is_late.sum())} events lie after the end of their row"
        fix = "Follow-up must reach the last event."
        raise SampleError(Problem("E_EVENT", message, row=str(row[is_late][0]), fix=fix))


@dataclass(frozen=True, eq=False)
class _CountTable:
    """Risk sets of one arm at the m distinct times of its deaths, ends and events.

    Parameters
    ----------
    time : ndarray, shape (m,)
    own : ndarray of int, shape (r,)
        Rows of the arm with a weight above 0.
    end : ndarray of int, shape (r,)
        Index of the time at which each ends.
    weight : ndarray, shape (r,)
    slope : ndarray, shape (r,)
        b_i − Q(T_i).
    event, at : ndarray of int, shape (e,)
        Position among ``own`` and index of the time of each event.
    each, total, gained, remaining
        A (m,), M and J from 0 (m + 1,), and the weight left after each time (m,).
    """

    time: Floats
    own: Indices
    end: Indices
    weight: Floats
    slope: Floats
    event: Indices
    at: Indices
    each: Floats
    total: Floats
    gained: Floats
    remaining: Floats

    @classmethod
    def of(
        cls, sample: Sample, is_own: NDArray[np.bool_], row: Indices, when: Floats
    ) -> _CountTable | None:
        """Build the table of one arm; None where it has no row with a weight above 0."""
        own = np.flatnonzero(is_own & (sample.weight > 0))
        if not len(own):
            return None
        place = np.full(sample.n, -1, dtype=np.intp)
        place[own] = np.arange(len(own))
        counted = place[row] >= 0
        event, when = place[row[counted]], when[counted]
        order = TimeOrder.of(np.concatenate([sample.order.time[own], when]))
        index = np.empty(len(order.order), dtype=np.intp)
        index[order.order] = order.group
        end, at, m = index[: len(own)], index[len(own) :], len(order.distinct)
        weight, is_dead = sample.weight[own], sample.status[own] > 0
        deaths = sum_at(end, weight * is_dead, m)
        leaving = sum_at(end, weight, m)
        after = np.append(np.cumsum(leaving[::-1])[::-1][1:], 0.0)  # sums from the end: exactly 0
        remaining = after + sum_at(end, weight * ~is_dead, m)
        at_risk = remaining + deaths
        lost = from_zero(quotient(deaths, at_risk) * quotient(1.0, remaining) * (remaining > 0))
        survival = np.cumprod(np.append(1.0, quotient(remaining, at_risk)))
        each = quotient(survival[:-1], at_risk)
        step = each * sum_at(at, weight[event], m)
        gained = from_zero(step * (lost[:-1] - quotient(1.0, at_risk)))
        dying = is_dead * (remaining[end] > 0) * quotient(1.0, remaining[end])
        return cls(
            order.distinct, own, end, weight, dying - lost[1:][end], event, at, each,
            from_zero(step), gained, remaining,
        )  # fmt: skip

    def influence(self, position: int) -> Floats:
        """Influence of each row of the arm on M after a distinct time (−1: none), (r,)."""
        is_past = self.at <= position
        n = len(self.own)
        found = sum_at(self.event[is_past], self.each[self.at[is_past]], n)
        found += self.gained[np.minimum(self.end, position) + 1]
        later = self.total[position + 1] - self.total[self.end + 1]
        found -= np.where(self.end <= position, self.slope * later, 0.0)
        return found * self.weight


def _at(
    table: _CountTable | None, grid: Floats, n: int
) -> Iterator[tuple[float, str | None, Floats]]:
    """Value, reason and influence (n,) at each time."""
    for t in grid:
        influence = np.zeros(n)
        if table is None:
            yield np.nan, "no row with a weight above 0", influence
            continue
        last = table.time[-1]
        if t > last * (1 + TIE_TOLERANCE) and table.remaining[-1] > 0:
            yield np.nan, f"past the last follow-up ({last:.6g})", influence
            continue
        position = int(np.searchsorted(table.time, t * (1 + TIE_TOLERANCE), side="right")) - 1
        influence[table.own] = table.influence(position)
        yield float(table.total[position + 1]), None, influence
