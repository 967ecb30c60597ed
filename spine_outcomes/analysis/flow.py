"""Who was read, who was left out at each step, who is analysed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spine_outcomes.analysis.weighting import WeightedSet
from spine_outcomes.cohort.eligibility import FLOW_COLUMNS
from spine_outcomes.study.dictionary import DataDictionary


def complete_flow(
    selection: pd.DataFrame,
    weighted: WeightedSet,
    dictionary: DataDictionary,
    *,
    is_imputed: bool,
) -> pd.DataFrame:
    """The flow of the selection with the steps that models add: complete covariates, trimming."""
    rows = weighted.analysis_set
    label = "Outcome known" if is_imputed else "Complete covariates"
    steps = [("complete", label, np.ones(len(rows), dtype=bool))]
    bounds = None if weighted.propensity is None else weighted.propensity.bounds
    if bounds is not None:
        label = "Propensity score from {:.3g} to {:.3g}".format(*bounds)
        steps.append(("trim", label, weighted.is_kept))
    flow = selection
    for name, label, is_kept in steps:
        before = flow.iloc[-1]
        n_lesions = int(is_kept.sum())
        n_patients = int(rows.frame.loc[is_kept, dictionary.table.patient].nunique())
        step = {
            "id": name,
            "label": label,
            "n_lesions": n_lesions,
            "n_patients": n_patients,
            "excluded_lesions": int(before["n_lesions"]) - n_lesions,
            "excluded_patients": int(before["n_patients"]) - n_patients,
            "n_reference": int((rows.arm[is_kept] == 0).sum()),
            "n_comparator": int((rows.arm[is_kept] == 1).sum()),
        }
        flow = pd.concat([flow, pd.DataFrame([step])], ignore_index=True)
    return flow[list(FLOW_COLUMNS)]
