"""Whether the event came in time, where censoring may hide it: inverse weights and augmentation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.survival.absolute_risk import AbsoluteRisk, Slopes
from spine_outcomes.survival.censoring_distribution import CensoringDistribution
from spine_outcomes.survival.risk_sets import Floats, Indices, quotient, sum_after, sum_at
from spine_outcomes.survival.sample import Sample


@dataclass(frozen=True, eq=False)
class CensoredResponse:
    """Responses 1{T ≤ t, d = cause} of the rows of one arm, given the censoring of that arm.

    Parameters
    ----------
    censoring
        G of the arm, its rows weighted by their multiplicity.
    is_event : ndarray of bool, shape (n,)
        Rows of the arm with the event of interest.
    group : ndarray of int, shape (n,)
        Distinct time of each row.
    """

    censoring: CensoringDistribution
    is_event: NDArray[np.bool_]
    group: Indices

    @classmethod
    def of(cls, sample: Sample, is_own: NDArray[np.bool_], cause: int) -> CensoredResponse:
        """Estimate G from the rows ``is_own`` (n,) of an arm."""
        group = np.empty(sample.n, dtype=np.intp)
        group[sample.order.order] = sample.order.group
        censoring = CensoringDistribution.of(sample, is_own, sample.weight)
        return cls(censoring, is_own & (sample.status == cause), group)

    def observed(self, position: int) -> Floats:
        """Y = 1{T ≤ t, d = cause}/G(T−) at a distinct time (−1: before the first), shape (n,)."""
        is_in_time = self.is_event & (self.group <= position)
        return quotient(is_in_time, self.censoring.survival[self.group])

    def observed_total(self, position: int, factor: Floats) -> Floats:
        """Σ factor · Y over the rows of each distinct time, shape (m,)."""
        m = len(self.censoring.survival)
        return sum_at(self.group, factor * self.observed(position), m)

    def augmentation(
        self, predicted: AbsoluteRisk, rows: Indices, position: int, factor: Floats
    ) -> Augmentation:
        """I = ∫ (F(t) − F(s))/(S(s−) G(s−)) dM(s) of ``rows`` (b,), and what Σ factor · I owes."""
        n_times = predicted.risk.shape[1]
        survival = self.censoring.survival[:n_times]
        steps, end = np.arange(n_times), self.group[rows][:, None]
        is_end = (steps == end) & self.censoring.is_censored[rows][:, None]
        is_at_risk = ((steps < end) | is_end) & (steps <= position)
        martingale = (is_end - self.censoring.hazard[:n_times]) * is_at_risk
        martingale *= quotient(1.0, survival)
        inverse = quotient(1.0, predicted.before)
        gain = (predicted.at(position)[:, None] - predicted.risk) * inverse
        owed = martingale * gain
        value = owed.sum(axis=1)
        martingale *= factor[:, None] * inverse
        risk_slope = -martingale
        risk_slope[:, position] += martingale.sum(axis=1)
        leaving = factor @ (gain * is_at_risk) * quotient(1.0, survival)
        slopes = predicted.pull_back(risk_slope, -martingale * gain)
        return Augmentation(value, slopes, factor @ owed, leaving)

    def influence(self, total: Floats, leaving: Floats) -> Floats:
        """Influence through the estimated G, shape (n,).

        ``total`` (m,) is what is divided by G(s−) at each time s, ``leaving`` (m,) minus the
        derivative in the censoring hazard q of time s that does not act through G.
        ``CensoringDistribution.influence_on`` is the influence on −Σ gain(s) q(s).
        """
        later = quotient(sum_after(np.append(0.0, total))[1:], 1.0 - self.censoring.hazard)
        return self.censoring.influence_on(leaving - later)


@dataclass(frozen=True, eq=False)
class Augmentation:
    """Augmentation of b rows: values (b,), and the derivatives of their weighted sum.

    ``total`` and ``leaving`` (m,) are those of ``CensoredResponse.influence``.
    """

    value: Floats
    slopes: Slopes
    total: Floats
    leaving: Floats
