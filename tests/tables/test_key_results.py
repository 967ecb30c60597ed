"""The first table that anybody reads."""

from __future__ import annotations

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
