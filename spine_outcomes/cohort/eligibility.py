"""Who is analysed: the steps of the plan in their order, each counted in rows and patients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import Bools, as_text, is_one_of, verdict
from spine_outcomes.cohort.needed_columns import require_columns
from spine_outcomes.cohort.places import Fault, raise_problems
from spine_outcomes.errors import (
    Finding,
    NotEstimableError,
    PlanError,
    Problem,
    people,
    quoted,
)
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.population import Population

FLOW_COLUMNS = (
    "id", "label", "n_lesions", "n_patients", "excluded_lesions", "excluded_patients",
    "n_reference", "n_comparator",
)  # fmt: skip
UNITS = ("lesions", "patients")


@dataclass(frozen=True, eq=False)
class Selection:
    """The rows that are analysed, and how they were reached.

    Parameters
    ----------
    cohort
        The rows left, in their order.
    flow : DataFrame
        ``FLOW_COLUMNS``: one row for the rows read, then one a step with what it left and what it
        excluded; ``lesions`` are rows.
    findings
        What a reader must know about the steps.
    """

    cohort: Cohort
    flow: pd.DataFrame
    findings: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class Step:
    """One step: rows that pass it, and rows that cannot because a value is missing."""

    id: str
    label: str
    passes: Bools
    lacks_value: Bools
    column: str | None = None


@dataclass(frozen=True, eq=False)
class _Rows:
    """What is counted of the rows: their patients and their arms."""

    patient: NDArray[np.intp]
    in_reference: Bools
    in_comparator: Bools

    def counts(self, is_left: Bools) -> dict[str, int]:
        """Numbers of the rows left, by the columns of the flow."""
        return {
            "n_lesions": int(is_left.sum()),
            "n_patients": len(np.unique(self.patient[is_left])),
            "n_reference": int((is_left & self.in_reference).sum()),
            "n_comparator": int((is_left & self.in_comparator).sum()),
        }


def select(cohort: Cohort, plan: AnalysisPlan) -> Selection:
    """Select the rows that a plan analyses.

    First the rows whose origin lies after the data cut-off are left out, where there is one, then
    those that fail each criterion of the plan, then those in another arm. A row without a value in
    the column of a criterion does not pass it; a finding counts such rows.

    Raises
    ------
    CohortError
        If a column that the plan needs is not in the file, a row has no arm or no cluster, or a
        patient has rows in both arms where the plan has arms at patient level.
    PlanError
        If nobody had started by the cut-off.
    NotEstimableError
        If no row is left, or none of one arm: there is no comparison.
    """
    require_columns(cohort, _columns(plan))
    raise_problems(_incomplete(cohort, plan))
    rows = _rows(cohort, plan)
    steps = _steps(cohort, plan, rows)
    left = list(accumulate((step.passes for step in steps), np.logical_and))
    _require_somebody(steps, left)
    raise_problems(_mixed_patients(cohort, plan, left[-1]))
    _require_both_arms(plan, rows.counts(left[-1]))
    return Selection(
        cohort=cohort.take(np.flatnonzero(left[-1])),
        flow=_flow(steps, left, rows),
        findings=(
            *apply_steps(cohort, plan.population)[1],
            *_missing_findings(steps, left),
            *_both_arms_finding(cohort, plan, left[-1]),
        ),
    )


def apply_steps(cohort: Cohort, population: Population) -> tuple[list[Step], tuple[Finding, ...]]:
    """Judge every row by each step of a population that the file lets one apply.

    An optional step whose column the file lacks is left out; a finding says so.
    """
    steps: list[Step] = []
    findings: list[Finding] = []
    for step in population.eligibility:
        absent = [name for name in step.rule.named if name not in cohort.frame]
        if step.optional and absent:
            message = (
                f"Step {step.id} ({step.label}) of {population.name} was not applied: the file has "
                f"no column {', '.join(absent)}. Rows that would fail it may be among those "
                "analysed."
            )
            findings.append(Finding("W_STEP_NOT_APPLIED", message, "caution"))
            continue
        found = verdict(step.rule, step.rule.column, cohort.frame)
        steps.append(Step(step.id, step.label, found.holds, ~found.is_known, step.rule.column))
    return steps, tuple(findings)


def _columns(plan: AnalysisPlan) -> tuple[str, ...]:
    """Columns that the selection reads."""
    steps = (step.rule for step in plan.population.eligibility if not step.optional)
    tested = (name for rule in steps for name in rule.named)
    named = (plan.arms.column, plan.cluster, plan.origin, *tested)
    return tuple(name for name in named if name is not None)


def _incomplete(cohort: Cohort, plan: AnalysisPlan) -> Iterator[Problem]:
    """Rows without an arm or a cluster: neither is ever guessed."""
    for name, code, what in (
        (plan.arms.column, "E_ARM_MISSING", "arm"),
        (plan.cluster, "E_CLUSTER_MISSING", "cluster"),
    ):
        if name is not None:
            rows = np.flatnonzero(cohort.frame[name].isna())
            fault = Fault(code, f"the {what} is missing", "Give it in the source, or leave it out.")
            yield from cohort.places.problems(rows, fault, name)


def _rows(cohort: Cohort, plan: AnalysisPlan) -> _Rows:
    """Patients and arms of the rows."""
    arm = cohort.frame[plan.arms.column]
    return _Rows(
        patient=pd.factorize(cohort.frame[cohort.dictionary.table.patient])[0],
        in_reference=is_one_of(arm, (plan.arms.reference,)),
        in_comparator=is_one_of(arm, (plan.arms.comparator,)),
    )


def _steps(cohort: Cohort, plan: AnalysisPlan, rows: _Rows) -> list[Step]:
    """All rows, then cut-off, criteria in their order, arms."""
    frame = cohort.frame
    nothing = np.zeros(len(frame), dtype=bool)
    steps = [Step("read", "Rows read", ~nothing, nothing)]
    if plan.cutoff is not None and plan.origin is not None:
        started = (frame[plan.origin] <= pd.Timestamp(plan.cutoff)).to_numpy(bool)
        label = f"Started by the data cut-off, {plan.cutoff.isoformat()}"
        lacks_origin = frame[plan.origin].isna().to_numpy()
        steps.append(Step("cutoff", label, started, lacks_origin, plan.origin))
    steps += apply_steps(cohort, plan.population)[0]
    in_arms = rows.in_reference | rows.in_comparator
    return [*steps, Step("arms", "In one of the two arms compared", in_arms, nothing)]


def _flow(steps: list[Step], left: list[Bools], rows: _Rows) -> pd.DataFrame:
    """The record of each step; that of the arms only where it leaves somebody out."""
    records = []
    for step, before, after in zip(steps, [left[0], *left], left, strict=False):
        if step.id == "arms" and (before == after).all():
            continue
        were, are = rows.counts(before), rows.counts(after)
        excluded = {f"excluded_{unit}": were[f"n_{unit}"] - are[f"n_{unit}"] for unit in UNITS}
        records.append({"id": step.id, "label": step.label, **are, **excluded})
    return pd.DataFrame(records, columns=list(FLOW_COLUMNS))


def _require_somebody(steps: list[Step], left: list[Bools]) -> None:
    """Refuse a selection that leaves nobody; say which step did it."""
    for step, is_left in zip(steps, left, strict=True):
        if not is_left.any():
            message = f"no row is left after step {step.id} ({step.label})"
            if step.id == "cutoff":
                raise PlanError(Problem("E_CUTOFF", f"cutoff: {message}"))
            fix = "See what the rule asks for and what the column holds."
            raise NotEstimableError(Problem("E_NO_ROWS", message, column=step.column, fix=fix))


def _require_both_arms(plan: AnalysisPlan, counts: dict[str, int]) -> None:
    """Refuse a comparison with an arm nobody is in."""
    arms = plan.arms
    for arm, n in (
        (arms.reference, counts["n_reference"]),
        (arms.comparator, counts["n_comparator"]),
    ):
        if n == 0:
            message = f"no row is left in arm {arm}: no comparison possible"
            fix = "See whether the file has rows of this arm and which eligibility step takes them."
            raise NotEstimableError(
                Problem("E_ONE_ARM", message, column=arms.column, value=str(arm), fix=fix)
            )


def _missing_findings(steps: list[Step], left: list[Bools]) -> Iterator[Finding]:
    """Rows that do not pass a step because a value is missing."""
    for step, before in zip(steps[1:], left, strict=False):
        n = int((before & step.lacks_value).sum())
        if n:
            message = (
                f"{people(n)} rows have no value of {step.column} and do not pass step "
                f"{step.id} ({step.label})."
            )
            yield Finding("W_ELIGIBILITY_MISSING", message, n=n)


def _mixed_patients(cohort: Cohort, plan: AnalysisPlan, is_left: Bools) -> Iterator[Problem]:
    """Patients in both arms, where the arm belongs to the patient."""
    if plan.arms.level == "patient":
        text = as_text(cohort.frame[plan.arms.column])
        rows, first = _in_both_arms(cohort, plan, is_left)

        def fault(row: int) -> Fault:
            other = int(first[row])
            line = cohort.places.line(other)
            here, there = quoted(text[row]), quoted(text[other])
            message = f"{here} here and {there} in line {line}, for one patient"
            fix = "Correct it, or compare rows: arms.level: lesion."
            return Fault("E_MIXED_ARMS", message, fix, str(text[row]))

        yield from cohort.places.problems(rows, fault, plan.arms.column)


def _both_arms_finding(cohort: Cohort, plan: AnalysisPlan, is_left: Bools) -> Iterator[Finding]:
    """How many patients stand in both arms, where rows are compared."""
    rows, _ = _in_both_arms(cohort, plan, is_left)
    if len(rows):
        n = cohort.frame[cohort.dictionary.table.patient].iloc[rows].nunique()
        message = (
            f"{people(n)} patients have rows in both arms. Standard errors take patients as "
            "clusters where the plan names them; an endpoint at patient level uses the arm of the "
            "index row."
        )
        yield Finding("N_BOTH_ARMS", message, "note", n=n)


def _in_both_arms(
    cohort: Cohort, plan: AnalysisPlan, is_left: Bools
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows whose arm differs from that of the patient's first row left, and that row of each."""
    patient = pd.factorize(cohort.frame[cohort.dictionary.table.patient])[0]
    arm = pd.factorize(cohort.frame[plan.arms.column])[0]
    left = np.flatnonzero(is_left)
    first = np.full(patient.max() + 1, len(patient), dtype=np.intp)
    np.minimum.at(first, patient[left], left)
    of_row = first[patient]
    return left[arm[left] != arm[of_row[left]]], of_row
