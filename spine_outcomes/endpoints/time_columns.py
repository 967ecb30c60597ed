"""Endpoints given as a column of times and a column of states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days, as_text, is_one_of
from spine_outcomes.cohort.places import Fault, Places, raise_problems
from spine_outcomes.endpoints.history import History
from spine_outcomes.errors import Finding, Problem, people
from spine_outcomes.study.durations import DAYS_PER_UNIT, TimeUnit
from spine_outcomes.study.endpoint import Endpoint, StatusColumn, TimeColumn, as_tuple
from spine_outcomes.study.plan import AnalysisPlan

Floats = NDArray[np.float64]


def from_columns(
    cohort: Cohort,
    plan: AnalysisPlan,
    time_column: TimeColumn,
    status_column: StatusColumn,
    endpoint: Endpoint,
) -> History:
    """Time and status as the columns give them, cut at the data cut-off.

    Raises
    ------
    CohortError
        If a time or state is missing, a time is negative, a state has no meaning in the plan, or an
        entry is missing.
    """
    frame = cohort.frame
    time = frame[time_column.column].to_numpy(np.float64)
    entry = None if endpoint.entry is None else frame[endpoint.entry].to_numpy(np.float64)
    limit = _limit(frame, plan, time_column.unit)
    places = cohort.places
    raise_problems(
        [
            *_time_problems(places, time_column.column, time),
            *_status_problems(places, frame[status_column.column], status_column),
            *_entry_problems(places, endpoint, entry),
        ]
    )
    is_late = time > limit
    recorded = _status(frame[status_column.column], status_column)
    end, status = np.minimum(time, limit), np.where(is_late, 0, recorded)
    return History(
        time=end,
        status=status,
        entry=None if entry is None else np.maximum(entry, 0.0),
        is_followed=np.ones(len(time), bool) if entry is None else entry <= limit,
        unit=time_column.unit,
        lower=end,
        upper=np.where(status == 1, end, np.inf),
        findings=tuple(_cutoff_finding(plan, is_late, recorded)),
    )


def _limit(frame: pd.DataFrame, plan: AnalysisPlan, unit: TimeUnit) -> Floats:
    """Time from the origin to the cut-off, infinite without one."""
    if plan.cutoff is None or plan.origin is None:  # a plan with a cut-off has an origin
        return np.full(len(frame), np.inf)
    days = as_days(pd.Series([pd.Timestamp(plan.cutoff)])) - as_days(frame[plan.origin])
    return days / DAYS_PER_UNIT[unit]


def _status(values: pd.Series[Any], column: StatusColumn) -> NDArray[np.int64]:
    """States 0, 1, 2, … by the plan's codes; −1 where a code has no meaning."""
    status = np.full(len(values), -1, dtype=np.int64)
    groups = (column.censored, column.event, *column.competing.values())
    for state, codes in enumerate(groups):
        status[is_one_of(values, as_tuple(codes))] = state
    return status


def _time_problems(places: Places, column: str, time: Floats) -> Iterator[Problem]:
    """Times that are missing or negative."""
    fix = "Give it in the source, or leave the row out by a criterion of the plan."
    missing = Fault("E_TIME_MISSING", "the time is missing", fix)
    yield from places.problems(np.flatnonzero(np.isnan(time)), missing, column)

    def fault(row: int) -> Fault:
        text = f"{time[row]:g}"
        return Fault("E_NEGATIVE_TIME", "a time cannot be negative", "Correct it.", text)

    yield from places.problems(np.flatnonzero(time < 0), fault, column)


def _status_problems(
    places: Places, values: pd.Series[Any], column: StatusColumn
) -> Iterator[Problem]:
    """States that are missing or have no meaning in the plan."""
    text = as_text(values)
    is_missing = text.isna().to_numpy()
    missing = Fault("E_STATUS_MISSING", "the state is missing", "Give it in the source.")
    yield from places.problems(np.flatnonzero(is_missing), missing, column.column)
    allowed = ", ".join(column.codes)

    def fault(row: int) -> Fault:
        message = f"a state that the plan gives no meaning; it names {allowed}"
        return Fault("E_STATUS", message, "Name it in status, or correct it.", str(text.iloc[row]))

    unknown = (_status(values, column) < 0) & ~is_missing
    yield from places.problems(np.flatnonzero(unknown), fault, column.column)


def _entry_problems(places: Places, endpoint: Endpoint, entry: Floats | None) -> Iterator[Problem]:
    """Rows without their time of entry."""
    if entry is not None:
        fault = Fault("E_ENTRY_MISSING", "the entry is missing", "Give it in the source.")
        yield from places.problems(np.flatnonzero(np.isnan(entry)), fault, endpoint.entry)


def _cutoff_finding(
    plan: AnalysisPlan, is_late: NDArray[np.bool_], recorded: NDArray[np.int64]
) -> Iterator[Finding]:
    """How much of what is recorded lies beyond the cut-off."""
    n = int(is_late.sum())
    if n and plan.cutoff is not None:
        n_events = int((is_late & (recorded > 0)).sum())
        message = (
            f"{people(n)} times reach beyond the data cut-off {plan.cutoff.isoformat()} and are "
            f"censored there; {people(n_events)} of them end with an event."
        )
        yield Finding("W_AFTER_CUTOFF", message, n=n)
