"""One endpoint of the plan: a time and a status for each row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.endpoints.at_risk import at_risk
from spine_outcomes.endpoints.dated import from_dates
from spine_outcomes.endpoints.history import History, settle_entry, settle_time_zero, until
from spine_outcomes.endpoints.index_row import index_rows
from spine_outcomes.endpoints.landmark import from_landmark
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.endpoints.time_columns import from_columns
from spine_outcomes.study.endpoint import Endpoint
from spine_outcomes.study.plan import AnalysisPlan


def derive(cohort: Cohort, plan: AnalysisPlan, name: str) -> Outcome:
    """Time and status of one endpoint.

    Parameters
    ----------
    cohort
        Rows selected by ``cohort.eligibility.select``, with every column that the plan reads.
    plan
        Origin, cut-off and the endpoint's sources.
    name
        Key of the endpoint in the plan.

    Returns
    -------
    Outcome
        One row a row of the cohort, or one a patient (its index row) for an endpoint at patient
        level, without those outside the endpoint's own population or no longer at risk at its
        landmark. Times from dates are whole days, half days where an event on day 0 was moved or a
        midpoint fell between two days, as long as no landmark shifts them.

    Raises
    ------
    NotEstimableError
        If nobody is left in the endpoint's own population, or at risk at its landmark.
    CohortError
        Naming every row with a negative time (both dates and their difference), an event without
        its date, a missing time, an unknown state, an entry at or after the end.

    Notes
    -----
    The cut-off comes first: what is dated after it is unseen, and the end of follow-up is what was
    known by then. Of the event and its competitors the earliest counts; on one day the order is
    that of the plan, the event first. Only a row with neither is censored, so a death after the
    last image is a competing event (unless ``death_gap`` ends its row at that image).
    """
    endpoint = plan.endpoints[name]
    is_of_patient = endpoint.level == "patient"
    candidates = index_rows(cohort, plan) if is_of_patient else np.arange(len(cohort.frame))
    rows, outside = at_risk(cohort, endpoint, candidates)
    members = cohort.take(rows)
    history = _history(members, plan, endpoint)
    history = settle_time_zero(history, endpoint, members.places)
    history, is_observed = settle_entry(history, members.places)
    if endpoint.landmark is not None:
        history, is_observed = from_landmark(history, endpoint.landmark, is_observed)
    if endpoint.horizon is not None:
        history = until(history, endpoint.horizon)
    return Outcome(
        name=name,
        label=endpoint.label,
        level=endpoint.level,
        rows=rows[is_observed],
        time=history.time[is_observed],
        status=history.status[is_observed],
        entry=None if history.entry is None else history.entry[is_observed],
        lower=history.lower[is_observed],
        upper=history.upper[is_observed],
        unit=history.unit,
        competing=endpoint.competitors,
        findings=tuple(
            replace(finding, section="outcomes", endpoint=name)
            for finding in (*outside, *history.findings)
        ),
    )


def _history(cohort: Cohort, plan: AnalysisPlan, endpoint: Endpoint) -> History:
    """Time and status, from whichever the endpoint is made of."""
    if endpoint.time is None or endpoint.status is None:
        return from_dates(cohort, plan, endpoint)
    return from_columns(cohort, plan, endpoint.time, endpoint.status, endpoint)
