"""Display formats that show a whole day, and the day that a stored number is."""

from __future__ import annotations

import datetime

import pytest

from spine_outcomes.cohort.stored_dates import clock_of, date_text

DAY = 86_400


@pytest.mark.parametrize(
    ("suffix", "display", "stored"),
    [
        (".sas7bdat", "DATE9", 21_310),
        (".sas7bdat", "YYMMDD10.", 21_310),
        (".xpt", "DDMMYYP10", 21_310),
        (".xpt", "e8601da10.", 21_310),
        (".xpt", "WEEKDATE29", 21_310),
        (".xpt", "DATETIME20.", 21_310 * DAY),
        (".xpt", "DTDATE9", 21_310 * DAY),  # a moment that is shown as its day
        (".sav", "EDATE10", 13_744_944_000),
        (".zsav", "DATETIME23.2", 13_744_944_000),
        (".sav", "YMDHMS16", 13_744_944_000),
        (".dta", "%td", 21_310),
        (".dta", "%tdD_m_Y", 21_310),
        (".dta", "%d", 21_310),
        (".dta", "%tc", 21_310 * DAY * 1000),
        (".dta", "%-tcDD/NN/CCYY", 21_310 * DAY * 1000),
    ],
)
def test_a_format_of_a_whole_day(suffix: str, display: str, stored: int) -> None:
    """2018-05-06, as each program counts it: from 1960, or from 1582 in seconds."""
    clock = clock_of(suffix, display)
    assert clock is not None
    assert date_text(float(stored), clock, "%Y-%m-%d") == "2018-05-06"
    assert date_text(float(stored), clock, "%d.%m.%Y") == "06.05.2018"


@pytest.mark.parametrize(
    ("suffix", "display"),
    [
        (".sas7bdat", "MONYY7"), (".sas7bdat", "YEAR4"), (".sas7bdat", "TIME8"),
        (".sas7bdat", "BEST12"), (".xpt", "E8601DZ20"), (".xpt", None), (".xpt", "DATES"),
        (".sav", "MOYR8"), (".sav", "TIME8"), (".sav", "WKDAY9"), (".sav", "F8.2"),
        (".dta", "%tm"), (".dta", "%tw"), (".dta", "%ty"), (".dta", "%9.0g"), (".dta", "%-9s"),
    ],
)  # fmt: skip
def test_a_format_that_shows_no_whole_day(suffix: str, display: str | None) -> None:
    """A month has no day, a time has no date, and one with a zone may have another."""
    assert clock_of(suffix, display) is None


def test_a_time_of_day_stays_to_be_seen() -> None:
    clock = clock_of(".xpt", "DATETIME20.")
    assert clock is not None
    assert date_text(21_310.0 * DAY + 36_610, clock, "%Y-%m-%d") == "2018-05-06 10:10:10"
    days = clock_of(".xpt", "DATE9")
    assert days is not None
    assert date_text(21_310.5, days, "%Y-%m-%d") == "2018-05-06 12:00:00"


@pytest.mark.parametrize("value", [1e9, -1e9, 1e300, float("inf")])
def test_a_day_that_no_calendar_has(value: float) -> None:
    """The year 10 000 and whatever a damaged file holds."""
    clock = clock_of(".dta", "%td")
    assert clock is not None
    assert date_text(value, clock, "%Y-%m-%d") is None
    assert clock.zero == datetime.date(1960, 1, 1)
