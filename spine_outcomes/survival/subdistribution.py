"""Risk sets of the subdistribution: rows with a competing event stay, as censoring allows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.survival.censoring_distribution import CensoringDistribution
from spine_outcomes.survival.partial_likelihood import Evaluation, PartialLikelihood
from spine_outcomes.survival.risk_sets import (
    Arrangement,
    Floats,
    Tail,
    arrange,
    sum_after,
    sum_at,
)
from spine_outcomes.survival.sample import Sample, sample_of


@dataclass(frozen=True, eq=False)
class Subdistribution:
    """Rows that count, with competing events at risk by G(t−)/G(T−).

    Parameters
    ----------
    arrangement
        Rows by time; its risk sets have one tail a censoring stratum.
    censoring
        G in each stratum.
    """

    arrangement: Arrangement
    censoring: tuple[CensoringDistribution, ...]

    def censoring_scores(self, likelihood: PartialLikelihood, at: Evaluation) -> Floats:
        """What each row adds to the score through the estimated G, shape (k, n).

        Where log(1 − q(s)) grows, rows that competed by s weigh more at every later event time; the
        score then falls by Σ_{t > s} (dN/S0) G(t−) (P1(s) − (S1/S0) P0(s)), with P the sums of
        r/G(T−) and x r/G(T−) over those rows.
        """
        arrangement, drift = self.arrangement, likelihood.drift(at)
        m = len(arrangement.n_passed)
        scores = np.zeros((len(drift), len(self.censoring[0].is_own)))

        def after(increments: Floats) -> Floats:
            return sum_after(np.concatenate([[0.0], increments]))[arrangement.n_passed]

        for tail, distribution in zip(arrangement.risk.tails, self.censoring, strict=True):
            group = arrangement.group[tail.rows]
            kept = at.hazard[tail.rows] * tail.share
            competed, later = np.cumsum(sum_at(group, kept, m)), after(at.h[0] * tail.survival)
            for score, x, own_drift in zip(scores, likelihood.covariates, drift, strict=True):
                moment = np.cumsum(sum_at(group, kept * x[tail.rows], m))
                gain = competed * after(own_drift * tail.survival) - moment * later
                score += distribution.influence_on(gain)
        return scores

    def censoring_influence(self, at: Evaluation, event_slope: Floats) -> Floats:
        """Influence through the estimated G on Σ slope · (baseline increment), shape (n,).

        Where log(1 − q(s)) grows, S0 grows by G(t−) P0(s) at every later event time.
        """
        arrangement = self.arrangement
        influence = np.zeros(len(self.censoring[0].is_own))
        for tail, distribution in zip(arrangement.risk.tails, self.censoring, strict=True):
            kept = at.hazard[tail.rows] * tail.share
            m = len(arrangement.n_passed)
            competed = np.cumsum(sum_at(arrangement.group[tail.rows], kept, m))
            falls = np.concatenate([[0.0], event_slope * at.g[0] * tail.survival])
            later = sum_after(falls)[arrangement.n_passed]
            influence -= distribution.influence_on(competed * later)
        return influence


def subdistribution(
    sample: Sample,
    cause: int,
    censoring_weight: ArrayLike | None = None,
    censoring_survival: ArrayLike | None = None,
) -> Subdistribution:
    """Arrange the rows of ``sample`` for the events of ``cause``.

    Parameters
    ----------
    sample
        Its strata are those within which G is estimated.
    cause
        Event whose subdistribution is studied.
    censoring_weight : array_like (n,), optional
        Weights of the rows in G; 1 if left out.
    censoring_survival : array_like (n,), optional
        A known G just before each row's time, in place of an estimate.
    """
    arrangement = arrange(sample, cause, keep_early=True)
    if censoring_survival is None:
        censoring = _estimated(sample, censoring_weight)
    else:
        censoring = (CensoringDistribution.known(sample, censoring_survival),)
    tails = tuple(_tail(sample, cause, arrangement, one) for one in censoring)
    risk = replace(arrangement.risk, tails=tails)
    return Subdistribution(replace(arrangement, risk=risk), censoring)


def _estimated(sample: Sample, weight: ArrayLike | None) -> tuple[CensoringDistribution, ...]:
    """Estimate G in each stratum from the rows that count."""
    counts = (sample.weight > 0).astype(np.float64)
    if weight is not None:
        counts *= sample_of(sample.order, sample.status, weight).weight
    if sample.strata is None:
        return (CensoringDistribution.of(sample, np.ones(sample.n, dtype=bool), counts),)
    codes = np.flatnonzero(np.bincount(sample.strata, sample.weight > 0))
    return tuple(CensoringDistribution.of(sample, sample.strata == code, counts) for code in codes)


def _tail(
    sample: Sample, cause: int, arrangement: Arrangement, censoring: CensoringDistribution
) -> Tail:
    """Rows of a censoring stratum that stay at risk after a competing event."""
    is_own = (sample.status > 0) & (sample.status != cause) & censoring.is_own
    event_group = np.flatnonzero(np.diff(arrangement.n_passed, prepend=0))
    before, rows = censoring.survival, np.flatnonzero(is_own.take(arrangement.rows))
    share = 1 / before[arrangement.group[rows]]
    return Tail(rows, arrangement.risk.stop[rows], share, before[event_group])
