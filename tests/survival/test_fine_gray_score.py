"""The weighted Gray-type test: identities, its definition by differences, nothing to test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.fine_gray_score import fine_gray_score_test
from spine_outcomes.survival.log_rank import score_test
from tests.strategies import samples


def same(one, other):
    np.testing.assert_allclose(one.statistic, other.statistic, rtol=1e-7, atol=1e-10)
    assert one.df == other.df


def tamed(sample):
    """The sample with weights of two orders: a score that is 0 up to rounding has no digits."""
    return replace(sample, weight=sample.weight ** (1 / 6))


@given(samples(causes=1))
def test_without_competing_events_it_is_the_robust_score_test(sample):
    """A subdistribution that differs from the hazard where nothing competes."""
    sample = tamed(sample)
    arrays, keys = (sample.time, sample.status, sample.weight), sample.keys
    same(fine_gray_score_test(*arrays, **keys), score_test(*arrays, **keys))


@given(samples())
def test_without_censoring_it_is_the_score_test_with_competing_rows_kept(sample):
    """Competing rows that leave the risk set, or a censoring term where nobody is censored."""
    sample = replace(tamed(sample), status=np.maximum(sample.status, 1))
    time = np.where(sample.status == 1, sample.time, sample.time.max() + 1)
    kept = score_test(time, sample.status == 1, sample.weight, **sample.keys)
    same(fine_gray_score_test(sample.time, sample.status, sample.weight, **sample.keys), kept)


@given(samples(), st.sampled_from([1e-3, 5.0, 1e4]))
def test_scale_of_the_weights_and_order_of_the_arms_do_not_matter(sample, factor):
    """Weights taken as counts, or an arm that is special."""
    sample = tamed(sample)
    arrays, keys = (sample.time, sample.status), sample.keys
    one = fine_gray_score_test(*arrays, sample.weight, **keys)
    same(fine_gray_score_test(*arrays, factor * sample.weight, **keys), one)
    swapped = keys | {"arm": 1 - sample.arm}
    same(fine_gray_score_test(*arrays, sample.weight, **swapped), one)


@given(samples(min_rows=3))
def test_weight_0_is_absence(sample):
    """A row that was weighted out still in a risk set or in G."""
    sample = tamed(sample)
    weight = sample.weight.copy()
    weight[2] = 0.0
    without = sample.take(np.arange(len(sample)) != 2)
    same(
        fine_gray_score_test(sample.time, sample.status, weight, **sample.keys),
        fine_gray_score_test(without.time, without.status, without.weight, **without.keys),
    )


@pytest.mark.parametrize("strata", [None, "arm"])
def test_it_approaches_the_wald_test_of_the_model(strata):
    """A test of another engine than the hazard ratio: the same model, at 0 and at the maximum.

    Near no difference both are U²/V up to third-order terms.
    """
    rng = np.random.default_rng(3)
    n = 4000
    arm, status = rng.integers(0, 2, n), rng.choice(3, n)
    time, weight = rng.exponential(1, n), rng.uniform(0.5, 2, n)
    cluster = rng.integers(0, n // 2, n)
    keys = {"cluster": cluster, "censoring_strata": arm if strata else None}
    fit = fine_gray(time, status, weight, covariates=arm[:, None], **keys).estimate
    wald = float((fit.value / fit.std_error())[0] ** 2)
    test = fine_gray_score_test(time, status, weight, arm=arm, **keys)
    assert test.statistic == pytest.approx(wald, rel=2e-2)


@pytest.mark.parametrize(
    ("status", "arm", "cluster", "reason"),
    [
        ([1, 2, 1], [1, 1, 1], None, "only one arm"),
        ([2, 2, 0], [0, 0, 1], None, "no event"),
        ([1, 2, 1], [0, 1, 1], [5, 5, 5], "one cluster"),
        ([0, 1, 1], [0, 1, 1], None, "at risk when events happen"),
    ],
)
def test_nothing_to_test(status, arm, cluster, reason):
    """A statistic of one arm, of no event, or of one patient."""
    test = fine_gray_score_test([1, 2, 3], status, arm=arm, cluster=cluster)
    assert reason in test.reason
    assert np.isnan(test.p_value)


def test_three_arms_have_two_degrees_of_freedom():
    """An unused level counted, or the third arm merged with another."""
    rng = np.random.default_rng(1)
    time, status, arm = rng.exponential(1, 60), rng.choice(3, 60), rng.integers(0, 3, 60)
    test = fine_gray_score_test(time, status, arm=arm)
    assert test.df == 2
    same(fine_gray_score_test(time, status, arm=2 * arm + 1), test)
    same(fine_gray_score_test(time, status, arm=(arm + 1) % 3), test)
