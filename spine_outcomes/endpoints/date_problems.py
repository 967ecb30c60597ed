"""Dates that cannot be: missing, before the origin, or on the wrong side of each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days
from spine_outcomes.cohort.places import Fault
from spine_outcomes.endpoints.follow_up import follow_up_columns
from spine_outcomes.endpoints.source_days import SourceDays
from spine_outcomes.errors import Problem, quoted
from spine_outcomes.study.endpoint import Endpoint
from spine_outcomes.study.plan import AnalysisPlan

Floats = NDArray[np.float64]


def date_problems(
    cohort: Cohort,
    plan: AnalysisPlan,
    endpoint: Endpoint,
    sources: SourceDays,
    entry: Floats | None,
) -> list[Problem]:
    """Every fault of the dates of an endpoint, each once."""
    origin = str(plan.origin)
    ends = follow_up_columns(endpoint, plan)
    found = [
        *_origin_problems(cohort, plan),
        *_source_problems(cohort, origin, sources),
        *_order_problems(cohort, sources),
        *_early_ends(cohort, origin, ends),
        *_entry_problems(cohort, endpoint, entry),
    ]
    return list(dict.fromkeys(found))


def _origin_problems(cohort: Cohort, plan: AnalysisPlan) -> Iterator[Problem]:
    """Rows without an origin, or with one after the cut-off, which the selection leaves out."""
    column = str(plan.origin)
    day = as_days(cohort.frame[column])
    missing = Fault("E_ORIGIN_MISSING", "the origin is missing", "Give it in the source.")
    yield from cohort.places.problems(np.flatnonzero(np.isnan(day)), missing, column)
    if plan.cutoff is not None:
        late = (cohort.frame[column] > np.datetime64(plan.cutoff, "D")).to_numpy(bool)
        fault = Fault(
            "E_AFTER_CUTOFF", "the origin lies after the data cut-off", "Select rows first."
        )
        yield from cohort.places.problems(np.flatnonzero(late), fault, column)


def _source_problems(cohort: Cohort, origin: str, sources: SourceDays) -> Iterator[Problem]:
    """Events without a date, and events before the origin."""
    for i, source in enumerate(sources.sources):
        undated = sources.happened[:, i] & cohort.frame[source.date].isna().to_numpy()
        message = f"missing, although {source.flag} says that it happened"
        fault = Fault("E_NO_DATE", message, "Give the date, or correct the flag.")
        yield from cohort.places.problems(np.flatnonzero(undated), fault, source.date)
        yield from _before(cohort, origin, source.date, sources.first[:, i])


def _order_problems(cohort: Cohort, sources: SourceDays) -> Iterator[Problem]:
    """A last clean day that does not come before the event, a confirmation that comes before it."""
    for i, source in enumerate(sources.sources):
        happened = sources.happened[:, i]
        day = as_days(cohort.frame[source.date])
        if source.last_clean is not None:
            wrong = happened & (as_days(cohort.frame[source.last_clean]) >= day)
            yield from _misplaced(cohort, source.date, source.last_clean, "before", wrong)
        if source.confirmed is not None:
            wrong = happened & (as_days(cohort.frame[source.confirmed]) < day)
            yield from _misplaced(cohort, source.date, source.confirmed, "at or after", wrong)


def _misplaced(
    cohort: Cohort, date: str, column: str, words: str, is_wrong: NDArray[np.bool_]
) -> Iterator[Problem]:
    """Dates on the wrong side of another, each with both."""
    text = cohort.frame[[date, column]]

    def fault(row: int) -> Fault:
        first, other = (str(value)[:10] for value in text.iloc[row])
        message = f"must be {words} {date} = {quoted(first)}"
        return Fault("E_DATE_ORDER", message, "Correct whichever is wrong.", other)

    yield from cohort.places.problems(np.flatnonzero(is_wrong), fault, column)


def _early_ends(cohort: Cohort, origin: str, columns: tuple[str, ...]) -> Iterator[Problem]:
    """Follow-up that ends before the origin."""
    start = as_days(cohort.frame[origin])
    for column in columns:
        yield from _before(cohort, origin, column, as_days(cohort.frame[column]) - start)


def _before(cohort: Cohort, origin: str, column: str, day: Floats) -> Iterator[Problem]:
    """Dates before the origin, each with both dates and their difference."""
    text = cohort.frame[[origin, column]]

    def fault(row: int) -> Fault:
        start, date = (str(value)[:10] for value in text.iloc[row])
        apart = f"{quoted(start)} ({-day[row]:g} days)"
        message = f"before {origin} = {apart}: a time cannot be negative"
        return Fault("E_NEGATIVE_TIME", message, "Correct whichever is wrong.", date)

    yield from cohort.places.problems(np.flatnonzero(day < 0), fault, column)


def _entry_problems(cohort: Cohort, endpoint: Endpoint, entry: Floats | None) -> Iterator[Problem]:
    """Rows without their date of entry."""
    if entry is not None:
        fault = Fault("E_ENTRY_MISSING", "the entry is missing", "Give it in the source.")
        rows = np.flatnonzero(np.isnan(entry))
        yield from cohort.places.problems(rows, fault, endpoint.entry)
