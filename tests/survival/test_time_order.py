"""Order of the rows in time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.survival.time_order import TimeOrder


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_ties_stay_in_the_order_of_the_rows(times):
    """An order of ties that depends on the processor: sums would differ in their last digit."""
    order = TimeOrder.of(np.array(times, dtype=float))
    np.testing.assert_array_equal(order.order, np.argsort(times, kind="stable"))
    np.testing.assert_array_equal(order.distinct, np.unique(times))
    np.testing.assert_array_equal(order.distinct[order.group], np.sort(times))


def test_many_ties_stay_in_the_order_of_the_rows():
    """An order that a sort of long columns leaves to chance."""
    times = np.random.default_rng(1).integers(0, 5, 2000)
    np.testing.assert_array_equal(TimeOrder.of(times).order, np.argsort(times, kind="stable"))


def test_round_off_does_not_break_a_tie():
    """0.1 + 0.2 after 0.3."""
    order = TimeOrder.of(np.array([0.3, 0.1 + 0.2]))
    assert len(order.distinct) == 1
    days = np.array([365.0, 365.0, 366.0])
    months = np.array([365 / 30.4375, 365 * (1 / 30.4375), 366 / 30.4375])
    assert len(TimeOrder.of(months).distinct) == len(np.unique(days))


def test_position_is_right_continuous():
    """A curve read one step late, or broken by round-off of the time asked for."""
    order = TimeOrder.of(np.array([1.0, 2.0, 4.0]))
    times = [0.5, 1.0, 1.5, 2.0 - 1e-13, 4.0, 9.0]
    np.testing.assert_array_equal(order.position(times), [-1, 0, 0, 1, 2, 2])


def test_sums_of_each_time_with_and_without_ties():
    """Sums of the rows in place of those of the times, or of the times before."""
    tied, untied = TimeOrder.of([2.0, 1.0, 2.0]), TimeOrder.of([2.0, 1.0, 3.0])
    amounts = np.array([1.0, 10.0, 100.0])
    np.testing.assert_array_equal(tied.total_at(amounts), [1.0, 110.0])
    np.testing.assert_array_equal(tied.total_from(amounts), [111.0, 110.0])
    np.testing.assert_array_equal(untied.total_at(amounts), amounts)
    np.testing.assert_array_equal(untied.total_from(amounts), [111.0, 110.0, 100.0])
