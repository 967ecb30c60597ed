"""Endpoints made of dates: sources of the event, of its competitors and of the end of follow-up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days
from spine_outcomes.cohort.places import raise_problems
from spine_outcomes.endpoints.date_findings import date_findings
from spine_outcomes.endpoints.date_problems import date_problems
from spine_outcomes.endpoints.dated_rows import DatedRows
from spine_outcomes.endpoints.follow_up import FollowUp, follow_up
from spine_outcomes.endpoints.history import History
from spine_outcomes.endpoints.source_days import SourceDays, source_days
from spine_outcomes.study.endpoint import Endpoint
from spine_outcomes.study.plan import AnalysisPlan

Floats = NDArray[np.float64]

DAY_ZERO = np.datetime64("1970-01-01", "D")


def from_dates(cohort: Cohort, plan: AnalysisPlan, endpoint: Endpoint) -> History:
    """Time and status from dates; the earliest source wins, on one day the first in the plan.

    Raises
    ------
    CohortError
        If a row has no origin or one after the cut-off, something happened without a date or before
        the origin, was clean or confirmed on the wrong side of it, or an entry is missing.
    """
    frame = cohort.frame
    origin = as_days(frame[str(plan.origin)])
    limit = np.full(len(frame), np.inf)
    if plan.cutoff is not None:
        limit = (np.datetime64(plan.cutoff, "D") - DAY_ZERO).astype(np.float64) - origin
    sources = source_days(frame, endpoint, origin)
    entry = None if endpoint.entry is None else as_days(frame[endpoint.entry]) - origin
    raise_problems(date_problems(cohort, plan, endpoint, sources, entry))
    rows = _settle(endpoint, sources, limit, follow_up(frame, endpoint, plan, origin, limit))
    is_entered = True if entry is None else entry <= limit
    time, status = _time(rows), rows.status
    lower, upper = _bounds(rows, time)
    return History(
        time=time,
        status=status,
        entry=None if entry is None else np.maximum(entry, 0.0),
        is_followed=rows.end.is_known & is_entered,
        unit="days",
        lower=lower,
        upper=upper,
        findings=date_findings(cohort, plan, endpoint, rows),
    )


def _settle(endpoint: Endpoint, sources: SourceDays, limit: Floats, end: FollowUp) -> DatedRows:
    """Which sources count: known by the cut-off, inside their window, not too long unseen."""
    counts = sources.known <= limit[:, None]
    after = [-np.inf if s.after is None else s.after.days for s in sources.sources]
    until = [np.inf if s.until is None else s.until.days for s in sources.sources]
    counts &= (sources.first > after) & (sources.first <= until)
    is_beyond_gap = np.zeros_like(counts)
    if endpoint.death_gap is not None:
        gap = endpoint.death_gap
        is_death = np.array([source.date == gap.date for source in sources.sources])
        unseen = sources.first - end.last_seen[:, None]
        is_beyond_gap = counts & is_death & (unseen > gap.at_most.days)
    counted = np.where(counts & ~is_beyond_gap, sources.day, np.inf)
    first = counted.argmin(axis=1)
    first_day = np.take_along_axis(counted, first[:, None], axis=1)[:, 0]
    return DatedRows(sources, limit, end, counted, is_beyond_gap, first, first_day)


def _time(rows: DatedRows) -> Floats:
    """Day of the first source; of a row without, the end of its follow-up.

    A death too long after the last image leaves the row at that image; a procedure that ends
    observation ends it at the end of follow-up at the latest.
    """
    end = np.where(rows.is_beyond_gap.any(axis=1), rows.end.last_seen, rows.end.end)
    return np.where(rows.status > 0, rows.first_day, np.minimum(rows.first_day, end))


def _bounds(rows: DatedRows, time: Floats) -> tuple[Floats, Floats]:
    """Last day known free of the event, first day known with it (infinite: never seen)."""
    of_row = np.arange(len(time)), rows.first
    is_event = rows.status == 1
    lower = np.where(is_event, rows.sources.clean[of_row], np.minimum(rows.end.last_seen, time))
    return lower, np.where(is_event, rows.sources.first[of_row], np.inf)
