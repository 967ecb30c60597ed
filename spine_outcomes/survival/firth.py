"""Firth's penalised Cox model: finite hazard ratios also where an arm has no event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from spine_outcomes.inference import Estimate, Label, TestResult
from spine_outcomes.inference.hypothesis_tests import no_test
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.estimability import flat_reasons, unidentified
from spine_outcomes.survival.likelihood_ratio import likelihood_ratio_test
from spine_outcomes.survival.partial_likelihood import Ties
from spine_outcomes.survival.penalised_likelihood import PenalisedEvaluation, PenalisedLikelihood
from spine_outcomes.survival.profile_likelihood import FARTHEST, ProfileInterval, profile_limit
from spine_outcomes.survival.regression import no_event, not_estimable, standardised
from spine_outcomes.survival.risk_sets import Floats, Indices, arrange
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder

MAX_STEPS = 500
MAX_HALVINGS = 30
TOLERANCE = 1e-11


@dataclass(frozen=True, eq=False)
class FirthFit:
    """A fitted penalised Cox model.

    Parameters
    ----------
    estimate
        Log hazard ratios (p,), labels ``{"measure": "log_hazard_ratio", "term": name}``, with the
        influence of every row. Where an arm has no event its robust error is far too small: the
        residuals of that arm do not vary.
    model_covariance : ndarray, shape (p, p)
        Inverse information of the weights divided by their mean, NaN where not estimable: for
        independent rows.
    log_likelihood
        Penalised log partial likelihood at the estimate, of covariates with standard deviation 1.
    likelihood_ratio
        Penalised likelihood ratio test that all coefficients are 0, for independent rows without
        weights; of one covariate its p value is below α where the profile limits exclude 0.
    ties
        ``efron`` or ``breslow``.
    """

    estimate: Estimate
    model_covariance: Floats
    log_likelihood: float
    likelihood_ratio: TestResult
    ties: Ties


@dataclass(frozen=True, eq=False)
class _Prepared:
    """Penalised likelihood of the covariates that it depends on, in units of their deviation."""

    penalised: PenalisedLikelihood
    rows: Indices
    kept: Indices
    unit: Floats
    reasons: tuple[str | None, ...]


def firth(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    ties: Ties = "efron",
) -> FirthFit:
    """Penalised log hazard ratios, finite where those of ``cox`` are not.

    Parameters
    ----------
    time, status, weight, covariates, names, cause, entry, cluster, strata, subject, ties
        As ``cox``.

    Notes
    -----
    Maximum of l(β) + ½ log |I(β)| (Firth, 1993; Heinze and Schemper, 2001). The penalty is worth a
    fixed number of rows, so that weights must have a scale: they are divided by their mean, and a
    constant factor changes nothing. The influence is the exact derivative in each weight, penalty
    included. A robust error needs events in every arm; without them take the limits of
    ``firth_interval``, for independent rows without weights.

    Examples
    --------
    >>> fit = firth([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], covariates=[1, 1, 1, 0, 0, 0])
    >>> round(float(fit.estimate.value[0]), 6)
    2.565241
    """
    sample = sample_of(
        time, status, weight, entry=entry, cluster=cluster, strata=strata, subject=subject
    )
    matrix, terms = covariates_of(covariates, names, sample.n)
    labels = tuple({"measure": "log_hazard_ratio", "term": term} for term in terms)
    reason = no_event(sample, cause)
    if reason is not None:
        return _nothing(sample, labels, reason, ties)
    prepared = _prepare(sample, matrix, terms, cause, ties)
    if not len(prepared.kept):
        reason = next(reason for reason in prepared.reasons if reason is not None)
        return _nothing(sample, labels, reason, ties)
    everything = np.ones(len(prepared.kept), dtype=bool)
    reached, at = _maximise(prepared.penalised, np.zeros(len(everything)), everything)
    curvature, row_scores = prepared.penalised.slopes(reached)
    scores = np.zeros((sample.n, len(everything)))
    scores[prepared.rows] = row_scores.T
    # the weights were divided by their mean, in which every row has its share
    scores -= np.outer(sample.weight / sample.weight.sum(), scores.sum(axis=0))
    value, influence = np.full(len(terms), np.nan), np.zeros((sample.n, len(terms)))
    value[prepared.kept] = reached / prepared.unit
    influence[:, prepared.kept] = np.linalg.solve(curvature, scores.T).T / prepared.unit
    inverse = np.linalg.inv(at.information) / np.outer(prepared.unit, prepared.unit)
    covariance = np.full((len(terms),) * 2, np.nan)
    covariance[np.ix_(prepared.kept, prepared.kept)] = inverse
    is_missing = np.array([reason is not None for reason in prepared.reasons])
    value[is_missing], influence[:, is_missing] = np.nan, 0.0
    covariance[is_missing] = covariance[:, is_missing] = np.nan
    estimate = Estimate(value, influence, labels, sample.cluster, prepared.reasons)
    gain = at.log_likelihood - prepared.penalised.at(np.zeros(len(everything))).log_likelihood
    test = likelihood_ratio_test(sample, gain, len(everything))
    return FirthFit(estimate, covariance, at.log_likelihood, test, ties)


def firth_interval(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    *,
    covariates: ArrayLike,
    term: int = 0,
    cause: int = 1,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> ProfileInterval:
    """Profile limits of one penalised log hazard ratio, for independent rows without weights.

    Parameters
    ----------
    time, status, covariates, cause, entry, strata, subject, ties
        As ``firth``.
    term
        Column of the covariates.
    level
        Confidence level.

    Notes
    -----
    All values whose penalised log likelihood, maximised over the other coefficients with the
    penalty of all, is within half the χ² quantile of the maximum (Heinze and Schemper, 2001).

    Examples
    --------
    >>> limits = firth_interval([1, 2, 3, 4], [1, 1, 0, 0], covariates=[1, 1, 0, 0])
    >>> limits.lower < 0 < limits.upper
    True
    """
    sample = sample_of(time, status, entry=entry, strata=strata, subject=subject)
    matrix, terms = covariates_of(covariates, None, sample.n)
    reason = no_event(sample, cause)
    if reason is not None:
        return ProfileInterval(np.nan, np.nan, level, reason)
    prepared = _prepare(sample, matrix, terms, cause, ties)
    if prepared.reasons[term] is not None:
        return ProfileInterval(np.nan, np.nan, level, prepared.reasons[term])
    is_own = prepared.kept == term
    start = np.zeros(len(is_own))
    best, at = _maximise(prepared.penalised, start, np.ones_like(is_own))
    bound = at.log_likelihood - float(stats.chi2.ppf(level, 1)) / 2

    def height(coefficient: float) -> float:
        held = np.where(is_own, coefficient, best)
        return _maximise(prepared.penalised, held, ~is_own)[1].log_likelihood - bound

    inside, unit = float(best[is_own].item()), float(prepared.unit[is_own].item())
    lower, upper = (profile_limit(height, inside, side, FARTHEST) for side in (-1.0, 1.0))
    return ProfileInterval(float(lower / unit), float(upper / unit), level)


def _nothing(sample: Sample, labels: tuple[Label, ...], reason: str, ties: Ties) -> FirthFit:
    """Fit without any coefficient, all for one reason."""
    estimate = not_estimable(sample, labels, reason)
    covariance = np.full((len(labels),) * 2, np.nan)
    return FirthFit(estimate, covariance, np.nan, no_test(reason), ties)


def _prepare(
    sample: Sample, matrix: Floats, terms: Sequence[str], cause: int, ties: Ties
) -> _Prepared:
    """Arrange the rows, with weights of mean 1 over those that count."""
    arrangement = arrange(sample, cause, by_stratum=True)
    weight = sample.weight / sample.weight[sample.weight > 0].mean()
    likelihood, unit = standardised(arrangement, weight, matrix, ties)
    null = likelihood.at(np.zeros(len(unit)))
    directions, dropped = unidentified(null.information, float(likelihood.event_weight.sum()))
    kept = np.setdiff1d(np.arange(len(unit)), dropped)
    likelihood = replace(likelihood, covariates=likelihood.covariates[kept])
    reasons = flat_reasons(directions, terms)
    return _Prepared(PenalisedLikelihood(likelihood), arrangement.rows, kept, unit[kept], reasons)


def _maximise(
    penalised: PenalisedLikelihood, start: Floats, is_free: NDArray[np.bool_]
) -> tuple[Floats, PenalisedEvaluation]:
    """Climb over the free coefficients with the information of the plain likelihood, halving."""
    reached, at = start, penalised.at(start)
    for _ in range(MAX_STEPS):
        step = np.zeros_like(start)
        information = at.information[np.ix_(is_free, is_free)]
        step[is_free] = np.linalg.solve(information, at.score[is_free])
        step /= max(1.0, float(np.abs(step).max(initial=0.0)))
        for _ in range(MAX_HALVINGS):
            candidate = penalised.at(reached + step)
            if candidate.log_likelihood >= at.log_likelihood - TOLERANCE:
                break
            step = step / 2
        reached, at = reached + step, candidate
        if np.abs(step).max(initial=0.0) <= TOLERANCE * max(1.0, np.abs(reached).max(initial=0.0)):
            break
    return reached, at
