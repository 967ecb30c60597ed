"""The rows analysed at one level, with everything but their outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import is_one_of
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import Finding, people
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
    """

    level: str
    rows: NDArray[np.intp]
    frame: pd.DataFrame
    arm: NDArray[np.int64]
    cluster: NDArray[np.int64] | None
    n_incomplete: dict[str, int]
    findings: tuple[Finding, ...]

    def __len__(self) -> int:
        return len(self.rows)


def covariates(plan: AnalysisPlan) -> tuple[str, ...]:
    """Columns that some model of the plan needs, in the plan's order."""
    others = plan.estimation.modelled.values()
    return columns_of(sum(others, start=plan.propensity.terms))


def analysis_set(
    cohort: Cohort, plan: AnalysisPlan, level: str, outcomes: Iterable[Outcome]
) -> AnalysisSet:
    """Complete cases among the rows on which some endpoint of this level is known."""
    rows = np.unique(np.concatenate([outcome.rows for outcome in outcomes]))
    candidates = cohort.frame.iloc[rows]
    missing = candidates[list(covariates(plan))].isna()
    is_complete = ~missing.any(axis=1).to_numpy()
    complete = candidates[is_complete]
    n_incomplete = {str(name): int(n) for name, n in missing.sum().items() if n}
    return AnalysisSet(
        level=level,
        rows=rows[is_complete],
        frame=complete.reset_index(drop=True),
        arm=is_one_of(complete[plan.arms.column], (plan.arms.comparator,)).astype(np.int64),
        cluster=None if plan.cluster is None else _codes(complete[plan.cluster]),
        n_incomplete=n_incomplete,
        findings=_incomplete_findings(level, is_complete, n_incomplete, cohort.dictionary),
    )


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
