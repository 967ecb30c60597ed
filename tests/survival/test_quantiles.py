"""Medians by hand and against R."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.survival.follow_up import distinct_event_times
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.quantiles import follow_up_quantile, quantile

TESTS = Path(__file__).parents[1]


def curve(time, status, weight=None, **keys):
    return kaplan_meier(time, status, weight, **keys, times=distinct_event_times(time, status))


def test_median_of_a_flat_piece_is_its_middle():
    """S = .75, .5, .25, 0 at 1, 2, 3, 4: flat at ½ from 2 to 3."""
    assert quantile(curve([1, 2, 3, 4], [1] * 4)).value == 2.5


def test_median_of_a_jump_is_the_jump():
    """S = 2/3, 1/3 at 1, 2."""
    assert quantile(curve([1, 2, 3], [1] * 3)).value == 2


def test_flat_to_the_end_is_its_start():
    """A middle with a time that the curve never leaves: S = .5 from 2 on."""
    assert quantile(curve([1, 2, 3, 4], [1, 1, 0, 0])).value == 2


def test_round_off_does_not_hide_a_flat_piece():
    """24 rows: 23/24 · 22/23 · … · 12/13 is ½ plus round-off; the middle is 12.5, not 13."""
    assert quantile(curve(range(1, 25), [1] * 24)).value == 12.5


def test_median_not_reached():
    """The last time, or infinity, in place of not estimable; a lower limit may exist."""
    found = quantile(curve([1, 2, 3, 4, 5], [1, 1, 0, 0, 0]))
    assert np.isnan(found.value)
    assert found.reason == "not reached; survival is 0.600 at its last"
    assert found.lower == 1
    assert np.isnan(found.upper)
    assert quantile(curve([1, 2], [0, 0])).reason.startswith("not reached; survival is 1.000")


def test_median_follow_up_is_that_of_the_censored():
    """Naive median 13.5, survivors only 16.5; reverse Kaplan–Meier 18."""
    found = follow_up_quantile([3, 6, 9, 12, 15, 18, 21, 24], [1, 1, 0, 1, 0, 0, 1, 0])
    assert found.value == 18


def test_what_is_no_curve_is_refused():
    """The curves of two arms read as one."""
    both = kaplan_meier([1, 2, 1, 2], [1] * 4, arm=[0, 0, 1, 1], times=[1, 2])
    with pytest.raises(ValueError, match="one arm"):
        quantile(both)
    with pytest.raises(ValueError, match="must increase"):
        quantile(both.take([0, 2]))
    for probability in (0, 1, 50):
        with pytest.raises(ValueError, match="between 0 and 1"):
            quantile(both.select(arm=0), probability)


@pytest.mark.parametrize("name", ["pbc", "bmt", "retinopathy"])
@pytest.mark.parametrize("arm", [0, 1])
def test_quantiles_are_those_of_r(name, arm):
    """Other flat rules or limits from another error; weights are ages, clusters patients."""
    answers = json.loads((TESTS / "reference/answers/quantiles.json").read_text())
    frame = pd.read_csv(TESTS / f"data/{name}.csv")
    frame = frame[frame["arm"] == arm]
    time, weight, cluster = frame["time"], frame["age"].abs() + 1, frame["cluster"]
    died = frame["status"] > 0
    events = curve(time, died, weight, cluster=cluster)
    found = {
        "events": [quantile(events, p) for p in answers["probs"]],
        "follow_up": [
            follow_up_quantile(time, died, weight, cluster=cluster, probability=p)
            for p in answers["probs"]
        ],
    }
    for way, quantiles in found.items():
        for key in ("value", "lower", "upper"):
            expected = np.array(answers[name][way][arm][key], dtype=float)  # null: not reached
            np.testing.assert_allclose([getattr(q, key) for q in quantiles], expected, rtol=1e-12)
