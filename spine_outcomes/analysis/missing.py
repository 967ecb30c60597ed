"""Which covariates are missing, in which arm and together with which others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from spine_outcomes.analysis.analysis_set import needed_complete
from spine_outcomes.analysis.results import MISSING_COLUMNS, PATTERN_COLUMNS
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_text
from spine_outcomes.errors import Finding
from spine_outcomes.study.plan import AnalysisPlan

OFTEN = 0.4  # share missing in both arms together
APART = 0.1  # difference of the shares in the two arms


def missing_frame(cohort: Cohort, plan: AnalysisPlan) -> pd.DataFrame:
    """Selected rows without a value, by column and arm, ``MISSING_COLUMNS``; complete ones not."""
    missing = _missing(cohort, plan)
    arm = as_text(cohort.frame[plan.arms.column]).to_numpy()
    return pd.DataFrame(
        [
            {
                "column": name,
                "label": cohort.dictionary[str(name)].label,
                "arm": code,
                "n": int((arm == code).sum()),
                "n_missing": int((missing[name].to_numpy() & (arm == code)).sum()),
            }
            for name in missing
            for code in plan.arms.codes
        ],
        columns=list(MISSING_COLUMNS),
    )


def missing_findings(missing: pd.DataFrame) -> Iterator[Finding]:
    """Covariates that are missing often, or in one arm far more than in the other."""
    for column, rows in missing.groupby("column", sort=False):
        share = rows["n_missing"].sum() / rows["n"].sum()
        label = rows["label"].iloc[0]
        if share > OFTEN:
            message = (
                f"{label} ({column}) is missing in {share:.0%} of the selected rows: whatever is "
                "done about it, the result rests on few of them."
            )
            yield Finding("W_HIGH_MISSING", message, "serious", "cohort")
        by_arm = rows.set_index("arm")
        shares = by_arm["n_missing"] / by_arm["n"]
        if shares.max() - shares.min() > APART:
            parts = ", ".join(f"{part:.0%} in arm {arm}" for arm, part in shares.items())
            message = (
                f"{label} ({column}) is missing more often in one arm ({parts}): complete cases "
                "are then other patients in each arm."
            )
            yield Finding("W_DIFFERENTIAL_MISSING", message, "caution", "cohort")


def pattern_frame(cohort: Cohort, plan: AnalysisPlan) -> pd.DataFrame:
    """Selected rows by what they lack together and arm, the most frequent first.

    ``pattern`` names the columns, joined by `` + ``; it is empty for complete rows.
    """
    missing = _missing(cohort, plan)
    arm = as_text(cohort.frame[plan.arms.column]).to_numpy()
    bits = np.array([1 << i for i in range(missing.shape[1])], dtype=object)  # of any number
    codes = (missing.to_numpy() * bits).sum(axis=1)
    _, first, of_row, n = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    return pd.DataFrame(
        [
            {
                "pattern": " + ".join(missing.columns[missing.iloc[first[k]]]),
                "arm": code,
                "n": int(((of_row == k) & (arm == code)).sum()),
            }
            for k in np.argsort(-n, kind="stable")
            for code in plan.arms.codes
        ],
        columns=list(PATTERN_COLUMNS),
    )


def _missing(cohort: Cohort, plan: AnalysisPlan) -> pd.DataFrame:
    """Whether each row lacks each column that must be complete and is not."""
    missing = cohort.frame[list(needed_complete(plan))].isna()
    return missing.loc[:, missing.any()]
