"""How complete the follow-up is: visits in their windows, person-time, and who has gone silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.look.results import (
    MEASURE_COLUMNS,
    VISIT_COLUMNS,
    Groups,
    LookFacts,
    by_group,
)
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days, day_number
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.long_rows import join
from spine_outcomes.endpoints.index_row import index_rows
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.study.durations import convert
from spine_outcomes.study.interim import Interim, Visits
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.quantiles import follow_up_quantile

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Row = dict[str, Any]


def visits_frame(
    cohort: Cohort, plan: AnalysisPlan, interim: Interim, look: LookFacts, groups: Groups
) -> pd.DataFrame:
    """Rows that should have been seen at each planned visit, and were, ``VISIT_COLUMNS``.

    A row is expected where the whole window lies before the cut-off and before the death.
    """
    visits = interim.visits
    if visits is None or visits.table not in cohort.long:
        return pd.DataFrame(columns=list(VISIT_COLUMNS))
    watched = _watched(cohort, plan, interim, look)
    row, day = _records(cohort, plan, visits.table)
    records = []
    for time in visits.times:
        closes = time.days + visits.window.days
        is_expected = watched >= closes
        is_seen = _seen(row, day, len(watched), time.days - visits.window.days, closes)
        for code, rows in by_group(groups):
            own = rows & is_expected
            n, n_seen = int(own.sum()), int((own & is_seen).sum())
            if n:
                record = {"visit": str(time), "code": code, "n_expected": n, "n_in_window": n_seen}
                records.append(record | {"share": n_seen / n})
    return pd.DataFrame(records, columns=list(VISIT_COLUMNS))


def follow_up_frame(
    cohort: Cohort,
    plan: AnalysisPlan,
    interim: Interim,
    outcomes: tuple[Outcome, ...],
    look: LookFacts,
    groups: Groups,
) -> pd.DataFrame:
    """Person-time, median follow-up, and who is silent or overdue, ``MEASURE_COLUMNS``."""
    records: list[Row] = []
    for outcome in outcomes:
        if outcome.unit != "days":
            continue
        potential = _potential(cohort, plan, outcome, look)
        for code, rows in by_group(groups):
            keep = rows[outcome.rows]
            if keep.any():
                own = _part(outcome, keep)
                records.append({"code": code, **clark_completeness(own, potential[keep])})
                records.append({"code": code, **_median(own, plan)})
    for count in (_silent, _overdue):
        for code, rows in by_group(groups):
            records += ({"code": code, **row} for row in count(cohort, plan, interim, look, rows))
    return pd.DataFrame(records).reindex(columns=list(MEASURE_COLUMNS))


def _part(outcome: Outcome, keep: Bools) -> Outcome:
    """Some of the rows of an outcome."""
    entry = None if outcome.entry is None else outcome.entry[keep]
    return replace(
        outcome, rows=outcome.rows[keep], time=outcome.time[keep], status=outcome.status[keep],
        entry=entry, lower=outcome.lower[keep], upper=outcome.upper[keep],
    )  # fmt: skip


def clark_completeness(outcome: Outcome, potential: Floats) -> Row:
    """Person-time observed relative to that possible (Clark, Altman and De Stavola, Lancet 2002).

    Parameters
    ----------
    outcome
        In days.
    potential : ndarray, shape (n,)
        Days from the origin to the cut-off. Of a row with an event the observed time is all that
        was possible.
    """
    possible = np.where(outcome.status > 0, outcome.time, np.maximum(potential, outcome.time))
    total = possible.sum()
    return {
        "measure": f"completeness:{outcome.name}",
        "label": f"{outcome.label}: person-time observed of that possible (C)",
        "n": len(outcome.time),
        "value": float(outcome.time.sum() / total) if total > 0 else np.nan,
        "unit": "share",
    }


def _potential(cohort: Cohort, plan: AnalysisPlan, outcome: Outcome, look: LookFacts) -> Floats:
    """Days from the origin of each row of an outcome to the cut-off."""
    origin = as_days(cohort.frame[str(plan.origin)])[outcome.rows]
    return np.asarray(day_number(look.cutoff) - origin)


def _median(outcome: Outcome, plan: AnalysisPlan) -> Row:
    """Median follow-up by reverse Kaplan-Meier, in the plan's unit."""
    factor = convert(1.0, outcome.unit, plan.estimation.unit)
    found = follow_up_quantile(
        outcome.time, outcome.status, entry=outcome.entry, level=plan.estimation.level
    )
    return {
        "measure": f"median_follow_up:{outcome.name}",
        "label": f"{outcome.label}: median follow-up (reverse Kaplan–Meier)",
        "n": len(outcome.time),
        "value": factor * found.value,
        "lower": factor * found.lower,
        "upper": factor * found.upper,
        "unit": plan.estimation.unit,
    }


def _silent(
    cohort: Cohort, plan: AnalysisPlan, interim: Interim, look: LookFacts, rows: Bools
) -> Iterator[Row]:
    """Patients alive whose last contact lies too long before the cut-off, by their first row."""
    contact = None if plan.imaging is None else plan.imaging.last_contact
    if contact is None:
        return
    first = index_rows(cohort, plan)
    own = cohort.take(first[rows[first]])
    is_alive = ~_died(own, interim, look)
    since = day_number(look.cutoff) - as_days(own.frame[contact])
    n, n_silent = int(is_alive.sum()), int((is_alive & (since > interim.silent_after.days)).sum())
    yield {
        "measure": "silent",
        "label": f"Patients alive, last contact more than {interim.silent_after} before the "
        f"cut-off (of {n})",
        "n": n_silent,
        "value": n_silent / n if n else np.nan,
        "unit": "share",
    }


def _overdue(
    cohort: Cohort, plan: AnalysisPlan, interim: Interim, look: LookFacts, rows: Bools
) -> Iterator[Row]:
    """Rows alive whose latest planned visit has passed without a record at it or later."""
    visits = interim.visits
    if visits is None or visits.table not in cohort.long:
        return
    watched = _watched(cohort, plan, interim, look)
    is_alive = ~_died(cohort, interim, look)
    due = _latest_due(watched, visits)
    row, day = _records(cohort, plan, visits.table)
    last = np.full(len(watched), -np.inf)
    np.maximum.at(last, row, day)
    is_due = rows & is_alive & np.isfinite(due)
    is_overdue = is_due & (last < due - visits.window.days)
    n, n_overdue = int(is_due.sum()), int(is_overdue.sum())
    yield {
        "measure": "overdue",
        "label": f"Rows alive, overdue for their latest planned visit (of {n})",
        "n": n_overdue,
        "value": n_overdue / n if n else np.nan,
        "unit": "share",
    }


def _latest_due(watched: Floats, visits: Visits) -> Floats:
    """Time of the last planned visit whose window has closed; NaN where none has."""
    due = np.full(len(watched), np.nan)
    for time in visits.times:
        due = np.where(watched >= time.days + visits.window.days, time.days, due)
    return due


def _died(cohort: Cohort, interim: Interim, look: LookFacts) -> Bools:
    """Rows whose patient had died by the cut-off."""
    if interim.safety.death is None:
        return np.zeros(len(cohort.frame), dtype=bool)
    return as_days(cohort.frame[interim.safety.death]) <= day_number(look.cutoff)


def _watched(cohort: Cohort, plan: AnalysisPlan, interim: Interim, look: LookFacts) -> Floats:
    """Days from the origin to the cut-off or the death, shape (n,)."""
    origin = as_days(cohort.frame[str(plan.origin)])
    end = np.full(len(origin), day_number(look.cutoff))
    if interim.safety.death is not None:
        end = np.fmin(end, as_days(cohort.frame[interim.safety.death]))
    return end - origin


def _records(cohort: Cohort, plan: AnalysisPlan, table: str) -> tuple[NDArray[np.intp], Floats]:
    """Row of each record of a long table, and its day from the origin."""
    own = cohort.long[table]
    joined = join(cohort.frame, own.frame, key_columns(cohort.dictionary.beside(own.table)))
    origin = as_days(cohort.frame[str(plan.origin)])
    day = as_days(own.frame[own.table.date])
    return joined.row, day[joined.record] - origin[joined.row]


def _seen(row: NDArray[np.intp], day: Floats, n: int, opens: float, closes: float) -> Bools:
    """Rows with a record inside a window."""
    found = np.zeros(n, dtype=bool)
    found[row[(day >= opens) & (day <= closes)]] = True
    return found
