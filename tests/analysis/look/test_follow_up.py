"""Completeness of the follow-up, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.analysis.look.follow_up import clark_completeness
from spine_outcomes.endpoints.outcome import Outcome


def outcome(time: list[float], status: list[int]) -> Outcome:
    """An endpoint in days."""
    n = len(time)
    return Outcome(
        name="death", label="Death", level="patient", rows=np.arange(n),
        time=np.array(time), status=np.array(status), entry=None,
        lower=np.array(time), upper=np.array(time), unit="days",
    )  # fmt: skip


def test_person_time_observed_over_that_possible() -> None:
    """Four patients, cut-off after 100 days for all: one watched to the end, one died at day 40
    (nothing more was possible), two lost at day 50 and day 10: (100+40+50+10)/(100+40+100+100)."""
    found = clark_completeness(outcome([100, 40, 50, 10], [0, 1, 0, 0]), np.full(4, 100.0))
    assert found["value"] == pytest.approx(200 / 340)


def test_a_competing_event_ends_what_was_possible() -> None:
    """Who died before a relapse cannot be followed for one: 30/30, not 30/100."""
    found = clark_completeness(outcome([30, 100], [2, 0]), np.full(2, 100.0))
    assert found["value"] == 1.0


def test_nobody_watched_for_longer_than_possible() -> None:
    """A half day added on day 0 must not make a completeness above 1."""
    assert clark_completeness(outcome([0.5], [0]), np.array([0.0]))["value"] == 1.0
