"""Table 1."""

from __future__ import annotations

from spine_outcomes.tables.baseline import baseline
from tests.report.synthetic import synthetic_results
from tests.tables.reading import line, texts


def test_baseline_percentages_name_their_base() -> None:
    """1 of 2 known is 50 %, 1 of 4 is 25 %: a percentage without its base is neither."""
    table = baseline(synthetic_results())
    assert texts(line(table, "Sex", "Women"))[0] == "331 (47.0%)"
    assert any("of rows whose value is known" in note for note in table.notes)


def test_a_yes_or_no_column_is_one_line() -> None:
    """The share of "no" is the rest: a second line only makes the table twice as long."""
    table = baseline(synthetic_results())
    assert texts(line(table, "Treated before"))[0] == "176 (25.0%)"
    assert not [row for row in table.rows if row.stub in ("No", "False", "Yes", "True")]


def test_standardised_differences_stand_beside_the_variable_before_and_after() -> None:
    """A table that shows only the weighted difference hides how much weighting had to do."""
    table = baseline(synthetic_results())
    assert texts(line(table, "Age at start, years", "Mean (SD)"))[-3:] == ["0.31", "0.04", "0.00"]
    assert texts(line(table, "Sex", "Women"))[-3:] == ["−0.08", "−0.01", "0.00"]
