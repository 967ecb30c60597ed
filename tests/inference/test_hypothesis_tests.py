"""Tests of no difference."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.inference import Estimate
from spine_outcomes.inference.hypothesis_tests import (
    chi_squared_test,
    equality_test,
    quadratic_test,
    wald_test,
)


def test_wald_by_hand():
    """z = 1.959964 has p .05; one-sided or squared elsewhere."""
    test = wald_test(1.959963984540054, 1.0)
    assert test.p_value == pytest.approx(0.05, rel=1e-12)
    assert test.df is None


def test_wald_of_a_far_value_keeps_its_digits():
    """1 − cdf is 0 from z = 8.3 on; twice the upper tail at 10 is 1.5239706e−23."""
    assert wald_test(-10.0, 1.0).p_value == pytest.approx(1.523970604832105e-23, rel=1e-9, abs=0)


def test_wald_with_degrees_of_freedom():
    """Student's t: 2.228139 on 10 degrees of freedom has p .05."""
    assert wald_test(2.2281388519649385, 1.0, df=10).p_value == pytest.approx(0.05, rel=1e-9)


@pytest.mark.parametrize(("value", "error"), [(1.0, 0.0), (np.nan, 1.0), (1.0, np.nan)])
def test_no_error_no_test(value, error):
    """A p value of 0 from a standard error of 0."""
    test = wald_test(value, error)
    assert np.isnan(test.p_value)
    assert test.reason


def test_quadratic_by_hand():
    """v = (3, 4), V = diag(1, 4): 9 + 4 = 13 on 2 degrees of freedom, p = exp(−6.5)."""
    test = quadratic_test(np.array([3.0, 4.0]), np.diag([1.0, 4.0]))
    assert test.statistic == pytest.approx(13)
    assert test.df == 2
    assert test.p_value == pytest.approx(np.exp(-6.5))


def test_quadratic_counts_the_rank():
    """Contrasts that repeat each other counted twice: the same v = 3 two times."""
    test = quadratic_test(np.array([3.0, 3.0]), np.ones((2, 2)))
    assert test.statistic == pytest.approx(9)
    assert test.df == 1


def test_quadratic_without_variance():
    """0/0."""
    assert quadratic_test(np.zeros(1), np.zeros((1, 1))).reason


@pytest.mark.parametrize(("df", "p_value"), [(None, 0.133614402537716), (5, 0.193903680242473)])
def test_wald_divides_by_the_error(df, p_value):
    """3 with an error of 2 is z = 1.5; the p values are R's 2 pnorm(−1.5) and 2 pt(−1.5, 5)."""
    test = wald_test(3.0, 2.0, df)
    assert test.statistic == 1.5
    assert test.p_value == pytest.approx(p_value, rel=1e-12)


def test_equality_by_hand():
    """Values taken as independent: 1 and 4, variances 2 and 5, covariance 3: 3²/(2 + 5 − 6)."""
    influence = np.array([[1.0, 2.0], [1.0, 1.0]])
    test = equality_test(Estimate(np.array([1.0, 4.0]), influence, ({}, {})))
    assert test.statistic == pytest.approx(9)
    assert test.df == 1


def test_equality_of_three_by_hand():
    """Compared with the first one only: the squares about their weighted mean, order no matter.

    Values 0, 3, 6 with errors 1, 1, 2: weights 1, 1, ¼, mean 2, hence 4 + 1 + ¼ · 16 = 9.
    """
    halves = np.diag([1.0, 1.0, 2.0]) / np.sqrt(2)
    three = Estimate(np.array([0.0, 3.0, 6.0]), np.vstack([halves, -halves]), ({}, {}, {}))
    for order in ([0, 1, 2], [2, 0, 1]):
        test = equality_test(three.take(order))
        assert test.statistic == pytest.approx(9)
        assert test.df == 2


def test_equality_with_a_value_that_is_missing():
    """A test among the others that looks like one of all."""
    values, influence = np.array([1.0, np.nan]), np.array([[1.0, 0.0], [2.0, 0.0]])
    test = equality_test(Estimate(values, influence, ({}, {}), reasons=(None, "no event")))
    assert np.isnan(test.p_value)
    assert test.reason == "no event"


def test_chi_squared_keeps_its_digits_far_out():
    """1 − cdf, 0 from about 70 on: on 2 degrees of freedom the upper tail at 200 is exp(−100)."""
    test = chi_squared_test(200.0, 2)
    assert test.p_value == pytest.approx(np.exp(-100), rel=1e-12, abs=0)
    assert (test.statistic, test.df) == (200, 2)
