"""Who was read, who was left out at each step, who is analysed."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.cohort.eligibility import FLOW_COLUMNS
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan


def complete_flow(
    selection: pd.DataFrame, rows: AnalysisSet, plan: AnalysisPlan, dictionary: DataDictionary
) -> pd.DataFrame:
    """The flow of the selection with the step that only complete covariates pass."""
    before = selection.iloc[-1]
    n_lesions, n_patients = len(rows), int(rows.frame[dictionary.table.patient].nunique())
    step = {
        "id": "complete",
        "label": "Complete covariates",
        "n_lesions": n_lesions,
        "n_patients": n_patients,
        "excluded_lesions": int(before["n_lesions"]) - n_lesions,
        "excluded_patients": int(before["n_patients"]) - n_patients,
        "n_reference": int((rows.arm == 0).sum()),
        "n_comparator": int((rows.arm == 1).sum()),
    }
    return pd.concat([selection, pd.DataFrame([step])], ignore_index=True)[list(FLOW_COLUMNS)]
