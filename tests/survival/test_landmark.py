"""Conditional curves by hand, as the curves of those left, and against R."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.inference import difference
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.landmark import conditional_incidence, conditional_survival
from tests.strategies import samples

TESTS = Path(__file__).parents[1]
TIME, STATUS = [1, 2, 2, 3, 3, 4, 5, 6], [1, 1, 0, 2, 1, 0, 2, 1]


def survival(times, time=TIME, status=STATUS, weight=None, **keys):
    return kaplan_meier(time, status, weight, times=times, **keys)


def incidence(times, cause=(1, 2), time=TIME, status=STATUS, weight=None, **keys):
    return aalen_johansen(time, status, weight, cause=cause, times=times, **keys)


def test_an_event_at_the_landmark_has_happened():
    """Rows with an event at exactly L kept among those at risk after it.

    Of 8, an event at 1 and one at 2, a censoring at 2: 5 have time > 2. At 3 two of the 5 have
    events: S(3 given T > 2) = 3/5; with the rows of time 2 still there it would be less than 5/7.
    """
    after = conditional_survival(survival([2, 3, 5]), 2)
    np.testing.assert_allclose(after.value, [3 / 5, 3 / 5 * 1 / 2], rtol=1e-14)
    assert [label["landmark"] for label in after.labels] == [2, 2]


def test_incidence_after_the_landmark_by_hand():
    """Incidence not divided by those left: at 3 one of 5 has each cause, at 5 cause 2: ½ of 3/5."""
    after = conditional_incidence(survival([2]), incidence([2, 3, 5]), 2)
    np.testing.assert_allclose(after.value, [1 / 5, 1 / 5, 1 / 5, 1 / 5 + 3 / 10], rtol=1e-14)
    assert [label["cause"] for label in after.labels] == [1, 1, 2, 2]


def test_a_row_censored_at_the_landmark_is_gone():
    """A row censored at 2 counted among those at risk after 2: 1/6 in place of 1/5."""
    after = conditional_incidence(survival([2]), incidence([2, 3], 1), 2)
    assert after.value[0] == pytest.approx(1 / 5, rel=1e-14)


def test_nothing_after_the_last_event_or_the_last_time():
    """0/0, or the last value carried on."""
    everybody = survival([2, 3], [1, 2, 2], [1, 1, 1])
    after = conditional_survival(everybody, 2)
    assert after.reasons == ("nobody is free of events after the landmark (2)",)
    assert np.isnan(after.value[0])
    assert not after.influence.any()
    past = conditional_survival(survival([6, 7], [1, 6], [1, 0]), 6)
    assert past.reasons == ("past the last follow-up (6)",)
    rows = [1, 3, 6], [1, 1, 0]
    past = conditional_incidence(survival([2], *rows), incidence([2, 7], 1, *rows), 2)
    assert past.reasons == ("past the last follow-up (6)",)
    assert not past.influence.any()


def test_the_landmark_must_be_among_the_times():
    """S(L) guessed from a neighbour."""
    with pytest.raises(ValueError, match="landmark 2 is not among"):
        conditional_survival(survival([1, 3]), 2)
    with pytest.raises(ValueError, match="landmark 2 is not among"):
        conditional_incidence(survival([2]), incidence([1, 3]), 2)


@given(samples(both_arms=True), st.integers(0, 4))
def test_it_is_the_curve_of_those_left(drawn, landmark):
    """Values or influences that differ from those of the rows with time > L alone."""
    times = [landmark, landmark + 1, landmark + 2]
    is_left = drawn.time > landmark
    left = np.where(is_left, drawn.weight, 0.0)
    if not is_left.any():
        return
    whole = survival(times, drawn.time, drawn.status, drawn.weight, **drawn.keys)
    both = incidence(times, (1, 2), drawn.time, drawn.status, drawn.weight, **drawn.keys)
    pairs = [
        (
            conditional_survival(whole, landmark),
            survival(times[1:], drawn.time, drawn.status, left, **drawn.keys),
        ),
        (
            conditional_incidence(whole, both, landmark),
            incidence(times[1:], (1, 2), drawn.time, drawn.status, left, **drawn.keys),
        ),
    ]
    for conditional, own in pairs:
        both_known = conditional.is_estimable & own.is_estimable
        # Without anybody left there is no own curve; the conditional one knows it by S(L) = 0 or
        # by the end of follow-up.
        assert not (conditional.is_estimable & ~own.is_estimable).any()
        np.testing.assert_allclose(
            conditional.value[both_known], own.value[both_known], rtol=1e-8, atol=1e-12
        )
        np.testing.assert_allclose(
            conditional.influence[:, both_known], own.influence[:, both_known], rtol=1e-6, atol=1e-9
        )


def test_late_entries_join_after_the_landmark():
    """Rows that enter after L left out, or in the risk set too early."""
    time, status, entry = [2, 4, 5, 6, 7], [1, 1, 1, 0, 1], [0, 0, 3, 1, 4.5]
    whole = survival([3, 4, 5, 7], time, status, entry=entry)
    own = survival([4, 5, 7], time[1:], status[1:], entry=[3, 3.0, 3, 4.5])
    np.testing.assert_allclose(conditional_survival(whole, 3).value, own.value, rtol=1e-12)


@pytest.mark.parametrize("name", ["pbc", "bmt", "retinopathy"])
def test_conditional_curves_are_those_of_r(name):
    """R's survfit of the rows with time > L: values and clustered robust errors, weighted."""
    answers = json.loads((TESTS / "reference/answers/landmark.json").read_text())[name]
    frame = pd.read_csv(TESTS / f"data/{name}.csv")
    rows = (frame["time"], frame["status"], frame["age"].abs() + 1)
    keys = {"arm": frame["arm"], "cluster": frame["cluster"]}
    times = [answers["landmark"], *answers["times"]]
    curve = kaplan_meier(*rows, **keys, times=times)
    found = {"survival": conditional_survival(curve, times[0])}
    if (frame["status"] == 2).any():
        both = aalen_johansen(*rows, **keys, cause=1, times=times)
        found["incidence"] = conditional_incidence(curve, both, times[0])
    for arm, expected in enumerate(answers["arms"]):
        assert set(expected) == {key + end for key in found for end in ("", "_se")}
        for measure, estimate in found.items():
            own = estimate.select(arm=arm)
            np.testing.assert_allclose(own.value, expected[measure], rtol=1e-10)
            np.testing.assert_allclose(own.std_error(), expected[f"{measure}_se"], rtol=1e-8)


def test_difference_of_two_curves_over_time():
    """Arms that share patients taken as independent: the whole grid is one estimate on all rows."""
    frame = pd.read_csv(TESTS / "data/retinopathy.csv")
    times = np.arange(12, 61, 12)
    curve = kaplan_meier(
        frame["time"], frame["status"], arm=frame["arm"], cluster=frame["cluster"], times=times
    )
    gap = difference(curve.select(arm=1), curve.select(arm=0))
    assert [label["time"] for label in gap.labels] == list(times)
    independent = np.hypot(*(curve.select(arm=a).std_error() for a in (0, 1)))
    assert (gap.std_error() < independent).all()
