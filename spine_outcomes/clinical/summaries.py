"""The derivations that summarise a long table: one value a lesion from its images, visits, events.

As in `spine_outcomes.clinical.derivations`, with k records in place of n rows; a column of the
cohort is repeated on each record. Nothing dated before ``since`` counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from spine_outcomes.clinical import images
from spine_outcomes.clinical.derivations import (
    Bools,
    Codes,
    Derived,
    Floats,
    Formula,
    Ints,
    Values,
    by_code,
)
from spine_outcomes.clinical.toxicity import (
    Known,
    Toxicities,
    severe_day,
    within,
    worst_day,
    worst_grade,
)

PAIN_VISIT = (91, 61, 121)
"""Day of the visit at three months, and the first and last day that still count as it."""


@dataclass(frozen=True, eq=False)
class Records:
    """Which lesion each of k records belongs to.

    Parameters
    ----------
    lesion : ndarray of int, shape (k,)
        Number of the lesion, 0 to n − 1.
    n
        Number of lesions.
    """

    lesion: Ints
    n: int

    def of_lesions(self, values: Floats) -> Floats:
        """Value that the records (k,) of each lesion share, (n,); NaN without a record."""
        found = np.full(self.n, np.nan)
        found[self.lesion] = values
        return found

    @property
    def has_some(self) -> Bools:
        """Whether a lesion has records, shape (n,)."""
        return np.bincount(self.lesion, minlength=self.n) > 0


def _looks(
    records: Records, date: Floats, since: Floats, status: Codes, is_meant: Bools | None = None
) -> images.Looks:
    """Evaluable images after the start, their status coded 0 clean, 1 suspicious, 2 progression."""
    codes = {str(code): code for code in (images.CLEAN, images.SUSPICIOUS, images.PROGRESSION)}
    found = by_code(status, (codes.get(str(code), -1) for code in status.categories), -1)
    is_seen = (date >= since) & (found >= 0)
    if is_meant is not None:
        is_seen &= is_meant
    return images.looks(records.lesion[is_seen], date[is_seen], found[is_seen])


def _last_image(
    records: Records, *, date: Floats, since: Floats, status: Codes, where: Floats | None = None
) -> Derived:
    """Last evaluable image; of those where a column says yes, if one is named."""
    seen = _looks(records, date, since, status, None if where is None else where == 1)
    return Derived(images.last_look(seen, records.n), is_known=np.ones(records.n, dtype=bool))


def _n_images(
    records: Records, *, date: Floats, since: Floats, modality: Codes, modalities: Iterable[Any]
) -> Derived:
    """Images of some modalities, whether they could be read or not."""
    wanted = {str(code) for code in modalities}
    is_meant = by_code(modality, (str(code) in wanted for code in modality.categories), False)
    count = np.bincount(records.lesion[is_meant & (date >= since)], minlength=records.n)
    return Derived(count.astype(np.float64), is_known=np.ones(records.n, dtype=bool))


def _failures(
    records: Records, *, date: Floats, since: Floats, status: Codes, confirmed: Floats | None = None
) -> tuple[images.Looks, images.Failure, Bools]:
    """Images, the failure that they show, and whether there are any."""
    seen = _looks(records, date, since, status)
    otherwise = None if confirmed is None else records.of_lesions(confirmed)
    has_look = np.bincount(seen.lesion, minlength=records.n) > 0
    return seen, images.confirmed_failure(seen, records.n, otherwise), has_look


@wraps(_failures, assigned=())
def _failure(records: Records, **given: Any) -> Values:
    """1 where a failure is confirmed, 0 where images show none, unknown without an image."""
    _, failure, has_look = _failures(records, **given)
    return np.where(has_look, np.isfinite(failure.day), np.nan)


@wraps(_failures, assigned=())
def _failure_date(records: Records, **given: Any) -> Derived:
    """First image of a confirmed failure."""
    _, failure, has_look = _failures(records, **given)
    return Derived(failure.day, is_known=has_look)


@wraps(_failures, assigned=())
def _failure_confirmed(records: Records, **given: Any) -> Derived:
    """Day on which the failure was confirmed."""
    _, failure, has_look = _failures(records, **given)
    return Derived(failure.confirmed, is_known=has_look)


@wraps(_failures, assigned=())
def _last_clean_image(records: Records, **given: Any) -> Derived:
    """Last clean image before the confirmed failure."""
    seen, failure, has_look = _failures(records, **given)
    return Derived(images.last_clean(seen, failure.day), is_known=has_look)


@dataclass(frozen=True, eq=False)
class _Asked:
    """Events of the terms, days and attribution asked for, and the lesions of which that is known.

    Parameters
    ----------
    events
        Days from the start of treatment.
    is_undecided : ndarray of bool, shape (n,)
        Lesions with an event that lacks what decides whether it is meant.
    """

    events: Toxicities
    is_undecided: Bools


def _asked(
    records: Records,
    *,
    term: Codes,
    grade: Floats,
    onset: Floats,
    severe: Floats,
    since: Floats,
    attribution: Floats | None = None,
    terms: Iterable[str] = (),
    other_than: Iterable[str] = (),
    related_at_least: float | None = None,
    first_day: float = 0,
    last_day: float | None = None,
) -> _Asked:
    """Events of some terms (none named: of all), within some days, related if that is asked."""
    named = {text.casefold() for text in terms}
    others = {text.casefold() for text in other_than}
    folded = [str(text).casefold() for text in term.categories]
    is_meant = by_code(term, ((not named or t in named) and t not in others for t in folded), False)
    unknown = np.full(len(grade), np.nan)
    events = Toxicities(
        records.lesion, grade, onset - since, severe - since,
        unknown if attribution is None else attribution,
    ).take(is_meant.astype(bool))  # fmt: skip
    meant, is_undecided = within(
        events,
        first_day=first_day,
        last_day=np.inf if last_day is None else last_day,
        related_at_least=related_at_least,
    )
    undecided = np.zeros(records.n, dtype=bool)
    undecided[events.lesion[is_undecided]] = True
    return _Asked(meant, undecided)


@wraps(_asked, assigned=())
def _worst_grade(records: Records, **given: Any) -> Derived:
    """Largest grade."""
    asked = _asked(records, **given)
    worst = worst_grade(asked.events, records.n)
    return Derived(worst, is_known=~np.isnan(worst) & ~asked.is_undecided)


@wraps(_asked, assigned=())
def _worst_grade_date(records: Records, **given: Any) -> Derived:
    """Day of the largest grade."""
    asked = _asked(records, **given)
    return _dated(worst_day(asked.events, records.n), asked, records, given)


@wraps(_asked, assigned=())
def _severe(records: Records, **given: Any) -> Derived:
    """1 where grade 3 was reached, 0 where every event assessed stayed below."""
    asked = _asked(records, **given)
    worst = worst_grade(asked.events, records.n)
    reached = np.where(np.isnan(worst), np.nan, worst >= 3)
    return Derived(reached, is_known=~np.isnan(worst) & ~asked.is_undecided)


@wraps(_asked, assigned=())
def _severe_date(records: Records, **given: Any) -> Derived:
    """First day on which grade 3 was reached."""
    asked = _asked(records, **given)
    return _dated(severe_day(asked.events, records.n), asked, records, given)


def _dated(found: Known, asked: _Asked, records: Records, given: Mapping[str, Any]) -> Derived:
    """Days from the start as dates."""
    date = found.value + records.of_lesions(given["since"])
    return Derived(date, is_known=found.is_known & ~asked.is_undecided)


def _value_near(
    records: Records,
    *,
    value: Floats,
    date: Floats,
    since: Floats,
    day: float = PAIN_VISIT[0],
    earliest: float = PAIN_VISIT[1],
    latest: float = PAIN_VISIT[2],
) -> Derived:
    """Value nearest to a day after the start, within a window; the larger one of equals."""
    at = date - since
    rows = np.flatnonzero((at >= earliest) & (at <= latest) & ~np.isnan(value))
    order = rows[np.lexsort((-value[rows], at[rows], np.abs(at[rows] - day)))][::-1]
    found = np.full(records.n, np.nan)
    found[records.lesion[order]] = value[order]  # backwards: the nearest of a lesion stays
    return Derived(found, is_known=records.has_some)


def _first_event(
    records: Records, *, date: Floats, since: Floats, kind: Codes, kinds: Iterable[Any]
) -> tuple[Floats, Values]:
    """Day and kind of the first event of some kinds; NaN and empty without one."""
    wanted = {str(code) for code in kinds}
    is_meant = by_code(kind, (str(code) in wanted for code in kind.categories), False)
    rows = np.flatnonzero(is_meant & (date >= since))
    order = rows[np.lexsort((kind.codes[rows], date[rows]))][::-1]
    day, first = np.full(records.n, np.nan), np.full(records.n, -1)
    day[records.lesion[order]] = date[order]
    first[records.lesion[order]] = kind.codes[order]
    return day, np.append(np.asarray(kind.categories, dtype=str), "")[first]


@wraps(_first_event, assigned=())
def _event(records: Records, **given: Any) -> Values:
    """1 where there was such an event, else 0: the table lists all there were."""
    day, _ = _first_event(records, **given)
    return np.isfinite(day).astype(np.float64)


@wraps(_first_event, assigned=())
def _event_date(records: Records, **given: Any) -> Derived:
    """Date of the first such event."""
    day, _ = _first_event(records, **given)
    return Derived(day, is_known=np.ones(records.n, dtype=bool))


@wraps(_first_event, assigned=())
def _event_kind(records: Records, **given: Any) -> Derived:
    """Kind of the first such event."""
    _, kind = _first_event(records, **given)
    return Derived(kind, is_known=np.ones(records.n, dtype=bool))


def _failure_words(given: Mapping[str, Any]) -> str:
    other = " or by what is recorded beside them" if given["confirmed"] is not None else ""
    return (
        "Failure: dated at the first of a run of suspicious or progressive images, once a second "
        f"image and a progression confirm it{other}; one suspicious image, or one followed by a "
        "clean image, is none."
    )


def _toxicity_words(given: Mapping[str, Any]) -> str:
    first, last, least = given["first_day"], given["last_day"], given["related_at_least"]
    days = "on any day"
    if last is not None:
        days = f"on day {first:g} to {last:g} from the start of treatment"
    elif first > 0:
        days = f"from day {first:g} after the start of treatment"
    cause = "of any cause" if least is None else f"with attribution {least:g} or more"
    return f"Toxicity that began {days}, {cause}; grade 3 counts from the day it was reached."


def _pain_visit_words(given: Mapping[str, Any]) -> str:
    return (
        f"Assessment nearest to day {given['day']:g}, from day {given['earliest']:g} to "
        f"{given['latest']:g} after the start of treatment."
    )


SUMMARIES: Mapping[str, Formula] = {
    "last_image": Formula(_last_image),
    "n_images": Formula(_n_images),
    "failure": Formula(_failure, _failure_words),
    "failure_date": Formula(_failure_date, _failure_words),
    "failure_confirmed": Formula(_failure_confirmed, _failure_words),
    "last_clean_image": Formula(_last_clean_image, _failure_words),
    "worst_grade": Formula(_worst_grade, _toxicity_words),
    "worst_grade_date": Formula(_worst_grade_date, _toxicity_words),
    "severe": Formula(_severe, _toxicity_words),
    "severe_date": Formula(_severe_date, _toxicity_words),
    "value_near": Formula(_value_near, _pain_visit_words),
    "event": Formula(_event),
    "event_date": Formula(_event_date),
    "event_kind": Formula(_event_kind),
}
"""Summaries of a long table by the name that a dictionary gives them."""
