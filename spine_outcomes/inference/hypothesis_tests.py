"""Tests: a statistic, its degrees of freedom and its p value, or the reason why there is none.

Every p value is an upper tail computed as such: 1 − cdf has no digits left in the far tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from spine_outcomes.inference.estimate import Estimate


@dataclass(frozen=True)
class TestResult:
    """Outcome of a test of no difference.

    Parameters
    ----------
    statistic
        z, t or χ²; NaN where the test cannot be made.
    df
        Degrees of freedom; None for z.
    p_value
        Two-sided for z and t.
    reason
        Why the test cannot be made; None where it was.
    """

    __test__: ClassVar[bool] = False  # the name alone would make pytest collect it

    statistic: float
    df: float | None
    p_value: float
    reason: str | None = None


def no_test(reason: str) -> TestResult:
    """Return the result of a test that cannot be made."""
    return TestResult(np.nan, None, np.nan, reason)


def wald_test(value: float, std_error: float, df: float | None = None) -> TestResult:
    """Wald test of ``value`` = 0: normal, or Student's t where ``df`` is given."""
    if not np.isfinite(value) or not std_error > 0:
        return no_test("no standard error above 0")
    statistic = value / std_error
    if df is None:
        return TestResult(statistic, None, float(2 * special.ndtr(-abs(statistic))))
    return TestResult(statistic, df, float(2 * special.stdtr(df, -abs(statistic))))


def chi_squared_test(statistic: float, df: float) -> TestResult:
    """Test by a statistic that is χ² on ``df`` degrees of freedom if there is no difference."""
    return TestResult(statistic, float(df), float(special.chdtrc(df, statistic)))


def quadratic_test(value: NDArray[np.float64], covariance: NDArray[np.float64]) -> TestResult:
    """χ² test that all of ``value`` (k,) are 0, with covariance (k, k): vᵀ V⁻¹ v on rank(V) df."""
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if rank == 0:
        return no_test("the covariance is 0")
    solution = np.linalg.lstsq(covariance, value, rcond=None)[0]
    statistic = float(value @ solution)
    return chi_squared_test(statistic, rank)


def equality_test(estimate: Estimate) -> TestResult:
    """Wald χ² test that all values of an estimate are one, robust and clustered.

    Parameters
    ----------
    estimate
        The k ≥ 2 quantities to compare; their covariances are kept.

    Returns
    -------
    TestResult
        On k − 1 degrees of freedom, or the first reason why a quantity has no standard error.

    Examples
    --------
    >>> influence = np.array([[1.0, 2.0], [1.0, 1.0]])
    >>> round(equality_test(Estimate(np.array([1.0, 4.0]), influence, ({}, {}))).statistic, 6)
    9.0
    """
    reason = next((reason for reason in estimate.error_reasons if reason is not None), None)
    if reason is not None:
        return no_test(reason)
    contrast = np.eye(len(estimate))[1:] - np.eye(len(estimate))[0]
    return quadratic_test(contrast @ estimate.value, contrast @ estimate.covariance() @ contrast.T)
