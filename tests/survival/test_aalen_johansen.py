"""Cumulative incidence worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.kaplan_meier import kaplan_meier

SIX_DIGITS = 5e-7
TRAP_TIME = np.arange(1, 11)
TRAP_STATUS = [2, 1, 2, 2, 1, 2, 0, 2, 0, 0]  # death is 2
TRAP_ARM = [0, 1, 0, 1, 1, 0, 1, 0, 1, 0]
TRAP_WEIGHT = [1.2, 2.0, 1.1, 1.5, 1.8, 1.4, 1.3, 1.6, 2.5, 1.2]


def incidence(time, status, times, weight=None, **keys):
    """Rows: causes 1 and 2; columns: times."""
    estimate = aalen_johansen(time, status, weight, cause=(1, 2), times=times, **keys)
    return estimate.value.reshape(2, -1), estimate


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 2, 3, 1, 0], [1, 0, 3, 2, 4]])
def test_tie_between_causes(order):
    """Tied causes jittered: n = 5, 3, 1 at risk; F1 = .2, .4, .4, F2 = .2, .2, .6; errors by R."""
    time, status = np.array([1, 1, 2, 2, 3])[order], np.array([1, 2, 1, 0, 2])[order]
    values, estimate = incidence(time, status, [1, 2, 3])
    np.testing.assert_allclose(values, [[0.2, 0.4, 0.4], [0.2, 0.2, 0.6]], rtol=1e-12)
    errors = estimate.std_error()
    np.testing.assert_allclose(errors[[2, 3]], [0.219089, 0.178885], atol=SIX_DIGITS)


def test_incidence_is_right_continuous_and_sums_to_1():
    """Incidence read one step late, or above 1."""
    time, status = [1, 1, 2, 2, 2, 4], [1, 2, 1, 1, 2, 2]
    values, _ = incidence(time, status, [0.999, 1, 1.5, 2, 4])
    expected = [[0, 1 / 6, 1 / 6, 1 / 2, 1 / 2], [0, 1 / 6, 1 / 6, 1 / 3, 1 / 2]]
    np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_all_censored():
    """A crash where nothing happened: F1 = F2 = 0, error 0."""
    values, estimate = incidence([1, 2, 3], [0, 0, 0], [1, 3])
    assert not values.any()
    assert not estimate.std_error().any()


def test_cause_that_never_happens():
    """A crash where cause 2 is absent: F1 = 1/3, 2/3, 2/3."""
    values, _ = incidence([1, 2, 3], [1, 1, 0], [1, 2, 3])
    np.testing.assert_allclose(values, [[1 / 3, 2 / 3, 2 / 3], [0, 0, 0]], rtol=1e-12)


@pytest.mark.parametrize("status", [[1, 2, 1, 2], ["1", "2", "1", "2"]])
def test_no_censored_row(status):
    """The first cause taken for censoring: F1 = .25, .25, .5, .5 and F2 = 0, .25, .25, .5."""
    values, _ = incidence([1, 2, 3, 4], status, [1, 2, 3, 4])
    expected = [[0.25, 0.25, 0.5, 0.5], [0, 0.25, 0.25, 0.5]]
    np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_event_with_death_competing():
    """1 − KM printed as incidence: .2593 where .2000 is right; with death .5333 and free .2667."""
    values, _ = incidence(TRAP_TIME, TRAP_STATUS, 10)
    np.testing.assert_allclose(values[:, 0], [0.2, 0.5333333333], rtol=1e-9)
    wrong = kaplan_meier(TRAP_TIME, np.array(TRAP_STATUS) == 1, times=10)
    assert 1 - wrong.value[0] == pytest.approx(0.2593, abs=5e-5)
    free = kaplan_meier(TRAP_TIME, TRAP_STATUS, times=10)
    assert values.sum() + free.value[0] == pytest.approx(1, abs=1e-15)


def test_weighted_event_with_death_competing():
    """Weights left out of the risk sets; values by R."""
    values, _ = incidence(TRAP_TIME, TRAP_STATUS, 10, TRAP_WEIGHT)
    np.testing.assert_allclose(values[:, 0], [0.243590, 0.461055], atol=SIX_DIGITS)


def test_a_curve_that_has_ended_goes_on():
    """Not estimable although nobody is left free of events: both causes together stay 1."""
    values, estimate = incidence([1, 2, 3], [1, 2, 1], [3, 8])
    np.testing.assert_allclose(values.sum(axis=0), 1, rtol=1e-15)
    assert estimate.is_estimable.all()


def test_first_moves_of_a_multistate_process():
    """Late entries: a published four-state example, until its first second move at 8.

    Five rows leave the entry state to a, b, a, b and c at 4, 5, 2, 3 and 9; entries at 0, 0, 0, 1
    and 2. In 32nds, R's survival test gives a 8, 8, 14, 14 and b 0, 6, 6, 12 at 2, 3, 4, 5, and the
    entry state 24, 18, 12, 6, 0 at 2, 3, 4, 5, 9.
    """
    time, entry, state = [4, 5, 2, 3, 9], [0, 0, 0, 1, 2], [1, 2, 1, 2, 3]
    values, _ = incidence(time, state, [2, 3, 4, 5], entry=entry)
    np.testing.assert_allclose(values * 32, [[8, 8, 14, 14], [0, 6, 6, 12]], rtol=1e-12)
    stays = kaplan_meier(time, state, entry=entry, times=[2, 3, 4, 5, 9])
    np.testing.assert_allclose(stays.value * 32, [24, 18, 12, 6, 0], rtol=1e-12)


def test_all_moves_of_a_multistate_process():
    """The same example to its end: rows that enter each state late, and the states they move to.

    Rows (entry, time, state moved to, 0 for none) of those at risk in the entry state, a, b and c.
    The hazards of a state are the steps of its incidences over its curve; their products are the
    probabilities of R's survival test, in 32nds at 2, 3, 4, 5, 8, 9 and 10.
    """
    rows = {
        0: [(0, 4, 1), (0, 5, 2), (2, 9, 3), (0, 2, 1), (1, 3, 2)],
        1: [(4, 9, 2), (2, 8, 3)],
        2: [(9, 10, 1), (3, 11, 0)],
        3: [(8, 9, 0)],
    }
    times = np.array([2, 3, 4, 5, 8, 9, 10])
    around = np.column_stack([times - 0.5, times]).ravel()
    probability, found = np.array([1.0, 0, 0, 0]), []
    hazard = np.zeros((len(times), 4, 4))
    for state, own in rows.items():
        entry, time, to = np.array(own).T
        last = times[times <= time.max()]
        seen = around[: 2 * len(last)]
        free = kaplan_meier(time, to, entry=entry, times=seen).value[::2]
        values = aalen_johansen(time, to, entry=entry, cause=[1, 2, 3], times=seen).value
        steps = np.diff(values.reshape(3, -1, 2), axis=2)[..., 0] / np.where(free > 0, free, 1)
        hazard[: len(last), state, 1:] = steps.T
    for step in hazard:
        leaving = probability[:, None] * step
        probability = probability - leaving.sum(axis=1) + leaving.sum(axis=0)
        found.append(probability * 32)
    expected = [[24, 18, 12, 6, 6, 0, 0], [8, 8, 14, 14, 7, 0, 9.5],
                [0, 6, 6, 12, 12, 19, 9.5], [0, 0, 0, 0, 7, 13, 13]]  # fmt: skip
    np.testing.assert_allclose(np.transpose(found), expected, rtol=1e-12, atol=1e-12)


def test_past_the_last_follow_up():
    """Incidence carried on flat past an arm's last time."""
    estimate = aalen_johansen(
        [1, 2, 3, 1, 2, 9], [1, 2, 0, 1, 2, 0], arm=[0, 0, 0, 1, 1, 1], times=5
    )
    assert estimate.reasons == ("past the last follow-up (3)", None)


def test_labels():
    """Numbers under the label of another arm, cause or time."""
    estimate = aalen_johansen([1, 2], [1, 2], arm=[0, 1], cause=[1, 2], times=[0.5, 1])
    keys = [(x["arm"], x["cause"], x["time"]) for x in estimate.labels]
    assert keys == [(a, k, t) for a in (0, 1) for k in (1, 2) for t in (0.5, 1.0)]
    assert {x["measure"] for x in estimate.labels} == {"cumulative_incidence"}
