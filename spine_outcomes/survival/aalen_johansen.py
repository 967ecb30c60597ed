"""Aalen–Johansen estimate of cumulative incidence, weighted, by arm, with each row's influence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.by_arm import Quantity, display_times, estimate_by_arm, not_estimable
from spine_outcomes.survival.kaplan_meier import past_follow_up
from spine_outcomes.survival.life_table import Floats, LifeTable, from_zero
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder


def aalen_johansen(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike | None = None,
    cause: int | Sequence[int] = 1,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    times: ArrayLike,
) -> Estimate:
    """Probability that an event of ``cause`` has come first, by each of ``times``.

    Parameters
    ----------
    time, status, weight, arm, entry, cluster : array_like, shape (n,)
        As ``sample_of``; a status other than 0 and ``cause`` is a competing event.
    cause
        Code or codes of the events wanted.
    times : array_like, shape (k,)
        In the unit of ``time``; the curve is right-continuous.

    Returns
    -------
    Estimate
        Arms, causes within arms, times within causes; labels ``measure``
        (``cumulative_incidence``), ``arm``, ``cause``, ``time``. Not estimable past an arm's last
        time unless nobody was left free of events.

    Raises
    ------
    SampleError
        Where the arrays are no sample.

    Notes
    -----
    F_k(t) = Σ_{s ≤ t} S(s−) dN_k(s)/Y(s), S the Kaplan–Meier curve of all causes (Aalen and
    Johansen, 1978), so that Σ_k F_k + S = 1. Events precede censorings of the same time; events of
    several causes at one time share it. For the influence see ``IncidenceInfluence``.

    Examples
    --------
    >>> aalen_johansen([1, 1, 2, 2, 3], [1, 2, 1, 0, 2], times=[1, 3]).value
    array([0.2, 0.4])
    """
    sample = sample_of(time, status, weight, arm=arm, entry=entry, cluster=cluster)
    grid = display_times("times", times)
    causes = [cause] if isinstance(cause, int | np.integer) else list(cause)

    def quantities(table: LifeTable) -> Iterator[Quantity]:
        positions = table.position(grid)
        for k in causes:
            incidence = IncidenceInfluence.of(table, k)
            for t, position in zip(grid, positions, strict=True):
                if table.past_follow_up(t):
                    yield not_estimable(past_follow_up(table))
                else:
                    yield Quantity(incidence.value(position), None, incidence.at(position))

    labels = [
        {"measure": "cumulative_incidence", "cause": int(k), "time": float(t)}
        for k in causes
        for t in grid
    ]
    return estimate_by_arm(sample, labels, quantities)


@dataclass(frozen=True, eq=False)
class IncidenceInfluence:
    """A sum over the incidence of one cause, Σ_s g(s) dF_k(s), and the influence of each row on it.

    g = 1 gives F_k(t); g(s) = τ − s the mean time lost to the cause before τ.

    Parameters
    ----------
    table
        The risk table, r rows and m times.
    total : ndarray, shape (m + 1,)
        F = Σ g dF_k up to each distinct time, from 0.
    gained : ndarray, shape (m + 1,)
        J = Σ g dF_k (Q(s−) − 1/Y) up to each distinct time: what a row at risk has gained.
    fixed, slope : ndarray, shape (r,)
        Influence of a finished row when the sum stops at F: ``fixed − F · slope``.

    Notes
    -----
    Row i at risk from L_i to T_i has influence w_i times
    1{d_i = k} g(T_i) S(T_i−)/Y(T_i) + J(T_i) − J(L_i) − Q(L_i) (F(T_i) − F(L_i))
    − (b_i − Q(T_i) + Q(L_i)) (F − F(T_i)), with b_i = 1/(Y − dN) at the time of an event of any
    cause; T_i is t for a row that is unfinished at t. The derivative of Σ g S(s−) dN_k/Y in w_i,
    the part of S(s−) split at T_i so that only cumulative sums are left.
    """

    table: LifeTable
    total: Floats
    gained: Floats
    fixed: Floats
    slope: Floats

    @classmethod
    def of(cls, table: LifeTable, cause: int, factor: Floats | None = None) -> IncidenceInfluence:
        """Prepare the sums for g = ``factor`` (m,), 1 where left out."""
        is_cause = table.status == cause
        # g S(s−)/Y: the incidence that a weight of 1 has when it fails at s
        each = table.survival[:-1] / table.at_risk
        if factor is not None:
            each *= factor
        step = each * table.total(table.weight * is_cause)
        total = from_zero(step)
        step *= table.lost[:-1] - 1.0 / table.at_risk
        gained = from_zero(step)
        group = table.group
        slope = table.leaving[group] * table.is_event
        slope -= table.lost[1:][group]
        fixed = each[group] * is_cause
        fixed += gained[1:][group]
        if table.entered is not None:
            entered = table.entered + 1
            slope += table.lost[entered]
            fixed -= gained[entered]
            fixed -= table.lost[entered] * (total[1:][group] - total[entered])
        fixed += slope * total[1:][group]
        slope *= table.weight
        fixed *= table.weight
        return cls(table, total, gained, fixed, slope)

    def value(self, position: int) -> float:
        """Return the sum up to a distinct time (−1: none)."""
        return float(self.total[position + 1])

    def at(self, position: int) -> Floats:
        """Influence of each row on the sum up to a distinct time, shape (r,)."""
        n_finished = self.table.n_finished(position)
        total = self.total[position + 1]
        influence = np.empty_like(self.fixed)
        np.multiply(self.slope[:n_finished], -total, out=influence[:n_finished])
        influence[:n_finished] += self.fixed[:n_finished]
        gained = self.gained[position + 1]
        if self.table.entered is not None:
            entered = np.minimum(self.table.entered[n_finished:], position) + 1
            since = total - self.total[entered]
            gained = gained - self.gained[entered] - self.table.lost[entered] * since
        np.multiply(self.table.weight[n_finished:], gained, out=influence[n_finished:])
        return influence
