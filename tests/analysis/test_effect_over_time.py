"""The hazard ratio along time in a run: the smooth of R, and what is kept back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from spine_outcomes import Results

SmallRun = Callable[..., Results]


@pytest.fixture
def rows() -> list[tuple[str, float, int]]:
    """Hazard ratio 4 before 6 months and 1/4 after."""
    rng = np.random.default_rng(5)
    rows = []
    for i in range(400):
        early, late = (0.16, 0.04) if i % 2 else (0.04, 0.16)
        time = rng.exponential(1 / early)
        time = time if time < 6 else 6 + rng.exponential(1 / late)
        rows.append(("ab"[i % 2], round(min(time, 20.0), 2), int(time < 20)))
    return rows


def test_the_smooth_follows_a_ratio_that_turns(small_run: SmallRun, rows) -> None:
    """A smooth along another time, or of the other arm over this one."""
    effect = small_run(rows, {}).effect_over_time
    assert set(effect["kind"]) == {"smooth"}
    ratio = np.exp(np.interp([2.0, 12.0], effect["time"], effect["log_hazard_ratio"]))
    assert 2.0 < ratio[0] < 8.0
    assert 0.125 < ratio[1] < 0.5


def test_events_are_shown_one_by_one_only_where_curves_are_exact(small_run: SmallRun, rows) -> None:
    """The time of every event of a person in a report that promised months."""
    exact = small_run(rows, {"report.curve_detail": "exact"}).effect_over_time
    n_events = sum(status == 1 for _, _, status in rows)
    assert (exact["kind"] == "residual").sum() == n_events
    assert small_run(rows, {"report.curve_detail": "none"}).effect_over_time.empty


def test_few_events_have_no_smooth(small_run: SmallRun) -> None:
    """A curve through four events."""
    rows = [(arm, t, int(t < 5)) for arm in "ab" for t in range(1, 20)]
    assert small_run(rows, {}).effect_over_time.empty
