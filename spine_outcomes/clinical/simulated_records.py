"""Rows of the long tables of a simulated cohort."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.clinical.simulated_observation import NEVER
from spine_outcomes.clinical.simulated_text import dated
from spine_outcomes.clinical.simulated_uniforms import Ints

KEYS = ("patient_id", "lesion_id")


def days_after_start(frame: pd.DataFrame, name: str) -> Ints:
    """Days from the first fraction to a date of the cohort (n,), `NEVER` where there is none."""
    date = pd.to_datetime(frame[name].where(frame[name] != ""), format="%Y-%m-%d")
    days = (date - pd.to_datetime(frame["sbrt_start"], format="%Y-%m-%d")).dt.days
    return np.asarray(days.fillna(NEVER), dtype=np.int64)


def records(
    frame: pd.DataFrame, row: Ints, day: Ints, date: str, columns: Mapping[str, NDArray[np.str_]]
) -> pd.DataFrame:
    """Rows (k,) of a long table: the keys of rows of the cohort, a date, and columns."""
    keys = {key: frame[key].to_numpy()[row] for key in KEYS}
    found = {**keys, date: dates_after_start(frame, row, day), **columns}
    return pd.DataFrame(found, dtype=object)


def dates_after_start(frame: pd.DataFrame, row: Ints, day: Ints) -> NDArray[np.str_]:
    """Dates (k,) some days after the first fraction of rows of the cohort."""
    start = frame["sbrt_start"].to_numpy("datetime64[D]")[row]
    return dated(start + day.astype("timedelta64[D]"))
