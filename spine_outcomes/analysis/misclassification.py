"""The arm as recorded against the arm by rule, from what was treated: how much rests on the record.

Where a dictionary derives the column of the arm, the two are counted against each other, and the
whole analysis can be run on the arm by rule: ``run(plan, with_derived_arm(cohort, plan))``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_text, is_one_of
from spine_outcomes.cohort.derivations import definition, derive_column, typed_as
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import Finding, Severity, people
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.aalen_johansen import aalen_johansen

AGREEMENT_COLUMNS = ("recorded", "derived", "n_rows", "n_patients")
UNKNOWN = "unknown"
MANY = 0.05
"""Share of rows in the other arm from which a conclusion may change."""


def arm_agreement(cohort: Cohort, plan: AnalysisPlan) -> pd.DataFrame:
    """Rows and patients by recorded arm and arm by rule, ``AGREEMENT_COLUMNS``.

    ``derived`` is ``unknown`` where the rule lacks a value. No row without a rule, or without the
    columns that it reads.
    """
    derived = _derived_arm(cohort, plan)
    if derived is None:
        return pd.DataFrame(columns=list(AGREEMENT_COLUMNS))
    both = pd.DataFrame(
        {
            "recorded": as_text(cohort.frame[plan.arms.column]),
            "derived": as_text(derived).fillna(UNKNOWN),
            "patient": cohort.frame[cohort.dictionary.table.patient],
        }
    )
    counted = both.groupby(["recorded", "derived"], sort=True)["patient"].agg(["size", "nunique"])
    return counted.reset_index().set_axis(list(AGREEMENT_COLUMNS), axis=1)


def with_derived_arm(cohort: Cohort, plan: AnalysisPlan) -> Cohort:
    """The cohort with the arm by rule wherever the rule says one, and the recorded arm elsewhere.

    Notes
    -----
    A sensitivity analysis: if the recorded arm were wrong in just these rows. Arms that the rule
    cannot give (other, unclear) are replaced too, so the selection must come after.
    """
    derived = _derived_arm(cohort, plan)
    if derived is None:
        return cohort
    recorded = cohort.frame[plan.arms.column]
    arm = recorded.where(derived.isna(), derived)
    return replace(cohort, frame=cohort.frame.assign(**{plan.arms.column: arm}))


def misclassification_findings(
    cohort: Cohort, plan: AnalysisPlan, outcomes: Sequence[Outcome]
) -> Iterator[Finding]:
    """Rows whose recorded arm is not the one by rule, each way, and what hangs on them.

    Parameters
    ----------
    cohort
        The selected rows.
    outcomes
        Their endpoints; the first of them is compared under both arms, unweighted.
    """
    counts = arm_agreement(cohort, plan)
    differs = counts[(counts["derived"] != UNKNOWN) & (counts["derived"] != counts["recorded"])]
    n, total = int(differs["n_rows"].sum()), int(counts["n_rows"].sum())
    if n == 0:
        return
    each = ", ".join(
        f"{people(int(k))} recorded {recorded} and {derived} by rule"
        for recorded, derived, k in differs.iloc[:, :3].to_numpy().tolist()
    )
    both = (cohort, with_derived_arm(cohort, plan))
    as_recorded, by_rule = (_difference(other, plan, outcomes[0]) for other in both)
    time = plan.of_endpoint(outcomes[0].name).estimation.times[-1]
    message = (
        f"The recorded arm of {people(n)} of {people(total)} rows is not the one by rule ({each}). "
        f"{definition(cohort.dictionary[plan.arms.column]) or ''} The record is analysed; the "
        f"unweighted difference of {outcomes[0].label.lower()} at {time} is {as_recorded} with it "
        f"and {by_rule} by rule."
    )
    severity: Severity = "serious" if n > MANY * total else "caution"
    yield Finding("W_ARM_BY_RULE", message, severity, n=n)


def _difference(cohort: Cohort, plan: AnalysisPlan, outcome: Outcome) -> str:
    """Unweighted difference of incidences at the last time, comparator − reference, in words."""
    column = cohort.frame[plan.arms.column].iloc[outcome.rows]
    arm = np.select([is_one_of(column, (code,)) for code in plan.arms.codes], [0, 1], 2)
    is_compared = arm < len(plan.arms.codes)
    if len(np.unique(arm[is_compared])) < len(plan.arms.codes):
        return "not estimable"
    risk = aalen_johansen(
        outcome.time[is_compared],
        outcome.status[is_compared],
        arm=arm[is_compared],
        entry=None if outcome.entry is None else outcome.entry[is_compared],
        times=[plan.of_endpoint(outcome.name).estimation.times[-1].to(outcome.unit)],
    ).value
    difference = risk[1] - risk[0]
    return "not estimable" if np.isnan(difference) else f"{100 * difference:.1f} percentage points"


def _derived_arm(cohort: Cohort, plan: AnalysisPlan) -> pd.Series | None:
    """The arm by rule, missing where it does not say; None without a rule or what it reads."""
    column = cohort.dictionary[plan.arms.column]
    if column.derivation is None:
        return None
    derived = derive_column(cohort.frame, column, cohort.dictionary, {})
    if derived is None:
        return None
    return typed_as(cohort.frame[column.name], derived.value, column)
