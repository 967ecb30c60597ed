"""Functions g of time along which a log hazard ratio may change."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from spine_outcomes.survival.life_table import Floats, LifeTable, life_tables
from spine_outcomes.survival.sample import Sample

TimeScale = Literal["km", "rank", "identity", "log"]
TIME_SCALES: tuple[TimeScale, ...] = get_args(TimeScale)


def scaled_time(sample: Sample, cause: int, scale: TimeScale) -> Floats:
    """Value of g at the time of each row, shape (n,); NaN for rows with weight 0.

    Parameters
    ----------
    sample
        Rows of all strata together. Weights do not enter g, except that a weight of 0 is no row.
    cause
        Event of the Kaplan–Meier.
    scale
        ``km``: 1 − S(t−), S the Kaplan–Meier of the event; ``rank``: mean rank of the time among
        all rows; ``identity``: t; ``log``: log t, −∞ at time 0.
    """
    counted = (sample.weight > 0).astype(np.float64)
    is_event = (sample.status == cause).astype(np.int64)
    everybody = replace(sample, weight=counted, status=is_event, arm=None)
    ((_, table),) = life_tables(everybody)
    if table is None:
        raise AssertionError("a sample has a row with a weight above 0")
    values = np.full(sample.n, np.nan)
    values[table.rows] = _along(table, scale)[table.group]
    return values


def _along(table: LifeTable, scale: TimeScale) -> Floats:
    """Value of g at the distinct times, shape (m,); of km after the last as well."""
    if scale == "km":
        return 1.0 - table.survival
    if scale == "rank":
        n_at = table.total(table.weight)
        return np.cumsum(n_at) - (n_at - 1) / 2
    if scale == "identity":
        return table.time
    if scale == "log":
        with np.errstate(divide="ignore"):
            return np.log(table.time)
    raise ValueError(f"scale is {scale!r}; allowed: {', '.join(TIME_SCALES)}")
