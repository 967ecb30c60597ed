"""What the columns of a table hold: missing values by arm, and the shape of every distribution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.cohort.comparison import as_numbers, as_text
from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.study.dictionary import Column, DataDictionary

MISSING_COLUMNS = ("column", "arm", "n", "n_missing", "n_not_applicable")
EVERYBODY = "all rows"
_FEW, _FEW_YEARS = 12, 25  # values, years shown each for itself
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Distribution:
    """How often the values of a column occur.

    Parameters
    ----------
    column
        The column.
    labels, counts
        One a bar: a code with its label, a number, an interval "20 to 30" (its lower limit
        included), or a year of a date.
    is_scale
        Whether the bars are neighbours on a scale.
    """

    column: Column
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    is_scale: bool


def missing_by_arm(inspection: Inspection) -> pd.DataFrame:
    """Missing values of every column, arm by arm.

    Returns
    -------
    DataFrame, columns ``MISSING_COLUMNS``
        Rows of the arm, of them without a value, and without the question (text declared
        ``not_applicable``: no value, or a level of its own). Rows without an arm count in none;
        where the table has no arms, one row a column for everybody.
    """
    frame = inspection.frame
    if frame is None:
        return pd.DataFrame(columns=list(MISSING_COLUMNS))
    arm = _arms(frame, inspection.dictionary)
    records = []
    for name in frame:
        is_missing = frame[name].isna().to_numpy()
        asked_nothing = inspection.not_applicable.get(str(name), np.zeros(len(frame), dtype=bool))
        for code in arm.cat.categories:
            here = (arm == code).to_numpy()
            counts = (here, here & is_missing, here & asked_nothing)
            records.append((str(name), str(code), *(int(rows.sum()) for rows in counts)))
    return pd.DataFrame(records, columns=list(MISSING_COLUMNS))


def distributions(inspection: Inspection) -> Iterator[Distribution]:
    """Distributions of the columns that have one; of dates only the years.

    Text, and whatever identifies a person directly, is not shown.
    """
    frame = inspection.frame
    for column in inspection.dictionary.columns:
        if frame is None or column.name not in frame or column.phi == "direct":
            continue
        values = frame[column.name].dropna()
        if column.type == "string" or values.empty:
            continue
        yield _distribution(values, column)


def arm_column(frame: pd.DataFrame, dictionary: DataDictionary) -> Column | None:
    """The column of a table that holds the arms: its first exposure."""
    return next((c for c in dictionary.columns if c.phase == "exposure" and c.name in frame), None)


def _arms(frame: pd.DataFrame, dictionary: DataDictionary) -> pd.Series[Any]:
    """Arm of each row, in the order of the codes; one for everybody where there is no arm."""
    column = arm_column(frame, dictionary)
    if column is None:
        return pd.Series([EVERYBODY] * len(frame), dtype="category")
    arms = as_text(frame[column.name]).astype("category")
    return arms.cat.reorder_categories(
        sorted(arms.cat.categories, key=list(column.codes or arms.cat.categories).index)
    )


def _distribution(values: pd.Series[Any], column: Column) -> Distribution:
    """Counts of the values of one column, none of them missing."""
    if column.type in ("category", "boolean"):
        codes = column.codes or {"0": "No", "1": "Yes"}
        counts = np.bincount(as_numbers(values).astype(np.int64), minlength=len(codes))
        labels = tuple(
            code if label == code else f"{code} {label}" for code, label in codes.items()
        )
        return Distribution(column, labels, tuple(counts.tolist()), column.ordered)
    is_date = column.type == "date"
    numbers = values.dt.year.to_numpy(np.float64) if is_date else as_numbers(values)
    low, high = float(numbers.min()), float(numbers.max())
    each_year = is_date and high - low < _FEW_YEARS  # also those without a date
    distinct: Any = np.arange(low, high + 1) if each_year else np.unique(numbers)
    if each_year or len(distinct) <= _FEW:
        names = tuple(f"{value:g}" for value in distinct)
        counted = (numbers[:, None] == distinct).sum(axis=0)
        is_scale = bool((np.diff(distinct) == 1).all())
        return Distribution(column, names, tuple(counted.tolist()), is_scale)
    edges = _round_edges(low, high)
    counted, _ = np.histogram(numbers, edges)
    spans = tuple(f"{a:g} to {b:g}" for a, b in pairwise(edges))
    return Distribution(column, spans, tuple(counted.tolist()), is_scale=True)


def _round_edges(low: float, high: float) -> Any:
    """Limits of about ``_FEW`` intervals at round numbers."""
    rough = (high - low) / _FEW
    size = 10.0 ** np.floor(np.log10(rough))
    step = size * next(s for s in _STEPS if s * size >= rough * (1 - 1e-9))
    return step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)
