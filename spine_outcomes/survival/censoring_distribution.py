"""Kaplan–Meier of the censoring time: what keeps competing events at risk in a Fine–Gray model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.survival.risk_sets import Floats, quotient
from spine_outcomes.survival.sample import Sample
from spine_outcomes.survival.time_order import TimeOrder


@dataclass(frozen=True, eq=False)
class CensoringDistribution:
    """G, the probability of being uncensored, in one stratum.

    Parameters
    ----------
    order
        Times of the sample and their order.
    is_own : ndarray of bool, shape (n,)
        Rows of the stratum.
    weight : ndarray, shape (n,)
        Weight of each row in G; 0 outside the stratum, and for all where G is known.
    is_censored : ndarray of bool, shape (n,)
        Rows that end with censoring.
    survival : ndarray, shape (m,)
        G just before each distinct time.
    hazard : ndarray, shape (m,)
        Share of those still at risk that is censored at each distinct time, q.
    at_risk : ndarray, shape (m,)
        Weight of the rows at risk of censoring at each distinct time, Y.

    Notes
    -----
    G(t) = Π (1 − q) over s ≤ t. At one time events come first: their rows are no longer at risk of
    censoring. Past the last time of its stratum G stays as it is; R's ``crr`` with groups takes 0.
    """

    order: TimeOrder
    is_own: NDArray[np.bool_]
    weight: Floats
    is_censored: NDArray[np.bool_]
    survival: Floats
    hazard: Floats
    at_risk: Floats

    @classmethod
    def of(cls, sample: Sample, is_own: NDArray[np.bool_], weight: Floats) -> CensoringDistribution:
        """Estimate G from the rows ``is_own`` (n,) with their ``weight`` (n,)."""
        weight = weight * is_own
        order, is_censored = sample.order, sample.status == 0
        ordered = weight.take(order.order)
        remaining = np.append(order.total_from(ordered)[1:], 0.0)
        censored = order.total_at(ordered * is_censored.take(order.order))
        at_risk = remaining + censored
        hazard = quotient(censored, at_risk)
        kept = np.divide(remaining, at_risk, out=np.ones_like(censored), where=at_risk > 0)
        survival = np.concatenate([[1.0], np.cumprod(kept)[:-1]])
        return cls(order, is_own, weight, is_censored, survival, hazard, at_risk)

    @classmethod
    def known(cls, sample: Sample, survival: ArrayLike) -> CensoringDistribution:
        """Take a known G, given just before the time of each row (n,)."""
        order = sample.order
        values = np.asarray(survival, dtype=np.float64)
        if values.shape != (sample.n,) or not ((values > 0) & (values <= 1)).all():
            message = "censoring_survival must hold one number above 0 and up to 1 for every row"
            raise SampleError(Problem("E_CENSORING_SURVIVAL", message))
        before = values[order.order[order.first]]
        nothing = np.zeros(len(before))
        is_own = np.ones(sample.n, dtype=bool)
        return cls(order, is_own, 0.0 * values, sample.status == 0, before, nothing, nothing)

    def influence_on(self, gain: Floats) -> Floats:
        """Influence of each row on Σ_s ``gain``(s) log(1 − q(s)), shape (n,).

        d log(1 − q) is taken as −dq, as Fine and Gray (1999) do: v q/Y for a row at risk, v its
        weight, and v (q − 1)/Y for one that is censored. The factor 1/(1 − q) that is left out is
        1 + 1/n at a time with one censoring.
        """
        leaving = quotient(gain, self.at_risk)
        passed = np.concatenate([[0.0], np.cumsum(leaving * self.hazard)])
        order, group = self.order.order, self.order.group
        is_censored = self.is_censored.take(order)
        ordered = passed.take(group + is_censored)
        ordered -= is_censored * leaving.take(group)
        influence = np.empty(len(order))
        influence[order] = ordered
        influence *= self.weight
        return influence
