"""The row that stands for a patient in an endpoint at patient level."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days
from spine_outcomes.study.plan import AnalysisPlan


def index_rows(cohort: Cohort, plan: AnalysisPlan) -> NDArray[np.intp]:
    """One row a patient: the earliest, then the largest, then the first in order.

    Parameters
    ----------
    cohort
        Rows that are analysed; a patient's first row may be one that was not eligible.
    plan
        ``index`` names the columns (by default the origin alone).

    Returns
    -------
    ndarray of int, shape (number of patients,)
        Positions in the cohort's frame, ascending. A missing date or size comes last.
    """
    frame = cohort.frame
    earliest = plan.index.earliest or plan.origin
    largest = plan.index.then_largest
    patient = pd.factorize(frame[cohort.dictionary.table.patient])[0]
    row = np.arange(len(frame))
    day = as_days(frame[earliest]) if earliest is not None else np.zeros(len(frame))
    size = frame[largest].to_numpy(np.float64) if largest is not None else np.zeros(len(frame))
    order = np.lexsort((row, -size, day, patient))  # NaN sorts last
    is_first = np.diff(patient[order], prepend=-1) > 0
    return np.sort(order[is_first])
