"""Until which day each row was watched, as known at the data cut-off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.comparison import as_days
from spine_outcomes.study.endpoint import Endpoint
from spine_outcomes.study.plan import AnalysisPlan

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FollowUp:
    """The last day each row was watched.

    Parameters
    ----------
    end : ndarray, shape (n,)
        Days from the origin; 0 where nothing is known after it.
    is_known : ndarray of bool, shape (n,)
        Whether there is a date of follow-up.
    is_replaced : ndarray of bool, shape (n,)
        Whether the date recorded lies after the cut-off.
    last_seen : ndarray, shape (n,)
        Days from the origin to the last date of follow-up itself, whatever ``imaging_end`` adds.
    """

    end: Floats
    is_known: NDArray[np.bool_]
    is_replaced: NDArray[np.bool_]
    last_seen: Floats


def follow_up_columns(endpoint: Endpoint, plan: AnalysisPlan) -> tuple[str, ...]:
    """Columns of dates that end the follow-up of a dated endpoint."""
    contact = () if endpoint.imaging_end == "last_scan" else (_contact_column(plan),)
    return (*_censor_columns(endpoint), *contact)


def _censor_columns(endpoint: Endpoint) -> tuple[str, ...]:
    """The date of follow-up, then those that may stand in its place."""
    return () if endpoint.censor is None else (endpoint.censor.date, *endpoint.censor.or_before)


def _contact_column(plan: AnalysisPlan) -> str:
    """Column of the last contact; a plan whose ``imaging_end`` needs it has one."""
    return "" if plan.imaging is None else str(plan.imaging.last_contact)


def _interval_days(plan: AnalysisPlan) -> float:
    """Planned time between images, in whole days."""
    imaging = plan.imaging
    return 0.0 if imaging is None or imaging.interval is None else round(imaging.interval.days)


def follow_up(
    frame: pd.DataFrame, endpoint: Endpoint, plan: AnalysisPlan, origin: Floats, limit: Floats
) -> FollowUp:
    """Work out the end of follow-up of a dated endpoint.

    Parameters
    ----------
    frame
        Columns of the endpoint.
    endpoint, plan
        ``censor`` and ``imaging_end``; ``imaging`` has the last contact and the planned interval.
    origin : array, shape (n,)
        Day of the origin.
    limit : array, shape (n,)
        Days from the origin to the cut-off; infinite without one.

    Notes
    -----
    A date of follow-up after the cut-off was not known at the cut-off. In its place stands the
    latest of ``censor.or_before`` that was, else the cut-off itself: a row watched later was
    watched, and free of the event, until then. Ending it at the origin would keep its arm's events
    and drop the people at risk of them.

    ``last_scan`` ends at that date; ``last_contact`` at the last contact; ``scan_plus_interval``
    one planned interval after the last scan (after the origin, where there was none), at most at
    the last contact. Nothing goes beyond the cut-off.
    """

    def days(name: str) -> Floats:
        return as_days(frame[name]) - origin

    recorded, *earlier = (days(name) for name in _censor_columns(endpoint))
    is_replaced = recorded > limit
    known = np.full(len(recorded), np.nan)
    for day in earlier:
        known = np.where(day <= limit, np.fmax(known, day), known)
    last = np.where(is_replaced, np.where(np.isnan(known), limit, known), recorded)
    is_known = np.isfinite(last)
    end = np.where(is_known, last, 0.0)
    if endpoint.imaging_end == "last_scan":
        return FollowUp(end, is_known, is_replaced, end)
    contact = np.minimum(days(_contact_column(plan)), limit)
    if endpoint.imaging_end == "last_contact":
        is_known = np.isfinite(contact)
        return FollowUp(np.where(is_known, contact, 0.0), is_known, is_replaced, end)
    extended = np.minimum(end + _interval_days(plan), contact)
    return FollowUp(np.fmax(end, extended), is_known, is_replaced, end)
