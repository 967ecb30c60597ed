"""The selected cohort with its missing covariates completed, once or m times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.analysis_set import covariates, needed_complete
from spine_outcomes.analysis.results import IMPUTATION_COLUMNS
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_numbers, is_one_of
from spine_outcomes.cohort.derivations import fill_derived, typed_as
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import CohortError, Finding, Problem, people
from spine_outcomes.imputation.chained_equations import Imputed, Table, chained_equations
from spine_outcomes.imputation.variable import Kind, Variable
from spine_outcomes.study.dictionary import Column, DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.nelson_aalen import nelson_aalen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A positive number whose largest value is this many times its smallest predicts by its logarithm.
WIDE_RANGE = 20.0
NOTHING_MISSING = Finding(
    "W_MI_NOOP",
    "The plan imputes missing covariates, and none is missing: nothing was imputed or pooled.",
    section="cohort",
)


@dataclass(frozen=True, eq=False)
class Completed:
    """What the analysis stands on.

    Parameters
    ----------
    cohorts
        The selected rows: as they are, or m times with imputed covariates.
    trace : DataFrame
        ``IMPUTATION_COLUMNS``: the imputed values of each column after every round.
    """

    cohorts: tuple[Cohort, ...]
    trace: pd.DataFrame
    findings: tuple[Finding, ...]

    def first(self, n: int) -> Completed:
        """The first ``n`` of the completed cohorts, which are those of ``n`` imputations."""
        return replace(self, cohorts=self.cohorts[:n])


def completed(cohort: Cohort, plan: AnalysisPlan, outcomes: Sequence[Outcome]) -> Completed:
    """Impute the missing covariates where the plan says so.

    Parameters
    ----------
    cohort
        The selected rows.
    outcomes
        Endpoints on them: event and cumulative hazard of each predict what is missing.

    Raises
    ------
    CohortError
        If a column to impute has no value at all.

    Notes
    -----
    Covariates of all models and the plan's auxiliary columns are imputed and predict one another.
    Where a column lacks values and is derived from others, these are imputed and it is derived
    anew. Dates, events and the arm are never imputed. Outcomes predict by three numbers an
    endpoint: event, cumulative hazard at the end of follow-up, and their product, since a time says
    something else where it is that of an event (White and Royston, 2009, Statistics in Medicine 28,
    for the first two). A column of the patient is imputed once a patient, told the number of
    lesions, of those in the comparator arm, and the sums of the outcomes.
    """
    nothing = pd.DataFrame(columns=list(IMPUTATION_COLUMNS))
    columns = [] if not plan.missing.is_imputed else _imputed_columns(cohort, plan)
    if not any(cohort.frame[column.name].isna().any() for column in columns):
        return Completed((cohort,), nothing, (NOTHING_MISSING,) * plan.missing.is_imputed)
    patient = pd.factorize(cohort.frame[cohort.dictionary.table.patient])[0].astype(np.int64)
    per_patient = [c for c in columns if _is_of_patient(c, cohort.dictionary)]
    per_row = [c for c in columns if c not in per_patient]
    arm = is_one_of(cohort.frame[plan.arms.column], (plan.arms.comparator,)).astype(np.float64)
    known = tuple(_outcomes(outcomes, len(arm)))
    try:
        found = chained_equations(
            Table(
                tuple(_variable(as_numbers(cohort.frame[c.name]), c) for c in per_row),
                _varying(_of_rows(arm, known, patient)),
            ),
            Table(
                tuple(
                    _variable(_of_patient(as_numbers(cohort.frame[c.name]), patient), c)
                    for c in per_patient
                ),
                _varying(_of_patients(arm, known, patient)),
            ),
            patient,
            imputations=plan.missing.imputations,
            iterations=plan.missing.iterations,
            seed=plan.seed,
        )
    except ValueError as fault:
        raise CohortError(Problem("E_NOTHING_TO_IMPUTE_FROM", str(fault))) from None
    names = {c.name: patient if c in per_patient else None for c in columns}
    cohorts = tuple(_filled(cohort, values, names) for values in found.completed)
    return Completed(cohorts, _trace(found), (_finding(cohort, plan),))


def _imputed_columns(cohort: Cohort, plan: AnalysisPlan) -> list[Column]:
    """Columns to impute: those asked for, the inputs of a derived one that lacks values instead."""
    wanted = list(needed_complete(plan))
    found: dict[str, Column] = {}
    while wanted:
        column = cohort.dictionary[wanted.pop(0)]
        inputs = _inputs(column, cohort)
        if inputs and cohort.frame[column.name].isna().any():
            wanted = [*inputs, *wanted]
        else:
            found.setdefault(column.name, column)
    return list(found.values())


def _inputs(column: Column, cohort: Cohort) -> tuple[str, ...]:
    """Columns that a derived one can be derived from anew; none where dates are among them."""
    if column.derivation is None:
        return ()
    names = tuple(column.derivation.inputs.values())
    can = all(
        name in cohort.frame and cohort.dictionary[name].type not in ("date", "string")
        for name in names
    )
    return names if can else ()


def _is_of_patient(column: Column, dictionary: DataDictionary) -> bool:
    return column.level == "patient" and dictionary.table.row == "lesion"


def _variable(value: Floats, column: Column) -> Variable:
    """A column as the equations take it."""
    kind: Kind = "number" if column.is_numeric else "ordered" if column.ordered else "nominal"
    known = value[np.isfinite(value)]
    is_wide = (
        kind == "number"
        and len(known) > 0
        and known.min() > 0
        and known.max() > WIDE_RANGE * known.min()
    )
    apart = tuple(float(list(column.codes or ()).index(code)) for code in column.inapplicable)
    return Variable(column.name, value, kind, np.log if is_wide else np.asarray, apart)


def _of_patient(value: Floats, patient: Ints) -> Floats:
    """The first known value of each patient (G,)."""
    found = np.full(int(patient.max()) + 1, np.nan)
    known = np.flatnonzero(np.isfinite(value))[::-1]
    found[patient[known]] = value[known]
    return found


class _OfOutcome(NamedTuple):
    """What an endpoint says of each of the n rows, (n, 3); 0 where it is not known there."""

    level: str
    columns: Floats


def _outcomes(outcomes: Iterable[Outcome], n: int) -> Iterator[_OfOutcome]:
    """Event, cumulative hazard, and their product, of each endpoint."""
    for outcome in outcomes:
        columns = np.zeros((n, 3))
        event = outcome.status == 1
        hazard = nelson_aalen(outcome.time, outcome.status, entry=outcome.entry)
        columns[outcome.rows] = np.column_stack([event, hazard, event * hazard])
        yield _OfOutcome(outcome.level, columns)


def _of_rows(arm: Floats, outcomes: Iterable[_OfOutcome], patient: Ints) -> Floats:
    """Arm, and what each endpoint says, of each row: shape (n, q)."""
    blocks: list[Floats] = [arm[:, None]]
    for level, columns in outcomes:
        blocks.append(_summed(columns, patient)[patient] if level == "patient" else columns)
    return np.hstack(blocks)


def _of_patients(arm: Floats, outcomes: Iterable[_OfOutcome], patient: Ints) -> Floats:
    """Number of rows, of those in the comparator arm, and summed outcomes: (patients, q)."""
    both_arms = np.column_stack([np.ones(len(arm)), arm])
    return _summed(np.hstack([both_arms, *(columns for _, columns in outcomes)]), patient)


def _summed(columns: Floats, patient: Ints) -> Floats:
    """Sums over the rows of each patient."""
    return np.column_stack([np.bincount(patient, column) for column in columns.T])


def _varying(matrix: Floats) -> Floats:
    """The columns that are not the same in all rows, centred and of standard deviation 1/2."""
    spread = matrix.std(axis=0)
    kept = spread > 0
    scaled: Floats = (matrix[:, kept] - matrix[:, kept].mean(axis=0)) / (2 * spread[kept])
    return scaled


def _filled(
    cohort: Cohort, values: dict[str, Floats], patient_of: dict[str, Ints | None]
) -> Cohort:
    """The cohort with its missing values filled in, and what is derived from them derived."""
    frame, dictionary = cohort.frame, cohort.dictionary
    for name, value in values.items():
        patient = patient_of[name]
        of_rows = value if patient is None else value[patient]
        own = frame[name]
        new = typed_as(own, of_rows, dictionary[name])
        frame = frame.assign(**{name: own.where(own.notna(), new)})
    return replace(cohort, frame=fill_derived(frame, dictionary, values))


def _trace(found: Imputed) -> pd.DataFrame:
    """Mean and spread of what was imputed, by column, imputation and round."""
    m, rounds, _ = found.mean.shape
    return pd.DataFrame(
        [
            {
                "column": name,
                "imputation": i + 1,
                "iteration": k + 1,
                "mean": found.mean[i, k, j],
                "spread": found.spread[i, k, j],
            }
            for j, name in enumerate(found.names)
            for i in range(m)
            for k in range(rounds)
        ],
        columns=list(IMPUTATION_COLUMNS),
    )


def _finding(cohort: Cohort, plan: AnalysisPlan) -> Finding:
    """How much was imputed: for the models, and for what only helps to impute."""
    n, n_any = (
        int(cohort.frame[list(names)].isna().any(axis=1).sum())
        for names in (covariates(plan), needed_complete(plan))
    )
    beside = f" ({people(n_any)} with the auxiliary columns, which only help to impute)"
    has_beside = n_any - n >= max(plan.report.min_cell, 1)  # a smaller difference is a small count
    is_many = n > 0.1 * len(cohort.frame)
    return Finding(
        "W_IMPUTED" if is_many else "N_IMPUTED",
        f"{people(n)} of {people(len(cohort.frame))} rows lack a covariate of the models"
        f"{beside * has_beside}; it was imputed {plan.missing.imputations} times and the estimates "
        "pooled. Right where what is missing depends on nothing but what is known.",
        severity="caution" if is_many else "note",
        section="cohort",
        n=n,
    )
