"""A cohort made ready for a plan: selected rows, derived endpoints, completed covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.analysis_set import covariates
from spine_outcomes.analysis.completed import Completed, completed
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.data_cut import cohort_as_of
from spine_outcomes.cohort.eligibility import Selection, select
from spine_outcomes.cohort.needed_columns import require_columns
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.plan_columns import columns_read


@dataclass(frozen=True, eq=False)
class Prepared:
    """What every estimate of a plan stands on.

    Parameters
    ----------
    plan
    cohort
        As it was known at the cut-off.
    selection
        The rows that the plan selects, and how it came to them.
    outcomes
        Its endpoints on those rows.
    data
        Those rows with their covariates completed.
    """

    plan: AnalysisPlan
    cohort: Cohort
    selection: Selection
    outcomes: tuple[Outcome, ...]
    data: Completed

    def take(self, rows: NDArray[np.intp]) -> Prepared:
        """Some of the selected rows, endpoints derived among them, imputed as all were."""
        selected = self.selection.cohort.take(rows)
        return replace(
            self,
            selection=replace(self.selection, cohort=selected),
            outcomes=_outcomes(selected, self.plan),
            data=replace(self.data, cohorts=tuple(c.take(rows) for c in self.data.cohorts)),
        )


def prepare(
    plan: AnalysisPlan, cohort: Cohort, step: Step = silent, *, like: Sequence[Prepared] = ()
) -> Prepared:
    """Select, derive and complete.

    Parameters
    ----------
    like
        Preparations of the same cohort: imputations of the same columns and rows are theirs, or the
        first of theirs where the plan wants fewer.

    Raises
    ------
    CohortError
        If the plan needs a column that is not there, a time is negative, or an arm is missing.
    """
    require_columns(cohort, columns_read(plan))
    cohort = cohort_as_of(cohort, plan.cutoff)
    selection = select(cohort, plan)
    outcomes = _outcomes(selection.cohort, plan)
    for other in like:
        if _draws_alike(plan, other.plan):
            data = other.data.first(plan.missing.imputations)
            return Prepared(plan, cohort, selection, outcomes, data)
    if plan.missing.is_imputed:
        step("Imputing")
    return Prepared(plan, cohort, selection, outcomes, completed(selection.cohort, plan, outcomes))


def _outcomes(cohort: Cohort, plan: AnalysisPlan) -> tuple[Outcome, ...]:
    return tuple(derive(cohort, plan, name) for name in plan.endpoints)


def _draws_alike(plan: AnalysisPlan, other: AnalysisPlan) -> bool:
    """Whether a plan selects the same rows as another, and imputes the same covariates as often.

    Endpoints defined in another way are told what was imputed from the first definition. Fewer
    imputations are the first of more.
    """
    keys = ("population", "cutoff", "arms", "seed")
    wanted, drawn = plan.missing, other.missing
    return (
        covariates(plan) == covariates(other)
        and all(getattr(plan, key) == getattr(other, key) for key in keys)
        and wanted.imputations <= drawn.imputations
        and wanted == drawn.model_copy(update={"imputations": wanted.imputations})
    )
