"""Sums of weights under a curve."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes import Results
from spine_outcomes.analysis.weighted_counts import weight_sums
from spine_outcomes.endpoints.risk_counts import risk_counts
from spine_outcomes.tables.hidden_shares import hide_weighted

SmallRun = Callable[..., Results]
PARTS = ("n_risk", "n_event", "n_competing", "n_censored")


def test_c07_weighted_people_at_risk_are_read_before_the_events_of_a_time() -> None:
    """Other programs print 6, 5, 2, 2, 0 here: read after the time, and cut to whole numbers."""
    time, status = np.array([1.0, 2, 2, 3, 5]), np.array([1, 1, 0, 1, 0])
    weight, ticks = np.array([1.3, 0.8, 1.7, 0.6, 2.1]), np.array([0.0, 1, 2, 3, 5, 6])
    found = weight_sums(time, status, weight, ticks)
    np.testing.assert_allclose(found["n_risk"], [6.5, 6.5, 5.2, 2.7, 2.1, 0], rtol=1e-12)
    np.testing.assert_allclose(found["n_event"], [0, 0, 1.3, 2.1, 2.7, 2.7], rtol=1e-12)


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.integers(0, 2), st.integers(0, 12)),
        min_size=1,
        max_size=20,
    ),
    st.booleans(),
)
def test_with_weights_of_one_they_are_the_people(
    rows: list[tuple[int, int, int]], is_delayed: bool
) -> None:
    """Two rules for who is at risk at a tick would contradict each other in one figure."""
    time, status, entry = (np.array(column) for column in zip(*rows, strict=True))
    late = np.minimum(entry, time - 1).astype(float) if is_delayed else None
    ticks = np.arange(0.0, 31.0, 6.0)
    people = risk_counts(time, status, ticks, entry=late)
    found = weight_sums(time.astype(float), status, np.ones(len(rows)), ticks, entry=late)
    for name in PARTS:
        np.testing.assert_array_equal(found[name], getattr(people, name))


def test_a_run_has_them_under_every_set_of_weights(small_run: SmallRun) -> None:
    """Unweighted they are the table of people."""
    rows = [("a", t, t % 3) for t in range(1, 25)] + [("b", t, (t + 1) % 3) for t in range(1, 25)]
    results = small_run(rows, {})
    found = results.weighted_risk_table
    assert found["estimand"].unique().tolist() == ["unweighted"]
    for name in PARTS:
        assert found[name].tolist() == results.risk_table[name].astype(float).tolist()


def test_sums_of_hidden_people_are_hidden() -> None:
    """A sum of weights of 2.0 under overlap weights says as much as a count of 3."""
    keys = {"endpoint": "e", "arm": ["a", "b"], "time": 6.0}
    people = pd.DataFrame(
        {**keys, "n_risk": [20, 30], "n_event": pd.Series(["<5", 9], dtype=object),
         "n_competing": [0, 0], "n_censored": [6, 7]}
    )  # fmt: skip
    sums = pd.DataFrame(
        {**keys, "estimand": "ATO", "n_risk": [9.5, 9.6], "n_event": [1.1, 4.4],
         "n_competing": [0.0, 0.0], "n_censored": [3.0, 2.0]}
    )  # fmt: skip
    found = hide_weighted(sums, people)
    assert found["n_event"].tolist() == ["<5", 4.4]
    assert found["n_risk"].tolist() == [9.5, 9.6]
    with pytest.raises(pd.errors.MergeError):
        hide_weighted(sums, pd.concat([people, people]))
