"""Endpoints made of dates: sources of the event, of its competitors and of the end of follow-up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days, as_text, is_one_of
from spine_outcomes.cohort.places import Fault, raise_problems
from spine_outcomes.endpoints.follow_up import FollowUp, follow_up, follow_up_columns
from spine_outcomes.endpoints.history import History
from spine_outcomes.errors import Finding, Problem, people
from spine_outcomes.study.endpoint import Endpoint, Source, as_tuple
from spine_outcomes.study.plan import AnalysisPlan

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

DAY_ZERO = np.datetime64("1970-01-01", "D")


@dataclass(frozen=True, eq=False)
class _Dates:
    """The dates of one endpoint on n rows.

    Parameters
    ----------
    origin : ndarray, shape (n,)
        Day of the origin.
    limit : ndarray, shape (n,)
        Days from the origin to the cut-off; infinite without one.
    sources, states : tuples, length s
        Each source in the plan's order, the event's first, and its state 1, 2, 3, …
    happened : ndarray of bool, shape (n, s)
        Whether the flag of each source says that it happened (or there is a date, without flag).
    day : ndarray, shape (n, s)
        Days from the origin to each source that happened; NaN elsewhere.
    """

    origin: Floats
    limit: Floats
    sources: tuple[Source, ...]
    states: NDArray[np.int64]
    happened: Bools
    day: Floats


def from_dates(cohort: Cohort, plan: AnalysisPlan, endpoint: Endpoint) -> History:
    """Time and status from dates; the earliest source wins, on one day the first in the plan.

    Raises
    ------
    CohortError
        If a row has no origin or one after the cut-off, something happened without a date or before
        the origin, or an entry is missing.
    """
    frame = cohort.frame
    origin_column = str(plan.origin)
    ends = follow_up_columns(endpoint, plan)
    dates = _dates(frame, plan, endpoint)
    end = follow_up(frame, endpoint, plan, dates.origin, dates.limit)
    entry = None if endpoint.entry is None else as_days(frame[endpoint.entry]) - dates.origin
    raise_problems(
        [
            *_origin_problems(cohort, origin_column, dates),
            *_source_problems(cohort, origin_column, dates),
            *_early_ends(cohort, origin_column, dates, ends),
            *_entry_problems(cohort, endpoint, entry),
        ]
    )
    seen = np.where(dates.day <= dates.limit[:, None], dates.day, np.inf)
    first = seen.argmin(axis=1)
    first_day = np.take_along_axis(seen, first[:, None], axis=1)[:, 0]
    has_event = np.isfinite(first_day)
    status = np.where(has_event, dates.states[first], 0)
    is_tied = (seen == first_day[:, None]) & (dates.states != status[:, None])
    is_entered = True if entry is None else entry <= dates.limit
    return History(
        time=np.where(has_event, first_day, end.end),
        status=status,
        entry=None if entry is None else np.maximum(entry, 0.0),
        is_followed=end.is_known & is_entered,
        unit="days",
        findings=(
            *_cutoff_finding(plan, endpoint, dates, end, status),
            *_same_day_finding(has_event & is_tied.any(axis=1)),
            *_unknown_finding(frame, dates, end),
            *_unfollowed_finding(cohort, plan, endpoint, (status == 0) & ~end.is_known),
        ),
    )


def _dates(frame: pd.DataFrame, plan: AnalysisPlan, endpoint: Endpoint) -> _Dates:
    """Dates as days from the origin."""
    origin = as_days(frame[str(plan.origin)])
    limit = np.full(len(frame), np.inf)
    if plan.cutoff is not None:
        limit = (np.datetime64(plan.cutoff, "D") - DAY_ZERO).astype(np.float64) - origin
    groups = (endpoint.event, *endpoint.competing.values())
    states = np.array([i for i, group in enumerate(groups, start=1) for _ in group])
    happened = np.column_stack([_happened(source, frame) for source in endpoint.sources])
    day = np.column_stack([as_days(frame[source.date]) - origin for source in endpoint.sources])
    return _Dates(
        origin, limit, endpoint.sources, states, happened, np.where(happened, day, np.nan)
    )


def _happened(source: Source, frame: pd.DataFrame) -> Bools:
    """Whether a source happened, by its flag or, without one, by its date."""
    if source.flag is None or source.equals is None:
        return frame[source.date].notna().to_numpy()
    return is_one_of(frame[source.flag], as_tuple(source.equals))


def _origin_problems(cohort: Cohort, column: str, dates: _Dates) -> Iterator[Problem]:
    """Rows without an origin, or with one after the cut-off, which the selection leaves out."""
    fix = "Give it in the source."
    missing = Fault("E_ORIGIN_MISSING", "the origin is missing", fix)
    yield from cohort.places.problems(np.flatnonzero(np.isnan(dates.origin)), missing, column)
    late = Fault("E_AFTER_CUTOFF", "the origin lies after the data cut-off", "Select rows first.")
    yield from cohort.places.problems(np.flatnonzero(dates.limit < 0), late, column)


def _source_problems(cohort: Cohort, origin: str, dates: _Dates) -> Iterator[Problem]:
    """Events without a date, and events before the origin."""
    for i, source in enumerate(dates.sources):
        undated = dates.happened[:, i] & cohort.frame[source.date].isna().to_numpy()
        message = f"missing, although {source.flag} says that it happened"
        fault = Fault("E_NO_DATE", message, "Give the date, or correct the flag.")
        yield from cohort.places.problems(np.flatnonzero(undated), fault, source.date)
        yield from _before(cohort, origin, source.date, dates.day[:, i])


def _early_ends(
    cohort: Cohort, origin: str, dates: _Dates, columns: tuple[str, ...]
) -> Iterator[Problem]:
    """Follow-up that ends before the origin."""
    for column in columns:
        yield from _before(cohort, origin, column, as_days(cohort.frame[column]) - dates.origin)


def _before(cohort: Cohort, origin: str, column: str, day: Floats) -> Iterator[Problem]:
    """Dates before the origin, each with both dates and their difference."""
    text = cohort.frame[[origin, column]]

    def fault(row: int) -> Fault:
        start, date = (str(value)[:10] for value in text.iloc[row])
        message = f"before {origin} = {start} ({-day[row]:g} days): a time cannot be negative"
        return Fault("E_NEGATIVE_TIME", message, "Correct whichever is wrong.", date)

    yield from cohort.places.problems(np.flatnonzero(day < 0), fault, column)


def _entry_problems(cohort: Cohort, endpoint: Endpoint, entry: Floats | None) -> Iterator[Problem]:
    """Rows without their date of entry."""
    if entry is not None:
        fault = Fault("E_ENTRY_MISSING", "the entry is missing", "Give it in the source.")
        rows = np.flatnonzero(np.isnan(entry))
        yield from cohort.places.problems(rows, fault, endpoint.entry)


def _cutoff_finding(
    plan: AnalysisPlan,
    endpoint: Endpoint,
    dates: _Dates,
    end: FollowUp,
    status: NDArray[np.int64],
) -> Iterator[Finding]:
    """How much of what is recorded was unseen at the cut-off."""
    n_events = int((dates.day > dates.limit[:, None]).any(axis=1).sum())
    n_ends = int((end.is_replaced & (status == 0)).sum())
    if plan.cutoff is None or not (n_events or n_ends):
        return
    has_earlier = endpoint.censor is not None and endpoint.censor.or_before
    instead = "the latest date known by then, else the cut-off" if has_earlier else "the cut-off"
    message = (
        f"Data cut-off {plan.cutoff.isoformat()}: {people(n_events)} rows have an event after it, "
        f"which is unseen; {people(n_ends)} rows censored have a later end of follow-up, replaced "
        f"by {instead}."
    )
    yield Finding("W_AFTER_CUTOFF", message, "note", n=n_events + n_ends)


def _same_day_finding(is_tied: Bools) -> Iterator[Finding]:
    """How often the order of the sources decided."""
    n = int(is_tied.sum())
    if n:
        message = (
            f"{people(n)} rows have the event and a competing event, or two of those, on one day; "
            "the order of the plan decides, the event first."
        )
        yield Finding("W_SAME_DAY", message, "note", n=n)


def _unknown_finding(frame: pd.DataFrame, dates: _Dates, end: FollowUp) -> Iterator[Finding]:
    """Rows that do not say whether it happened: a date without flag, a yes-or-no without answer."""
    is_unknown = np.zeros(len(frame), dtype=bool)
    flags = dict.fromkeys(source.flag for source in dates.sources if source.flag is not None)
    for source in dates.sources:
        if source.flag is not None:
            is_question = pd.api.types.is_bool_dtype(frame[source.flag].dtype)
            is_asked = frame[source.date].notna().to_numpy() | (is_question & end.is_known)
            is_unknown |= frame[source.flag].isna().to_numpy() & is_asked
    n = int(is_unknown.sum())
    if n:
        message = (
            f"{people(n)} rows do not say whether it happened ({', '.join(flags)} missing); they "
            "count as without it up to the end of their follow-up."
        )
        yield Finding("W_UNKNOWN_STATUS", message, "serious", n=n)


def _unfollowed_finding(
    cohort: Cohort, plan: AnalysisPlan, endpoint: Endpoint, is_unfollowed: Bools
) -> Iterator[Finding]:
    """Rows without any follow-up, by arm: if the arms differ, what is seen differs."""
    n = int(is_unfollowed.sum())
    if n == 0 or endpoint.censor is None:
        return
    arms = as_text(cohort.frame[plan.arms.column])[is_unfollowed].value_counts()
    codes = plan.arms.codes
    by_arm = ", ".join(f"{people(int(arms.get(code, 0)))} in arm {code}" for code in codes)
    label = cohort.dictionary[endpoint.censor.date].label
    end = (
        "are followed for one planned interval at most"
        if endpoint.imaging_end == "scan_plus_interval"
        else "are censored at time 0 and add nothing"
    )
    message = f"{people(n)} rows ({by_arm}) have no follow-up ({label}): they {end}."
    yield Finding("W_NO_FOLLOW_UP", message, n=n)
