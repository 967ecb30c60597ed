"""Balance and weights."""

from __future__ import annotations

from spine_outcomes.tables.balance import balance, weights
from tests.report.synthetic import synthetic_results
from tests.tables.reading import line, texts


def test_balance_and_weights_have_a_line_each() -> None:
    """Every column of the design and every arm has to be seen."""
    table = balance(synthetic_results(), "lesion")
    assert texts(line(table, "Grade", "Low"))[:3] == ["−0.22", "1.05", "0.07"]
    spread = weights(synthetic_results())
    assert texts(line(spread, "ATE weights, lesions", "Narrow field"))[:2] == ["388", "322.0"]
