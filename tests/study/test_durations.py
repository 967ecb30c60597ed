"""Lengths of time carry their unit."""

from __future__ import annotations

import pytest

from spine_outcomes.study.durations import Duration, convert


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("24 months", 730.5),
        ("1 year", 365.25),
        ("2 weeks", 14),
        ("365 days", 365),
        ("1.5 years", 547.875),
    ],
)
def test_units(text: str, days: float) -> None:
    """A month is 30.4375 days and a year 365.25: 12 months are not 365 days."""
    assert Duration.parse(text).days == days
    assert str(Duration.parse(text)) == text


@pytest.mark.parametrize(
    "value", [12, "12", 12.0, "twelve months", "12 moons", "-1 days", None, ""]
)
def test_a_number_without_unit_is_refused(value: object) -> None:
    """12 would be days in one place and months in another."""
    with pytest.raises(ValueError, match="write a number and its unit, such as '24 months'"):
        Duration.parse(value)


def test_months_survive_the_way_through_days_exactly() -> None:
    """A landmark at 12 months must tie with an event at 12 months in a column of months."""
    for months in range(1, 241):
        assert Duration.parse(f"{months} months").to("months") == months
    assert convert(12, "months", "days") == 365.25
