"""Weighted proportions and rates by hand and against R's survey package."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from spine_outcomes.survival.proportion import event_rates, proportions

ANSWERS = json.loads(
    (Path(__file__).parents[1] / "reference" / "answers" / "toxicity.json").read_text("utf-8")
)
ROWS = {key: np.array([row[key] for row in ANSWERS["rows"]]) for key in ANSWERS["rows"][0]}
NUMBER = np.bincount([e["row"] - 1 for e in ANSWERS["events"]], minlength=len(ROWS["row"]))
GROUPS = {"arm": ROWS["arm"], "cluster": ROWS["cluster"]}
# survey multiplies variances of G clusters by G/(G - 1)
FACTOR = np.sqrt(ANSWERS["survey"]["clusters"] / (ANSWERS["survey"]["clusters"] - 1))


def test_a_proportion_and_its_error_by_hand():
    """Rows 1, 0, 0 of weights 2, 1, 1: p = 1/2, influences 2·½/4, −1·½/4, −1·½/4."""
    found = proportions([[1], [0], [0]], [2, 1, 1])
    np.testing.assert_allclose(found.value, [0.5], rtol=1e-15)
    np.testing.assert_allclose(found.influence[:, 0], [0.25, -0.125, -0.125], rtol=1e-15)


def test_what_is_not_known_leaves_its_own_denominator_only():
    """A row never assessed counted as without the toxicity, or dropped from other terms."""
    found = proportions([[1, np.nan], [0, 1], [np.nan, 0], [np.nan, 0]])
    np.testing.assert_allclose(found.value, [1 / 2, 1 / 3], rtol=1e-15)
    assert found.influence[2, 0] == 0


def test_an_arm_that_nobody_assessed_has_no_proportion():
    """0/0 printed as 0 %."""
    found = proportions([[1.0], [np.nan]], arm=[0, 1])
    assert np.isnan(found.value[1])
    assert found.reasons == (None, "no row with a weight above 0")


def test_proportions_are_those_of_svymean():
    """Weighted, clustered."""
    found = proportions(ROWS["toxic"][:, None], ROWS["weight"], **GROUPS).select(arm=1)
    np.testing.assert_allclose(found.value, ANSWERS["survey"]["proportion"], rtol=1e-12)
    np.testing.assert_allclose(
        found.std_error() * FACTOR, ANSWERS["survey"]["proportion_se"], rtol=1e-12
    )


def test_rates_are_those_of_svyratio():
    """Events over time at risk, weighted, clustered."""
    found = event_rates(NUMBER[:, None], ROWS["end"], ROWS["weight"], **GROUPS).select(arm=1)
    np.testing.assert_allclose(found.value, ANSWERS["survey"]["rate"], rtol=1e-12)
    np.testing.assert_allclose(found.std_error() * FACTOR, ANSWERS["survey"]["rate_se"], rtol=1e-12)


def test_a_rate_of_events_that_come_together_has_a_larger_error_than_poisson():
    """Ten rows of one year, one of them with all five events: the Poisson error is √5/10."""
    events = np.zeros((10, 1))
    events[0] = 5
    found = event_rates(events, np.ones(10))
    np.testing.assert_allclose(found.value, [0.5])
    assert found.std_error()[0] > 2 * np.sqrt(5) / 10
