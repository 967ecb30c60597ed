"""What a reader must know of how dates became times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days, as_text
from spine_outcomes.endpoints.dated_rows import DatedRows
from spine_outcomes.errors import Finding, people
from spine_outcomes.study.endpoint import Endpoint
from spine_outcomes.study.plan import AnalysisPlan

FOLLOWED = 0.95  # by then so many rows without event have ended
MANY_LATE, SHARE_LATE = 5, 0.05  # events after that day, from which they are a pattern


def date_findings(
    cohort: Cohort, plan: AnalysisPlan, endpoint: Endpoint, rows: DatedRows
) -> tuple[Finding, ...]:
    """Cut-off, ties, unknown states, procedures, late deaths, rows followed less or not at all."""
    return (
        *_cutoff(plan, endpoint, rows),
        *_same_day(rows),
        *_unknown(cohort.frame, rows),
        *rows.sources.findings,
        *_salvage(endpoint, rows),
        *_death_gap(endpoint, rows),
        *_left_behind(cohort, plan, rows),
        *_unfollowed(cohort, plan, endpoint, rows),
    )


def _cutoff(plan: AnalysisPlan, endpoint: Endpoint, rows: DatedRows) -> Iterator[Finding]:
    """How much of what is recorded was unseen at the cut-off."""
    n_events = int((rows.sources.known > rows.limit[:, None]).any(axis=1).sum())
    n_ends = int((rows.end.is_replaced & (rows.status == 0)).sum())
    if plan.cutoff is None or not (n_events or n_ends):
        return
    has_earlier = endpoint.censor is not None and endpoint.censor.or_before
    instead = "the latest date known by then, else the cut-off" if has_earlier else "the cut-off"
    message = (
        f"Data cut-off {plan.cutoff.isoformat()}: {people(n_events)} rows have an event after it, "
        f"which is unseen; {people(n_ends)} rows censored have a later end of follow-up, replaced "
        f"by {instead}."
    )
    yield Finding("W_AFTER_CUTOFF", message, n=n_events + n_ends)


def _same_day(rows: DatedRows) -> Iterator[Finding]:
    """How often the order of the sources decided."""
    is_first_day = rows.counted == rows.first_day[:, None]
    has_other = (is_first_day & (rows.sources.states != rows.status[:, None])).any(axis=1)
    n = int((np.isfinite(rows.first_day) & has_other).sum())
    if n:
        message = (
            f"{people(n)} rows have the event and a competing event, or two of those, on one day; "
            "the order of the plan decides, the event first."
        )
        yield Finding("N_SAME_DAY", message, "note", n=n)


def _unknown(frame: pd.DataFrame, rows: DatedRows) -> Iterator[Finding]:
    """Rows that do not say whether it happened: a date without flag, a yes-or-no without answer."""
    is_unknown = np.zeros(len(frame), dtype=bool)
    flags: dict[str, None] = {}
    for source in rows.sources.sources:
        if source.flag is not None:
            flags[source.flag] = None
            is_question = pd.api.types.is_bool_dtype(frame[source.flag].dtype)
            is_dated = frame[source.date].notna().to_numpy() & (source.plus is None)
            is_asked = is_dated | (is_question & rows.end.is_known)
            is_unknown |= frame[source.flag].isna().to_numpy() & is_asked
    n = int(is_unknown.sum())
    if n:
        message = (
            f"{people(n)} rows do not say whether it happened ({', '.join(flags)} missing); they "
            "count as without it up to the end of their follow-up."
        )
        yield Finding("W_UNKNOWN_STATUS", message, "serious", n=n)


def _salvage(endpoint: Endpoint, rows: DatedRows) -> Iterator[Finding]:
    """Procedures that an event of record explains, and what the others count as."""
    if endpoint.salvage is None:
        return
    n_own = len(endpoint.salvage.procedure)
    is_seen = np.where(rows.sources.known <= rows.limit[:, None], rows.sources.first, np.inf)
    procedure = is_seen[:, -n_own:].min(axis=1)
    event = is_seen[:, : len(endpoint.event)].min(axis=1)
    has_procedure = np.isfinite(procedure)
    waited = np.where(has_procedure & (event <= procedure), procedure, np.nan) - event
    within = endpoint.salvage.documented_within
    n_after = int((waited <= within.days).sum())
    n_later = int((waited > within.days).sum())
    n_alone = int(has_procedure.sum()) - n_after - n_later
    if not has_procedure.any():
        return
    effect = {
        "event": "count as the event on their day",
        "competing": "count as a competing event",
        "censoring": "end observation",
    }[endpoint.salvage.counts_as]
    message = (
        f"Of the rows with a later procedure, {people(n_after)} had the event on record at most "
        f"{within} before it and {people(n_later)} longer before; {people(n_alone)} had not: those "
        f"procedures {effect}."
    )
    yield Finding(
        "W_SALVAGE" if n_alone else "N_SALVAGE",
        message,
        "caution" if n_alone else "note",
        n=n_alone,
    )


def _death_gap(endpoint: Endpoint, rows: DatedRows) -> Iterator[Finding]:
    """Deaths that are not counted, since nobody had looked for so long."""
    n = int((rows.is_beyond_gap.any(axis=1) & (rows.status == 0)).sum())
    if n and endpoint.death_gap is not None:
        message = (
            f"{people(n)} rows end with a death more than {endpoint.death_gap.at_most} after their "
            "last image and are censored at that image."
        )
        yield Finding("W_DEATH_GAP", message, n=n)


def _left_behind(cohort: Cohort, plan: AnalysisPlan, rows: DatedRows) -> Iterator[Finding]:
    """Events known up to a later day than the rows without: those were no longer looked for."""
    start = as_days(cohort.frame[str(plan.origin)])
    is_open, has_ended = (rows.status == 0) & (rows.end.end > 0), rows.status > 0
    if not is_open.any():
        return
    last = np.quantile((start + rows.end.end)[is_open], FOLLOWED)
    n, total = int((start + rows.first_day > last)[has_ended].sum()), int(has_ended.sum())
    if n >= MANY_LATE and n > SHARE_LATE * total:
        message = (
            f"{people(n)} of {people(total)} rows with an event, competing ones included, have it "
            f"after the day by which {FOLLOWED:.0%} of the other rows had ended: those were not "
            "followed as long, and too few of them are at risk. Look for them again, or cut off at "
            "the last day on which everybody was looked for."
        )
        yield Finding("W_FOLLOWED_LESS", message, "serious", n=n)


def _unfollowed(
    cohort: Cohort, plan: AnalysisPlan, endpoint: Endpoint, rows: DatedRows
) -> Iterator[Finding]:
    """Rows without any follow-up, by arm: if the arms differ, what is seen differs."""
    is_unfollowed = (rows.status == 0) & ~rows.end.is_known
    n = int(is_unfollowed.sum())
    if n == 0 or endpoint.censor is None:
        return
    arms = as_text(cohort.frame[plan.arms.column])[is_unfollowed].value_counts()
    by_arm = ", ".join(
        f"{people(int(arms.get(code, 0)))} in arm {code}" for code in plan.arms.codes
    )
    label = cohort.dictionary[endpoint.censor.date].label
    end = (
        "are followed for one planned interval at most"
        if endpoint.imaging_end == "scan_plus_interval"
        else "are censored at time 0 and add nothing"
    )
    message = f"{people(n)} rows ({by_arm}) have no follow-up ({label}): they {end}."
    yield Finding("W_NO_FOLLOW_UP", message, n=n)
