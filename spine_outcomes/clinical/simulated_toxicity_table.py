"""The long table of toxicity of a simulated cohort: two assessments, and every event."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.clinical.simulated_records import dates_after_start, days_after_start, records
from spine_outcomes.clinical.simulated_text import only_where, whole
from spine_outcomes.clinical.simulated_uniforms import Ints, integer, uniforms
from spine_outcomes.clinical.toxicity import SEVERE

_TERMS = {
    "myelitis": ("Myelitis", "Infections and infestations", 0),
    "radiculitis": ("Radiculitis", "Nervous system disorders", 0),
    "oesoph_acute": ("Esophagitis", "Gastrointestinal disorders", 0),
    "oesoph_late": ("Esophageal stenosis", "Gastrointestinal disorders", 91),
    "other": ("Fatigue", "General disorders and administration site conditions", 0),
}
"""CTCAE term and system organ class behind each column of the cohort; first day of onset."""

_EVENT_DRAWS = ("before", "after", "attribution")


def toxicity_table(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a lesion, term and assessment.

    Everybody is assessed in the second to the sixth week and at the last contact. A term that had
    an event has a row of its own for it, assessed at most two weeks later.
    """
    names = [f"{term}_{what}" for term in _TERMS for what in _EVENT_DRAWS]
    u = uniforms(rng, len(frame), ("first", *names))
    last = days_after_start(frame, "last_contact_date")
    first = np.minimum(integer(u["first"], 14, 45), last)
    parts = []
    for column, (term, soc, earliest) in _TERMS.items():
        grade = frame[f"tox_{column}_max"].to_numpy(str).astype(np.int64)
        day = days_after_start(frame, f"tox_{column}_date")
        before = integer(u[f"{column}_before"], 0, 20) * (grade >= SEVERE)
        onset = np.maximum(day - before, earliest)
        seen = np.minimum(day + integer(u[f"{column}_after"], 0, 14), last)
        attribution = whole(integer(u[f"{column}_attribution"], 1, 5))
        absent = [(first < onset, first), ((grade == 0) & (last > first), last)]
        for is_absent, when in absent:
            row = np.flatnonzero(is_absent)
            parts.append(_rows(frame, row, when, term, soc))
        row = np.flatnonzero(grade > 0)
        event = _rows(frame, row, seen, term, soc)
        event["grade"] = whole(grade[row])
        event["onset"] = dates_after_start(frame, row, onset[row])
        severe = dates_after_start(frame, row, day[row])
        event["grade3_date"] = only_where(grade[row] >= SEVERE, severe)
        event["attribution"] = attribution[row]
        event["serious"] = whole(grade[row] >= SEVERE)
        parts.append(event)
    return pd.concat(parts, ignore_index=True)


def _rows(
    frame: pd.DataFrame, row: NDArray[np.intp], day: Ints, term: str, soc: str
) -> pd.DataFrame:
    """Assessments without the toxicity."""
    n = len(row)
    columns = {"term": term, "soc": soc, "grade": "0", "onset": "", "grade3_date": "",
               "attribution": "", "serious": ""}  # fmt: skip
    filled = {name: np.full(n, text) for name, text in columns.items()}
    return records(frame, row, day[row], "assessed", filled)
