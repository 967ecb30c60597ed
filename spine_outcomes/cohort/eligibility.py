"""Who is analysed: the steps of the plan in their order, each counted in rows and patients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_text, verdict
from spine_outcomes.cohort.places import Fault, raise_problems
from spine_outcomes.errors import (
    CohortError,
    Finding,
    NotEstimableError,
    PlanError,
    Problem,
)
from spine_outcomes.study.plan import AnalysisPlan

Bools = NDArray[np.bool_]

FLOW_COLUMNS = (
    "id", "label", "n_lesions", "n_patients", "excluded_lesions", "excluded_patients",
    "n_reference", "n_comparator",
)  # fmt: skip


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
class _Step:
    """One step: rows that pass, and rows that cannot because a value is missing."""

    id: str
    label: str
    passes: Bools
    lacks_value: Bools
    column: str | None = None


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
    flow = _Flow(cohort, plan)
    for step in _steps(cohort, plan):
        flow.apply(step)
    raise_problems(_mixed_patients(cohort, plan, flow.is_left))
    flow.check_both_arms()
    return Selection(
        cohort=cohort.take(np.flatnonzero(flow.is_left)),
        flow=pd.DataFrame(flow.records, columns=list(FLOW_COLUMNS)),
        findings=(*flow.findings, *_both_arms_finding(cohort, plan, flow.is_left)),
    )


def require_columns(cohort: Cohort, names: Iterable[str]) -> None:
    """Refuse a cohort that lacks a column; a dictionary may describe more than a file holds.

    Raises
    ------
    CohortError
        Naming every column that is missing.
    """
    missing = [name for name in dict.fromkeys(names) if name not in cohort.frame]
    if missing:
        message = "the plan needs this column, and the file does not hold it"
        raise CohortError(
            *(Problem("E_MISSING_COLUMN", message, file=cohort.source, column=n) for n in missing)
        )


def _columns(plan: AnalysisPlan) -> tuple[str, ...]:
    """Columns that the selection reads."""
    steps = (step.rule.column for step in plan.population.eligibility)
    named = (plan.arms.column, plan.cluster, plan.origin, *steps)
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


def _steps(cohort: Cohort, plan: AnalysisPlan) -> Iterator[_Step]:
    """Cut-off, criteria in their order, arms."""
    frame = cohort.frame
    nothing = np.zeros(len(frame), dtype=bool)
    if plan.cutoff is not None and plan.origin is not None:
        started = (frame[plan.origin] <= pd.Timestamp(plan.cutoff)).to_numpy(bool)
        label = f"Started by the data cut-off, {plan.cutoff.isoformat()}"
        yield _Step("cutoff", label, started, frame[plan.origin].isna().to_numpy(), plan.origin)
    for step in plan.population.eligibility:
        found = verdict(step.rule, step.rule.column, frame)
        yield _Step(step.id, step.label, found.holds, ~found.is_known, step.rule.column)
    arm = as_text(frame[plan.arms.column])
    in_arms = arm.isin([str(plan.arms.reference), str(plan.arms.comparator)]).to_numpy(bool)
    yield _Step("arms", "In one of the two arms compared", in_arms, nothing)


class _Flow:
    """Rows left after each step, and the record of it."""

    def __init__(self, cohort: Cohort, plan: AnalysisPlan) -> None:
        self._plan = plan
        self._patient = pd.factorize(cohort.frame[cohort.dictionary.table.patient])[0]
        self._arm = as_text(cohort.frame[plan.arms.column])
        self.is_left: Bools = np.ones(len(cohort.frame), dtype=bool)
        self.records: list[dict[str, object]] = []
        self.findings: list[Finding] = []
        self._record("read", "Rows read", (len(cohort.frame), self._n_patients()))

    def apply(self, step: _Step) -> None:
        """Leave out the rows that fail a step; a step at the arms is told only if it counts."""
        before = (int(self.is_left.sum()), self._n_patients())
        lacks = int((self.is_left & step.lacks_value).sum())
        self.is_left = self.is_left & step.passes
        if step.id == "arms" and before[0] == self.is_left.sum():
            return
        self._record(step.id, step.label, before)
        if lacks:
            message = (
                f"{lacks} rows have no value of {step.column} and do not pass step {step.id} "
                f"({step.label})."
            )
            self.findings.append(Finding("W_ELIGIBILITY_MISSING", message, n=lacks))
        if not self.is_left.any():
            self._nobody(step)

    def check_both_arms(self) -> None:
        """Refuse a comparison with an arm nobody is in."""
        for arm in (self._plan.arms.reference, self._plan.arms.comparator):
            if not self._n_in(arm):
                message = f"no row is left in arm {arm}: no comparison possible"
                raise NotEstimableError(
                    Problem("E_ONE_ARM", message, column=self._plan.arms.column, value=str(arm))
                )

    def _record(self, name: str, label: str, before: tuple[int, int]) -> None:
        n_rows, n_patients = int(self.is_left.sum()), self._n_patients()
        after = (n_rows, n_patients, before[0] - n_rows, before[1] - n_patients)
        arms = (self._n_in(self._plan.arms.reference), self._n_in(self._plan.arms.comparator))
        self.records.append(dict(zip(FLOW_COLUMNS, (name, label, *after, *arms), strict=True)))

    def _n_patients(self) -> int:
        return len(np.unique(self._patient[self.is_left]))

    def _n_in(self, arm: object) -> int:
        return int(((self._arm == str(arm)).to_numpy(bool) & self.is_left).sum())

    def _nobody(self, step: _Step) -> None:
        """Say which step left nobody."""
        message = f"no row is left after step {step.id} ({step.label})"
        if step.id == "cutoff":
            raise PlanError(Problem("E_CUTOFF", f"cutoff: {message}"))
        raise NotEstimableError(Problem("E_NO_ROWS", message, column=step.column))


def _mixed_patients(cohort: Cohort, plan: AnalysisPlan, is_left: Bools) -> Iterator[Problem]:
    """Patients in both arms, where the arm belongs to the patient."""
    if plan.arms.level == "patient":
        text = as_text(cohort.frame[plan.arms.column])
        rows, first = _in_both_arms(cohort, plan, is_left)

        def fault(row: int) -> Fault:
            other = int(first[row])
            line = cohort.places.line(other)
            message = f"{text[row]} here and {text[other]} in line {line}, for one patient"
            fix = "Correct it, or compare rows: arms.level: lesion."
            return Fault("E_MIXED_ARMS", message, fix, str(text[row]))

        yield from cohort.places.problems(rows, fault, plan.arms.column)


def _both_arms_finding(cohort: Cohort, plan: AnalysisPlan, is_left: Bools) -> Iterator[Finding]:
    """How many patients stand in both arms, where rows are compared."""
    rows, _ = _in_both_arms(cohort, plan, is_left)
    if len(rows):
        n = cohort.frame[cohort.dictionary.table.patient].iloc[rows].nunique()
        message = (
            f"{n} patients have rows in both arms. Standard errors take patients as clusters where "
            "the plan names them; an endpoint at patient level uses the arm of the index row."
        )
        yield Finding("W_BOTH_ARMS", message, "note", n=n)


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
