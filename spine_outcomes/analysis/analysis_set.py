"""The rows analysed at one level, with everything but their outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import is_one_of
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import CohortError, Finding, NotEstimableError, Problem, people
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.terms import columns_of


@dataclass(frozen=True, eq=False)
class AnalysisSet:
    """Rows with complete covariates, on which the propensity and every endpoint stand.

    Parameters
    ----------
    level
        What a row is: ``lesion`` or ``patient`` (one index row a patient).
    rows : ndarray of int, shape (n,)
        Positions in the selected cohort's frame.
    frame : DataFrame, shape (n, columns)
        Those rows.
    arm : ndarray of int, shape (n,)
        0 reference, 1 comparator.
    cluster : ndarray of int, shape (n,), or None
        Cluster of each row; None where every row is its own.
    n_incomplete
        Rows left out because a covariate is missing, and the columns that did it.
    provider : ndarray of int, shape (n,), or None
        Who treated each row, −1 where that is not known; None where the plan has no instrument.
    """

    level: str
    rows: NDArray[np.intp]
    frame: pd.DataFrame
    arm: NDArray[np.int64]
    cluster: NDArray[np.int64] | None
    n_incomplete: dict[str, int]
    findings: tuple[Finding, ...]
    provider: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.rows)


def covariates(plan: AnalysisPlan) -> tuple[str, ...]:
    """Columns that some model of the plan needs, in the plan's order."""
    others = plan.estimation.modelled.values()
    return columns_of(sum(others, start=plan.propensity.terms))


def needed_complete(plan: AnalysisPlan) -> tuple[str, ...]:
    """Columns that must not lack values: the covariates, and what helps to impute them."""
    helping = plan.missing.auxiliary if plan.missing.is_imputed else ()
    return tuple(dict.fromkeys([*covariates(plan), *helping]))


def analysis_set(
    cohort: Cohort, plan: AnalysisPlan, level: str, outcomes: Iterable[Outcome]
) -> AnalysisSet:
    """Complete cases among the rows on which some endpoint of this level is known.

    Raises
    ------
    CohortError
        If a covariate is missing in every row.
    NotEstimableError
        If no row of an arm has every covariate.
    """
    rows = np.unique(np.concatenate([outcome.rows for outcome in outcomes]))
    candidates = cohort.frame.iloc[rows]
    missing = candidates[list(covariates(plan))].isna()
    is_complete = ~missing.any(axis=1).to_numpy()
    complete = candidates[is_complete]
    n_incomplete = {str(name): int(n) for name, n in missing.sum().items() if n}
    _require_values(cohort, n_incomplete, len(candidates))
    _require_arms(plan, complete[plan.arms.column], n_incomplete)
    instrument = plan.estimation.instrument
    return AnalysisSet(
        level=level,
        rows=rows[is_complete],
        frame=complete.reset_index(drop=True),
        arm=is_one_of(complete[plan.arms.column], (plan.arms.comparator,)).astype(np.int64),
        cluster=None if plan.cluster is None else _codes(complete[plan.cluster]),
        provider=None if instrument is None else _codes(complete[instrument.column]),
        n_incomplete=n_incomplete,
        findings=_incomplete_findings(level, is_complete, n_incomplete, cohort.dictionary),
    )


def _require_values(cohort: Cohort, n_incomplete: dict[str, int], n: int) -> None:
    """Refuse a covariate that no row has."""
    empty = [name for name, n_missing in n_incomplete.items() if n_missing == n]
    if empty:
        message = f"a covariate of the plan, and missing in all {n} rows analysed"
        fix = "Fill it in the source, or take it out of the plan's terms."
        raise CohortError(
            *(Problem("E_NO_VALUE", message, file=cohort.source, column=c, fix=fix) for c in empty)
        )


def _require_arms(plan: AnalysisPlan, arm: pd.Series[Any], n_incomplete: dict[str, int]) -> None:
    """Refuse a comparison with an arm of which no row is complete."""
    for code in plan.arms.codes:
        if not is_one_of(arm, (code,)).any():
            message = f"no row of arm {code} has every covariate"
            lacking = ", ".join(f"{name} {k}" for name, k in n_incomplete.items())
            message += f"; missing are: {lacking}" if lacking else ""
            fix = "Take out the terms that are missing, or impute them: missing.method."
            raise NotEstimableError(Problem("E_NO_COMPLETE_ROW", message, fix=fix))


def analysis_sets(
    completed: Sequence[Cohort], plan: AnalysisPlan, level: str, outcomes: Sequence[Outcome]
) -> list[AnalysisSet]:
    """The rows of one level in each completed cohort."""
    own = [outcome for outcome in outcomes if outcome.level == level]
    return [analysis_set(cohort, plan, level, own) for cohort in completed]


def _codes(labels: pd.Series[Any]) -> NDArray[np.int64]:
    """Cluster codes 0, 1, … in the order of appearance."""
    return pd.factorize(labels)[0].astype(np.int64)


def _incomplete_findings(
    level: str,
    is_complete: NDArray[np.bool_],
    by_column: dict[str, int],
    dictionary: DataDictionary,
) -> tuple[Finding, ...]:
    """What complete-case analysis leaves out, by column."""
    n, n_lost = len(is_complete), int((~is_complete).sum())
    if n_lost == 0:
        return ()
    causes = ", ".join(
        f"{dictionary[name].label} {people(count)}"
        for name, count in sorted(by_column.items(), key=lambda item: -item[1])
    )
    return (
        Finding(
            "W_COMPLETE_CASE",
            f"{people(n_lost)} of {people(n)} {level} rows are left out because a covariate is "
            f"missing ({causes}; a row may miss several). Estimates hold for complete cases only.",
            severity="serious" if n_lost > 0.1 * n else "caution",
            section="cohort",
            n=n_lost,
        ),
    )
