"""The first table that anybody reads."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.analysis.results import QUALITY_COLUMNS
from spine_outcomes.tables.key_results import key_results
from spine_outcomes.tables.selection import headline_estimand
from tests.report.synthetic import synthetic_plan, synthetic_results
from tests.tables.reading import texts


def test_key_results_show_every_endpoint_under_the_first_weights() -> None:
    """An endpoint missing from the first table is one that nobody reads."""
    results = synthetic_results()
    table = key_results(results)
    assert headline_estimand(results) == "ATE"
    assert [row.stub for row in table.rows] == [
        "Relapse (risk)",
        "Relapse at the edge (risk)",
        "Overall survival (survival)",
        "Rare harm (risk)",
    ]
    assert texts(table.rows[0])[:2] == ["56 / 388", "35 / 317"]
    assert texts(table.rows[1])[-1] == "<0.001"


def test_an_unweighted_plan_shows_unweighted_results() -> None:
    """A plan without weights is still a study."""
    results = synthetic_results(plan=synthetic_plan(propensity={"estimands": ["unweighted"]}))
    assert key_results(results).title.endswith("Unweighted")


def test_a_tick_stands_where_a_second_engine_agrees_in_everything() -> None:
    """One number that differs, and the tick of the endpoint is untrue."""
    assert "Checked" not in [column.head for column in key_results(synthetic_results()).columns]
    lines = [("relapse", "agrees"), ("relapse", "agrees"), ("edge_relapse", "agrees"),
             ("edge_relapse", "differs")]  # fmt: skip
    frame = pd.DataFrame(lines, columns=["endpoint", "verdict"])
    frame = frame.reindex(columns=list(QUALITY_COLUMNS))
    table = key_results(synthetic_results(quality_control=frame))
    assert [texts(row)[-1] for row in table.rows] == ["✓", "✗", "–", "–"]


def test_the_follow_up_of_each_arm_is_that_of_the_reversed_curve() -> None:
    """ln 2 / 0.02 a month of censoring."""
    table = key_results(synthetic_results())
    at = [column.spanner for column in table.columns].index("Follow-up, months")
    assert texts(table.rows[0])[at : at + 2] == ["34.7", "34.7"]
