"""Balance of the arms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ks_2samp

from spine_outcomes.weights.balance import (
    balance,
    effective_sample_size,
    propensity_histogram,
    weight_summary,
)

X = np.array([1.0, 2, 4, 3, 3, 6])
ARM = np.array([0, 0, 0, 1, 1, 1])
WEIGHT = np.array([1.0, 2, 1, 3, 1, 1])


def test_balance_worked_by_hand():
    """Weighted means 9/4 and 18/5; unweighted variances 7/3 and 3 make the ruler.

    Weighted variances: reference (Σ w (x − m)² = 19/4) / (4 − 6/4), comparator (36/5) / (5 − 11/5).
    F₀ is 1/4, 3/4, 3/4, 1 at 1, 2, 3, 4 and F₁ is 0, 0, 4/5, 4/5: largest distance 3/4 at 2.
    """
    found = balance(X[:, None], ARM, WEIGHT)
    assert found.mean_reference[0] == pytest.approx(9 / 4)
    assert found.mean_comparator[0] == pytest.approx(18 / 5)
    assert found.smd[0] == pytest.approx((18 / 5 - 9 / 4) / np.sqrt((7 / 3 + 3) / 2))
    assert found.variance_ratio[0] == pytest.approx(((36 / 5) / (14 / 5)) / ((19 / 4) / (5 / 2)))
    assert found.ks[0] == pytest.approx(3 / 4)


def test_kolmogorov_smirnov_waits_for_ties():
    """A distance between two steps of one value: identical arms are at distance 0."""
    x = np.array([5.0, 5, 5, 7, 5, 5, 5, 7])
    assert balance(x[:, None], np.repeat([0, 1], 4)).ks[0] == pytest.approx(0, abs=1e-15)


def test_kolmogorov_smirnov_is_that_of_scipy(reference):
    """Another distance for equal weights."""
    columns, arm = reference.design.matrix[:, 1:], reference.arm
    found = balance(columns, arm).ks
    expected = [ks_2samp(x[arm == 1], x[arm == 0], method="asymp").statistic for x in columns.T]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_weight_is_copies_for_means_and_distances():
    """Weights that do not act as counts (the ruler and n − 1 are of rows, and stay)."""
    copies = np.repeat(np.arange(6), WEIGHT.astype(int))
    weighted = balance(X[:, None], ARM, WEIGHT)
    repeated = balance(X[copies, None], ARM[copies])
    for name in ("mean_reference", "mean_comparator", "ks"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-6, 5.0, 1e6])
def test_scale_of_weights_does_not_matter(scale):
    """Normalised and raw weights that balance differently (VALIDATION 1, C06)."""
    for name in ("smd", "variance_ratio", "ks"):
        np.testing.assert_allclose(
            getattr(balance(X[:, None], ARM, scale * WEIGHT), name),
            getattr(balance(X[:, None], ARM, WEIGHT), name),
            rtol=1e-11,
        )
    assert effective_sample_size(scale * WEIGHT) == pytest.approx(effective_sample_size(WEIGHT))


def test_exchanged_arms_flip_the_sign():
    """A direction lost in the absolute value (VALIDATION 42)."""
    forward, backward = (balance(X[:, None], arm, WEIGHT) for arm in (ARM, 1 - ARM))
    np.testing.assert_allclose(backward.smd, -forward.smd, rtol=1e-12)
    np.testing.assert_allclose(backward.variance_ratio, 1 / forward.variance_ratio, rtol=1e-12)
    np.testing.assert_allclose(backward.ks, forward.ks, rtol=1e-12)


def test_unit_of_the_column_does_not_matter():
    """A difference measured in years and not in standard deviations."""
    forward = balance(X[:, None], ARM, WEIGHT)
    scaled = balance(365.25 * X[:, None] + 100, ARM, WEIGHT)
    np.testing.assert_allclose(scaled.smd, forward.smd, rtol=1e-11)


def test_identical_arms_have_no_difference():
    """A difference where there is none."""
    found = balance(np.tile(X, 2)[:, None], np.repeat([0, 1], 6))
    assert found.smd[0] == pytest.approx(0, abs=1e-14)
    assert found.variance_ratio[0] == pytest.approx(1)


def test_constant_column_has_smd_zero_and_a_flag():
    """0/0 shown as not a number, or a column that hides that it is constant (C33)."""
    found = balance(np.full((6, 1), 2.5), ARM, WEIGHT)
    assert found.smd[0] == 0.0
    assert found.is_constant[0]
    assert np.isnan(found.variance_ratio[0])


def test_arms_with_two_constants_have_no_ruler():
    """A division by zero shown as infinity."""
    found = balance(ARM[:, None].astype(float), ARM, WEIGHT)
    assert np.isnan(found.smd[0])
    assert found.ks[0] == pytest.approx(1.0)


def test_effective_sample_size_is_at_most_the_rows():
    """More rows than there are; equality without equal weights (VALIDATION 42)."""
    assert effective_sample_size(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_sample_size(np.array([1.0, 2.0])) == pytest.approx(9 / 5)
    assert effective_sample_size(np.zeros(3)) == 0.0
    assert effective_sample_size(np.array([1e200, 1e200])) == pytest.approx(2)


def test_weight_summary_worked_by_hand():
    """Rows of weight 0 counted, or a share of the wrong total."""
    summary = weight_summary(np.array([0.0, 1, 2, 5]))
    assert (summary.n, summary.minimum, summary.median, summary.maximum) == (3, 1, 2, 5)
    assert summary.ess == pytest.approx(64 / 30)
    assert summary.p99 == pytest.approx(5 - 0.02 * 3)
    assert summary.largest_share == pytest.approx(5 / 8)
    assert weight_summary(np.zeros(4)).n == 0


def test_histogram_counts_each_row_once():
    """Rows lost at an edge, or arms exchanged."""
    edges, counts = propensity_histogram(
        np.array([0.05, 0.1, 0.95, 1.0]), np.array([0, 1, 1, 1]), 10
    )
    np.testing.assert_allclose(edges, np.linspace(0, 1, 11))
    assert counts.sum() == 4
    assert counts[0, 0] == 1
    assert (counts[1, 1], counts[1, 9]) == (1, 2)
