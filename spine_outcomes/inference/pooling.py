"""Rubin's rules: one answer from the answers of m completed data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from spine_outcomes.inference.hypothesis_tests import TestResult, chi_squared_test, no_test

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pooled:
    """k quantities pooled over m imputations, on the scale on which they were given.

    Parameters
    ----------
    value : ndarray, shape (k,)
        Mean over the imputations.
    within, between : ndarray, shape (k,)
        Mean variance, and variance of the values (m − 1 in the denominator).
    df : ndarray, shape (k,)
        Degrees of freedom of Barnard and Rubin (1999); infinite where nothing varies between the
        imputations and the complete data have infinitely many.
    imputations
        m.
    """

    value: Floats
    within: Floats
    between: Floats
    df: Floats
    imputations: int

    @property
    def variance(self) -> Floats:
        """Total variance, within + (1 + 1/m) between, shape (k,)."""
        return self.within + self._excess

    @property
    def std_error(self) -> Floats:
        """Square root of the total variance, shape (k,)."""
        return np.sqrt(self.variance)

    @property
    def fraction_missing(self) -> Floats:
        """Fraction of missing information γ = (r + 2/(df + 3)) / (1 + r), shape (k,).

        With r = (1 + 1/m) between / within (Rubin, 1987, page 77).
        """
        r = _ratio(self._excess, self.within)
        with np.errstate(invalid="ignore"):
            return np.where(np.isfinite(r), (r + 2 / (self.df + 3)) / (1 + r), 1.0)

    @property
    def monte_carlo_error(self) -> Floats:
        """Standard error of ``value`` for the finite number of imputations, √(between/m)."""
        return np.sqrt(self.between / self.imputations)

    @property
    def _excess(self) -> Floats:
        """Variance that the missing values add, shape (k,)."""
        return (1 + 1 / self.imputations) * self.between


def pool(value: ArrayLike, std_error: ArrayLike, df_complete: ArrayLike = np.inf) -> Pooled:
    """Pool the values and standard errors of m completed data sets.

    Parameters
    ----------
    value, std_error : array, shape (m, k)
        On a scale on which the values are about normal: ratios as logarithms.
    df_complete : array, shape (k,) or scalar
        Degrees of freedom had nothing been missing.

    Raises
    ------
    ValueError
        Fewer than two imputations.

    Notes
    -----
    Rubin (1987, Multiple Imputation for Nonresponse in Surveys, chapter 3) with the degrees of
    freedom of Barnard and Rubin (1999, Biometrika 86), which never exceed those of complete data.

    Examples
    --------
    >>> found = pool([[0.5], [0.7], [0.6]], np.sqrt([[0.04], [0.05], [0.045]]), df_complete=20)
    >>> found.value.round(3), found.std_error.round(6), found.df.round(6)
    (array([0.6]), array([0.241523]), array([10.29759]))
    """
    values, errors = np.asarray(value, dtype=np.float64), np.asarray(std_error, dtype=np.float64)
    m = len(values)
    if m < 2:
        raise ValueError(f"{m} imputation: the variance between imputations needs two")
    within = np.square(errors).mean(axis=0)
    # About their own first value equal numbers differ by exactly nothing.
    between = (values - values[0]).var(axis=0, ddof=1)
    df = _degrees_of_freedom(within, (1 + 1 / m) * between, m, df_complete)
    return Pooled(values.mean(axis=0), within, between, df, m)


def _degrees_of_freedom(within: Floats, excess: Floats, m: int, df_complete: ArrayLike) -> Floats:
    """Barnard and Rubin: 1/df = 1/df_old + 1/df_observed."""
    share = _ratio(excess, within + excess)  # λ, the share of the variance due to missing values
    complete = np.broadcast_to(np.asarray(df_complete, dtype=np.float64), share.shape)
    # (ν + 1)/(ν + 3) ν (1 − λ), written so that an infinite ν stays infinite.
    observed = complete * (1 - 2 / (complete + 3)) * np.maximum(1 - share, np.finfo(float).tiny)
    with np.errstate(divide="ignore"):  # nothing varies and nothing limits: df is infinite
        return 1 / (np.square(share) / (m - 1) + 1 / observed)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Ratio of two variances; infinite over 0, and 0 where there is none of either."""
    infinite = np.where(part > 0, np.inf, 0.0)
    return np.divide(part, whole, out=infinite, where=whole > 0)


def pool_statistics(statistic: ArrayLike, df: float) -> TestResult:
    """Pool the χ² statistics (m,) of a test on ``df`` degrees of freedom: the rule D2.

    Notes
    -----
    Li, Meng, Raghunathan and Rubin (1991, Statistica Sinica 1): with r = (1 + 1/m) var(√statistic),
    D2 = (mean/df − (m + 1)/(m − 1) r) / (1 + r) follows F on df and
    df^(−3/m) (m − 1)(1 + 1/r)² degrees of freedom. A D2 below 0 says no more than p = 1.
    """
    values = np.asarray(statistic, dtype=np.float64)
    m = len(values)
    if not np.isfinite(values).all():
        return no_test("not estimable in every imputation")
    if m < 2:
        raise ValueError(f"{m} imputation: the rule needs two")
    roots = np.sqrt(values)
    r = (1 + 1 / m) * float((roots - roots[0]).var(ddof=1))
    pooled = max((float(values.mean()) / df - (m + 1) / (m - 1) * r) / (1 + r), 0.0)
    if r == 0:
        return chi_squared_test(pooled * df, df)
    df_error = df ** (-3 / m) * (m - 1) * (1 + 1 / r) ** 2
    return TestResult(pooled * df, df, float(special.fdtrc(df, df_error, pooled)))
