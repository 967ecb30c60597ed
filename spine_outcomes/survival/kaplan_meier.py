"""Kaplan–Meier estimate of survival, weighted, by arm, with the influence of each row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.by_arm import Quantity, display_times, estimate_by_arm, not_estimable
from spine_outcomes.survival.life_table import Floats, LifeTable, from_zero
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder


def kaplan_meier(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    times: ArrayLike,
) -> Estimate:
    """Probability of being free of events of any cause after each of ``times``.

    Parameters
    ----------
    time, status, weight, arm, entry, cluster : array_like, shape (n,)
        As ``sample_of``; any status above 0 is an event.
    times : array_like, shape (k,)
        In the unit of ``time``; the curve is right-continuous.

    Returns
    -------
    Estimate
        Arms in the order of their codes, times within them; labels ``measure`` (``survival``),
        ``arm``, ``time``. Not estimable past an arm's last time unless its curve has reached 0.

    Raises
    ------
    SampleError
        Where the arrays are no sample.

    Notes
    -----
    S(t) = Π (1 − dN/Y) over s ≤ t (Kaplan and Meier, 1958). Events precede censorings of the same
    time. A row that enters late is at risk after its entry only. With Q(t) = Σ dN/(Y (Y − dN)), the
    influence of row i is −S(t) w_i [1{event ≤ t}/(Y − dN) − Q(min(t, T_i)) + Q(min(t, L_i))]; its
    clustered sum of squares is the robust variance of R's ``survfit``. Where S is 0 its standard
    error is 0.

    Examples
    --------
    >>> kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1], [2, 1, 1, 4], times=[1, 2]).value
    array([0.75 , 0.625])
    """
    sample = sample_of(time, status, weight, arm=arm, entry=entry, cluster=cluster)
    grid = display_times("times", times)

    def quantities(table: LifeTable) -> Iterator[Quantity]:
        influence = SurvivalInfluence.of(table)
        for t, position in zip(grid, table.position(grid), strict=True):
            if table.past_follow_up(t):
                yield not_estimable(past_follow_up(table))
            else:
                value = table.survival[position + 1]
                yield Quantity(value, None, influence.at(position, value))

    labels = [{"measure": "survival", "time": float(t)} for t in grid]
    return estimate_by_arm(sample, labels, quantities)


def past_follow_up(table: LifeTable) -> str:
    """Say why there is no value at a time after the last row's."""
    return f"past the last follow-up ({table.time[-1]:.6g})"


@dataclass(frozen=True, eq=False)
class SurvivalInfluence:
    """Influence of each row on a functional of log S, Σ_s A(s) d log S(s).

    A = 1 up to t gives log S(t); A(s) = ∫_s^τ S gives the area under the curve.

    Parameters
    ----------
    table
        The risk table, r rows and m times.
    finished : ndarray, shape (r,)
        Influence of a row once its time is past.
    cumulative : ndarray, shape (m + 1,)
        H = Σ_s A dN/(Y (Y − dN)) up to each distinct time, from 0: what a row at risk has gained.
    """

    table: LifeTable
    finished: Floats
    cumulative: Floats

    @classmethod
    def of(cls, table: LifeTable, gain: Floats | None = None) -> SurvivalInfluence:
        """Prepare the sums for A = ``gain`` (m,), 1 where left out."""
        leaving, cumulative = table.leaving, table.lost
        if gain is not None:
            leaving = leaving * gain
            cumulative = from_zero(leaving * table.events / table.at_risk)
        finished = cumulative[1:][table.group]
        finished -= leaving[table.group] * table.is_event
        if table.entered is not None:
            finished -= cumulative[table.entered + 1]
        finished *= table.weight
        return cls(table, finished, cumulative)

    def at(self, position: int, scale: float = 1.0) -> Floats:
        """``scale`` times the influence of each row when the sum stops at a distinct time."""
        n_finished = self.table.n_finished(position)
        influence = np.empty_like(self.finished)
        np.multiply(self.finished[:n_finished], scale, out=influence[:n_finished])
        gained = scale * self.cumulative[position + 1]
        if self.table.entered is not None:
            entered = np.minimum(self.table.entered[n_finished:], position)
            gained = gained - scale * self.cumulative[entered + 1]
        np.multiply(self.table.weight[n_finished:], gained, out=influence[n_finished:])
        return influence
