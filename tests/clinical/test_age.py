"""Age in completed years."""

from __future__ import annotations

import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.clinical.age import completed_years, years_before


def dates(*texts: str) -> np.ndarray:
    """Dates from ISO text."""
    return np.array(texts, dtype="datetime64[D]")


def test_the_birthday_itself_counts() -> None:
    """Days over 365.25 floor to 60 on the 61st birthday (trap 11)."""
    birth = dates("1962-03-01", "1962-03-01", "1960-02-29", "1960-02-29")
    on = dates("2023-03-01", "2023-02-28", "2023-02-28", "2023-03-01")
    np.testing.assert_array_equal(completed_years(birth, on), [61, 60, 62, 63])


def test_years_before_keeps_the_day() -> None:
    """29 February steps back to 28 where the year has none, and stays where it has one."""
    found = years_before(dates("2024-02-29", "2024-02-29", "2023-12-31"), np.array([1, 4, 50]))
    np.testing.assert_array_equal(found, dates("2023-02-28", "2020-02-29", "1973-12-31"))


@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 1, 1)),
    st.dates(datetime.date(2030, 1, 1), datetime.date(2060, 1, 1)),
)
def test_age_counts_the_birthdays(birth: datetime.date, on: datetime.date) -> None:
    """Against counting the years whose (month, day) has come."""
    expected = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
    assert completed_years(dates(str(birth)), dates(str(on)))[0] == expected


@given(
    st.dates(datetime.date(2019, 1, 1), datetime.date(2024, 12, 31)),
    st.integers(18, 90),
    st.integers(0, 364),
)
def test_a_birth_date_made_for_an_age_has_that_age(
    start: datetime.date, age: int, days: int
) -> None:
    """The simulator's way from an age to a date of birth must lead back, leap years included."""
    on = dates(str(start))
    birth = years_before(on, np.array([age])) - np.timedelta64(days, "D")
    assert completed_years(birth, on)[0] == age
