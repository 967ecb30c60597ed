"""Age in completed years, by the calendar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Dates = NDArray[np.datetime64]


def completed_years(birth: Dates, on: Dates) -> NDArray[np.int64]:
    """Birthdays passed from ``birth`` to ``on``.

    Days divided by 365.25 would lose the birthday itself: from 1962-03-01 to 2023-03-01 they give
    60.9993, and the age is 61. Somebody born on 29 February has the birthday on 1 March in a
    common year.

    Parameters
    ----------
    birth, on : ndarray of datetime64, shape (n,)
        Date of birth, and the date at which the age is asked.

    Returns
    -------
    ndarray of int, shape (n,)

    Examples
    --------
    >>> completed_years(np.array(["1962-03-01"], "M8[D]"), np.array(["2023-03-01"], "M8[D]"))
    array([61])
    """
    (birth_year, birth_day), (year, day) = _year_and_day(birth), _year_and_day(on)
    return np.asarray(year - birth_year - (day < birth_day), dtype=np.int64)


def years_before(dates: Dates, years: NDArray[np.int64]) -> Dates:
    """The same calendar day ``years`` earlier; 29 February becomes 28 where there is none."""
    months = dates.astype("datetime64[M]")
    day = (dates.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    earlier = months - (12 * years).astype("timedelta64[M]")
    first, next_first = earlier.astype("datetime64[D]"), (earlier + 1).astype("datetime64[D]")
    length = (next_first - first).astype(np.int64)
    return np.asarray(first + np.minimum(day, length - 1).astype("timedelta64[D]"))


def _year_and_day(dates: Dates) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Calendar year, and month and day as one number that orders days within a year."""
    years, months = dates.astype("datetime64[Y]"), dates.astype("datetime64[M]")
    month = (months - years.astype("datetime64[M]")).astype(np.int64)
    day = (dates.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    return years.astype(np.int64), 32 * month + day
