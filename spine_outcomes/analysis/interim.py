"""A look at accumulating data from start to end."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.analysis.baseline import balance_frame, baseline_frame
from spine_outcomes.analysis.endpoint_results import Who
from spine_outcomes.analysis.findings import findings_frame
from spine_outcomes.analysis.fitted import fit
from spine_outcomes.analysis.interim_accrual import accrual_frame, accrual_summary
from spine_outcomes.analysis.interim_findings import early_finding, sayable
from spine_outcomes.analysis.interim_follow_up import follow_up_frame, visits_frame
from spine_outcomes.analysis.interim_monitoring import HeldLook, Monitored, monitored
from spine_outcomes.analysis.interim_queries import AskedBefore, AskedNow, asked_now
from spine_outcomes.analysis.interim_results import (
    EVENT_COLUMNS,
    EVERYBODY,
    Edition,
    Group,
    InterimResults,
    LookFacts,
)
from spine_outcomes.analysis.interim_rows import pooled_rows
from spine_outcomes.analysis.interim_safety import (
    deaths_frame,
    deviations_frame,
    grades_frame,
    limit_findings,
    limits_frame,
    severe_frame,
)
from spine_outcomes.analysis.prepared import prepare
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.result_rows import results_frame
from spine_outcomes.analysis.results import stack
from spine_outcomes.analysis.weighting import UNWEIGHTED, WeightedSet, weigh_set
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days, is_one_of
from spine_outcomes.cohort.eligibility import FLOW_COLUMNS, Selection, select
from spine_outcomes.cohort.known_by import known_by
from spine_outcomes.cohort.needed_columns import require_columns
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.endpoints.index_row import index_rows
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import Finding, PlanError, Problem
from spine_outcomes.study.interim import Interim
from spine_outcomes.study.interim_checks import interim_columns
from spine_outcomes.study.plan import AnalysisPlan, PropensityPlan

BY_ARM = ("n_reference", "n_comparator")


@dataclass(frozen=True, eq=False)
class Seen:
    """What every edition of a look stands on.

    Parameters
    ----------
    plan
        With the cut-off of the look.
    cohort
        As it was known at the cut-off.
    selection
        The rows that the plan selects.
    outcomes
        Every endpoint of the plan on them.
    asked
        Queries.
    """

    plan: AnalysisPlan
    interim: Interim
    look: LookFacts
    cohort: Cohort
    selection: Selection
    outcomes: tuple[Outcome, ...]
    asked: AskedNow
    findings: tuple[Finding, ...]


def see(plan: AnalysisPlan, cohort: Cohort, look: LookFacts, before: AskedBefore) -> Seen:
    """Cut the data at the look's last day, and derive all that is shown from what is left.

    Raises
    ------
    CohortError, PlanError, NotEstimableError
        As ``select`` and ``derive``.
    """
    interim = plan.interim
    assert interim is not None  # noqa: S101 - only plans with the block come here
    require_columns(cohort, interim_columns(interim))
    plan = plan.model_copy(update={"cutoff": look.cutoff})
    known = cut_for_look(plan, cohort, look.cutoff)
    if known.frame.empty:
        message = f"cutoff: nobody had started by {look.cutoff.isoformat()}"
        raise PlanError(Problem("E_CUTOFF", message))
    selection = select(known, plan)
    outcomes = tuple(derive(selection.cohort, plan, name) for name in plan.endpoints)
    asked = asked_now(known, plan, before, blinded=look.edition != "unblinded")
    found = (
        *early_finding(known, outcomes, plan, look),
        *selection.findings,
        *(finding for outcome in outcomes for finding in outcome.findings),
    )
    return Seen(plan, interim, look, known, selection, outcomes, asked, found)


def cut_for_look(plan: AnalysisPlan, cohort: Cohort, day: datetime.date) -> Cohort:
    """The cohort as a look with this cut-off sees it."""
    assert plan.interim is not None  # noqa: S101 - only plans with the block come here
    contact = None if plan.imaging is None else plan.imaging.last_contact
    started = (str(plan.origin), plan.interim.accrual.date)
    return known_by(cohort, day, started=started, contact=contact)


def edition_of(seen: Seen, edition: Edition, codes: Mapping[str, str]) -> InterimResults:
    """The frames of one edition, but for the comparison.

    Parameters
    ----------
    codes
        What stands for each arm, by the arm's code, in the order in which they are shown; the open
        edition shows neither.
    """
    seen = replace(seen, look=replace(seen.look, edition=edition))
    shown = seen.interim.blinded.by_code
    is_coded = edition == "coded"
    frames: dict[str, pd.DataFrame] = {}
    if not is_coded:
        frames |= _whole(seen)
    if not is_coded or "accrual" in shown:
        frames |= _accrual(seen, codes)
    if not is_coded or "safety" in shown:
        frames |= _safety(seen, codes)
    if not is_coded or "deviations" in shown:
        rows = seen.selection.cohort
        groups = _groups(seen, rows, codes)
        frames["deviations"] = deviations_frame(rows, seen.plan, seen.interim, groups)
    results = InterimResults(
        plan=seen.plan,
        dictionary=seen.cohort.dictionary,
        look=seen.look,
        findings=_findings(seen, frames),
        results=results_frame(()),
        provenance=_provenance(seen),
        **frames,
    )
    return replace(results, results=results_frame(pooled_rows(results)))


def _findings(seen: Seen, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the edition may say of the look, limits that were crossed first."""
    limits = frames.get("limits")
    crossed = () if limits is None else tuple(limit_findings(limits))
    found = sayable((*crossed, *seen.findings), seen.look)
    return findings_frame(found, seen.plan.report.min_cell)


def compared(
    seen: Seen, open_results: InterimResults, before: Sequence[HeldLook], step: Step = silent
) -> tuple[InterimResults, Monitored | None]:
    """The unblinded edition with the monitored comparison in it."""
    monitoring = seen.interim.monitoring
    if monitoring is None:
        return open_results, None
    with threadpool_limits(limits=1):  # another number of threads gives other last digits
        prepared = prepare(seen.plan, seen.cohort, step)
        fitted = fit(
            prepared, step, who=Who(f"interim:{seen.look.number}"),
            endpoints=(monitoring.endpoint,),
        )  # fmt: skip
    compared_rows = _without_tests(fitted.results)
    found = monitored(compared_rows, seen.interim, seen.look, before)
    everything = stack([open_results.results, compared_rows, results_frame(_assessed(found, seen))])
    crossed = limit_findings(open_results.limits)
    findings = [*crossed, *seen.findings, *prepared.data.findings, *found.findings]
    return (
        replace(
            open_results,
            results=everything,
            monitoring=found.looks,
            assessment=found.assessment,
            findings=findings_frame(findings, seen.plan.report.min_cell),
        ),
        found,
    )


def _without_tests(results: pd.DataFrame) -> pd.DataFrame:
    """Results without p values: only the boundaries, which count every look, test anything here."""
    estimates = results[~results["measure"].isin(("chi_square", "supremum"))]
    return estimates.assign(statistic=np.nan, p_value=np.nan, p_adjusted=np.nan)


def _assessed(found: Monitored, seen: Seen) -> Iterator[dict[str, Any]]:
    """The assessment as rows of the results."""
    monitoring = seen.interim.monitoring
    for row in found.assessment.to_dict("records"):
        assert monitoring is not None  # noqa: S101 - else there is no assessment
        yield {
            "analysis": f"interim:{seen.look.number}",
            "population": seen.plan.population.name,
            "endpoint": monitoring.endpoint,
            "level_unit": seen.plan.endpoints[monitoring.endpoint].level,
            "estimand": monitoring.estimand,
            "model": "group_sequential",
            "measure": row["measure"],
            "estimate": row["value"],
            "lower": row["lower"],
            "upper": row["upper"],
        }


def _whole(seen: Seen) -> dict[str, pd.DataFrame]:
    """Flow, baseline, follow-up, queries and events: all rows together in a blinded look."""
    plan, interim, look, rows = seen.plan, seen.interim, seen.look, seen.selection.cohort
    is_open = look.edition == "open"
    flow = seen.selection.flow
    weighted = _everybody(seen)
    baseline = baseline_frame([weighted], rows.frame, plan, rows.dictionary)
    by_arm = {} if is_open else {"balance": balance_frame([weighted], plan, rows.dictionary)}
    return {
        **by_arm,
        "flow": flow[[c for c in FLOW_COLUMNS if not (is_open and c in BY_ARM)]],
        "baseline": baseline[baseline["arm"] == EVERYBODY] if is_open else baseline,
        "visits": visits_frame(rows, plan, interim, look),
        "follow_up": follow_up_frame(rows, plan, interim, _watched(seen), look),
        "queries": seen.asked.frame,
        "events": _events(seen),
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


def _accrual(seen: Seen, codes: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Patients over time: those read, by the arm of their first row."""
    cohort = seen.cohort.take(index_rows(seen.cohort, seen.plan))
    groups = _groups(seen, cohort, codes)
    day = as_days(cohort.frame[seen.interim.accrual.date])
    planned, look, estimation = seen.interim.accrual, seen.look, seen.plan.estimation
    return {
        "accrual": accrual_frame(day, groups, planned, look, estimation.unit),
        "accrual_summary": accrual_summary(day, groups, planned, look, estimation.level),
    }


def _safety(seen: Seen, codes: Mapping[str, str]) -> dict[str, pd.DataFrame]:
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


def _groups(seen: Seen, cohort: Cohort, codes: Mapping[str, str]) -> list[Group]:
    """All rows, and those of each arm where the edition shows them."""
    everybody = Group(EVERYBODY, np.ones(len(cohort.frame), dtype=bool))
    arm = cohort.frame[seen.plan.arms.column]
    by_arm = [Group(code, is_one_of(arm, (own,))) for own, code in codes.items()]
    return {"open": [everybody], "coded": by_arm, "unblinded": [everybody, *by_arm]}[
        seen.look.edition
    ]


def _events(seen: Seen) -> pd.DataFrame:
    """Events of each endpoint beside those that the final analysis needs, ``EVENT_COLUMNS``."""
    records = [
        {
            "endpoint": outcome.name,
            "code": EVERYBODY,
            "level_unit": outcome.level,
            "n": len(outcome.rows),
            "n_event": int((outcome.status == 1).sum()),
            "n_competing": int((outcome.status > 1).sum()),
            "needed": seen.interim.needed.get(outcome.name),
        }
        for outcome in seen.outcomes
    ]
    return pd.DataFrame(records, columns=list(EVENT_COLUMNS))


def _provenance(seen: Seen) -> dict[str, Any]:
    """Versions and the file's name; the hash of the data, which the arms are in, unblinded only."""
    packages = ("spine-outcomes", "numpy", "scipy", "pandas")
    hashed = {"data_sha256": seen.cohort.sha256} if seen.look.edition == "unblinded" else {}
    return {
        "source": seen.cohort.source,
        "is_simulated": seen.cohort.is_simulated,
        "versions": {name: version(name) for name in packages},
        **hashed,
    }
