"""Plan and provenance."""

from __future__ import annotations

from spine_outcomes.tables.particulars import plan, provenance
from tests.report.synthetic import synthetic_results
from tests.tables.reading import texts


def test_the_plan_is_shown_with_every_key() -> None:
    """A default that is not shown is a choice that nobody knows was made."""
    results = synthetic_results()
    keys = {row.stub: texts(row)[0] for row in plan(results).rows}
    top = {key.partition(".")[0] for key in keys}
    assert top == {field.alias or name for name, field in type(results.plan).model_fields.items()}
    assert keys["estimation.times"] == "6 months, 12 months, 24 months"
    assert keys["propensity.terms.3.levels"] == "1 | 2, 3"
    assert keys["cutoff"] == "2024-12-31"


def test_provenance_is_flat_and_whole() -> None:
    """A hash left out is a file that cannot be checked."""
    keys = {row.stub: texts(row)[0] for row in provenance(synthetic_results()).rows}
    assert keys["data_sha256"] == "ab" * 32
    assert keys["versions.numpy"] == "2.4.6"
    assert keys["is_simulated"] == "yes"
