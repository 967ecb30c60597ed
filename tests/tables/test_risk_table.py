"""People under the curves."""

from __future__ import annotations

from spine_outcomes.tables.risk_table import risk_table
from tests.report.synthetic import synthetic_results
from tests.tables.reading import line, texts


def test_the_risk_table_adds_up_at_every_time() -> None:
    """At risk + censored + events + competing must be the arm, nobody twice."""
    table = risk_table(synthetic_results(), "relapse")
    for arm, total in (("Narrow field", 388), ("Wide field with margin", 317)):
        lines = [
            texts(line(table, arm, state))
            for state in ("At risk", "Censored", "Events", "Competing events")
        ]
        sums = [sum(int(n) for n in column) for column in zip(*lines, strict=True)]
        assert sums == [total] * len(table.columns)


def test_competing_events_are_left_out_where_none_compete() -> None:
    """A row of zeros claims that deaths were looked for among deaths."""
    stubs = [row.stub for row in risk_table(synthetic_results(), "overall_survival").rows]
    assert "Competing events" not in stubs
