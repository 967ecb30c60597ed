"""Survival worked by hand, and where it cannot be estimated."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.inference import interval
from spine_outcomes.survival.kaplan_meier import kaplan_meier

SIX_DIGITS = 5e-7


def test_robust_error_of_weighted_survival():
    """Weights taken as counts: S = .75, .625, .5, 0; U_i = w_i (1{T > t} − S)/Σw, error √ΣU²."""
    estimate = kaplan_meier([1, 2, 3, 4], [1] * 4, [2, 1, 1, 4], times=[1, 2, 3, 4])
    np.testing.assert_allclose(estimate.value, [0.75, 0.625, 0.5, 0], rtol=1e-12)
    np.testing.assert_allclose(
        estimate.std_error(), [0.229640, 0.260521, 0.293151, 0], atol=SIX_DIGITS
    )
    lower, upper = interval(estimate.value, estimate.std_error(), "log(-log)")
    np.testing.assert_allclose((lower[0], upper[0]), (0.098601, 0.964907), atol=SIX_DIGITS)
    assert np.isnan(lower[3])


def test_clustered_error_of_weighted_survival():
    """Rows of one patient taken as independent."""
    estimate = kaplan_meier(
        [1, 2, 3, 4], [1] * 4, [2, 1, 1, 4], cluster=[1, 1, 2, 2], times=[1, 2, 3]
    )
    np.testing.assert_allclose(
        estimate.std_error(), [0.220971, 0.331456, 0.265165], atol=SIX_DIGITS
    )


def test_time_between_and_before_events():
    """A curve that is not right-continuous: S(.999) = 1, S(1) = S(1.5) = 3/4."""
    estimate = kaplan_meier([1, 2, 3, 4], [1] * 4, times=[0, 0.999, 1, 1.5])
    np.testing.assert_allclose(estimate.value, [1, 1, 0.75, 0.75], rtol=1e-12)


def test_event_at_time_0():
    """A row at time 0 dropped: 5 at risk at 0, S(0) = .8; 4 at risk and no event, S(0) = 1."""
    estimate = kaplan_meier([2, 6, 1, 9, 0, 3, 5, 4, 11], [1] * 9, arm=[0] * 5 + [1] * 4, times=0)
    np.testing.assert_allclose(estimate.value, [0.8, 1.0], rtol=1e-12)


def test_zero_weights_count_as_absent():
    """0/0 where only rows of weight 0 are left: S = .5, 0, 0."""
    estimate = kaplan_meier([1, 2, 3], [1] * 3, [1, 1, 0], times=[1, 2, 3])
    np.testing.assert_allclose(estimate.value, [0.5, 0, 0], atol=1e-15)
    assert not estimate.influence[2].any()


def test_delayed_entry():
    """A row at risk before its entry: at risk 4, 3, 2, 1 at 3.5, 4, 5, 6, S = .75, .5, .25, 0."""
    estimate = kaplan_meier([4, 5, 6, 3.5], [1] * 4, entry=[0, 0, 2, 3], times=[3.5, 4, 5, 6])
    np.testing.assert_allclose(estimate.value, [0.75, 0.5, 0.25, 0], rtol=1e-12)


def test_delayed_entry_into_an_emptied_risk_set():
    """A curve that rises again: everybody has died by 2, one enters at 3; S stays 0."""
    estimate = kaplan_meier([1, 2, 5], [1] * 3, entry=[0, 0, 3], times=[1, 2, 5, 9])
    np.testing.assert_allclose(estimate.value, [0.5, 0, 0, 0], atol=1e-15)
    np.testing.assert_allclose(estimate.std_error()[1:], 0, atol=1e-15)


def test_round_off_does_not_break_a_tie():
    """The event at 0.1 + 0.2 and the censoring at 0.3 are one time: two at risk, S = .5."""
    estimate = kaplan_meier([0.3, 0.1 + 0.2], [0, 1], times=0.3)
    np.testing.assert_allclose(estimate.value, [0.5], rtol=1e-12)
    in_months = kaplan_meier([9 / 30.4375, 0.9 / 3.04375], [0, 1], times=9 / 30.4375)
    np.testing.assert_allclose(in_months.value, [0.5], rtol=1e-12)


def test_round_off_of_the_time_asked_for():
    """An event at 0.1 + 0.2 missed by a landmark of 0.3."""
    estimate = kaplan_meier([0.1 + 0.2, 1], [1, 1], times=[0.3])
    np.testing.assert_allclose(estimate.value, [0.5], rtol=1e-12)


def test_small_weights_beside_a_large_one_that_enters_late():
    """A difference of sums that loses the rows at risk: 10¹⁷ + 2 − 10¹⁷ = 0 at 2, where S = ½."""
    estimate = kaplan_meier([2, 3, 9], [1, 0, 0], [1, 1, 1e17], entry=[0, 0, 5], times=2)
    np.testing.assert_allclose(estimate.value, [0.5], rtol=1e-12)


def test_event_precedes_censoring_of_the_same_day():
    """Times 5 event, 5 censored, 8 event: three at risk at 5, S = 2/3 and not 1/2."""
    estimate = kaplan_meier([5, 5, 8], [1, 0, 1], times=5)
    np.testing.assert_allclose(estimate.value, [2 / 3], rtol=1e-12)


def test_past_the_last_follow_up():
    """A flat curve carried on: not estimable at 5, though 0 where the last row is an event."""
    carried = kaplan_meier([1, 2, 3], [1, 1, 0], times=[3, 5])
    assert carried.reasons == (None, "past the last follow-up (3)")
    assert np.isnan(carried.value[1])
    assert np.isnan(carried.std_error()[1])
    ended = kaplan_meier([1, 2, 3], [1, 1, 1], times=5)
    assert ended.reasons == (None,)
    assert ended.value == pytest.approx([0])


def test_all_censored():
    """A crash, or a missing value, where nothing happened: S = 1 with error 0."""
    estimate = kaplan_meier([1, 2, 3], [0, 0, 0], times=[1, 3])
    np.testing.assert_array_equal(estimate.value, [1, 1])
    np.testing.assert_array_equal(estimate.std_error(), [0, 0])


def test_censored_at_the_last_image_not_at_the_last_contact():
    """Four rows, one event at 9; two images end at 6: S(9) = .50, with last contact it is .75."""
    image = kaplan_meier([9, 6, 12, 6], [1, 0, 0, 0], times=9)
    contact = kaplan_meier([9, 24, 24, 18], [1, 0, 0, 0], times=9)
    np.testing.assert_allclose([*image.value, *contact.value], [0.5, 0.75], rtol=1e-12)


def test_landmark_of_12_months_in_days():
    """A row censored at 365 days is past at 365.25 and at risk at 365."""
    estimate = kaplan_meier([365, 100], [0, 1], times=[365, 12 * 30.4375])
    assert estimate.reasons[0] is None
    assert estimate.reasons[1].startswith("past the last follow-up")


def test_freireich_6mp():
    """Published table (Freireich et al., 1963): 6-MP arm at 6, 7, 10, 13, 16, 22, 23 weeks."""
    time = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    status = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    estimate = kaplan_meier(time, status, times=[6, 7, 10, 13, 16, 22, 23])
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    np.testing.assert_allclose(estimate.value, published, atol=5e-4)


def test_arm_without_rows_is_named():
    """An arm that has no weighted row vanishes from the results."""
    estimate = kaplan_meier([1, 2, 3], [1] * 3, [1, 0, 1], arm=[0, 1, 2], times=[0, 1])
    assert estimate.reasons == (*[None] * 2, *["no row with a weight above 0"] * 2, *[None] * 2)
    assert [label["arm"] for label in estimate.labels] == [0, 0, 1, 1, 2, 2]
    np.testing.assert_array_equal(estimate.value, [1, 0, np.nan, np.nan, 1, 1])


@pytest.mark.parametrize("times", [-1.0, np.nan, [[1.0]]])
def test_times_that_are_none_are_refused(times):
    """Survival at a missing time."""
    with pytest.raises(SampleError, match="times"):
        kaplan_meier([1, 2], [1, 1], times=times)
