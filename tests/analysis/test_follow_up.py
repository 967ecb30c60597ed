"""How long rows were watched, against a curve worked by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from spine_outcomes import Results

SmallRun = Callable[..., Results]
# Censored at 9, 15, 18 and 24 of 8 rows at 3, 6, …: the reversed curve falls by 1/6 at 9 (6 rows
# are watched), to 5/8 at 15 (4 rows), to 5/12 at 18 (3 rows).
WATCHED = [(3, 1), (6, 1), (9, 0), (12, 1), (15, 0), (18, 0), (21, 1), (24, 0)]


def follow_up(results: Results, arm: str) -> dict[str, object]:
    """The row of one arm."""
    frame = results.results.query(f"measure == 'median_follow_up' and arm == '{arm}'")
    assert len(frame) == 1
    return dict(frame.iloc[0])


def test_the_median_is_that_of_the_time_until_censoring(small_run: SmallRun) -> None:
    """The median of all times, 13.5, is short because of those who had the event early."""
    rows = [("a", t, s) for t, s in WATCHED] + [("b", 2 * t, s) for t, s in WATCHED]
    found = small_run(rows, {})
    assert follow_up(found, "a")["estimate"] == 18
    assert follow_up(found, "b")["estimate"] == pytest.approx(36, rel=1e-12)
    assert follow_up(found, "a")["n"] == 8
    assert follow_up(found, "a")["n_event"] == 4
    years = small_run(rows, {"estimation.unit": "years"})
    assert follow_up(years, "a")["estimate"] == pytest.approx(1.5, rel=1e-12)


def test_an_arm_of_which_nobody_is_censored_has_no_median(small_run: SmallRun) -> None:
    """Everybody had the event: how long they would have been watched is unknown, not the end."""
    rows = [("a", t, 1) for t in (3, 6, 9, 20)] + [("b", t, s) for t, s in WATCHED]
    row = follow_up(small_run(rows, {}), "a")
    assert row["status"] == "not_estimable"
    assert "not reached" in str(row["reason"])
