"""What was seen of each row, and the two ends of it: day 0 and delayed entry."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.cohort.places import Fault, Places, raise_problems
from spine_outcomes.errors import Finding, people, quoted
from spine_outcomes.study.durations import DAYS_PER_UNIT, Duration, TimeUnit
from spine_outcomes.study.endpoint import Endpoint

HALF_DAY = 0.5


@dataclass(frozen=True, eq=False)
class History:
    """Time and status of n rows.

    Parameters
    ----------
    time : ndarray, shape (n,)
        Time from the origin, in ``unit``.
    status : ndarray of int, shape (n,)
        0 censored, 1 event, 2, 3, … competing.
    entry : ndarray, shape (n,), or None
        Delayed entry, in ``unit``.
    is_followed : ndarray of bool, shape (n,)
        Rows of which anything is known after the origin (and after the entry).
    unit
        Unit of the times.
    lower, upper : ndarray, shape (n,)
        Last time known free of the event of interest, first time known with it; infinite where it
        was not seen.
    findings
        What a reader must know of how they were made.
    """

    time: NDArray[np.float64]
    status: NDArray[np.int64]
    entry: NDArray[np.float64] | None
    is_followed: NDArray[np.bool_]
    unit: TimeUnit
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    findings: tuple[Finding, ...] = ()


def until(history: History, horizon: Duration) -> History:
    """End observation at the horizon: what comes later is not seen."""
    last = horizon.to(history.unit)
    is_later = history.time > last
    return replace(
        history,
        time=np.minimum(history.time, last),
        status=np.where(is_later, 0, history.status),
        lower=np.minimum(history.lower, last),
        upper=np.where(history.upper > last, np.inf, history.upper),
    )


def settle_time_zero(history: History, endpoint: Endpoint, places: Places) -> History:
    """Settle events on day 0 as the endpoint says: an error, half a day, or kept.

    A row censored on day 0 stays there: it adds nothing.

    Raises
    ------
    CohortError
        Where the plan says ``time_zero: error``.
    """
    at_zero = (history.time == 0) & (history.status > 0)
    n = int(at_zero.sum())
    if n == 0:
        return history
    if endpoint.time_zero == "error":
        fix = "Was it there before? Correct the date, or set time_zero: half_day or keep."
        fault = Fault("E_TIME_ZERO", "an event on the day of the origin", fix)
        raise_problems(places.problems(np.flatnonzero(at_zero), fault))
    is_moved = endpoint.time_zero == "half_day"
    half = HALF_DAY / DAYS_PER_UNIT[history.unit]
    what = "moved to half a day" if is_moved else "kept at time 0"
    message = f"{people(n)} events on the day of the origin were {what}."
    moved = half if is_moved else 0.0
    return replace(
        history,
        time=np.where(at_zero, moved, history.time),
        upper=np.where(at_zero, np.maximum(history.upper, moved), history.upper),
        findings=(*history.findings, Finding("W_TIME_ZERO", message, n=n)),
    )


def settle_entry(history: History, places: Places) -> tuple[History, NDArray[np.bool_]]:
    """Rows that delayed entry lets one observe.

    Returns
    -------
    history
        With a finding where rows are not observed.
    is_observed : ndarray of bool, shape (n,)
        False for rows without any follow-up after their entry.

    Raises
    ------
    CohortError
        If another row enters at or after its end.
    """
    is_observed = np.ones(len(history.time), dtype=bool)
    if history.entry is None:
        return history, is_observed
    entry, time = history.entry, history.time
    is_late = entry >= time
    is_observed = ~(is_late & ~history.is_followed & (history.status == 0))

    def fault(row: int) -> Fault:
        message = (
            f"enters at {quoted(f'{entry[row]:g}')} {history.unit} and ends at "
            f"{quoted(f'{time[row]:g}')}: "
            "entry must come before the end"
        )
        return Fault("E_ENTRY", message, "Correct whichever is wrong in the source.")

    raise_problems(places.problems(np.flatnonzero(is_late & is_observed), fault))
    n = int((~is_observed).sum())
    if n == 0:
        return history, is_observed
    message = f"{people(n)} rows have no follow-up after their delayed entry and are left out."
    finding = Finding("W_NOT_OBSERVED", message, n=n)
    return replace(history, findings=(*history.findings, finding)), is_observed
