"""The horizon of an endpoint: what comes later is not seen, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from spine_outcomes import Results, run
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.tables.key_results import key_results
from spine_outcomes.tables.selection import headline_time, where
from tests.toxic_study import cohort, date, plan

DAYS = (10, 20, 60, 200)


def with_horizon(horizon: str | None = "30 days", **keys: Any) -> AnalysisPlan:
    """Deaths, seen up to a horizon."""
    endpoint = {
        "label": "Death",
        "level": "lesion",
        "event": [{"flag": "dead", "equals": 1, "date": "death"}],
        "censor": {"date": "last"},
        "horizon": horizon,
    }
    times = {"times": ["10 days", "6 months"], "horizon": "6 months"}
    whole = plan(endpoints={"death": endpoint | keys}, estimation=times)
    return whole.model_copy(update={"toxicity": None})


def people() -> Any:
    """Two deaths before day 30 and two after it in each arm."""
    rows = [
        {"id": f"{arm}{day}", "arm": arm, "dead": 1, "death": date(day), "last": date(day)}
        for arm in "ab"
        for day in DAYS
    ]
    return cohort(rows)


def results() -> Results:
    """The run on them."""
    return run(with_horizon(), people())


def test_what_comes_after_the_horizon_is_not_seen() -> None:
    """Deaths on days 60 and 200 of rows watched for 30 days are none."""
    outcome = derive(people(), with_horizon(), "death")
    assert outcome.time.tolist() == [10, 20, 30, 30] * 2
    assert outcome.status.tolist() == [1, 1, 0, 0] * 2
    assert np.isinf(outcome.upper[2])


def test_times_curves_and_tables_end_at_the_horizon() -> None:
    """A flare within 14 days shown "at 24 months", with a curve over years."""
    found = results()
    own = where(found.results, endpoint="death")
    months = 30 / 30.4375
    assert own["time"].max() == pytest.approx(months)
    assert found.curves["time"].max() == pytest.approx(months)
    risk = where(own, measure="survival", arm="a", time=months)
    assert risk["estimate"].tolist() == pytest.approx([0.5])
    assert headline_time(found, "death") == pytest.approx(months)
    assert headline_time(found) == pytest.approx(6.0)
    (row,) = key_results(found).rows
    assert row.cells[0].text == "2 / 4"
    assert row.stub == "Death (event-free at 30 days)"


def test_events_of_one_planned_day_have_neither_hazard_ratio_nor_curve() -> None:
    """Responses at 3 months are all on one day: nothing is compared there but proportions."""
    source = {"flag": "dead", "equals": 1, "date": "start", "plus": "14 days"}
    found = run(with_horizon(event=[source]), people())
    measures = set(found.results["measure"])
    assert not {"hazard_ratio", "rmst_difference"} & measures
    assert "risk_difference" in measures
    assert found.curves.empty


def test_a_horizon_does_not_stand_beside_delayed_entry() -> None:
    """Rows that enter after the horizon would be watched for less than nothing."""
    with pytest.raises(ValidationError, match="horizon does not stand beside entry"):
        with_horizon(entry="start")
