"""Simultaneous confidence bands and the supremum test, for any estimates on a grid of times.

Multiply the cluster sums S_c(t) of the influence by independent standard normal G_c: the law of
sup_t |Σ_c S_c(t) G_c| / σ(t), the data held fixed, is that of sup_t |θ̂(t) − θ(t)| / σ(t) in large
samples (Lin, Fleming and Wei, 1994, Biometrika 81, section 3; with competing events Lin, 1997,
Statistics in Medicine 16). Given the data Σ_c S_c G_c is normal with the clustered covariance, and
it is drawn from that: k normals a draw, however many clusters there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference.estimate import Estimate
from spine_outcomes.inference.hypothesis_tests import TestResult, no_test
from spine_outcomes.inference.intervals import Scale, limits

Floats = NDArray[np.float64]
DRAWS = 10_000
NUMBERS_AT_ONCE = 1 << 20


def simultaneous_band(
    estimate: Estimate,
    scale: Scale,
    level: float = 0.95,
    *,
    seed: int,
    draws: int = DRAWS,
    std_error: Floats | None = None,
    df: float | None = None,
) -> tuple[Floats, Floats, float]:
    """Limits that hold all k quantities at once with probability ``level``.

    Parameters
    ----------
    estimate
        The same quantity at k times; for ``scale="log"`` on the log scale, as ratios are estimated.
    scale
        As ``interval``.
    level
        Confidence level of the whole band.
    seed
        Seed of the multipliers: the same seed gives the same bytes.
    draws
        Number of draws; the critical value has a Monte-Carlo error of about 0.02 with 10 000.
    std_error : ndarray, shape (k,), optional
        Errors in place of the estimate's own, as ``small_sample`` gives them.
    df
        Degrees of freedom that go with them: the errors share one χ² (multivariate t).

    Returns
    -------
    lower, upper : ndarray, shape (k,)
        Ratios themselves for ``"log"``. NaN where there is no estimate or no error, as before the
        first event; such times do not count.
    critical : float
        Standard errors on either side, the same at all times; NaN where no time has an error.

    Notes
    -----
    The band is of equal precision: pointwise intervals with a larger critical value, on any scale,
    since the standardised process is the same on all of them to first order. Its level is
    asymptotic, and least good at times when few events have happened.

    Raises
    ------
    ValueError
        A level that is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1")
    suprema = _suprema(estimate, seed, draws, df)
    critical = float(np.quantile(suprema, level, method="higher")) if len(suprema) else np.nan
    value = np.exp(estimate.value) if scale == "log" else estimate.value
    error = estimate.std_error() if std_error is None else std_error
    lower, upper = limits(value, np.where(error > 0, error, np.nan), scale, critical)
    return lower, upper, critical


def supremum_test(
    difference: Estimate,
    *,
    seed: int,
    draws: int = DRAWS,
    std_error: Floats | None = None,
    df: float | None = None,
) -> TestResult:
    """Test that all k quantities are 0 at once: sup |difference| / standard error.

    Parameters
    ----------
    difference
        A difference of two curves, or the logarithm of their ratio, at k times.
    seed, draws, std_error, df
        As ``simultaneous_band``.

    Returns
    -------
    TestResult
        ``statistic`` is the supremum, in standard errors; the p value is (1 + draws at least as
        large)/(1 + draws) (Davison and Hinkley, 1997, equation 4.11), never 0.
    """
    suprema = _suprema(difference, seed, draws, df)
    if not len(suprema):
        is_spent = df is not None and df <= 0
        why = "degrees of freedom are left" if is_spent else "time has a standard error above 0"
        return no_test(f"no {why}")
    error = difference.std_error() if std_error is None else std_error
    statistic = float((np.abs(difference.value[error > 0]) / error[error > 0]).max())
    n_beyond = int((suprema >= statistic).sum())
    return TestResult(statistic, None, (1 + n_beyond) / (1 + draws))


def _suprema(estimate: Estimate, seed: int, draws: int, df: float | None) -> Floats:
    """Draws of the largest absolute standardised error, shape (draws,); () where there is none."""
    error = estimate.std_error()
    has_error = np.flatnonzero(error > 0)
    if not len(has_error) or (df is not None and df <= 0):
        return np.zeros(0)
    covariance = estimate.take(has_error.tolist()).covariance()
    correlation = covariance / np.outer(error[has_error], error[has_error])
    variances, directions = np.linalg.eigh(correlation)
    root = directions * np.sqrt(np.maximum(variances, 0.0))
    first, *more = _blocks(draws, len(root))
    normals, after = _first_normals(seed, first, len(root))
    rng = deepcopy(after)
    suprema = np.concatenate(
        [
            _largest(root @ normals.T),
            *(_largest(root @ rng.standard_normal((size, len(root))).T) for size in more),
        ]
    )
    return suprema if df is None else suprema / np.sqrt(rng.chisquare(df, draws) / df)


@lru_cache(maxsize=4)  # drawing takes longest, and the curves of a run all want the same
def _first_normals(seed: int, size: int, k: int) -> tuple[Floats, np.random.Generator]:
    """First standard normals of a seed, shape (size, k), and the generator after them."""
    rng = np.random.default_rng(seed)
    normals = rng.standard_normal((size, k))
    normals.flags.writeable = False
    return normals, rng


def _largest(errors: Floats) -> Floats:
    """Largest absolute error of each draw, errors (k, draws) taken over, shape (draws,)."""
    return np.asarray(np.abs(errors, out=errors).max(axis=0), dtype=np.float64)


def _blocks(draws: int, k: int) -> Iterator[int]:
    """Sizes of blocks of draws that hold about a million numbers each."""
    at_once = max(1, NUMBERS_AT_ONCE // k)
    for start in range(0, draws, at_once):
        yield min(at_once, draws - start)
