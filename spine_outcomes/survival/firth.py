"""Firth's penalised Cox model: finite where an arm has no event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.estimability import Reasons, flat_reasons, unidentified
from spine_outcomes.survival.partial_likelihood import Evaluation, PartialLikelihood, Ties
from spine_outcomes.survival.regression import no_event, standardised
from spine_outcomes.survival.risk_sets import Floats, arrange
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder

MAX_STEPS = 200
TOLERANCE = 1e-9
DIFFERENCE = 1e-4


@dataclass(frozen=True, eq=False)
class FirthFit:
    """A fitted Cox model with Jeffreys' penalty.

    Parameters
    ----------
    log_hazard_ratio : ndarray, shape (p,)
        NaN where there is a reason.
    covariance : ndarray, shape (p, p)
        Inverse information at the estimate: model-based, for independent rows.
    penalised_log_likelihood
        l + ½ log |I| at the estimate, of covariates with standard deviation 1.
    reasons : tuple of str or None, length p
    """

    log_hazard_ratio: Floats
    covariance: Floats
    penalised_log_likelihood: float
    reasons: Reasons


def firth(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    *,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    entry: ArrayLike | None = None,
    ties: Ties = "efron",
) -> FirthFit:
    """Log hazard ratios that maximise l(β) + ½ log |I(β)|, finite under separation.

    Parameters
    ----------
    time, status, covariates, names, cause, entry, ties
        As ``cox``; there are no weights and no clusters.

    Raises
    ------
    SampleError
        For arrays that cannot be used.

    References
    ----------
    Firth (1993), Biometrika 80; Heinze and Schemper (2001), Biometrics 57.

    Examples
    --------
    >>> fit = firth([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], covariates=[1, 1, 1, 0, 0, 0])
    >>> fit.log_hazard_ratio.round(4)
    array([2.5652])
    """
    sample = sample_of(time, status, entry=entry)
    matrix, terms = covariates_of(covariates, names, sample.n)
    p, reason = len(terms), no_event(sample, cause)
    if reason is not None:
        return FirthFit(np.full(p, np.nan), np.full((p, p), np.nan), np.nan, (reason,) * p)
    likelihood, unit = standardised(arrange(sample, cause), sample.weight, matrix, ties)
    null = likelihood.at(np.zeros(p))
    directions, dropped = unidentified(null.information, float(likelihood.event_weight.sum()))
    reasons = flat_reasons(directions, terms)
    kept = np.setdiff1d(np.arange(p), dropped)
    likelihood = replace(likelihood, covariates=likelihood.covariates[kept])
    coefficients, at = _maximise(likelihood)
    log_hazard_ratio, covariance = np.full(p, np.nan), np.full((p, p), np.nan)
    log_hazard_ratio[kept] = coefficients / unit[kept]
    covariance[np.ix_(kept, kept)] = np.linalg.inv(at.information) / np.outer(
        unit[kept], unit[kept]
    )
    is_missing = [reason is not None for reason in reasons]
    log_hazard_ratio[is_missing] = np.nan
    covariance[is_missing] = np.nan
    covariance[:, is_missing] = np.nan
    return FirthFit(log_hazard_ratio, covariance, _penalised(at), reasons)


def _penalised(at: Evaluation) -> float:
    """Penalised log likelihood, l + ½ log |I|."""
    return at.log_likelihood + float(np.linalg.slogdet(at.information)[1]) / 2


def _maximise(likelihood: PartialLikelihood) -> tuple[Floats, Evaluation]:
    """Fisher scoring with step-halving; the penalty's derivative by central differences."""
    coefficients = np.zeros(len(likelihood.covariates))
    at = likelihood.at(coefficients)
    for _ in range(MAX_STEPS):
        penalty = [
            (_penalised(ahead) - ahead.log_likelihood - _penalised(behind) + behind.log_likelihood)
            / (2 * DIFFERENCE)
            for ahead, behind in (
                (likelihood.at(coefficients + shift), likelihood.at(coefficients - shift))
                for shift in DIFFERENCE * np.eye(len(coefficients))
            )
        ]
        step = np.linalg.solve(at.information, at.score + np.array(penalty))
        candidate = likelihood.at(coefficients + step)
        while _penalised(candidate) < _penalised(at) - TOLERANCE and np.abs(step).max() > TOLERANCE:
            step = step / 2
            candidate = likelihood.at(coefficients + step)
        coefficients, at = coefficients + step, candidate
        if np.abs(step).max(initial=0.0) <= TOLERANCE:
            break
    return coefficients, at
