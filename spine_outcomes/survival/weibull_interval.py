"""Weibull regression of an event that is only known to lie between two looks."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.estimability import DOES_NOT_VARY, level_without_event
from spine_outcomes.survival.interval_censored import IntervalSample, interval_sample
from spine_outcomes.survival.regression import no_event, not_estimable

MAX_STEPS = 25
TOLERANCE = 1e-10
SINGULAR = 1e-11
NO_MAXIMUM = "no maximum of the Weibull likelihood was found"
AT_ZERO = "an event at time 0 has no Weibull likelihood"

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WeibullFit:
    """A fitted Weibull model S(t | x) = exp(−exp(α + x β) t^k).

    Parameters
    ----------
    estimate
        Log hazard ratios β; labels ``measure`` (log_hazard_ratio) and ``term``.
    intercept, shape
        α and k; NaN where nothing is estimable.
    """

    estimate: Estimate
    intercept: float
    shape: float


def weibull_interval(
    time: ArrayLike,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    lower: ArrayLike,
    upper: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    cluster: ArrayLike | None = None,
) -> WeibullFit:
    """Log hazard ratios of an interval-censored event, cause-specific where others compete.

    Parameters
    ----------
    time, status, weight, lower, upper, cluster
        As ``turnbull``. A row whose competing event came first is censored at it.
    covariates : array_like, shape (n, p) or (n,)
    names
        Of the covariates.

    Notes
    -----
    Events contribute S(lower) − S(upper), the density where both bounds are one time; other rows
    S(lower). Newton's method, from lifelines' weighted Weibull fit without covariates. With u the
    score of a row in (α, β, log k) the influence is I⁻¹ w u: errors are clustered and may be
    corrected, where those of lifelines take rows as independent.

    Examples
    --------
    >>> fit = weibull_interval(
    ...     [2, 4, 6, 3, 5, 9], [1, 1, 1, 1, 1, 0], lower=[0, 2, 4, 2, 4, 9],
    ...     upper=[2, 4, 6, 3, 5, 9], covariates=[0, 0, 0, 1, 1, 1])
    >>> fit.estimate.value.round(3), round(fit.shape, 3)
    (array([-1.385]), 1.702)
    """
    rows = interval_sample(time, status, weight, lower, upper, cluster=cluster)
    sample = rows.sample
    matrix, terms = covariates_of(covariates, names, sample.n)
    labels = tuple({"measure": "log_hazard_ratio", "term": term} for term in terms)
    own = np.flatnonzero(sample.weight > 0)
    reason = no_event(sample, 1) or _flat_reason(rows, matrix, terms, own)
    if reason is not None:
        return WeibullFit(not_estimable(sample, labels, reason), np.nan, np.nan)
    deviation = matrix[own].std(axis=0)
    model = _Likelihood.of(rows, matrix / deviation, own)
    start = _lifelines(model)
    reached = None if start is None else model.maximise(start)
    if reached is None:
        return WeibullFit(not_estimable(sample, labels, NO_MAXIMUM), np.nan, np.nan)
    at = model.at(reached)
    influence = np.zeros((sample.n, len(terms)))
    spread = np.linalg.solve(at.information, at.scores.T).T
    influence[own] = spread[:, 1:-1] / deviation
    shape = float(np.exp(reached[-1]))
    estimate = Estimate(reached[1:-1] / deviation, influence, labels, sample.cluster)
    return WeibullFit(estimate, float(reached[0] - shape * np.log(model.unit)), shape)


def _flat_reason(
    rows: IntervalSample, matrix: Floats, terms: Sequence[str], own: NDArray[np.intp]
) -> str | None:
    """Why a coefficient cannot be estimated, as far as it can be told without a fit."""
    is_event = rows.sample.status[own] == 1
    if (rows.upper[own] == 0).any():
        return AT_ZERO
    for term, column in zip(terms, matrix[own].T, strict=True):
        if np.ptp(column) == 0:
            return DOES_NOT_VARY.format(term)
        reason = level_without_event(term, column, is_event)
        if reason is not None:
            return reason
    return None


class _Point(NamedTuple):
    """Weighted log likelihood, scores (n, q) of the rows and information (q, q)."""

    log_likelihood: float
    scores: Floats
    information: Floats


@dataclass(frozen=True, eq=False)
class _Likelihood:
    """The likelihood of the rows with weight, in parameters (α, β, log k); times in ``unit``s."""

    weight: Floats
    design: Floats
    lower: Floats
    upper: Floats
    is_between: NDArray[np.bool_]
    is_exact: NDArray[np.bool_]
    unit: float

    @classmethod
    def of(cls, rows: IntervalSample, matrix: Floats, own: NDArray[np.intp]) -> _Likelihood:
        """Rows with weight, times divided by their mean."""
        lower, upper, is_exact = rows.lower[own], rows.upper[own], rows.is_exact[own]
        seen = np.where(np.isfinite(upper), upper, lower)
        unit = float(seen.mean())
        return cls(
            weight=rows.sample.weight[own],
            design=np.column_stack([np.ones(len(own)), matrix[own]]),
            lower=np.where(is_exact, upper, lower) / unit,
            upper=upper / unit,
            is_between=np.isfinite(upper) & ~is_exact,
            is_exact=is_exact,
            unit=unit,
        )

    def at(self, theta: Floats) -> _Point:
        """Evaluate; derivatives are first taken in (η, log k), η = α + x β."""
        eta, shape = self.design @ theta[:-1], float(np.exp(theta[-1]))
        first, z = _hazard(eta, shape, self.lower)
        second, y = _hazard(eta, shape, np.where(self.is_between, self.upper, 0.0))
        exact = self.is_exact.astype(np.float64)
        gap = np.where(self.is_between, second - first, 1.0)
        slope = np.where(self.is_between, 1.0 / np.expm1(gap), 0.0)
        turn = -slope * (1.0 + slope)
        value = exact * (eta + theta[-1] + z) - first
        value += np.where(self.is_between, np.log(-np.expm1(-gap)), 0.0)
        d_eta, d_shape = second - first, second * y - first * z  # of the gap
        by_eta = exact - first + slope * d_eta
        by_shape = exact * (1.0 + z) - first * z + slope * d_shape
        scores = np.column_stack([by_eta[:, None] * self.design, by_shape])
        twice = -first + slope * d_eta + turn * d_eta**2
        mixed = -first * z + slope * d_shape + turn * d_eta * d_shape
        bend = second * (y**2 + y) - first * (z**2 + z)
        last = exact * z - first * (z**2 + z) + slope * bend + turn * d_shape**2
        weighted = self.design * self.weight[:, None]
        side = weighted.T @ mixed
        curvature = np.block(
            [
                [(weighted * twice[:, None]).T @ self.design, side[:, None]],
                [side[None, :], np.array([[self.weight @ last]])],
            ]
        )
        return _Point(float(self.weight @ value), self.weight[:, None] * scores, -curvature)

    def maximise(self, start: Floats) -> Floats | None:
        """Newton's method, steps halved while they lower the likelihood; None without a maximum."""
        theta = start
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            current = self.at(theta)
            for _ in range(MAX_STEPS):
                if not _is_peak(current.information):
                    return None
                step = np.linalg.solve(current.information, current.scores.sum(axis=0))
                if np.abs(step).max() <= TOLERANCE * max(1.0, float(np.abs(theta).max())):
                    return theta + step
                floor = current.log_likelihood - TOLERANCE * abs(current.log_likelihood)
                candidate = self.at(theta + step)
                while not candidate.log_likelihood >= floor and np.abs(step).max() > TOLERANCE:
                    step = step / 2
                    candidate = self.at(theta + step)
                theta, current = theta + step, candidate
        return None


def _hazard(eta: Floats, shape: float, time: Floats) -> tuple[Floats, Floats]:
    """Cumulative hazard, and k log t (0 at time 0, where the hazard is 0)."""
    z = shape * np.log(np.where(time > 0, time, 1.0))
    return np.where(time > 0, np.exp(eta + z), 0.0), z


def _is_peak(information: Floats) -> bool:
    """Whether the likelihood falls in every direction."""
    if not np.isfinite(information).all() or (np.diag(information) <= 0).any():
        return False
    unit = np.sqrt(np.diag(information))
    return bool(np.linalg.eigvalsh(information / np.outer(unit, unit))[0] > SINGULAR)


def _lifelines(model: _Likelihood) -> Floats | None:
    """Where to begin: α and log k as lifelines finds them without covariates, β = 0."""
    from lifelines import WeibullFitter
    from lifelines.exceptions import ConvergenceError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its standard errors, which are not used
        try:
            fitted = WeibullFitter().fit_interval_censoring(
                model.lower, model.upper, weights=model.weight / model.weight.mean(), timeline=[1.0]
            )
        except (ConvergenceError, np.linalg.LinAlgError):
            return None
    start = np.zeros(model.design.shape[1] + 1)
    start[0], start[-1] = -fitted.rho_ * np.log(fitted.lambda_), np.log(fitted.rho_)
    return start
