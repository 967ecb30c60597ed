"""What a series of images says of each lesion: the last look, and failure once confirmed.

One suspicious image is no failure: swelling after treatment looks alike and goes. A failure is
dated at the first image of an unbroken run of suspicious or progressive ones, once the run holds a
progression and a second image, or something else (biopsy, symptoms, salvage) has confirmed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLEAN, SUSPICIOUS, PROGRESSION = 0, 1, 2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Looks:
    """Evaluable images, one a lesion and day, sorted by (lesion, day).

    Parameters
    ----------
    lesion : ndarray of int, shape (k,)
        Number of the lesion, 0 to n − 1.
    day : ndarray, shape (k,)
        Day of the image, on any scale of days.
    status : ndarray of int, shape (k,)
        0 clean, 1 suspicious, 2 progression: the largest of that day.
    """

    lesion: Ints
    day: Floats
    status: Ints

    @property
    def opens_lesion(self) -> NDArray[np.bool_]:
        """Whether an image is the first of its lesion, shape (k,)."""
        return np.append(True, self.lesion[1:] != self.lesion[:-1])[: len(self.lesion)]


@dataclass(frozen=True, eq=False)
class Failure:
    """Confirmed failure of n lesions.

    Parameters
    ----------
    day, confirmed : ndarray, shape (n,)
        Day of the first image that showed it, and day on which it was confirmed; NaN without one.
    """

    day: Floats
    confirmed: Floats


def looks(lesion: Ints, day: Floats, status: Ints) -> Looks:
    """Images (k,) in any order, those of one lesion and day taken together."""
    order = np.lexsort((-status, day, lesion))
    lesion, day, status = lesion[order], day[order], status[order]
    is_new = np.append(True, (lesion[1:] != lesion[:-1]) | (day[1:] != day[:-1]))[: len(lesion)]
    return Looks(lesion[is_new], day[is_new], status[is_new])


def last_look(seen: Looks, n: int) -> Floats:
    """Day of the last evaluable image of each of n lesions; NaN without one."""
    last = np.full(n, np.nan)
    last[seen.lesion] = seen.day  # sorted by day: the last of a lesion stays
    return last


def confirmed_failure(seen: Looks, n: int, otherwise: Sequence[Floats] = ()) -> Failure:
    """First confirmed failure of each lesion.

    Parameters
    ----------
    seen
        Evaluable images.
    n
        Number of lesions.
    otherwise : sequence of ndarray, shape (n,)
        Days on which something other than an image confirmed a failure (biopsy, salvage), NaN where
        it did not: each confirms the run of images that it falls into, up to the next clean image.

    Notes
    -----
    After SPINO (Thibault 2015, Lancet Oncol 16:e595). Suspicious on 1 June and clean on 1 August is
    no failure; suspicious on 1 June and progression on 1 August is a failure of 1 June; suspicious
    alone, and then death, is none.

    Examples
    --------
    >>> seen = looks(np.zeros(3, int), np.array([0.0, 60.0, 120.0]), np.array([0, 1, 2]))
    >>> confirmed_failure(seen, 1).day
    array([60.])
    """
    runs = _runs(seen)
    confirmed = np.maximum(runs.second, runs.progression)
    for days in otherwise:
        other = days[runs.lesion]
        fits = (other >= runs.first) & (other < runs.next_clean)
        confirmed = np.where(fits, np.minimum(confirmed, other), confirmed)
    at = np.flatnonzero(np.isfinite(confirmed))[::-1]  # backwards: the first of a lesion stays
    failure = Failure(np.full(n, np.nan), np.full(n, np.nan))
    failure.day[runs.lesion[at]] = runs.first[at]
    failure.confirmed[runs.lesion[at]] = confirmed[at]
    return failure


def last_clean(seen: Looks, failure: Floats) -> Floats:
    """Day of the last clean image before the failure (n,), of any where there is none."""
    last = np.full(len(failure), np.nan)
    before = np.where(np.isnan(failure), np.inf, failure)[seen.lesion]
    is_clean = (seen.status == CLEAN) & (seen.day < before)
    last[seen.lesion[is_clean]] = seen.day[is_clean]
    return last


@dataclass(frozen=True, eq=False)
class _Runs:
    """Unbroken runs of images that are not clean, in the order of the images.

    Parameters
    ----------
    lesion, first : ndarray, shape (r,)
        Lesion, and day of the first image.
    second, progression, next_clean : ndarray, shape (r,)
        Day of the second image, of the first progression, of the clean image that ends the run;
        infinite without one.
    """

    lesion: Ints
    first: Floats
    second: Floats
    progression: Floats
    next_clean: Floats


def _runs(seen: Looks) -> _Runs:
    """Find the runs."""
    is_bad = seen.status >= SUSPICIOUS
    follows_bad = np.append(False, is_bad[:-1])[: len(is_bad)] & ~seen.opens_lesion
    start = np.flatnonzero(is_bad & ~follows_bad)
    run = np.cumsum(is_bad & ~follows_bad) - 1
    inf = np.full(len(start), np.inf)
    second, progression, next_clean = inf, inf.copy(), inf.copy()
    after = start[start + 1 < len(is_bad)] + 1
    after = after[is_bad[after] & follows_bad[after]]
    second[run[after]] = seen.day[after]
    is_progression = np.flatnonzero(is_bad & (seen.status == PROGRESSION))[::-1]
    progression[run[is_progression]] = seen.day[is_progression]
    ends = ~is_bad & follows_bad
    next_clean[run[ends]] = seen.day[ends]
    return _Runs(seen.lesion[start], seen.day[start], second, progression, next_clean)
