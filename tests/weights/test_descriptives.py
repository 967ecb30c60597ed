"""Weighted means, standard deviations and quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.weights.descriptives import weighted_mean_sd, weighted_quantile

COUNTS = st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 4)), min_size=3, max_size=12).filter(
    lambda rows: sum(count for _, count in rows) > 2
)


def test_mean_and_sd_are_those_of_r(pbc, weights_answers):
    """Another denominator than that of R's cov.wt, method "unbiased"."""
    answer = weights_answers["weighted_mean_sd"]
    mean, sd = weighted_mean_sd(pbc[["age", "albumin"]].to_numpy(), pbc["bili"].to_numpy())
    np.testing.assert_allclose(mean, answer["mean"], rtol=1e-12)
    np.testing.assert_allclose(sd, answer["sd"], rtol=1e-12)


def test_mean_and_sd_worked_by_hand():
    """x 1, 2, 5 with weights 2, 1, 1: mean 9/4; Σ w (x − m)² = 43/4; W − Σw²/W = 4 − 6/4 = 5/2."""
    mean, sd = weighted_mean_sd(np.array([1.0, 2, 5]), np.array([2.0, 1, 1]))
    assert mean == pytest.approx(9 / 4)
    assert sd**2 == pytest.approx((43 / 4) / (5 / 2))


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20), st.floats(1e-6, 1e6))
def test_equal_weights_give_the_ordinary_sd(x, weight):
    """A weighted column of Table 1 that does not meet its unweighted one; scale of weights."""
    x = np.array(x)
    mean, sd = weighted_mean_sd(x, np.full(len(x), weight))
    assert mean == pytest.approx(x.mean(), rel=1e-9, abs=1e-9)
    assert sd == pytest.approx(x.std(ddof=1), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("weight", [[0.0, 0, 0], [0.0, 3, 0]])
def test_sd_of_less_than_two_rows_is_not_a_number(weight):
    """A standard deviation of 0 from one patient."""
    mean, sd = weighted_mean_sd(np.array([1.0, 2, 3]), np.array(weight))
    assert np.isnan(sd)
    assert np.isnan(mean) == (sum(weight) == 0)


@given(COUNTS)
def test_quantile_with_counts_is_that_of_the_copies(rows):
    """A median that shifts when rows are grouped: counts against copies of the rows."""
    x, count = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    copies = np.repeat(x, count.astype(int))
    found = weighted_quantile(x, count, [0.25, 0.5, 0.75])
    expected = np.quantile(copies, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
    np.testing.assert_array_equal(found, expected)


@given(COUNTS, st.floats(1e-6, 1e6))
def test_quantile_does_not_depend_on_the_scale_of_weights(rows, scale):
    """Normalised and raw weights that give two medians."""
    x, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    np.testing.assert_array_equal(
        weighted_quantile(x, scale * weight, [0.25, 0.5, 0.75]),
        weighted_quantile(x, weight, [0.25, 0.5, 0.75]),
    )


def test_quantile_worked_by_hand():
    """F is .2, .5, 1 at 3, 7, 9: the median lies between 7 and 9, the quartiles are 7 and 9.

    The row of weight 0 is nobody.
    """
    x, weight = np.array([9.0, 8, 3, 7]), np.array([5.0, 0, 2, 3])
    found = weighted_quantile(x, weight, [0.25, 0.5, 0.75])
    np.testing.assert_array_equal(found, [7, 8, 9])


def test_quantile_without_weight_is_not_a_number():
    """A crash, or a quantile of nobody."""
    assert np.isnan(weighted_quantile(np.array([1.0, 2.0]), np.zeros(2), [0.5])).all()
