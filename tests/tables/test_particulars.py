"""Plan and provenance."""

from __future__ import annotations

from spine_outcomes.tables.particulars import plan, provenance
from tests.report.synthetic import synthetic_results
from tests.tables.reading import texts


def test_the_plan_is_shown_with_every_key_that_says_something() -> None:
    """A default that is not shown is a choice nobody knows of; hundreds of empty keys hide it."""
    results = synthetic_results()
    keys, part = {}, ""
    for row in plan(results).rows:
        part = row.stub if row.is_group else part
        if not row.is_group:
            keys[f"{part}.{row.stub}" if row.is_indented else row.stub] = texts(row)[0]
    top = {key.partition(".")[0] for key in keys}
    said = results.plan.model_dump(by_alias=True, exclude_none=True)
    empty = {"index"}  # no rule chooses the row of a patient
    assert top == {key for key, value in said.items() if value not in ((), {}, False)} - empty
    assert keys["estimation.ties"] == "efron"  # a default
    assert keys["estimation.times"] == "6 months, 12 months, 24 months"
    assert keys["propensity.terms.3"].endswith("; levels: 1 | 2, 3")
    assert not {"endpoints.relapse.landmark", "endpoints.relapse.event.1.unless"} & set(keys)
    assert "none" not in keys["endpoints.relapse.event.1"]
    assert keys["cutoff"] == "2024-12-31"


def test_provenance_is_flat_and_whole() -> None:
    """A hash left out is a file that cannot be checked."""
    keys = {row.stub: texts(row)[0] for row in provenance(synthetic_results()).rows}
    assert keys["data_sha256"] == "ab" * 32
    assert keys["versions.numpy"] == "2.4.6"
    assert keys["is_simulated"] == "yes"
