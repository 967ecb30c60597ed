"""How many are at risk, and on what times a curve rests."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.survival.follow_up import at_risk, distinct_event_times, emptied_risk_sets
from spine_outcomes.survival.kaplan_meier import kaplan_meier

TIME, WEIGHT, TICKS = [1, 2, 2, 3, 5], [1.3, 0.8, 1.7, 0.6, 2.1], [0, 1, 2, 3, 5, 6]


def test_number_at_risk_is_read_before_the_tick():
    """Numbers read after the events of a tick: 5, 4, 2, 1, 0, 0."""
    counts = at_risk(TIME, times=TICKS)
    np.testing.assert_array_equal(counts.n, [5, 5, 4, 2, 1, 0])
    np.testing.assert_allclose(counts.effective, [5, 5, 4, 2, 1, 0])


def test_weighted_number_at_risk_is_no_count():
    """A weighted sum truncated to an integer, or shown as people."""
    counts = at_risk(TIME, WEIGHT, times=TICKS)
    np.testing.assert_array_equal(counts.n, [5, 5, 4, 2, 1, 0])
    np.testing.assert_allclose(counts.weight, [6.5, 6.5, 5.2, 2.7, 2.1, 0], atol=1e-12)


def test_row_at_a_tick_is_counted_once():
    """Times 6 event, 12 event, 12 censored, 18 censored: 3 at risk at 12, 1 event before it."""
    assert at_risk([6, 12, 12, 18], times=12).n == [3]
    assert at_risk([6, 12, 12, 18], times=12 + 1e-12).n == [3]


def test_effective_number_of_clusters():
    """Rows of a patient counted as people: weights 2 + 1 and 3 are two equal clusters."""
    counts = at_risk([5, 5, 5], [2, 1, 3], cluster=["a", "a", "b"], times=[1])
    assert counts.effective == pytest.approx([2])
    unequal = at_risk([5, 5], [3, 1], times=[1])
    assert unequal.effective == pytest.approx([16 / 10])


def test_delayed_entry_is_not_at_risk_before():
    """At risk at 1, 2.5, 3.2, 4, 4.5: 2, 3, 4, 3, 2; a row that enters at 2 is not at risk at 2."""
    keys = {"entry": [0, 0, 2, 3]}
    counts = at_risk([4, 5, 6, 3.5], **keys, times=[1, 2, 2.5, 3.2, 4, 4.5])
    np.testing.assert_array_equal(counts.n, [2, 2, 3, 4, 3, 2])


def test_rows_without_weight_are_not_people():
    """Rows that were weighted out still in the table under the figure."""
    np.testing.assert_array_equal(at_risk([1, 2, 3], [1, 0, 1], times=[0, 2]).n, [2, 1])


def test_display_grid_is_the_event_times():
    """Steps of a curve missed, or drawn at a censoring or an event of weight 0."""
    times = distinct_event_times(
        [1, 2, 2, 3, 0.3, 0.1 + 0.2, 4], [1, 0, 2, 1, 1, 1, 0], [1, 1, 1, 0, 1, 1, 1]
    )
    np.testing.assert_allclose(times, [0.3, 1, 2])


def test_emptied_risk_set_is_reported():
    """A curve at 0 although one row enters later, without a word."""
    (finding,) = emptied_risk_sets([1, 2, 5], [1, 1, 1], entry=[0, 0, 3])
    assert finding.code == "W_RISK_SET_EMPTIED"
    assert finding.n == 1
    assert "time 2" in finding.message
    assert not emptied_risk_sets([1, 2, 5], [1, 0, 1], entry=[0, 0, 1])


def test_everybody_is_at_risk_at_time_0():
    """A row with its event at time 0 is at risk then: 5 and 4, with survival 0.8 and 1 (C22)."""
    time, arm = np.array([2, 6, 1, 9, 0, 3, 5, 4, 11]), np.array([0] * 5 + [1] * 4)
    for code, n, survival in ((0, 5, 0.8), (1, 4, 1.0)):
        own = (arm == code).astype(float)
        assert at_risk(time, own, times=[0]).n[0] == n
        curve = kaplan_meier(time, np.ones(9), own, times=[0])
        assert curve.value[0] == pytest.approx(survival, rel=1e-12)


def test_an_arm_without_rows_has_no_risk_set_to_empty():
    """A code that nobody has, taken for an arm; the arm after it is still looked at."""
    (finding,) = emptied_risk_sets(
        [1, 2, 5, 1, 2], [1, 1, 1, 1, 0], entry=[0, 0, 3, 0, 0], arm=[2, 2, 2, 0, 0]
    )
    assert "of arm 2 has" in finding.message
