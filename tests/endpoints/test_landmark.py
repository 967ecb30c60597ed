"""Endpoints counted from a landmark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import NotEstimableError
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.landmark import conditional_incidence

Derive = Callable[..., Outcome]
TIMES, STATES = [1, 2, 3, 3, 4, 5, 6, 7], ["1", "2", "0", "1", "1", "2", "0", "1"]


def rows(**columns: list[Any]) -> list[dict[str, Any]]:
    """One row for each place of the columns."""
    lists = {"time": TIMES, "status": STATES} | columns
    return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]


def test_who_is_left_is_counted_from_there(outcome: Derive, columns: dict[str, Any]) -> None:
    """An event or a censoring at the landmark itself has happened; times lose its length."""
    found = outcome(rows(), columns | {"landmark": "3 months"})
    assert found.rows.tolist() == [4, 5, 6, 7]
    assert found.time.tolist() == [1, 2, 3, 4]
    assert found.status.tolist() == [1, 2, 0, 1]
    assert found.lower.tolist() == [1, 2, 3, 4]
    assert found.upper.tolist() == [1, np.inf, np.inf, 4]
    (finding,) = found.findings
    assert (finding.code, finding.n) == ("N_LANDMARK", 4)
    assert finding.text() == (
        "Counted from 3 months after time zero, among 4 rows at risk then; 4 are left out: 2 with "
        "the event, 1 with a competing one, 1 censored."
    )


def test_a_time_in_days_meets_a_landmark_in_months(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """A month is 30.4375 days: day 91 is before 3 months, day 92 after."""
    row = {"start": "2024-01-01", "failed": 0, "dead": "0", "seen": None, "death": None}
    ends = [row | {"last_image": day} for day in ("2024-04-01", "2024-04-02")]  # days 91 and 92
    found = outcome(ends, failure | {"landmark": "3 months"})
    assert found.rows.tolist() == [1]
    assert found.time.tolist() == [92 - 3 * 30.4375]


def test_round_off_leaves_nobody_at_risk(outcome: Derive, columns: dict[str, Any]) -> None:
    """0.1 + 0.2 is no later than 0.3."""
    ends = [{"time": time, "status": "1"} for time in (0.1 + 0.2, 0.31)]
    assert outcome(ends, columns | {"landmark": "0.3 months"}).rows.tolist() == [1]


def test_what_lies_before_the_landmark_is_at_it(outcome: Derive, failure: dict[str, Any]) -> None:
    """A last clean image before the landmark: its row is known to be free of the event at it."""
    source = failure["event"][0] | {"last_clean": "clean_image"}
    row = {"start": "2024-01-01", "failed": 1, "seen": "2024-06-01", "dead": "0", "death": None}
    row |= {"last_image": "2024-06-01", "clean_image": "2024-02-01"}
    found = outcome([row], failure | {"event": [source], "landmark": "100 days"})
    assert (found.lower.tolist(), found.upper.tolist()) == ([0.0], [52.0])


def test_an_entry_before_the_landmark_is_at_it(outcome: Derive, columns: dict[str, Any]) -> None:
    """Whoever enters later is still to enter; whoever entered before is at risk from the start."""
    entries = rows(entry=[0, 0, 0, 0, 2, 4, 5, 0])
    found = outcome(entries, columns | {"landmark": "3 months", "entry": "entry"})
    assert found.entry is not None
    assert found.entry.tolist() == [0, 1, 2, 0]


def test_it_is_the_conditional_curve(outcome: Derive, columns: dict[str, Any]) -> None:
    """Incidence from the landmark and that of everybody, given that it had not come by then."""
    left = outcome(rows(), columns | {"landmark": "2 months"})
    mine = aalen_johansen(left.time, left.status, times=[1, 2, 4])
    everybody = outcome(rows(), columns)
    times = [2, 3, 4, 6]
    survival = kaplan_meier(everybody.time, everybody.status, times=times)
    incidence = aalen_johansen(everybody.time, everybody.status, times=times)
    expected = conditional_incidence(survival, incidence, 2)
    np.testing.assert_allclose(mine.value, expected.value, rtol=1e-12)
    np.testing.assert_allclose(mine.std_error(), expected.std_error(), rtol=1e-12)


def test_a_landmark_that_nobody_reaches_is_said(outcome: Derive, columns: dict[str, Any]) -> None:
    """An endpoint of no rows, or an internal fault."""
    with pytest.raises(NotEstimableError, match="at risk at the landmark of 7 months"):
        outcome(rows(), columns | {"landmark": "7 months"})
