"""Names for people."""

from __future__ import annotations

from spine_outcomes.tables.balance import balance
from spine_outcomes.tables.baseline import baseline
from spine_outcomes.tables.effects import effects, risks
from spine_outcomes.tables.imaging import imaging
from spine_outcomes.tables.key_results import key_results
from tests.report.synthetic import synthetic_results


def test_no_raw_code_of_an_arm_or_column_is_shown() -> None:
    """ "wide" or "0" is for programs; a reader needs the label."""
    results = synthetic_results()
    shown = [key_results(results), baseline(results), balance(results, "lesion"), imaging(results)]
    shown += [risks(results, "relapse"), effects(results, "relapse")]
    for table in shown:
        words = {row.stub for row in table.rows} | {c.head for c in table.columns}
        words |= {column.spanner for column in table.columns}
        assert not words & {"narrow", "wide", "relapse", "0", "1", "age", "ATE"}, table.id
