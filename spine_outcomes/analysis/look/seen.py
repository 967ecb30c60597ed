"""What a look sees: the data up to its last day, and what is derived from them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from spine_outcomes.analysis.look.findings import early_finding, overwritten_finding
from spine_outcomes.analysis.look.queries import AskedBefore, AskedNow, asked_now
from spine_outcomes.analysis.look.results import LookFacts
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.eligibility import Selection, select
from spine_outcomes.cohort.known_by import known_by
from spine_outcomes.cohort.needed_columns import require_columns
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import Finding, PlanError, Problem
from spine_outcomes.study.interim import Interim
from spine_outcomes.study.interim_checks import interim_columns
from spine_outcomes.study.plan import AnalysisPlan


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
        *overwritten_finding(known),
        *selection.findings,
        *(finding for outcome in outcomes for finding in outcome.findings),
    )
    return Seen(plan, interim, look, known, selection, outcomes, asked, found)


def cut_for_look(plan: AnalysisPlan, cohort: Cohort, day: datetime.date) -> Cohort:
    """The cohort as a look with this cut-off sees it."""
    assert plan.interim is not None  # noqa: S101 - only plans with the block come here
    contact = None if plan.imaging is None else plan.imaging.last_contact
    started = (str(plan.origin), plan.interim.accrual.date)
    ends = [e.censor for e in plan.endpoints.values() if e.censor is not None]
    watched = dict.fromkeys(name for end in ends for name in (end.date, *end.or_before))
    watched.pop(contact or "", None)
    return known_by(cohort, day, started=started, contact=contact, watched=watched)
