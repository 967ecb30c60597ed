"""Limits of a log hazard ratio by the profile likelihood, also where the estimate is infinite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.optimize import brentq

from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.estimability import unidentified
from spine_outcomes.survival.newton import maximise
from spine_outcomes.survival.partial_likelihood import PartialLikelihood, Ties
from spine_outcomes.survival.regression import no_event, regress, standardised
from spine_outcomes.survival.risk_sets import arrange
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder

FARTHEST = 300.0


@dataclass(frozen=True)
class ProfileInterval:
    """Limits on the scale of the log hazard ratio; NaN where there is a reason.

    Parameters
    ----------
    lower, upper
        −∞ or ∞ where the likelihood never falls below the bound on that side.
    level
        Confidence level.
    reason
        Why there are no limits; None where there are.
    """

    lower: float
    upper: float
    level: float
    reason: str | None = None


def profile_interval(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    *,
    covariates: ArrayLike,
    term: int = 0,
    cause: int = 1,
    entry: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> ProfileInterval:
    """Profile-likelihood limits of the log hazard ratio of one covariate.

    Parameters
    ----------
    time, status, covariates, cause, entry, subject, ties
        As ``cox``; there are no weights and no clusters, for which a likelihood ratio is not χ².
    term
        Column of the covariates.
    level
        Confidence level.

    Notes
    -----
    All values whose log likelihood, maximised over the other coefficients, is within half the χ²
    quantile of the maximum (Venzon and Moolgavkar, 1988). Where only one arm has events the maximum
    is a limit, and the interval is open on one side.

    Examples
    --------
    >>> limits = profile_interval([1, 2, 3, 4], [1, 1, 0, 0], covariates=[1, 1, 0, 0])
    >>> limits.upper
    inf
    """
    sample = sample_of(time, status, entry=entry, subject=subject)
    matrix, names = covariates_of(covariates, None, sample.n)
    reason = no_event(sample, cause)
    if reason is not None:
        return ProfileInterval(np.nan, np.nan, level, reason)
    arrangement = arrange(sample, cause)
    fit = regress(arrangement, sample.weight, matrix, names, ties)
    likelihood, unit = standardised(arrangement, sample.weight, matrix, ties)
    if np.isnan(fit.log_likelihood):
        return ProfileInterval(np.nan, np.nan, level, fit.reasons[term])
    bound = fit.log_likelihood - float(stats.chi2.ppf(level, 1)) / 2
    height = _height(likelihood, term, bound)
    farthest = FARTHEST / max(float(np.ptp(likelihood.covariates[term])), 1.0)
    inside = _inside(height, float(np.nan_to_num(fit.coefficients[term])) * unit[term], farthest)
    lower, upper = (profile_limit(height, inside, side, farthest) for side in (-1.0, 1.0))
    if np.isinf([lower, upper]).all():
        return ProfileInterval(np.nan, np.nan, level, fit.reasons[term])
    return ProfileInterval(float(lower / unit[term]), float(upper / unit[term]), level)


def _height(likelihood: PartialLikelihood, term: int, bound: float) -> Callable[[float], float]:
    """How far the likelihood profile of one coefficient is above ``bound``."""
    own = likelihood.covariates[term]
    rest = replace(likelihood, covariates=np.delete(likelihood.covariates, term, axis=0))
    null = rest.at(np.zeros(len(rest.covariates)))
    _, dropped = unidentified(null.information, float(rest.event_weight.sum()))
    rest = replace(rest, covariates=np.delete(rest.covariates, dropped, axis=0))

    def height(coefficient: float) -> float:
        held = replace(rest, offset=coefficient * own)
        start = held.at(np.zeros(len(held.covariates)))
        return maximise(held, start).evaluation.log_likelihood - bound

    return height


def _inside(height: Callable[[float], float], estimate: float, farthest: float) -> float:
    """A coefficient inside the interval: the estimate, or one far out where that is infinite."""
    inside, step = estimate, 1.0
    while height(inside) < 0 and step < farthest:
        inside = step if height(step) > height(-step) else -step
        step *= 2
    return inside


def profile_limit(
    height: Callable[[float], float], inside: float, side: float, farthest: float
) -> float:
    """Where the profile falls below 0 on one side of ``inside``; ±∞ where it does not."""
    outside, step = inside, side
    while height(outside) >= 0:
        inside, outside, step = outside, outside + step, 2 * step
        if abs(outside) > farthest:
            return side * np.inf
    return float(brentq(height, outside, inside, xtol=1e-12, rtol=1e-12))
