"""What a table of toxicity says of a lesion as columns: worst grade, grade 3, and their days.

Terms, days of onset and attribution limit what counts; a lesion without a row for them was not
assessed, and its grade is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from spine_outcomes.clinical.formula import Codes, Derived, Formula, by_code
from spine_outcomes.clinical.records import Bools, Floats, Records
from spine_outcomes.clinical.toxicity import (
    SEVERE,
    Known,
    Toxicities,
    severe_day,
    within,
    worst_day,
    worst_grade,
)


@dataclass(frozen=True, eq=False)
class _Asked:
    """Events of the terms, days and attribution asked for.

    Parameters
    ----------
    events
        Days from the start of treatment.
    is_undecided : ndarray of bool, shape (n,)
        Rows with an event that lacks what decides whether it is meant.
    """

    events: Toxicities
    is_undecided: Bools


def _asked(
    records: Records,
    /,
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
    """Choose the events: of some terms, within some days, related if that is asked.

    What reached grade 3 only after the data cut-off was at most of grade 2 by then.
    """
    named = {text.casefold() for text in terms}
    others = {text.casefold() for text in other_than}
    folded = [str(text).casefold() for text in term.categories]
    is_meant = by_code(term, ((not named or t in named) and t not in others for t in folded), False)
    unknown = np.full(len(grade), np.nan)
    seen_grade = np.where(severe > records.until, np.fmin(grade, SEVERE - 1), grade)
    events = Toxicities(
        records.row, seen_grade, onset - since, severe - since,
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


_Pick = Callable[[Toxicities, int], Known]


def _of_events(pick: _Pick, *, is_date: bool) -> Callable[..., Derived]:
    """A column of the events asked for, whose days count from the start of treatment."""

    @wraps(_asked)
    def compute(records: Records, /, **given: Any) -> Derived:
        asked = _asked(records, **given)
        found = pick(asked.events, records.n)
        start = records.of_rows(given["since"]) if is_date else 0.0
        return Derived(found.value + start, is_known=found.is_known & ~asked.is_undecided)

    return compute


def _worst(events: Toxicities, n: int) -> Known:
    """Largest grade."""
    worst = worst_grade(events, n)
    return Known(worst, ~np.isnan(worst))


def _is_severe(events: Toxicities, n: int) -> Known:
    """1 where grade 3 was reached, 0 where every event assessed stayed below."""
    worst = worst_grade(events, n)
    return Known(np.where(np.isnan(worst), np.nan, worst >= SEVERE), ~np.isnan(worst))


def _words(given: Mapping[str, Any]) -> str:
    first, last, least = given["first_day"], given["last_day"], given["related_at_least"]
    days = "on any day"
    if last is not None:
        days = f"on day {first:g} to {last:g} from the start of treatment"
    elif first > 0:
        days = f"from day {first:g} after the start of treatment"
    cause = "of any cause" if least is None else f"with attribution {least:g} or more"
    return f"Toxicity that began {days}, {cause}; grade 3 counts from the day it was reached."


TOXICITY_SUMMARIES: Mapping[str, Formula] = {
    "worst_grade": Formula(_of_events(_worst, is_date=False), _words),
    "worst_grade_date": Formula(_of_events(worst_day, is_date=True), _words),
    "severe": Formula(_of_events(_is_severe, is_date=False), _words),
    "severe_date": Formula(_of_events(severe_day, is_date=True), _words),
}
"""Summaries of toxicity by the name that a dictionary gives them."""
