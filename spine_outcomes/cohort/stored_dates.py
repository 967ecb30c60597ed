"""Days as statistical programs store them: numbers that a display format makes dates of."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from spine_outcomes.cohort.source_file import SPSS

_DAY = 24 * 60 * 60
_SIGNS = "[BCDNPS]?"
_SAS_DAY = re.compile(
    rf"DATE|(DDMMYY|MMDDYY|YYMMDD){_SIGNS}|JULIAN|WEEKDAT[EX]|WORDDAT[EX]|(E8601|B8601|IS8601)DA"
)
_SAS_SECOND = re.compile(
    "DATETIME|DATEAMPM|MDYAMPM|DTDATE|(E8601|B8601|IS8601)D[TN]|NLDATM|YMDDTTM"
)
_SPSS_SECOND = re.compile(r"([AEJS]?DATE|DATETIME|YMDHMS)[0-9.]*")
_STATA_DAY = re.compile(r"%-?t?d.*", re.DOTALL)
_STATA_MILLISECOND = re.compile(r"%-?t[cC].*", re.DOTALL)


class Clock(NamedTuple):
    """How a program counts time: from which day, and in how many units a day."""

    zero: datetime.date
    per_day: int


_SIXTIES = datetime.date(1960, 1, 1)
_GREGORIAN = datetime.date(1582, 10, 14)


def clock_of(suffix: str, display: str | None) -> Clock | None:
    """Give the clock of a column by its display format; None where that shows no whole date.

    Parameters
    ----------
    suffix
        Suffix of the file, which names the program.
    display
        Display format, as the program writes it: ``YYMMDD10.``, ``EDATE10``, ``%td``.
    """
    text = display or ""
    if suffix == ".dta":
        if _STATA_MILLISECOND.fullmatch(text):
            return Clock(_SIXTIES, _DAY * 1000)
        return Clock(_SIXTIES, 1) if _STATA_DAY.fullmatch(text) else None
    if suffix in SPSS:
        return Clock(_GREGORIAN, _DAY) if _SPSS_SECOND.fullmatch(text) else None
    name = re.sub(r"[0-9]*\.?[0-9]*$", "", text.upper())
    if _SAS_DAY.fullmatch(name):
        return Clock(_SIXTIES, 1)
    return Clock(_SIXTIES, _DAY) if _SAS_SECOND.fullmatch(name) else None


def date_text(value: float, clock: Clock, date_format: str) -> str | None:
    """Write the day of a stored number; one with a time of day keeps it, to be refused later.

    None where the calendar has no such day.

    Examples
    --------
    >>> date_text(23000.0, Clock(datetime.date(1960, 1, 1), 1), "%Y-%m-%d")
    '2022-12-21'
    """
    days, rest = divmod(value, clock.per_day)
    try:
        date = clock.zero + datetime.timedelta(days=days)
        if not rest:
            return date.strftime(date_format)
        seconds = datetime.timedelta(days=rest / clock.per_day)
        return str(datetime.datetime.combine(date, datetime.time()) + seconds)
    except (OverflowError, ValueError):
        return None
