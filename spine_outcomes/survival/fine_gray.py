"""Fine and Gray's model for the subdistribution hazard, weighted and clustered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.censoring_distribution import CensoringDistribution
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.regression import Regression, no_event, not_estimable, regress
from spine_outcomes.survival.risk_sets import (
    Arrangement,
    Floats,
    Tail,
    arrange,
    sum_after,
    sum_at,
)
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder


@dataclass(frozen=True, eq=False)
class FineGrayFit:
    """A fitted Fine–Gray model.

    Parameters
    ----------
    estimate
        Log subdistribution hazard ratios (p,), labels ``{"measure":
        "log_subdistribution_hazard_ratio", "term": name}``, with the influence of every row.
    log_likelihood, null_log_likelihood
        Weighted log pseudo-likelihood at the estimate and at coefficients 0; NaN without events.
    information : ndarray, shape (p, p)
        Minus its second derivative; NaN for covariates that were left out.
    iterations
        Newton steps.
    censoring_term
        Whether the influence includes the estimation of the censoring distribution.
    """

    estimate: Estimate
    log_likelihood: float
    null_log_likelihood: float
    information: Floats
    iterations: int
    censoring_term: bool


def fine_gray(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    cluster: ArrayLike | None = None,
    censoring_term: bool = True,
    censoring_strata: ArrayLike | None = None,
    censoring_weight: ArrayLike | None = None,
    censoring_survival: ArrayLike | None = None,
) -> FineGrayFit:
    """Log subdistribution hazard ratios, with the influence of every row.

    Parameters
    ----------
    time : array_like (n,) or TimeOrder
        Time of the event or of the end of observation, in any unit.
    status : array_like (n,)
        0 censored, 1, 2, … causes; every cause but ``cause`` competes with it.
    weight : array_like (n,), optional
        Weights ≥ 0 of the regression; a row with weight 0 is as if absent.
    covariates : array_like (n, p)
        Covariates; a constant one is left out and has its reason in the estimate.
    names : sequence of str, length p, optional
        Names of the covariates; ``x1``, ``x2``, … if left out.
    cause
        Cause whose subdistribution is modelled.
    cluster : array_like (n,), optional
        Patient of each row: influences are summed within patients.
    censoring_term
        Whether the influence includes the estimation of the censoring distribution G.
    censoring_strata : array_like (n,) of int, optional
        Codes 0, 1, … within which G is estimated, the arm for example; one G if left out.
    censoring_weight : array_like (n,), optional
        Weights of the rows in G; 1 if left out, for G is a nuisance of who was followed, not of the
        population that the weights stand for.
    censoring_survival : array_like (n,), optional
        A known G just before each row's time, in place of an estimate.

    Returns
    -------
    FineGrayFit

    Raises
    ------
    SampleError
        For arrays that cannot be used, with every fault.

    Notes
    -----
    A row with a competing event at T stays at risk at t > T with the factor G(t−)/G(T−), G the
    Kaplan–Meier of the censoring time (events come first at ties). Ties are Breslow's. Without
    ``censoring_term`` the robust error is that of R's ``finegray`` followed by ``coxph`` with
    clusters; with it that of Fine and Gray (1999), up to 1/n. Delayed entry is not available.

    References
    ----------
    Fine and Gray (1999), J. Am. Stat. Assoc. 94; Geskus (2011), Biometrics 67.

    Examples
    --------
    >>> fit = fine_gray([1, 2, 3, 4, 5, 6], [1, 2, 1, 2, 1, 1], covariates=[1, 1, 0, 0, 1, 0])
    >>> round(float(fit.estimate.value[0]), 6)
    0.273948
    """
    sample = sample_of(time, status, weight, arm=censoring_strata, cluster=cluster)
    matrix, terms = covariates_of(covariates, names, sample.n)
    labels = tuple({"measure": "log_subdistribution_hazard_ratio", "term": t} for t in terms)
    reason = no_event(sample, cause)
    if reason is not None:
        nothing = np.full((len(terms),) * 2, np.nan)
        estimate = not_estimable(sample, labels, reason)
        return FineGrayFit(estimate, np.nan, np.nan, nothing, 0, censoring_term)
    arrangement = arrange(sample, cause, keep_early=True)
    if censoring_survival is None:
        censoring = _estimated(sample, censoring_weight)
    else:
        censoring = [CensoringDistribution.known(sample, censoring_survival)]
    tails = [_tail(sample, cause, arrangement, one) for one in censoring]
    arrangement = replace(arrangement, risk=replace(arrangement.risk, tails=tuple(tails)))
    fit = regress(arrangement, sample.weight, matrix, terms, "breslow")
    scores = np.zeros((len(fit.kept), sample.n))
    scores[:, arrangement.rows] = fit.likelihood.score_residuals(fit.at)
    influence = fit.influence(scores).T
    beside = None
    if censoring_term:
        beside = fit.influence(_censoring_scores(fit, arrangement, censoring)).T
        influence += beside
    return FineGrayFit(
        Estimate(fit.coefficients, influence, labels, sample.cluster, fit.reasons, beside),
        fit.log_likelihood,
        fit.null_log_likelihood,
        fit.information,
        fit.n_steps,
        censoring_term,
    )


def _estimated(sample: Sample, weight: ArrayLike | None) -> list[CensoringDistribution]:
    """Estimate G in each stratum from the rows that count."""
    counts = (sample.weight > 0).astype(np.float64)
    if weight is not None:
        counts *= sample_of(sample.order, sample.status, weight).weight
    everybody = np.zeros(sample.n, dtype=np.int64)
    arm = everybody if sample.arm is None else sample.arm
    strata = [np.equal(arm, stratum) for stratum in (sample.arms or [0])]
    return [CensoringDistribution.of(sample, is_own, counts) for is_own in strata]


def _tail(
    sample: Sample, cause: int, arrangement: Arrangement, censoring: CensoringDistribution
) -> Tail:
    """Rows of a censoring stratum that stay at risk after a competing event."""
    status = sample.status[arrangement.rows]
    is_own = (status > 0) & (status != cause) & censoring.is_own[arrangement.rows]
    event_group = np.flatnonzero(np.diff(arrangement.n_passed, prepend=0))
    before, rows = censoring.survival, np.flatnonzero(is_own)
    share = 1 / before[arrangement.group[rows]]
    return Tail(rows, arrangement.risk.stop[rows], share, before[event_group])


def _censoring_scores(
    fit: Regression, arrangement: Arrangement, censoring: list[CensoringDistribution]
) -> Floats:
    """What each row adds to the score through the estimated G, shape (k, n).

    Where log(1 − q(s)) grows, rows that competed by s weigh more at every later event time; the
    score then falls by Σ_{t > s} (dN/S0) G(t−) (P1(s) − (S1/S0) P0(s)), with P the sums of r/G(T−)
    and x r/G(T−) over those rows.
    """
    at, m, drift = fit.at, len(arrangement.n_passed), fit.likelihood.drift(fit.at)
    scores = np.zeros((len(fit.kept), len(censoring[0].is_own)))

    def after(increments: Floats) -> Floats:
        return sum_after(np.concatenate([[0.0], increments]))[arrangement.n_passed]

    for tail, distribution in zip(arrangement.risk.tails, censoring, strict=True):
        group = arrangement.group[tail.rows]
        kept = at.hazard[tail.rows] * tail.share
        competed, later = np.cumsum(sum_at(group, kept, m)), after(at.h[0] * tail.survival)
        for score, x, own_drift in zip(scores, fit.likelihood.covariates, drift, strict=True):
            moment = np.cumsum(sum_at(group, kept * x[tail.rows], m))
            gain = competed * after(own_drift * tail.survival) - moment * later
            score += distribution.influence_on(gain)
    return scores
