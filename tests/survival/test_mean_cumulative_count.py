"""Mean cumulative counts by hand, as other estimators where they coincide, and against R."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.mean_cumulative_count import mean_cumulative_count
from spine_outcomes.survival.nelson_aalen import nelson_aalen

ANSWERS = json.loads(
    (Path(__file__).parents[1] / "reference" / "answers" / "toxicity.json").read_text("utf-8")
)
ROWS = {key: np.array([row[key] for row in ANSWERS["rows"]]) for key in ANSWERS["rows"][0]}
EVENT = {
    "event_row": np.array([event["row"] - 1 for event in ANSWERS["events"]]),
    "event_time": np.array([event["time"] for event in ANSWERS["events"]]),
}


def counts(dead: Any, weight: Any = None, *, times: Any = (4, 8, 15), **keys: Any) -> Any:
    """The rows of R's answers."""
    return mean_cumulative_count(ROWS["end"], dead, weight, **EVENT, times=times, **keys)


def test_death_ends_the_risk_and_is_no_censoring():
    """Four rows, events at 1 and 3 (the first row) and 3 (the third); the second dies at 2.

    M(1) = 1/4. After the death S = 3/4 and 3 are at risk: M(3) = 1/4 + 3/4 · 2/3 = 3/4. Death taken
    for a censoring would give 1/4 + 2/3.
    """
    keys = {"event_row": [0, 0, 2], "event_time": [1, 3, 3], "times": [0, 1, 3, 4]}
    found = mean_cumulative_count([4, 2, 3, 4], [0, 1, 0, 0], **keys)
    np.testing.assert_allclose(found.value, [0, 1 / 4, 3 / 4, 3 / 4], rtol=1e-14)
    censored = mean_cumulative_count([4, 2, 3, 4], [0, 0, 0, 0], **keys)
    np.testing.assert_allclose(censored.value[2], 1 / 4 + 2 / 3, rtol=1e-14)


def test_events_precede_deaths_and_censorings_of_their_day():
    """An event on the day of death or of the last contact lost: 1 of 2 rows, both at risk."""
    for dead in ([1, 0], [0, 0]):
        found = mean_cumulative_count([2, 3], dead, event_row=[0], event_time=[2], times=[2])
        np.testing.assert_allclose(found.value, [0.5], rtol=1e-14)


def test_without_death_it_is_r_weighted_and_clustered():
    """``survfit`` of the counting process: weights, patients with several rows, robust errors."""
    found = counts(0 * ROWS["dead"], ROWS["weight"], cluster=ROWS["cluster"])
    np.testing.assert_allclose(found.value, ANSWERS["without_death"]["count"], rtol=1e-12)
    np.testing.assert_allclose(found.std_error(), ANSWERS["without_death"]["se"], rtol=1e-12)


def test_with_death_it_is_the_ghosh_lin_estimate_of_r():
    """``mets::recurrentMarginal``; its error is a large-sample form, apart by 1/n at late times."""
    found = counts(ROWS["dead"])
    np.testing.assert_allclose(found.value, ANSWERS["with_death"]["count"], rtol=1e-12)
    np.testing.assert_allclose(found.std_error(), ANSWERS["with_death"]["se"], rtol=1e-3)


def test_an_event_that_ends_its_row_has_the_incidence_of_aalen_johansen():
    """One event a row, and nothing after it: value and influence are those of the incidence."""
    rng = np.random.default_rng(3)
    time, status = rng.integers(1, 9, 50).astype(float), rng.integers(0, 3, 50)
    weight, arm = rng.uniform(0.2, 3, 50), rng.integers(0, 2, 50)
    event = np.flatnonzero(status == 1)
    found = mean_cumulative_count(
        time, status > 0, weight, arm=arm, event_row=event, event_time=time[event], times=[3, 6]
    )
    incidence = aalen_johansen(time, status, weight, arm=arm, times=[3, 6])
    np.testing.assert_allclose(found.value, incidence.value, rtol=1e-12)
    np.testing.assert_allclose(found.influence, incidence.influence, atol=1e-14)


def test_without_death_one_event_a_row_has_the_hazard_of_nelson_and_aalen():
    """The sum of dN/Y, with nobody dead."""
    time, status = np.array([1.0, 2, 2, 3, 5]), np.array([1, 0, 1, 1, 0])
    event = np.flatnonzero(status)
    found = mean_cumulative_count(
        time, np.zeros(5), event_row=event, event_time=time[event], times=time
    )
    np.testing.assert_allclose(found.value, nelson_aalen(time, status), rtol=1e-14)


def test_scale_of_weights_and_order_of_rows_change_nothing():
    """Weights five times as large, rows the other way round."""
    first = counts(ROWS["dead"], ROWS["weight"], cluster=ROWS["cluster"])
    n = len(ROWS["end"])
    turned = mean_cumulative_count(
        ROWS["end"][::-1], ROWS["dead"][::-1], 5 * ROWS["weight"][::-1],
        event_row=n - 1 - EVENT["event_row"], event_time=EVENT["event_time"],
        cluster=ROWS["cluster"][::-1], times=[4, 8, 15],
    )  # fmt: skip
    np.testing.assert_allclose(turned.value, first.value, rtol=1e-12)
    np.testing.assert_allclose(turned.std_error(), first.std_error(), rtol=1e-12)


def test_past_the_follow_up_there_is_no_count():
    """A count carried on after the last row is seen; where all have died it stays as it is."""
    keys = {"event_row": [0], "event_time": [1], "times": [9]}
    alive = mean_cumulative_count([2, 3], [0, 0], **keys)
    assert np.isnan(alive.value).all()
    assert alive.reasons == ("past the last follow-up (3)",)
    dead = mean_cumulative_count([2, 3], [1, 1], **keys)
    np.testing.assert_allclose(dead.value, [0.5])


@pytest.mark.parametrize(
    ("row", "time", "words"),
    [([0], [2.5], "after the end of their row"), ([7], [1], "of no row"), ([0, 1], [1], "entries")],
)
def test_events_that_cannot_be_are_refused(row, time, words):
    """An event after its row's end would count at a time when its row is not at risk."""
    with pytest.raises(SampleError, match=words):
        mean_cumulative_count([2, 3], [0, 0], event_row=row, event_time=time, times=[1])
