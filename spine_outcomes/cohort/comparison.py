"""Tests of columns that dictionaries and plans state as data, worked out on a frame."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.study.rules import Comparison, Operand

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Verdict:
    """Whether a test holds, row by row.

    Parameters
    ----------
    holds : ndarray of bool, shape (n,)
        False where it is not known.
    is_known : ndarray of bool, shape (n,)
        False where a value it compares is missing.
    """

    holds: Bools
    is_known: Bools


def verdict(test: Comparison, column: str, frame: pd.DataFrame) -> Verdict:
    """Work out one test of one column.

    Parameters
    ----------
    test
        Of a rule between columns, or a condition of a plan.
    column
        The column tested.
    frame
        Columns typed as ``Cohort`` says, the one tested and the one it is compared with.
    """
    kind, operand = test.kind, test.operand
    values = frame[column]
    has_value = values.notna().to_numpy()
    if kind == "present":
        return Verdict(has_value == operand, np.ones(len(frame), dtype=bool))
    if kind in ("equals", "is_in"):
        codes = operand if kind == "is_in" else (operand,)
        return Verdict(has_value & is_one_of(values, codes), has_value)
    number = as_numbers(values)
    if kind == "between":
        low, high = (_constant(limit, values) for limit in operand)
        return Verdict((number >= low) & (number <= high), has_value)
    other = compared_with(operand, values, frame)
    passes = {
        "at_least": number >= other, "at_most": number <= other,
        "after": number > other, "before": number < other,
    }[kind]  # fmt: skip
    is_known = has_value & ~np.isnan(other)
    return Verdict(passes & is_known, is_known)


def is_one_of(values: pd.Series[Any], codes: tuple[object, ...]) -> Bools:
    """Rows that have one of some codes: numbers compared as numbers, all else as text."""
    if pd.api.types.is_float_dtype(values.dtype):
        return np.isin(values.to_numpy(np.float64), [float(str(code)) for code in codes])
    return as_text(values).isin([str(code) for code in codes]).to_numpy(bool)


def as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values as the codes that stand for them (booleans as 0 and 1, whole numbers without a point).

    Returns
    -------
    Series of string, shape (n,)
        Missing where the value is.
    """
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("Int8").astype("string")
    if pd.api.types.is_float_dtype(values.dtype):
        codes, distinct = pd.factorize(values)
        texts = pd.array([f"{value:.15g}" for value in distinct], dtype="string")
        return pd.Series(texts.take(codes, allow_fill=True), index=values.index)
    return values.astype("string")


def cell_text(values: pd.Series[Any], row: int) -> str:
    """The value of one row as it would be written; ``missing`` where there is none."""
    value: Any = values.iloc[row]
    if pd.isna(value):
        return "missing"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def as_numbers(values: pd.Series[Any]) -> Floats:
    """Values as numbers that can be ordered: dates as days, ordered codes by their place."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes: Floats = np.array(values.cat.codes, dtype=np.float64)
        codes[codes < 0] = np.nan
        return codes
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return as_days(values)
    if pd.api.types.is_float_dtype(values.dtype):
        return values.to_numpy(np.float64, na_value=np.nan, copy=True)
    return np.array(values.astype("Float64").to_numpy(np.float64, na_value=np.nan), np.float64)


def as_days(dates: pd.Series[Any]) -> Floats:
    """Dates as whole days since 1970-01-01, shape (n,); NaN where missing."""
    moments = dates.to_numpy("datetime64[D]")
    days = moments.astype(np.float64)
    days[np.isnat(moments)] = np.nan
    return days


def day_number(day: datetime.date) -> float:
    """A day on the scale of ``as_days``."""
    return float((day - datetime.date(1970, 1, 1)).days)


def compared_with(operand: Any, values: pd.Series[Any], frame: pd.DataFrame) -> Floats:
    """What the values are compared with, row by row: another column moved, or a constant."""
    if isinstance(operand, Operand):
        with np.errstate(over="ignore", invalid="ignore"):  # beyond all numbers is larger still
            return as_numbers(frame[operand.column]) * operand.times + operand.plus
    return np.full(len(frame), _constant(operand, values))


def _constant(limit: Any, values: pd.Series[Any]) -> float:
    """A constant on the scale of ``as_numbers``."""
    if isinstance(limit, datetime.date):
        return day_number(limit)
    if isinstance(values.dtype, pd.CategoricalDtype):
        return float(list(values.cat.categories).index(str(limit)))
    return float(limit)
