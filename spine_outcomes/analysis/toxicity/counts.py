"""How many rows and patients had which worst grade, and the severe events one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.results import LISTING_COLUMNS, TOXICITY_COLUMNS
from spine_outcomes.analysis.toxicity.rows import ToxicRows
from spine_outcomes.endpoints.toxicity import WINDOWS, severe_events

ASSESSED, NOT_ASSESSED = "assessed", "not_assessed"
GRADES = 6  # 0 to 5
DAY_RANGES = (0, 31, 91, 183, 366, 731)

Floats = NDArray[np.float64]


def toxicity_frame(rows: ToxicRows) -> pd.DataFrame:
    """Rows and patients by arm and worst grade, ``TOXICITY_COLUMNS``."""
    records: list[dict[str, Any]] = []
    for term, position in rows.named_terms():
        for cause in rows.found.causes:
            for window in WINDOWS:
                place = {"term": term, "window": window, "cause": cause}
                worst = rows.worst(position, window, cause)
                records += (place | record for record in _counted(worst, rows))
    return pd.DataFrame(records, columns=list(TOXICITY_COLUMNS))


def _counted(worst: Floats, rows: ToxicRows) -> Iterator[dict[str, Any]]:
    """The grades of rows, then of patients, each patient once an arm by the worst row there."""
    for code, arm in enumerate(rows.arms):
        own = rows.arm == code
        yield from _distribution(worst[own], {"level_unit": rows.level, "arm": arm})
    if rows.level == "patient":
        return
    for code, arm in enumerate(rows.arms):
        own = rows.arm == code
        by_patient = worst_of_patients(worst[own], rows.patient[own])
        yield from _distribution(by_patient, {"level_unit": "patient", "arm": arm})


def worst_of_patients(worst: Floats, patient: NDArray[np.int64]) -> Floats:
    """Worst grade of each patient's rows; NaN where none of them was assessed."""
    position = np.unique(patient, return_inverse=True)[1]
    found = np.full(int(position.max(initial=-1)) + 1, np.nan)
    np.fmax.at(found, position, worst)
    return found


def _distribution(worst: Floats, place: dict[str, str]) -> Iterator[dict[str, Any]]:
    """How many are known, how often each grade stands, and how many are not known."""
    known = worst[~np.isnan(worst)].astype(np.int64)
    yield place | {"grade": ASSESSED, "n": len(known)}
    for grade, n in enumerate(np.bincount(known, minlength=GRADES)):
        yield place | {"grade": str(grade), "n": int(n)}
    yield place | {"grade": NOT_ASSESSED, "n": len(worst) - len(known)}


def listing_frame(rows: ToxicRows) -> pd.DataFrame:
    """Events of the plan's grade or more, ``LISTING_COLUMNS``, in the order of their day.

    Without identifier and date: a running number, and the day as a range. Several records of one
    row, term and grade are one event.
    """
    seen: set[tuple[int, str, int]] = set()
    records: list[dict[str, Any]] = []
    for row, term, grade, attribution, day in severe_events(rows.found, rows.plan.listed_from):
        if (row, term, grade) in seen:
            continue
        seen.add((row, term, grade))
        records.append(
            {
                "number": len(records) + 1,
                "arm": rows.arms[rows.arm[row]],
                "term": term,
                "grade": grade,
                "attribution": attribution,
                "days": day_range(day),
            }
        )
    return pd.DataFrame(records, columns=list(LISTING_COLUMNS))


def day_range(day: float) -> str:
    """The range that a day from the start of treatment lies in; "unknown" without a day."""
    if np.isnan(day):
        return "unknown"
    at = int(np.searchsorted(DAY_RANGES, day, side="right"))
    if at == 0:
        return f"before {DAY_RANGES[0]}"
    low = DAY_RANGES[at - 1]
    return f"{low} to {DAY_RANGES[at] - 1}" if at < len(DAY_RANGES) else f"{low} or later"
