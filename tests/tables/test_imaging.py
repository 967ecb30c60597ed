"""The imaging schedule."""

from __future__ import annotations

from spine_outcomes.tables.imaging import imaging
from tests.report.synthetic import synthetic_results
from tests.tables.reading import line, texts


def test_medians_and_shares_stand_by_arm_each_in_its_own_form() -> None:
    """A share printed as a median, or without its count, cannot be judged."""
    table = imaging(synthetic_results())
    visits = line(table, "Images after treatment, median (Q1 to Q3)")
    assert texts(visits) == ["6.0 (3.0 to 9.0)", "7.0 (4.0 to 10.0)"]
    assert texts(line(table, "Without any image, n (%)")) == ["21 (5.4%)", "3 (0.9%)"]
