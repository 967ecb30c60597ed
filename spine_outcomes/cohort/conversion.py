"""A column of text into values of its declared type, distinct text by distinct text."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.comparison import Bools
from spine_outcomes.cohort.places import Fault
from spine_outcomes.cohort.repairs import repair
from spine_outcomes.cohort.text_table import TextColumn, TextTable
from spine_outcomes.cohort.written import Faults, read_codes, read_dates, read_numbers, unseen
from spine_outcomes.errors import quoted
from spine_outcomes.study.dictionary import Bound, Column, Table

UNIT_SLIPS = {
    "Gy": (0.01, "cGy"),
    "kg": (1 / 2.2046, "lb"),
    "cm": (100.0, "m"),
    "g/L": (10.0, "g/dL"),
    "months": (1 / 30.4375, "days"),
    "days": (30.4375, "months"),
}
"""Factor into the unit from another that it is often taken for."""

SENTINELS = frozenset({-99.0, -9.0, -8.0, -7.0, -1.0, 99.0, 888.0, 999.0, 9999.0})
"""Numbers that registries write for what they do not know."""

_LOOK = "Look it up in the source."
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, eq=False)
class Conversion:
    """One column converted.

    Parameters
    ----------
    series : Series, shape (n,)
        Typed as ``Cohort`` says; missing where the text is missing or faulty.
    faults
        Fault of each distinct text that is no value of this column, by its position.
    is_faulty : ndarray of bool, shape (n,)
        Rows whose text is no value of this column.
    counts
        Rows by what was done or noticed: ``repair:trim``, ``missing:-9``, ``implausible``,
        ``decimal``, ``formula``.
    oddities
        What is odd about each distinct text that is a value and yet implausible, by its position.
    is_not_applicable : ndarray of bool, shape (n,)
        Rows whose text says that the question does not arise.
    """

    series: pd.Series[Any]
    faults: Faults
    is_faulty: Bools
    counts: Mapping[str, int]
    oddities: Faults
    is_not_applicable: Bools


def convert(
    name: str, text: TextColumn, column: Column, table: Table, written: TextTable, *, is_key: bool
) -> Conversion:
    """Convert one column by its entry in the dictionary.

    Parameters
    ----------
    name
        Name of the column.
    text, column
        Its text, and what the dictionary says of it.
    table, written
        Missing codes and repairs that hold for the whole table, and how numbers and dates stand in
        the file.
    is_key
        Whether the column names rows: then no space or unseen character may stand in it.
    """
    texts, changed = repair(text.values, column, table.repairs)
    declared = {*table.missing, *written.missing_codes, *column.missing_codes}
    declared |= set(column.not_applicable) - set(column.inapplicable)
    is_missing = np.array([t in declared for t in texts], dtype=bool)
    values, faults = _read(texts, ~is_missing, column, written, is_key=is_key)
    if column.is_numeric:
        is_missing |= _is_declared_number(values, declared)
        values = np.where(is_missing, np.nan, values)
    faults |= _outside(values, column.hard, column, Fault("E_RANGE", "range allowed", _LOOK))
    is_faulty = np.zeros(len(texts), dtype=bool)
    is_faulty[list(faults)] = True
    n_rows = text.n_rows()
    counts = {f"repair:{repaired}": int(n_rows[where].sum()) for repaired, where in changed.items()}
    sentinels = is_missing & ~np.isin(texts, list(table.missing))
    for i in np.flatnonzero(sentinels):
        key = f"missing:{texts[i]}"
        counts[key] = counts.get(key, 0) + int(n_rows[i])
    counts |= _noticed(texts, column, n_rows, ~(is_missing | is_faulty))
    doubt = Fault("W_IMPLAUSIBLE", "plausible range", _LOOK)
    odd = _outside(values, column.plausible, column, doubt)
    odd = {i: fault for i, fault in odd.items() if i not in faults}
    counts["implausible"] = int(n_rows[list(odd)].sum())
    return Conversion(
        series=_spread(values, is_missing | is_faulty, text, column).rename(name),
        faults=faults,
        is_faulty=text.rows_with(is_faulty),
        counts={key: n for key, n in counts.items() if n},
        oddities=odd,
        is_not_applicable=text.rows_with(np.isin(texts, column.not_applicable)),
    )


def _read(
    texts: NDArray[np.object_],
    is_value: Bools,
    column: Column,
    written: TextTable,
    *,
    is_key: bool,
) -> tuple[NDArray[Any], Faults]:
    """Values (u,) of distinct texts, and the fault of each that is none; missing ones apart."""
    at = np.flatnonzero(is_value)
    meant = [str(text) for text in texts[at]]
    found: NDArray[Any]
    if column.is_numeric:
        values: NDArray[Any] = np.full(len(texts), np.nan)
        found, faults = read_numbers(meant, written.decimal, whole=column.type == "integer")
    elif column.type == "date":
        values = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[ns]")
        found, faults = read_dates(meant, written.date_format, written.serial_dates)
    elif column.type == "string":
        values, found = texts, texts[at]
        seen = [unseen(text) if is_key else None for text in meant]
        faults = {i: fault for i, fault in enumerate(seen) if fault is not None}
    else:
        codes = list(column.codes) if column.codes is not None else ["0", "1"]
        values = np.full(len(texts), -1, dtype=np.int64)
        found, faults = read_codes(meant, codes)
    values[at] = found
    return values, {int(at[i]): fault for i, fault in faults.items()}


def _is_declared_number(values: NDArray[np.float64], declared: set[str]) -> Bools:
    """Numbers that equal a declared code, however they are written (−9 and −9.0)."""
    numbers = []
    for code in declared:
        try:
            numbers.append(float(code))
        except ValueError:
            continue
    return np.isin(values, numbers)


def _outside(
    values: NDArray[Any], limits: tuple[Bound, Bound] | None, column: Column, kind: Fault
) -> Faults:
    """Distinct values beyond a range; ``kind`` has the code and the name of the range."""
    if limits is None or column.type not in ("integer", "float", "date"):
        return {}
    low, high = (_limit(limit) for limit in limits)
    allowed = f"{_text(limits[0])} to {_text(limits[1])}".replace("None", "any")
    unit = f" {column.unit}" if column.unit else ""
    message = f"outside the {kind.message}, {allowed}{unit}"
    with np.errstate(invalid="ignore"):
        is_outside = np.zeros(len(values), dtype=bool)
        is_outside |= False if low is None else values < low
        is_outside |= False if high is None else values > high
    return {
        int(i): kind._replace(message=message, **_guess(values[i], column, low, high))
        for i in np.flatnonzero(is_outside)
    }


def _guess(value: Any, column: Column, low: Any, high: Any) -> dict[str, str]:
    """Say what a value beyond a range may be: a code for missing, or in another unit (X57)."""
    if column.is_numeric and float(value) in SENTINELS:
        return {"fix": "If it stands for a missing value, declare it in missing_codes."}
    if column.unit not in UNIT_SLIPS:
        return {}
    factor, unit = UNIT_SLIPS[column.unit]
    fits = (low is None or value * factor >= low) and (high is None or value * factor <= high)
    converted = quoted(f"{value * factor:.4g}")
    if not fits:
        return {}
    return {"fix": f"Would be {converted} {column.unit} if it is in {unit}.", "rule": "X57"}


def _noticed(
    texts: NDArray[np.object_], column: Column, n_rows: Any, is_value: Bools
) -> dict[str, int]:
    """Rows with values that are allowed and yet worth a word."""
    if column.type == "string":
        starts = np.array([t.startswith(_FORMULA) for t in texts], dtype=bool)
        return {"formula": int(n_rows[is_value & starts].sum())}
    counts: dict[str, int] = {}
    if column.type == "integer":
        is_plain = np.array([t.lstrip("-").isdigit() for t in texts], dtype=bool)
        counts["decimal"] = int(n_rows[is_value & ~is_plain].sum())
    return counts


def _limit(limit: float | datetime.date | None) -> Any:
    """A limit that can be compared with values."""
    return np.datetime64(limit, "ns") if isinstance(limit, datetime.date) else limit


def _text(limit: object) -> str:
    return f"{limit:g}" if isinstance(limit, int | float) else str(limit)


def _spread(
    values: NDArray[Any], is_missing: Bools, text: TextColumn, column: Column
) -> pd.Series[Any]:
    """Distinct values (u,) out to the rows (n,), in the type of the column."""
    codes = np.where(text.rows_with(is_missing), -1, text.codes)
    has_value = codes >= 0
    if column.type == "category":
        positions = np.append(values, -1)[codes]
        kinds = list(column.codes or ())
        typed: Any = pd.Categorical.from_codes(
            positions.astype(np.int64), categories=pd.Index(kinds), ordered=column.ordered
        )
    elif column.type == "boolean":
        typed = pd.arrays.BooleanArray(np.append(values, 0)[codes] == 1, ~has_value)
    elif column.type == "date":
        typed = np.append(values, np.datetime64("NaT"))[codes]
    elif column.is_numeric:
        typed = np.append(values, np.nan)[codes]
    else:
        typed = pd.array(np.append(values, ""), dtype="string").take(codes, allow_fill=True)
    return pd.Series(typed)
