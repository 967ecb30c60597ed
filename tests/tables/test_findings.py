"""What a reader must know."""

from __future__ import annotations

from spine_outcomes.tables.findings import findings
from tests.report.synthetic import synthetic_results
from tests.tables.reading import texts


def test_findings_keep_their_rank_and_place() -> None:
    """The serious one has to come first and say what it is about."""
    table = findings(synthetic_results())
    assert [row.stub for row in table.rows] == ["Serious", "Caution", "Note"]
    assert texts(table.rows[0])[0] == "Outcomes, Rare harm"
