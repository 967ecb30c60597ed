"""Weighted log-rank tests: which events count most."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.log_rank import log_rank, score_test
from spine_outcomes.survival.time_weights import even, fleming_harrington, gehan, tarone_ware
from tests.strategies import samples

SIX_DIGITS = 5e-7


def test_event_at_time_0():
    """S(t) in place of S(t−), which makes the first event weigh something: FH(1, 1)."""
    time, arm = np.array([2, 6, 1, 9, 0, 3, 5, 4, 11]), [0] * 5 + [1] * 4
    for shift in (0, 1):
        test = log_rank(time + shift, [1] * 9, arm=arm, time_weight=fleming_harrington(1, 1))
        assert test.statistic == pytest.approx(0.00220751, abs=5e-9)
        assert test.p_value == pytest.approx(0.962526, abs=SIX_DIGITS)


def test_gehan_by_hand():
    """Weights that are not the number at risk.

    Times 1 (arm 1), 2 (arm 0), 3 (arm 1), all events. Y = 3, 2, 1. U = 3 (1 − 2/3) + 2 (0 − ½) = 0;
    with even weights 1/3 − ½ = −1/6, V = 2/9 + ¼ = 17/36, χ² = 1/17. With √Y: √3/3 − √2/2,
    V = 3·2/9 + 2·¼ = 7/6.
    """
    arrays, arm = ([1, 2, 3], [1, 1, 1]), [1, 0, 1]
    assert log_rank(*arrays, arm=arm, time_weight=gehan).statistic == pytest.approx(0, abs=1e-15)
    assert log_rank(*arrays, arm=arm, time_weight=even).statistic == pytest.approx(1 / 17)
    expected = (1 / np.sqrt(3) - 1 / np.sqrt(2)) ** 2 * 6 / 7
    found = log_rank(*arrays, arm=arm, time_weight=tarone_ware).statistic
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("exponents", [(-1, 0), (0, -0.5), (np.nan, 0), (np.inf, 0)])
def test_exponents_below_0_are_refused(exponents):
    """0 to a negative power: an infinite weight."""
    with pytest.raises(SampleError, match="finite and not negative"):
        fleming_harrington(*exponents)


@given(samples())
def test_exponents_0_are_the_log_rank_test(sample):
    """A Fleming–Harrington test that is another test at (0, 0)."""
    arrays, weighting = (sample.time, sample.status), {"time_weight": fleming_harrington(0, 0)}
    assert log_rank(*arrays, arm=sample.arm, **weighting) == log_rank(*arrays, arm=sample.arm)
    arrays = (*arrays, sample.weight)
    assert score_test(*arrays, **sample.keys, **weighting) == score_test(*arrays, **sample.keys)


@given(samples(), st.sampled_from([even, gehan, tarone_ware, fleming_harrington(1, 1)]))
def test_robust_score_is_observed_minus_expected(sample, time_weight):
    """A robust test of another difference: without weights the scores are the same.

    Statistics are U²/V of the same U: their ratio is that of the variances, whatever the weights of
    the times, so twice the rows under new ids double both.
    """
    keys = {"arm": np.tile(sample.arm, 2), "time_weight": time_weight}
    one = score_test(sample.time, sample.status, arm=sample.arm, time_weight=time_weight)
    both = score_test(np.tile(sample.time, 2), np.tile(sample.status, 2), **keys)
    if one.reason is None and both.reason is None:
        assert both.statistic == pytest.approx(2 * one.statistic, rel=1e-7, abs=1e-10)


@given(samples())
def test_a_stratum_without_a_comparison_adds_nothing(sample):
    """Rows of one arm, or without an event, in the score or its variance."""
    arm, strata = np.append(sample.arm, [0, 0, 1]), np.append(0 * sample.arm, [1, 1, 2])
    time, status = np.append(sample.time, [1, 2, 3]), np.append(sample.status, [1, 1, 0])
    stratified = log_rank(time, status, arm=arm, strata=strata)
    plain = log_rank(sample.time, sample.status, arm=sample.arm)
    np.testing.assert_allclose(stratified.statistic, plain.statistic, rtol=1e-12)
    robust = score_test(time, status, arm=arm, strata=strata, time_weight=gehan)
    plain = score_test(sample.time, sample.status, arm=sample.arm, time_weight=gehan)
    np.testing.assert_allclose(robust.statistic, plain.statistic, rtol=1e-9, atol=1e-12)


def test_strata_add_up():
    """Strata pooled: O − E and V of each, by hand.

    Stratum 0: times 1 (arm 1), 2 (arm 0): U = ½, V = ¼. Stratum 1: times 1 (arm 1), 2, 3 (arm 0):
    U = 2/3, V = 2/9. χ² = (7/6)²/(17/36) = 49/17.
    """
    time, arm, strata = [1, 2, 1, 2, 3], [1, 0, 1, 0, 0], [0, 0, 1, 1, 1]
    test = log_rank(time, [1] * 5, arm=arm, strata=strata)
    assert test.statistic == pytest.approx(49 / 17, rel=1e-12)


def test_arms_that_never_meet_are_not_compared():
    """Three degrees of freedom from two separate comparisons in two strata: 1 + 1."""
    time, arm, strata = [1, 2, 3, 1, 2, 3], [0, 1, 0, 2, 3, 2], [0, 0, 0, 1, 1, 1]
    test = log_rank(time, [1] * 6, arm=arm, strata=strata)
    alone = log_rank(time[:3], [1] * 3, arm=arm[:3])
    assert test.df == 2
    assert test.statistic == pytest.approx(2 * alone.statistic, rel=1e-12)
