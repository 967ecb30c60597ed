"""Standard errors of whole curves against the influence of every row at every time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given

from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.whole_curve import whole_incidence, whole_survival
from tests.strategies import samples


def rows(n, seed=1, *, late=False):
    rng = np.random.default_rng(seed)
    time = np.ceil(rng.exponential(30, n)) + 1
    keys = {"cluster": rng.integers(0, max(2, n // 2), n)}
    if late:
        keys["entry"] = np.maximum(time - rng.integers(1, 40, n), 0)
    return (time, rng.integers(0, 3, n), rng.uniform(0.2, 4, n)), keys


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("n", [10, 500])
def test_it_equals_the_dense_influence(n, late):
    """A row counted twice, or from another time, in the running sums."""
    sample, keys = rows(n, late=late)
    survival = whole_survival(*sample, **keys)
    dense = kaplan_meier(*sample, **keys, times=survival.time)
    np.testing.assert_allclose(survival.value, dense.value, rtol=1e-12)
    np.testing.assert_allclose(survival.std_error, dense.std_error(), rtol=1e-12, atol=1e-13)
    for cause in (1, 2):
        incidence = whole_incidence(*sample, **keys, cause=cause)
        dense = aalen_johansen(*sample, **keys, cause=cause, times=incidence.time)
        np.testing.assert_allclose(incidence.value, dense.value, rtol=1e-12)
        np.testing.assert_allclose(incidence.std_error, dense.std_error(), rtol=1e-12, atol=1e-13)


def test_each_row_its_own_cluster():
    """Rows without a cluster summed into one."""
    (time, status, weight), _ = rows(60)
    curve = whole_survival(time, status, weight)
    dense = kaplan_meier(time, status, weight, times=curve.time)
    np.testing.assert_allclose(curve.std_error, dense.std_error(), rtol=1e-12, atol=1e-14)


@given(samples(both_arms=False))
def test_any_sample(drawn):
    """Ties, times of 0, clusters of any size, weights up to 1e3 apart.

    Running sums lose digits of the variance by the square of the ratio of the weights: 1e-6 here.
    """
    weight = np.asarray(drawn.weight)
    assume(weight.max() <= 1e3 * weight[weight > 0].min())
    keys = {"cluster": drawn.cluster}
    curve = whole_survival(drawn.time, drawn.status, drawn.weight, **keys)
    dense = kaplan_meier(drawn.time, drawn.status, drawn.weight, **keys, times=curve.time)
    known = np.isfinite(curve.std_error) & np.isfinite(dense.std_error())
    np.testing.assert_allclose(
        curve.std_error[known] ** 2, dense.std_error()[known] ** 2, rtol=1e-6, atol=1e-9
    )


def test_one_cluster_has_no_error():
    """A standard error of 0 from rows of one patient."""
    curve = whole_survival([1, 2, 3], [1, 1, 0], cluster=[5, 5, 5])
    assert np.isnan(curve.std_error).all()
    np.testing.assert_allclose(curve.value, [2 / 3, 1 / 3, 1 / 3])
