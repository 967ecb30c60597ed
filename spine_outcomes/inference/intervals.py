"""Confidence intervals, each on the scale where the estimate is closest to normal."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Scale = Literal["identity", "log", "log(-log)", "logit"]
Limits = tuple[NDArray[np.float64], NDArray[np.float64]]


def interval(
    value: ArrayLike,
    std_error: ArrayLike,
    scale: Scale,
    level: float = 0.95,
    df: ArrayLike | None = None,
) -> Limits:
    """Limits of a confidence interval.

    Parameters
    ----------
    value : array_like, shape (k,) or scalar
        Estimates on the scale on which they are shown: a ratio itself, not its logarithm.
    std_error : array_like, same shape
        Standard errors of ``value``; for ``"log"`` those of the logarithm of ``value``.
    scale
        ``"identity"``, ``"log"`` (ratios), ``"log(-log)"`` and ``"logit"`` (probabilities).
    level
        Confidence level.
    df : array_like, optional
        Degrees of freedom of Student's t; the normal distribution where left out.

    Returns
    -------
    lower, upper : ndarray
        NaN where the scale has no interval: a probability of 0 or 1 (see ``exact_interval``), a
        ratio that is not positive, a missing value or error.

    Notes
    -----
    log(−log) is taken of the printed probability itself, survival or incidence: p^exp(±z σ / (p log
    p)) (Kalbfleisch and Prentice, 2002, section 1.4).
    """
    return limits(value, std_error, scale, critical_value(level, df))


def limits(value: ArrayLike, std_error: ArrayLike, scale: Scale, critical: ArrayLike) -> Limits:
    """Limits at ``critical`` standard errors on the scale, arguments as ``interval``."""
    estimate, error = np.broadcast_arrays(
        np.asarray(value, dtype=np.float64), np.asarray(std_error, dtype=np.float64)
    )
    half = np.asarray(critical, dtype=np.float64) * error
    # A very wide interval overflows to 0 or ∞, which is its limit; values at the edge become NaN.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        if scale == "identity":
            return estimate - half, estimate + half
        if scale == "log":
            inside = np.where(estimate > 0, estimate, np.nan)
            return inside * np.exp(-half), inside * np.exp(half)
        inside = np.where((estimate > 0) & (estimate < 1), estimate, np.nan)
        if scale == "logit":
            centre, half = special.logit(inside), half / (inside * (1 - inside))
            return special.expit(centre - half), special.expit(centre + half)
        if scale == "log(-log)":
            half = half / (-inside * np.log(inside))
            return inside ** np.exp(half), inside ** np.exp(-half)
    raise ValueError(f"scale is {scale!r}; allowed: identity, log, log(-log), logit")


def critical_value(level: float = 0.95, df: ArrayLike | None = None) -> NDArray[np.float64]:
    """Two-sided critical value of the normal distribution, or of Student's t where df is given."""
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1")
    tail = (1 - level) / 2
    if df is None:
        return np.asarray(-special.ndtri(tail))
    return np.asarray(-special.stdtrit(np.asarray(df, dtype=np.float64), tail))


def exact_upper(n_effective: ArrayLike, level: float = 0.95) -> NDArray[np.float64]:
    """Upper limit of a risk when no event was seen among ``n_effective`` independent people.

    Clopper and Pearson (1934) at 0 of n: 1 − (α/2)^(1/n), two-sided; n need not be an integer. NaN
    where n is 0.
    """
    n = np.asarray(n_effective, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.where(n > 0, -np.expm1(np.log((1 - level) / 2) / n), np.nan)


def exact_interval(value: ArrayLike, n_effective: ArrayLike, level: float = 0.95) -> Limits:
    """Exact limits of a risk of 0, or of a survival of 1, when no event was seen.

    Parameters
    ----------
    value : array_like
        Estimated probability; 0 gives [0, upper], 1 gives [1 − upper, 1], the rest NaN.
    n_effective : array_like
        Effective number of people still at risk; 0 gives NaN.

    Notes
    -----
    A survival of 0 or an incidence of 1 is the end of a curve, not an absence of events, and has no
    interval: pass an effective number of 0 there.
    """
    estimate = np.asarray(value, dtype=np.float64)
    upper = exact_upper(n_effective, level)
    is_edge = ((estimate == 0) | (estimate == 1)) & np.isfinite(upper)
    low = np.where(is_edge, np.where(estimate == 1, 1 - upper, 0.0), np.nan)
    high = np.where(is_edge, np.where(estimate == 0, upper, 1.0), np.nan)
    return low, high


def korn_graubard(
    value: ArrayLike, std_error: ArrayLike, level: float = 0.95, df: ArrayLike | None = None
) -> Limits:
    """Exact-type limits of a weighted, clustered proportion, inside [0, 1] however rare it is.

    Parameters
    ----------
    value, std_error : array_like, shape (k,) or scalar
        Proportion between 0 and 1, and its standard error.
    df : array_like, optional
        Degrees of freedom of the error; they make the effective number smaller.

    Returns
    -------
    lower, upper : ndarray
        NaN where the proportion is 0 or 1 (see ``exact_interval``) or there is no error.

    Notes
    -----
    Limits of Clopper and Pearson (1934) for n p events among the effective number n = p (1 − p)/σ²,
    times (z/t)² with ``df`` (Korn and Graubard, 1998, Survey Methodology 24): R's
    ``survey::svyciprop(method = "beta")``. Independent unweighted rows have their exact limits.
    """
    p, error = np.broadcast_arrays(
        np.asarray(value, dtype=np.float64), np.asarray(std_error, dtype=np.float64)
    )
    is_inside = (p > 0) & (p < 1) & (error > 0)
    p, error = np.where(is_inside, p, 0.5), np.where(is_inside, error, 1.0)
    n = p * (1 - p) / error**2 * (critical_value(level) / critical_value(level, df)) ** 2
    tail = (1 - level) / 2
    lower = special.betaincinv(n * p, n * (1 - p) + 1, tail)
    upper = special.betainccinv(n * p + 1, n * (1 - p), tail)
    return np.where(is_inside, lower, np.nan), np.where(is_inside, upper, np.nan)


def exact_count_upper(level: float = 0.95) -> float:
    """Upper limit of a Poisson mean of which no event was seen: −log(α/2), two-sided."""
    return float(-np.log((1 - level) / 2))


def difference_of_intervals(
    comparator: tuple[float, float, float], reference: tuple[float, float, float]
) -> tuple[float, float]:
    """Limits of a difference from those of its two sides, where one has no standard error.

    Parameters
    ----------
    comparator, reference
        Estimate, lower and upper limit of each side.

    Notes
    -----
    Each limit recovers the variance of its side near that limit (Newcombe, 1998, method 10; Zou
    and Donner, 2008), so that an arm without events still counts with its exact limit. The two
    sides are taken as independent.
    """
    (p1, l1, u1), (p0, l0, u0) = comparator, reference
    difference = p1 - p0
    return (
        difference - float(np.hypot(p1 - l1, u0 - p0)),
        difference + float(np.hypot(u1 - p1, p0 - l0)),
    )


def clip_difference(
    lower: ArrayLike, upper: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Limits of a difference of two probabilities cut to [−1, 1], and whether they were cut."""
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    return np.maximum(low, -1.0), np.minimum(high, 1.0), (low < -1) | (high > 1)
