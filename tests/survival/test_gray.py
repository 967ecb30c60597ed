"""Gray's test: by hand, its identities, and where there is nothing to test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.log_rank import log_rank
from tests.strategies import samples


def test_two_rows_by_hand():
    """Wrong expected events or variance, at a single event.

    Times 1 (arm 0, event) and 2 (arm 1, competing). At 1 both arms have r = R = 1: the score of arm
    1 is 0 − ½. F₀ = ½ from there; a_11 = ½, a_10 = −½, nothing is later: c = 0 at every time. The
    covariance is Σ_k a² S(t−) dN/(Y_k Σr) = (¼ + ¼)·½ = ¼; χ² = ¼/¼ = 1.
    """
    assert gray_test([1, 2], [1, 2], arm=[0, 1]).statistic == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    ("status", "arm", "weight", "reason"),
    [
        ([1, 2, 1], [1, 1, 1], None, "only one arm"),
        ([1, 2, 1], [0, 0, 1], [1, 1, 0], "only one arm"),
        ([2, 2, 0], [0, 0, 1], None, "no event"),
        ([1, 2, 0], [0, 0, 1], [0, 1, 1], "no event"),
        ([0, 1, 1], [0, 1, 1], None, "at risk when events happen"),
        ([1, 2, 1], [0, 1, 1], [1, 2, 1], "weighted"),
    ],
)
def test_nothing_to_test(status, arm, weight, reason):
    """A statistic of one arm, of no event, or of weights taken as counts."""
    test = gray_test([1, 2, 3], status, weight, arm=arm)
    assert reason in test.reason
    assert np.isnan(test.p_value)


def test_unused_level_is_no_arm():
    """Two degrees of freedom because an arm without rows is counted."""
    time, status, arm = [1, 2, 3, 4, 5, 6], [1, 2, 1, 0, 1, 2], np.array([0, 1, 0, 1, 0, 1])
    expected = gray_test(time, status, arm=arm)
    assert gray_test(time, status, arm=3 * arm) == expected
    absent = gray_test([*time, 7], [*status, 1], [1] * 6 + [0], arm=[*arm, 2])
    assert absent == expected


def test_pooled_incidence_past_1_has_no_test():
    """A quotient by 1 − F₀ < 0.

    95 of 100 rows of arm 0 have the event at 1, its others leave: F₀ is 95/104 + 1/4 when arms 1
    and 2 meet at time 3.
    """
    time, arm = [1] * 100 + [2, 3, 4, 5], [0] * 100 + [1, 2, 1, 2]
    test = gray_test(time, [1] * 95 + [0] * 5 + [1] * 4, arm=arm)
    assert "pooled incidence" in test.reason


def test_without_competing_events_it_is_the_log_rank_test():
    """Clause 33: the same score; the variances are two estimates of one number.

    In R, too, cuminc has 3.1814 where survdiff has 3.1397 for 60 rows: they meet as √n does, at
    40 000 rows within 0.1 %.
    """
    rng, n = np.random.default_rng(3), 40_000
    time, arm = np.ceil(rng.exponential(20, n)), rng.integers(0, 2, n)
    status = (rng.random(n) < 0.6).astype(int)
    expected = log_rank(time, status, arm=arm).statistic
    assert gray_test(time, status, arm=arm).statistic == pytest.approx(expected, rel=1e-3)


@given(samples(causes=3))
def test_competing_causes_are_alike(sample):
    """Competing events told apart by their codes."""
    merged = replace(sample, status=np.minimum(sample.status, 2))
    arrays = [(s.time, s.status) for s in (sample, merged)]
    one, other = (gray_test(*a, arm=sample.arm) for a in arrays)
    assert one == other


@given(samples())
def test_a_stratum_of_one_arm_adds_nothing(sample):
    """Rows that meet nobody of another arm in the score, its variance or the degrees of freedom."""
    alone = np.append(sample.arm, [0, 0, 0])
    time, status = np.append(sample.time, [1, 2, 3]), np.append(sample.status, [1, 2, 1])
    strata = np.append(0 * sample.arm, [1, 1, 1])
    with_stratum = gray_test(time, status, arm=alone, strata=strata)
    without = gray_test(sample.time, sample.status, arm=sample.arm)
    np.testing.assert_allclose(with_stratum.statistic, without.statistic, rtol=1e-12)
    assert with_stratum.df == without.df


@given(samples())
def test_order_of_rows_and_of_arms_does_not_matter(sample):
    """Ties decided by the order of the file, or an arm that is special."""
    rows = np.arange(len(sample))[::-1]
    one = gray_test(sample.time, sample.status, arm=sample.arm)
    other = gray_test(sample.time[rows], sample.status[rows], arm=1 - sample.arm[rows])
    np.testing.assert_allclose(one.statistic, other.statistic, rtol=1e-9)
    assert one.df == other.df


@given(samples())
def test_only_the_order_of_times_matters(sample):
    """A test that depends on distances in time."""
    mapped = sample.time**2 + sample.time
    one = gray_test(sample.time, sample.status, arm=sample.arm)
    assert gray_test(mapped, sample.status, arm=sample.arm) == one
