"""The weighted Gray-type test: identities, its definition by differences, nothing to test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.inference import Nuisance
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.fine_gray_score import fine_gray_score_test
from spine_outcomes.survival.log_rank import score_test
from tests.differences import derivatives
from tests.strategies import Drawn, samples


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


def score(sample, weight):
    """Score of arm 1 at 0 by its definition, G from unweighted rows, events before censorings."""

    def uncensored(t):
        times = np.unique(sample.time[(sample.status == 0) & (sample.time < t)])
        lost = [
            ((sample.time == s) & (sample.status == 0)).sum()
            / ((sample.time > s) | ((sample.time == s) & (sample.status == 0))).sum()
            for s in times
        ]
        return np.prod(1 - np.array(lost))

    total = 0.0
    for i in np.flatnonzero(sample.status == 1):
        t = sample.time[i]
        at_risk = (sample.time >= t).astype(float)
        for j in np.flatnonzero((sample.status == 2) & (sample.time < t)):
            at_risk[j] = uncensored(t) / uncensored(sample.time[j])
        total += weight[i] * (sample.arm[i] - np.average(sample.arm, weights=weight * at_risk))
    return total


def small(seed=0, n=30):
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 2, n)
    return Drawn(rng.integers(1, 9, n), rng.choice(3, n), rng.uniform(0.2, 3, n), arm, np.arange(n))


@pytest.mark.parametrize("seed", [0, 1])
def test_it_is_the_score_over_its_derivatives(seed):
    """A wrong score or variance, G known: U²/ΣU_i², U_i the derivative of U in the weight."""
    sample = small(seed)
    of_rows = derivatives(lambda m: score(sample, m * sample.weight), np.ones(len(sample)))
    expected = score(sample, sample.weight) ** 2 / (of_rows**2).sum()
    keys = {"arm": sample.arm, "censoring_term": False}
    test = fine_gray_score_test(sample.time, sample.status, sample.weight, **keys)
    assert test.statistic == pytest.approx(expected, rel=1e-6)


def test_corrected_test_refits_the_propensity():
    """A weighted Gray-type test that takes an estimated propensity as known."""
    sample = small(2, n=40)
    n = len(sample)
    x = np.column_stack([np.ones(n), np.random.default_rng(3).normal(size=n)])
    arm = sample.arm

    def fitted(multiplicity):
        gamma = np.zeros(2)
        for _ in range(40):
            e = 1 / (1 + np.exp(-x @ gamma))
            information = (x * (multiplicity * e * (1 - e))[:, None]).T @ x
            gamma = gamma + np.linalg.solve(information, x.T @ (multiplicity * (arm - e)))
        return e

    def weights(multiplicity):
        e = fitted(multiplicity)
        return np.where(arm == 1, 1 / e, 1 / (1 - e)) * multiplicity

    e, ones = fitted(np.ones(n)), np.ones(n)
    information = (x * (e * (1 - e))[:, None]).T @ x
    phi = np.linalg.solve(information, (x * (arm - e)[:, None]).T).T
    nuisance = Nuisance(phi, (e - arm)[:, None] * x)
    of_rows = derivatives(lambda m: score(sample, weights(m)), np.ones(n))
    expected = score(sample, weights(ones)) ** 2 / (of_rows**2).sum()
    keys = {"arm": arm, "censoring_term": False, "nuisance": nuisance}
    test = fine_gray_score_test(sample.time, sample.status, weights(ones), **keys)
    assert test.statistic == pytest.approx(expected, rel=1e-6)


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


@pytest.mark.parametrize("factor", [1e-15, 1e15])
def test_the_scale_of_the_weights_does_not_matter(factor):
    """Residuals taken for round-off, or round-off for residuals, by their absolute size."""
    time, status = [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 0, 1, 2, 1, 0]
    arm, weight = [0, 1, 1, 0, 1, 0, 0, 1], np.array([1, 2, 1, 3, 0.5, 1, 1, 2])
    expected = fine_gray_score_test(time, status, weight, arm=arm)
    found = fine_gray_score_test(time, status, factor * weight, arm=arm)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-9)


def test_an_arm_that_was_never_at_risk_is_no_degree_of_freedom():
    """An arm that left before the first event, compared with those who had events."""
    time, status = [1, 1.5, 2, 3, 4, 5, 6, 7], [0, 0, 1, 1, 2, 1, 0, 1]
    arm = np.array([2, 2, 0, 1, 0, 1, 0, 1])
    found = fine_gray_score_test(time, status, arm=arm)
    two = fine_gray_score_test(time[2:], status[2:], arm=arm[2:])
    assert found.df == 1
    assert found.statistic == pytest.approx(two.statistic, rel=1e-9)
