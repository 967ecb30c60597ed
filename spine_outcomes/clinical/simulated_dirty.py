"""Errors planted in a simulated cohort, each of them known: what a check of the cohort must find.

The kinds and their shares of the rows: two dates exchanged (1 %), a dose in cGy (0.5 %), a row
entered twice (1 %), a stability score that is not the sum of its components (2 %), an event after
the data cut-off (0.5 %). A row has one of them at most, and each breaks a rule by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.clinical.simulated_records import KEYS
from spine_outcomes.clinical.simulated_uniforms import Bools, Floats, generator, uniforms
from spine_outcomes.clinical.sins import COMPONENTS

PLANTED_COLUMNS = ("id", "kind", "row", *KEYS, "column", "clean", "dirty", "check")
"""Columns of the truth file: one row a cell; the cells of one error share its id."""

EXCHANGED = (
    ("lf_date", "lf_confirm_date", "X13"),
    ("last_clean_mri_date", "lf_date", "X13"),
    ("plan_approval_date", "sbrt_end", "X04"),
    ("prior_surgery_date", "sbrt_end", "X04"),
    ("mri_baseline_date", "sbrt_end", "X04"),
)
"""Dates that stand in this order, and the check that finds them in the other."""

DATED_EVENTS = ("lf_date", "vcf_date")

_COMPONENTS = [f"sins_{name}" for name in COMPONENTS]
_LONGEST_DELAY = 180
_TWICE = "duplicate"


@dataclass(frozen=True, eq=False)
class Dirty:
    """A cohort with planted errors, and what they are.

    Parameters
    ----------
    frame : DataFrame of str, shape (lesions + duplicates, columns)
        Text as in a file; rows entered twice stand a second time at the end.
    planted : DataFrame of str, columns ``PLANTED_COLUMNS``
        ``row`` counts the rows of ``frame`` from 1; ``check`` is the rule that must find it.
    """

    frame: pd.DataFrame
    planted: pd.DataFrame


class _Spoilt(NamedTuple):
    """What one error does to a row: new texts by column, and the check that finds it."""

    texts: dict[str, str]
    check: str


class _Kind(NamedTuple):
    """A kind of error: its share of the rows, where it can be, and what it does to one row."""

    name: str
    share: float
    can_be: Callable[[pd.DataFrame], Bools]
    spoil: Callable[[pd.Series[str], float], _Spoilt]


class _Error(NamedTuple):
    """One error of a row of the clean cohort."""

    kind: str
    row: int
    spoilt: _Spoilt


def plant(frame: pd.DataFrame, seed: int) -> Dirty:
    """Plant errors in a clean cohort.

    Parameters
    ----------
    frame : DataFrame of str, shape (n, columns of the dictionary)
        A simulated cohort, as ``simulate`` gives it.
    seed
        Seed, not negative: the same gives the same errors.

    Returns
    -------
    Dirty
        Of each kind its share of ``n``, rounded, and one at least where a row can have it.
    """
    errors = list(_errors(frame, seed))
    again = [error.row for error in errors if error.kind == _TWICE]
    second = dict(zip(again, range(len(frame), len(frame) + len(again)), strict=True))
    dirty = pd.concat([frame, frame.iloc[again]], ignore_index=True)
    cells: list[tuple[object, ...]] = []
    for number, (kind, row, spoilt) in enumerate(errors, start=1):
        place = second.get(row, row)
        keys = frame.loc[row, list(KEYS)]
        for column, text in spoilt.texts.items():
            clean = frame.loc[row, column]
            cells.append(
                (f"D{number:03d}", kind, str(place + 1), *keys, column, clean, text, spoilt.check)
            )
            dirty.loc[place, column] = text
    return Dirty(dirty, pd.DataFrame(cells, columns=list(PLANTED_COLUMNS), dtype=object))


def planted_csv(dirty: Dirty) -> str:
    """The planted errors as the text of their CSV file."""
    return dirty.planted.to_csv(index=False, lineterminator="\n")


def _errors(frame: pd.DataFrame, seed: int) -> Iterator[_Error]:
    """Errors of each kind in turn, each in a row that has none yet."""
    rng = generator(seed, "dirt")
    is_free = np.ones(len(frame), dtype=bool)
    for kind in _KINDS:
        u = uniforms(rng, len(frame), ("row", "what"))
        for row in _chosen(u["row"], is_free & kind.can_be(frame), kind.share).tolist():
            is_free[row] = False
            yield _Error(kind.name, row, kind.spoil(frame.iloc[row], u["what"][row]))


def _chosen(u: Floats, can_be: Bools, share: float) -> NDArray[np.intp]:
    """Rows with the smallest uniforms among those that can be, in their order."""
    rows = np.flatnonzero(can_be)
    size = max(1, round(share * len(u)))
    return np.sort(rows[np.argsort(u[rows], kind="stable")[:size]])


def _anywhere(frame: pd.DataFrame) -> Bools:
    """Every row."""
    return np.ones(len(frame), dtype=bool)


def _has(frame: pd.DataFrame, *columns: str) -> Bools:
    """Rows that have a value in every one of some columns."""
    return np.asarray((frame[list(columns)] != "").all(axis=1), dtype=bool)


def _in_order(row: pd.Series[str]) -> list[tuple[str, str, str]]:
    """Dates of a row that can be exchanged so that it shows."""
    return [(a, b, check) for a, b, check in EXCHANGED if "" != row[a] < row[b]]


def _exchange(row: pd.Series[str], u: float) -> _Spoilt:
    """Write each of two dates in the place of the other."""
    pairs = _in_order(row)
    first, second, check = pairs[int(u * len(pairs))]
    return _Spoilt({first: row[second], second: row[first]}, check)


def _hundredfold(row: pd.Series[str], _u: float) -> _Spoilt:
    """Write the dose in cGy."""
    return _Spoilt({"dose_total_gy": f"{100 * float(row['dose_total_gy']):.1f}"}, "X57")


def _twice(row: pd.Series[str], _u: float) -> _Spoilt:
    """Leave the row as it is; it is the second of its kind."""
    return _Spoilt({"lesion_id": row["lesion_id"]}, "X50")


def _wrong_sum(row: pd.Series[str], u: float) -> _Spoilt:
    """Write a total that is one or two off."""
    total = int(row["sins_total"])
    wrong = [total + off for off in (-2, -1, 1, 2) if 0 <= total + off <= 18]
    return _Spoilt({"sins_total": str(wrong[int(u * len(wrong))])}, "X23")


def _late(row: pd.Series[str], u: float) -> _Spoilt:
    """Date an event up to half a year after the data cut-off."""
    event = next(name for name in DATED_EVENTS if row[name])
    late = np.datetime64(row["data_cutoff"]) + np.timedelta64(1 + int(u * _LONGEST_DELAY), "D")
    return _Spoilt({event: str(late)}, "X06")


_KINDS = (
    _Kind("swapped_dates", 0.01, _anywhere, _exchange),
    _Kind("dose_in_cgy", 0.005, lambda f: _has(f, "dose_total_gy"), _hundredfold),
    _Kind(_TWICE, 0.01, _anywhere, _twice),
    _Kind("wrong_total", 0.02, lambda f: _has(f, "sins_total", *_COMPONENTS), _wrong_sum),
    _Kind(
        "event_after_cutoff",
        0.005,
        lambda f: np.asarray((f[list(DATED_EVENTS)] != "").any(axis=1), dtype=bool),
        _late,
    ),
)
