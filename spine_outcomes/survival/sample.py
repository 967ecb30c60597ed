"""Arrays checked once, at the edge of every estimator: the sample.

Numbers may come as lists, numpy arrays or pandas columns of any type that holds numbers (nullable,
boolean, categorical, text digits). They are read by position. All faults are reported together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.survival.start_stop import overlaps
from spine_outcomes.survival.time_order import TIE_TOLERANCE, TimeOrder

MAX_ROWS_NAMED = 10
CODES = frozenset({"status", "arm", "strata"})
ALLOWED = {
    "time": "finite and not negative",
    "weight": "finite and not negative",
    "entry": "finite and earlier than time",
    "status": "an integer from 0",
    "arm": "an integer from 0",
    "strata": "an integer from 0",
}


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows that every estimator can use.

    Parameters
    ----------
    order
        Times of the rows and their order.
    status : ndarray of int, shape (n,)
        0 censored, 1, 2, … the events.
    weight : ndarray, shape (n,)
        Weights; a row with weight 0 contributes nothing and is not counted.
    entry : ndarray, shape (n,), or None
        Time from which a row is observed; None: from the start.
    cluster : ndarray of int, shape (n,), or None
        Codes 0 … G−1 of the patient; None: every row is its own.
    arm : ndarray of int, shape (n,), or None
        Codes 0, 1, … of the arm; None: one group.
    strata : ndarray of int, shape (n,), or None
        Codes 0, 1, … of the stratum; None: one stratum.
    """

    order: TimeOrder
    status: NDArray[np.int64]
    weight: NDArray[np.float64]
    entry: NDArray[np.float64] | None = None
    cluster: NDArray[np.int64] | None = None
    arm: NDArray[np.int64] | None = None
    strata: NDArray[np.int64] | None = None

    @property
    def n(self) -> int:
        """Number of rows, those with weight 0 included."""
        return len(self.status)

    @property
    def arms(self) -> list[int]:
        """Codes of the arms that have a row with weight > 0, increasing; [] without an arm."""
        if self.arm is None:
            return []
        return [int(code) for code in np.flatnonzero(np.bincount(self.arm, self.weight > 0))]


def sample_of(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    arm: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    subject: ArrayLike | None = None,
) -> Sample:
    """Check and convert the arrays of a sample.

    Parameters
    ----------
    time : array_like (n,) or TimeOrder
        Finite times ≥ 0.
    status : array_like (n,)
        Integers ≥ 0, 0 meaning censored; booleans count as 0 and 1.
    weight : array_like (n,), optional
        Finite, ≥ 0, not all 0; 1 for every row if left out.
    entry : array_like (n,), optional
        Finite, earlier than ``time``.
    cluster : array_like (n,), optional
        Labels of any kind, none missing.
    arm, strata : array_like (n,), optional
        Integers ≥ 0; booleans count as 0 and 1.
    subject : array_like (n,), optional
        Labels of whom each row follows, none missing. Rows of one subject, weights of 0 aside, must
        not overlap in time; one may begin when another ends. Left out: not checked.

    Raises
    ------
    SampleError
        Listing every fault: lengths, pandas columns with different indexes, and rows (counted from
        0) with a value that is not allowed.
    """
    given = {
        "time": time, "status": status, "weight": weight, "entry": entry, "arm": arm,
        "strata": strata,
    }  # fmt: skip
    present = {name: values for name, values in given.items() if values is not None}
    problems = _index_problems({**present, "cluster": cluster, "subject": subject})
    columns: dict[str, NDArray[Any]] = {
        name: values.time if isinstance(values, TimeOrder) else _numbers(values, name, problems)
        for name, values in present.items()
    }
    given_labels = {"cluster": cluster, "subject": subject}
    codes = {
        name: _codes(labels, name, problems)
        for name, labels in given_labels.items()
        if labels is not None
    }
    if not problems:
        problems += _length_problems({**columns, **codes})
    if not problems:
        problems += _value_problems(columns)
    if not problems and "subject" in codes:
        problems += overlaps(columns, codes["subject"])
    if problems:
        raise SampleError(*problems)
    return Sample(
        TimeOrder.of(time if isinstance(time, TimeOrder) else columns["time"]),
        columns["status"].astype(np.int64, copy=False),
        columns["weight"] if "weight" in columns else np.ones(len(columns["time"])),
        columns.get("entry"),
        codes.get("cluster"),
        columns["arm"].astype(np.int64, copy=False) if "arm" in columns else None,
        columns["strata"].astype(np.int64, copy=False) if "strata" in columns else None,
    )


def _numbers(values: object, name: str, problems: list[Problem]) -> NDArray[Any]:
    """One column as floats, NaN where missing, or codes as integers where they are already."""
    array = np.asarray(values)
    if array.dtype.kind in "mMcV" or array.ndim != 1:
        found = f"{array.dtype} with shape {array.shape}"
        message = f"{name} must be one column of numbers; found {found}"
        problems.append(Problem(f"E_{name.upper()}", message))
        return np.zeros(0)
    if array.dtype.kind in "iub" and name in CODES:
        return array.astype(np.int64, copy=False)
    if array.dtype.kind not in "OUST":
        return array.astype(np.float64, copy=False)
    numbers = np.array([_number(value) for value in array.tolist()], dtype=np.float64)
    is_text = np.isneginf(numbers)
    if is_text.any():
        message = f"{name} holds values that are not numbers in {_rows(is_text)}"
        shown = str(array[np.flatnonzero(is_text)[0]])
        problems.append(Problem(f"E_{name.upper()}", message, value=shown))
    return numbers


def _number(value: object) -> float:
    """Return a number, NaN for a missing value, −∞ (allowed nowhere) for what is not a number."""
    if value is None or str(value) in {"nan", "NaT", "<NA>"}:
        return np.nan
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return -np.inf


def _codes(values: ArrayLike, name: str, problems: list[Problem]) -> NDArray[np.int64]:
    """Codes 0 … G−1 in the order of the labels (of appearance where labels have no order)."""
    labels = np.asarray(values)
    if labels.ndim != 1:
        message = f"{name} must be one column; found shape {labels.shape}"
        problems.append(Problem(f"E_{name.upper()}", message))
        return np.zeros(0, dtype=np.int64)
    if labels.dtype.kind in "iub":
        return _integer_codes(labels.astype(np.int64, copy=False))
    is_missing = _is_missing(labels)
    if is_missing.any():
        message = f"{name} is missing in {_rows(is_missing)}; every row needs its patient"
        fix = "Give the id or leave the rows out."
        problems.append(Problem(f"E_{name.upper()}", message, fix=fix))
    if labels.dtype.kind == "O":
        seen: dict[object, int] = {}
        return np.array([seen.setdefault(v, len(seen)) for v in labels.tolist()], dtype=np.int64)
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _integer_codes(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes of integer labels, by counting where their range allows it (no sort)."""
    low, high = (int(labels.min()), int(labels.max())) if len(labels) else (0, 0)
    if high - low > 4 * len(labels):  # a table of the range would outgrow the data
        return np.unique(labels, return_inverse=True)[1].astype(np.int64)
    shifted = labels - low
    is_used = np.bincount(shifted, minlength=1) > 0
    return (np.cumsum(is_used) - 1)[shifted]


def _is_missing(labels: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Labels that are None, NaN, NaT or NA."""
    if labels.dtype.kind == "f":
        return np.isnan(labels.astype(np.float64))
    is_missing = [v is None or str(v) in {"nan", "NaT", "<NA>"} for v in labels.tolist()]
    return np.array(is_missing, dtype=bool)


def _index_problems(arguments: Mapping[str, object]) -> list[Problem]:
    """Pandas columns must share one index: position and label would otherwise disagree."""
    indexes = {
        name: values.index  # type: ignore[attr-defined]
        for name, values in arguments.items()
        if hasattr(getattr(values, "index", None), "equals")
    }
    names = list(indexes)
    return [
        Problem(
            "E_INDEX",
            f"{names[0]} and {name} are pandas columns with different indexes",
            fix="Align them first; arrays are read by position.",
        )
        for name in names[1:]
        if not indexes[names[0]].equals(indexes[name])
    ]


def _length_problems(columns: Mapping[str, NDArray[Any]]) -> list[Problem]:
    """All columns have the length of time, which is not 0."""
    lengths = {name: len(column) for name, column in columns.items()}
    n = lengths["time"]
    if n == 0:
        return [Problem("E_LENGTH", "the sample has no rows")]
    return [
        Problem("E_LENGTH", f"{name} has {length} rows and time has {n}")
        for name, length in lengths.items()
        if length != n
    ]


def _value_problems(columns: Mapping[str, NDArray[Any]]) -> list[Problem]:
    """Values that are not allowed, one problem a column."""
    problems = []
    for name, column in columns.items():
        is_allowed = np.isfinite(column)
        if name == "entry":
            is_allowed &= column < columns["time"] * (1 - TIE_TOLERANCE)
        else:
            is_allowed &= column >= 0
        if column.dtype.kind == "f" and name in CODES:
            is_allowed &= column == np.floor(column)
        if not is_allowed.all():
            problems.append(_value_problem(name, column, ~is_allowed))
    if not problems and "weight" in columns and not columns["weight"].any():
        problems.append(Problem("E_WEIGHT", "every row has weight 0; one at least must be above 0"))
    return problems


def _value_problem(name: str, column: NDArray[Any], is_wrong: NDArray[np.bool_]) -> Problem:
    """Name the rows of one column that are wrong, and the first value."""
    first = np.flatnonzero(is_wrong)[0]
    message = f"{name} must be {ALLOWED[name]}; it is not in {_rows(is_wrong)}"
    fix = "Correct the rows or leave them out."
    return Problem(f"E_{name.upper()}", message, row=str(first), value=str(column[first]), fix=fix)


def _rows(is_wrong: NDArray[np.bool_]) -> str:
    """Names of rows by position, the first ten."""
    rows = np.flatnonzero(is_wrong)
    named = ", ".join(str(row) for row in rows[:MAX_ROWS_NAMED])
    more = f" and {len(rows) - MAX_ROWS_NAMED} more" if len(rows) > MAX_ROWS_NAMED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {named}{more} (counted from 0)"
