"""Log-rank tests worked by hand or published, and where there is nothing to test."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.survival.log_rank import log_rank, score_test

FREIREICH_TIME = [
    *(1, 10, 22, 7, 3, 32, 12, 23, 8, 22, 17, 6, 2, 16, 11, 34, 8, 32, 12, 25, 2),
    *(11, 5, 20, 4, 19, 15, 6, 8, 17, 23, 35, 5, 6, 11, 13, 4, 9, 1, 6, 8, 10),
]
FREIREICH_STATUS = [
    *(1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1),
    *(0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0),
]
FREIREICH_ARM = [1, 0] * 21
SIX_DIGITS = 5e-7


def test_event_at_time_0():
    """A row at time 0 dropped; adding 1 to all times changes nothing."""
    time, arm = np.array([2, 6, 1, 9, 0, 3, 5, 4, 11]), [0] * 5 + [1] * 4
    for shift in (0, 1):
        test = log_rank(time + shift, [1] * 9, arm=arm)
        assert test.statistic == pytest.approx(0.646421, abs=SIX_DIGITS)
        assert test.p_value == pytest.approx(0.421395, abs=SIX_DIGITS)


def test_unused_level_is_no_arm():
    """Two degrees of freedom because an arm without rows is counted: 7.344407 on 1."""
    time = np.arange(1, 9)
    for codes in ([0, 1], [0, 2], [1, 2]):
        test = log_rank(time, [1] * 8, arm=np.repeat(codes, 4))
        assert test.statistic == pytest.approx(7.344407, abs=SIX_DIGITS)
        assert test.df == 1
    absent = log_rank([*time, 9], [1] * 9, [1] * 8 + [0], arm=[0] * 4 + [1] * 4 + [2])
    assert absent.statistic == pytest.approx(7.344407, abs=SIX_DIGITS)


def test_no_event_in_one_arm():
    """No test because a hazard ratio is infinite: 5.051661, p .024602 (R)."""
    test = log_rank(range(1, 7), [1, 1, 1, 0, 0, 0], arm=[1, 1, 1, 0, 0, 0])
    assert test.statistic == pytest.approx(5.051661, abs=SIX_DIGITS)
    assert test.p_value == pytest.approx(0.024602, abs=SIX_DIGITS)


def test_freireich_published():
    """6-MP against placebo, χ² 16.793 with ties."""
    test = log_rank(FREIREICH_TIME, FREIREICH_STATUS, arm=FREIREICH_ARM)
    assert test.statistic == pytest.approx(16.792940989216543, rel=1e-12)


def test_three_arms_by_hand():
    """Two degrees of freedom from pairs of arms, or a wrong covariance between them.

    Times 1, 2, 3 in arms 0, 1, 2. O − E of arms 1 and 2 is (1 − 1/3 − 1/2, 1 − 1/3 − 1/2 − 1) =
    (1, −5)/6; V = 1/3 (δ − 1/3) + 1/2 (δ − 1/2) = [[17, −13], [−13, 17]]/36, V⁻¹ = .3 [[17, 13],
    [13, 17]]; χ² = .3 (17 − 130 + 425)/36 = 2.6.
    """
    test = log_rank([1, 2, 3], [1, 1, 1], arm=[0, 1, 2])
    assert test.statistic == pytest.approx(2.6, rel=1e-12)
    assert test.df == 2


def test_competing_event_counts_as_censored():
    """An event of another cause counted."""
    time, arm = [1, 2, 3, 4, 5, 6], [0, 1, 0, 1, 0, 1]
    one = log_rank(time, [1, 2, 1, 1, 2, 1], arm=arm)
    censored = log_rank(time, [1, 0, 1, 1, 0, 1], arm=arm)
    assert one == censored
    assert log_rank(time, [1, 2, 1, 1, 2, 1], arm=arm, cause=2) != one


@pytest.mark.parametrize("test", [log_rank, score_test])
@pytest.mark.parametrize(
    ("status", "arm", "weight", "reason"),
    [
        ([1, 1, 1], [1, 1, 1], None, "only one arm"),
        ([1, 1, 1], [0, 0, 1], [1, 1, 0], "only one arm"),
        ([0, 0, 0], [0, 0, 1], None, "no event"),
        ([1, 0, 0], [0, 0, 1], [0, 1, 1], "no event"),
    ],
)
def test_nothing_to_test(test, status, arm, weight, reason):
    """Statistic 0 with a missing p value, or 0/0."""
    found = test([1, 2, 3], status, weight, arm=arm)
    assert reason in found.reason
    assert np.isnan(found.p_value)


def test_one_arm_gone_before_the_first_event():
    """A singular variance inverted."""
    assert "only one arm" in log_rank([1, 2, 3], [0, 1, 1], arm=[0, 1, 1]).reason
    assert score_test([1, 2, 3], [0, 1, 1], arm=[0, 1, 1]).reason


def test_weighted_rows_have_no_classical_test():
    """Weights as counts in a variance that is not valid for them."""
    found = log_rank([1, 2, 3], [1, 1, 1], [1, 2, 1], arm=[0, 1, 1])
    assert "robust score test" in found.reason


def test_one_cluster_has_no_robust_test():
    """U²/U² = 1 as a statistic."""
    found = score_test([1, 2, 3], [1, 1, 1], arm=[0, 1, 1], cluster=[4, 4, 4])
    assert "one cluster" in found.reason


def test_robust_score_by_hand():
    """Two rows: U_i = ½ (δ_i − half the hazard): at 1 both at risk, one event in arm 1.

    x̄(1) = 1/2, x̄(2) = 0. Row 0 (arm 1, event 1): (1 − ½) − (1 − ½)·½ = ¼. Row 1 (arm 0, event 2):
    (0 − 0) + ½·½ + 0 = ¼. U = ½, χ² = ¼/(1/16 + 1/16) = 2.
    """
    test = score_test([1, 2], [1, 1], arm=[1, 0])
    assert test.statistic == pytest.approx(2, rel=1e-12)


def test_row_without_weight_is_absent_from_the_robust_test():
    """A row of weight 0, the last or among the others, that adds to the covariance."""
    time, status, arm = [1, 2, 3, 4, 5], [1, 1, 0, 1, 1], [0, 1, 1, 0, 1]
    expected = score_test(time, status, arm=arm)
    for place in (0, 2, 5):
        with_one = (np.insert(values, place, own) for values, own in ((time, 3), (status, 1)))
        weight = np.insert(np.ones(5), place, 0)
        found = score_test(*with_one, weight, arm=np.insert(arm, place, 0))
        assert found.statistic == pytest.approx(expected.statistic, rel=1e-12)
