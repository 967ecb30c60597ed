"""Toxicity from a table of events: the worst grade, and when grade 3 was reached.

Grade 0 is assessed and absent; no row is not assessed and never 0. The onset of grade 1 is not the
day on which grade 3 was reached: a severe event without that day has no day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SEVERE = 3


@dataclass(frozen=True, eq=False)
class Toxicities:
    """Events of toxicity of one kind.

    Parameters
    ----------
    lesion : ndarray of int, shape (k,)
        Number of the lesion, 0 to n − 1.
    grade : ndarray, shape (k,)
        CTCAE grade, NaN where it was not assessed.
    onset, severe : ndarray, shape (k,)
        Day of onset and day on which grade 3 was reached, from the start of treatment; NaN where
        unknown.
    attribution : ndarray, shape (k,)
        1 unrelated to 5 definite, NaN where unknown.
    """

    lesion: Ints
    grade: Floats
    onset: Floats
    severe: Floats
    attribution: Floats

    def take(self, rows: Bools) -> Toxicities:
        """Some of the events."""
        return Toxicities(
            self.lesion[rows], self.grade[rows], self.onset[rows], self.severe[rows],
            self.attribution[rows],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Known:
    """A value of n lesions.

    Parameters
    ----------
    value : ndarray, shape (n,)
        NaN where there is none.
    is_known : ndarray of bool, shape (n,)
        Whether the events say what it is, or that there is none.
    """

    value: Floats
    is_known: Bools


def within(
    events: Toxicities, *, first_day: float, last_day: float, related_at_least: float | None
) -> tuple[Toxicities, Bools]:
    """Events that began within some days, related to treatment where that is asked.

    Parameters
    ----------
    events
        Events of n lesions.
    first_day, last_day
        Days from the start of treatment, both included.
    related_at_least
        Least attribution; None: of any cause.

    Returns
    -------
    events
        Those within; a grade 0, which has no onset, is within any days.
    is_undecided : ndarray of bool, shape (k,)
        Events of all that lack what decides it: the onset (where the days are limited) or the
        attribution.
    """
    is_absent = events.grade == 0
    has_limits = first_day > 0 or np.isfinite(last_day)
    in_days = (events.onset >= first_day) & (events.onset <= last_day)
    lacks_day = np.isnan(events.onset) & ~is_absent
    in_days = in_days | (lacks_day & (not has_limits))
    is_undecided = lacks_day & has_limits
    is_related = np.ones(len(is_absent), dtype=bool)
    if related_at_least is not None:
        is_related = events.attribution >= related_at_least
        is_undecided |= np.isnan(events.attribution) & ~is_absent
    return events.take(is_absent | (in_days & is_related)), is_undecided


def worst_grade(events: Toxicities, n: int) -> Floats:
    """Largest grade of each of n lesions; NaN where nothing was assessed.

    Examples
    --------
    >>> nothing = np.full(3, np.nan)
    >>> events = Toxicities(np.array([0, 0, 2]), np.array([1.0, 3.0, 0.0]), *[nothing] * 3)
    >>> worst_grade(events, 3)
    array([ 3., nan,  0.])
    """
    worst = np.full(n, -1.0)
    is_graded = ~np.isnan(events.grade)
    np.maximum.at(worst, events.lesion[is_graded], events.grade[is_graded])
    return np.where(worst < 0, np.nan, worst)


def worst_day(events: Toxicities, n: int) -> Known:
    """First day on which each lesion had its largest grade: of onset, or of grade 3 where severe.

    Not known where one of the events of that grade lacks its day.
    """
    worst = worst_grade(events, n)
    at = (events.grade == worst[events.lesion]) & (events.grade > 0)
    day = np.where(events.grade >= SEVERE, events.severe, events.onset)
    found = _first_day(events.lesion[at], day[at], n)
    return Known(found.value, found.is_known & ~np.isnan(worst))


def severe_day(events: Toxicities, n: int) -> Known:
    """First day on which each lesion reached grade 3; none where no event did.

    Not known where nothing was assessed, or one of the severe events lacks its day.
    """
    at = events.grade >= SEVERE
    found = _first_day(events.lesion[at], events.severe[at], n)
    return Known(found.value, found.is_known & ~np.isnan(worst_grade(events, n)))


def _first_day(lesion: Ints, day: Floats, n: int) -> Known:
    """Smallest day of each lesion, unknown where one is missing."""
    first = np.full(n, np.inf)
    np.minimum.at(first, lesion, np.where(np.isnan(day), np.inf, day))
    is_known = np.ones(n, dtype=bool)
    is_known[lesion[np.isnan(day)]] = False
    return Known(np.where(np.isfinite(first) & is_known, first, np.nan), is_known)
