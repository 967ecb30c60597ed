"""Fit of a relative-hazard regression on given risk sets: what Cox and Fine–Gray have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference import Estimate, Label
from spine_outcomes.survival.estimability import (
    Reasons,
    flat_reasons,
    infinite_reasons,
    limit_along,
    unidentified,
)
from spine_outcomes.survival.newton import Maximum, go_on, maximise
from spine_outcomes.survival.partial_likelihood import Evaluation, PartialLikelihood, Ties
from spine_outcomes.survival.risk_sets import Arrangement, Floats, Indices
from spine_outcomes.survival.sample import Sample

CONSTANT = 1e-10
NO_MAXIMUM = "the likelihood has no maximum within reach: a coefficient still grows after {} steps"
BESIDE_INFINITE = "not estimable beside an infinite coefficient"


@dataclass(frozen=True, eq=False)
class Regression:
    """Coefficients of a relative-hazard regression, and what their influence is made of.

    Parameters
    ----------
    coefficients : ndarray, shape (p,)
        NaN where there is a reason.
    reasons : tuple of str or None, length p
        Why a coefficient is not estimable.
    likelihood
        Partial likelihood of the k covariates that were kept, each with mean 0 and standard
        deviation 1.
    at
        Its evaluation at the maximum.
    kept : ndarray of int, shape (k,)
        Which of the p covariates these are.
    unit : ndarray, shape (k,)
        Their standard deviations.
    log_likelihood, null_log_likelihood
        At the maximum (NaN where it was not reached) and at coefficients 0.
    n_free
        Number of coefficients that the likelihood depends on, infinite ones included.
    n_steps
        Newton steps.
    """

    coefficients: Floats
    reasons: Reasons
    likelihood: PartialLikelihood
    at: Evaluation
    kept: Indices
    unit: Floats
    log_likelihood: float
    null_log_likelihood: float
    n_free: int
    n_steps: int

    @property
    def information(self) -> Floats:
        """Information in the covariates' own units, shape (p, p); NaN for those left out."""
        information = np.full((len(self.reasons),) * 2, np.nan)
        information[np.ix_(self.kept, self.kept)] = self.at.information * np.outer(
            self.unit, self.unit
        )
        return information

    @property
    def covariance(self) -> Floats:
        """Inverse information, shape (p, p); NaN where not estimable."""
        covariance = np.full((len(self.reasons),) * 2, np.nan)
        inverse = self._inverse / np.outer(self.unit, self.unit)
        covariance[np.ix_(self.kept, self.kept)] = inverse
        is_missing = self._has_reason
        covariance[is_missing] = covariance[:, is_missing] = np.nan
        return covariance

    @cached_property
    def _inverse(self) -> Floats:
        """Inverse of the information on the standardised covariates, shape (k, k)."""
        return np.asarray(np.linalg.inv(self.at.information), dtype=np.float64)

    @property
    def _has_reason(self) -> NDArray[np.bool_]:
        """Which coefficients are not estimable, shape (p,)."""
        return np.array([reason is not None for reason in self.reasons], dtype=bool)

    def influence(self, scores: Floats) -> Floats:
        """Influence (p, r) of r rows from their weighted scores (k, r); 0 where not estimable."""
        of_scores = np.zeros((len(self.reasons), len(self.kept)))
        of_scores[self.kept] = self._inverse / self.unit[:, None]
        of_scores[self._has_reason] = 0.0
        return of_scores @ scores


@dataclass(frozen=True, eq=False)
class _Fit:
    """A maximum over the covariates that could be kept, and reasons for the others."""

    likelihood: PartialLikelihood
    kept: Indices
    maximum: Maximum
    reasons: Reasons


def regress(
    arrangement: Arrangement, weight: Floats, covariates: Floats, names: Sequence[str], ties: Ties
) -> Regression:
    """Maximise the weighted partial likelihood of the rows of ``arrangement``.

    Parameters
    ----------
    arrangement
        Rows that count, their risk sets and events.
    weight : ndarray, shape (n,)
    covariates : ndarray, shape (n, p)
    names : sequence of str, length p
        Names of the covariates, for the reasons.
    ties
        ``efron`` or ``breslow``.
    """
    likelihood, unit = standardised(arrangement, weight, covariates, ties)
    null = likelihood.at(np.zeros(len(unit)))
    fit = _fit(likelihood, null, names)
    n_free = len(fit.kept)
    if not fit.maximum.has_converged:
        own = covariates[arrangement.rows]
        fit = _limit(likelihood, fit, names, own)
    maximum, coefficients = fit.maximum, np.full(len(names), np.nan)
    coefficients[fit.kept] = maximum.coefficients / unit[fit.kept]
    coefficients[[reason is not None for reason in fit.reasons]] = np.nan
    return Regression(
        coefficients,
        fit.reasons,
        fit.likelihood,
        maximum.evaluation,
        fit.kept,
        unit[fit.kept],
        maximum.evaluation.log_likelihood if maximum.has_converged else np.nan,
        null.log_likelihood,
        n_free,
        maximum.n_steps,
    )


def standardised(
    arrangement: Arrangement, weight: Floats, covariates: Floats, ties: Ties
) -> tuple[PartialLikelihood, Floats]:
    """Likelihood of covariates with mean 0 and standard deviation 1, and what these were (p,)."""
    weight = weight.take(arrangement.rows)
    x = np.ascontiguousarray(covariates.take(arrangement.rows, axis=0).T)
    total, unit = weight.sum(), np.ones(len(x))
    for j, column in enumerate(x):
        mean = float(column @ weight) / total
        column -= mean
        deviation = np.sqrt(float((column * weight) @ column) / total)
        if deviation > CONSTANT * abs(mean):
            unit[j] = deviation
            column /= deviation
        else:
            column[:] = 0.0
    return PartialLikelihood.of(x, weight, arrangement.risk, arrangement.events, ties), unit


def _fit(likelihood: PartialLikelihood, null: Evaluation, names: Sequence[str]) -> _Fit:
    """Maximise over the covariates that the likelihood depends on."""
    directions, left_out = unidentified(null.information, float(likelihood.event_weight.sum()))
    kept = np.arange(len(names))
    if left_out:
        kept = np.setdiff1d(kept, left_out)
        likelihood = replace(likelihood, covariates=likelihood.covariates[kept])
        null = likelihood.at(np.zeros(len(kept)))
    return _Fit(likelihood, kept, maximise(likelihood, null), flat_reasons(directions, names))


def _limit(likelihood: PartialLikelihood, fit: _Fit, names: Sequence[str], own: Floats) -> _Fit:
    """Fit of the finite coefficients beside infinite ones; none is finite if that fails too."""
    direction = np.zeros(len(names))
    direction[fit.kept] = fit.maximum.direction
    limit = limit_along(likelihood, direction)
    if limit is None:
        more = go_on(fit.likelihood, fit.maximum)
        if more.has_converged:
            return replace(fit, maximum=more)
        return _nothing(fit, fit.reasons, NO_MAXIMUM.format(more.n_steps))
    infinite = _first(fit.reasons, infinite_reasons(direction, names, own, likelihood.events))
    if limit.risk.tails:
        return _nothing(fit, infinite, BESIDE_INFINITE)
    finite = _fit(limit, limit.at(np.zeros(len(names))), names)
    if finite.maximum.has_converged:
        return replace(finite, reasons=_first(infinite, finite.reasons))
    return _nothing(fit, infinite, BESIDE_INFINITE)


def _nothing(fit: _Fit, known: Reasons, otherwise: str) -> _Fit:
    """No coefficient at all, each with its reason."""
    likelihood = replace(fit.likelihood, covariates=fit.likelihood.covariates[:0])
    none = np.zeros(0)
    maximum = replace(fit.maximum, coefficients=none, evaluation=likelihood.at(none))
    reasons = _first(known, (otherwise,) * len(known))
    return _Fit(likelihood, fit.kept[:0], maximum, reasons)


def _first(known: Reasons, otherwise: Reasons) -> Reasons:
    """Known reasons, others where there is none."""
    return tuple(a or b for a, b in zip(known, otherwise, strict=True))


def no_event(sample: Sample, cause: int) -> str | None:
    """Why there is nothing to regress on, or None."""
    is_event = sample.status == cause
    if not is_event.any():
        return f"no event of cause {cause}"
    if not (is_event & (sample.weight > 0)).any():
        return f"no weighted events: every event of cause {cause} has weight 0"
    return None


def not_estimable(sample: Sample, labels: tuple[Label, ...], reason: str) -> Estimate:
    """Coefficients that all have the same reason."""
    p = len(labels)
    influence = np.zeros((sample.n, p))
    return Estimate(np.full(p, np.nan), influence, labels, sample.cluster, (reason,) * p)
