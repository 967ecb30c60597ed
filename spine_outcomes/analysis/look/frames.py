"""The frames of a look, group by group, but for its comparison."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.analysis.baseline import balance_frame, baseline_frame
from spine_outcomes.analysis.look.accrual import accrual_frame, accrual_summary
from spine_outcomes.analysis.look.follow_up import follow_up_frame, visits_frame
from spine_outcomes.analysis.look.results import (
    EVENT_COLUMNS,
    EVERYBODY,
    Group,
    Groups,
    by_group,
)
from spine_outcomes.analysis.look.safety import (
    deaths_frame,
    deviations_frame,
    grades_frame,
    limits_frame,
    severe_frame,
)
from spine_outcomes.analysis.look.seen import Seen
from spine_outcomes.analysis.weighting import UNWEIGHTED, WeightedSet, weigh_set
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days, is_one_of
from spine_outcomes.cohort.eligibility import FLOW_COLUMNS
from spine_outcomes.endpoints.index_row import index_rows
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.study.plan import PropensityPlan

BY_ARM = ("n_reference", "n_comparator")

Frames = dict[str, pd.DataFrame]


def frames_of(seen: Seen, codes: Mapping[str, str]) -> Frames:
    """Frames of the edition that a look is seen in, by the name of the field of its results."""
    allowed, is_coded = seen.interim.blinded.by_code, seen.look.edition == "coded"
    frames = {} if is_coded else _whole(seen, codes)
    for key, make in (("accrual", _accrual), ("safety", _safety), ("deviations", _deviations)):
        if not is_coded or key in allowed:
            frames |= make(seen, codes)
    return frames


def _whole(seen: Seen, codes: Mapping[str, str]) -> Frames:
    """Flow, baseline, follow-up, queries and events: all rows together in a blinded look."""
    plan, interim, look, rows = seen.plan, seen.interim, seen.look, seen.selection.cohort
    is_open, groups = look.edition == "open", _groups(seen, seen.selection.cohort, codes)
    flow = seen.selection.flow
    weighted = _everybody(seen)
    baseline = baseline_frame([weighted], rows.frame, plan, rows.dictionary)
    by_arm = {} if is_open else {"balance": balance_frame([weighted], plan, rows.dictionary)}
    return {
        **by_arm,
        "flow": flow[[c for c in FLOW_COLUMNS if not (is_open and c in BY_ARM)]],
        "baseline": baseline[baseline["arm"] == EVERYBODY] if is_open else baseline,
        "visits": visits_frame(rows, plan, interim, look, groups),
        "follow_up": follow_up_frame(rows, plan, interim, _watched(seen), look, groups),
        "queries": seen.asked.frame,
        "events": _events(seen, groups),
    }


def _watched(seen: Seen) -> tuple[Outcome, ...]:
    """Endpoints whose follow-up is described: the monitored one, and those of patients."""
    monitoring = seen.interim.monitoring
    if monitoring is None:
        return seen.outcomes
    return tuple(
        outcome
        for outcome in seen.outcomes
        if outcome.name == monitoring.endpoint or outcome.level == "patient"
    )


def _everybody(seen: Seen) -> WeightedSet:
    """The selected rows without weights."""
    plan, rows = seen.plan, seen.selection.cohort
    arm = is_one_of(rows.frame[plan.arms.column], (plan.arms.comparator,)).astype(np.int64)
    own = AnalysisSet(plan.arms.level, np.arange(len(arm)), rows.frame, arm, None, {}, ())
    plain = plan.model_copy(update={"propensity": PropensityPlan(estimands=(UNWEIGHTED,))})
    return weigh_set(own, rows.dictionary, plain)


def _accrual(seen: Seen, codes: Mapping[str, str]) -> Frames:
    """Patients over time: those read, by the arm of their first row."""
    cohort = seen.cohort.take(index_rows(seen.cohort, seen.plan))
    groups = _groups(seen, cohort, codes)
    day = as_days(cohort.frame[seen.interim.accrual.date])
    planned, look, estimation = seen.interim.accrual, seen.look, seen.plan.estimation
    return {
        "accrual": accrual_frame(day, groups, planned, look, estimation.unit),
        "accrual_summary": accrual_summary(day, groups, planned, look, estimation.level),
    }


def _safety(seen: Seen, codes: Mapping[str, str]) -> Frames:
    """Grades, limits and early deaths."""
    plan, interim, rows = seen.plan, seen.interim, seen.selection.cohort
    groups = _groups(seen, rows, codes)
    patients = rows.take(index_rows(rows, plan))
    of_patients = _groups(seen, patients, codes)
    return {
        "grades": grades_frame(rows, plan, groups),
        "severe": severe_frame(rows, plan, groups),
        "limits": limits_frame(rows, plan, interim, groups),
        "deaths": deaths_frame(patients, plan, interim, of_patients, seen.look),
    }


def _deviations(seen: Seen, codes: Mapping[str, str]) -> Frames:
    """Deviations from the protocol."""
    rows = seen.selection.cohort
    groups = _groups(seen, rows, codes)
    return {"deviations": deviations_frame(rows, seen.plan, seen.interim, groups)}


def _groups(seen: Seen, cohort: Cohort, codes: Mapping[str, str]) -> list[Group]:
    """All rows, and those of each arm where the edition shows them."""
    everybody = Group(EVERYBODY, np.ones(len(cohort.frame), dtype=bool))
    arm = cohort.frame[seen.plan.arms.column]
    by_arm = [Group(code, is_one_of(arm, (own,))) for own, code in codes.items()]
    return {"open": [everybody], "coded": by_arm, "unblinded": [everybody, *by_arm]}[
        seen.look.edition
    ]


def _events(seen: Seen, groups: Groups) -> pd.DataFrame:
    """Events of each endpoint beside those that the final analysis needs, ``EVENT_COLUMNS``."""
    records = [
        {
            "endpoint": outcome.name,
            "code": code,
            "level_unit": outcome.level,
            "n": len(status),
            "n_event": int((status == 1).sum()),
            "n_competing": int((status > 1).sum()),
            "needed": seen.interim.needed.get(outcome.name) if code == EVERYBODY else None,
        }
        for outcome in seen.outcomes
        for code, rows in by_group(groups)
        for status in (outcome.status[rows[outcome.rows]],)
    ]
    return pd.DataFrame(records, columns=list(EVENT_COLUMNS))
