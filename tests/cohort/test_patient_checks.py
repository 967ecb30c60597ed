"""Checks between the rows of patients, on rows small enough to check by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.cohort.patient_checks import Patients, check_patients
from spine_outcomes.cohort.places import Breach, Places
from spine_outcomes.study.checks import Check

PLACES = ["a", "b", "c", "d", "e"]
Found = Callable[..., list[Breach]]


def rows_of(**columns: Any) -> Patients:
    """Rows of a table: codes of PLACES as ordered categories, dates as dates."""
    frame = pd.DataFrame(columns)
    for name in ("start", "end"):
        if name in frame:
            frame[name] = pd.Categorical(frame[name], categories=PLACES, ordered=True)
    if "day" in frame:
        frame["day"] = pd.to_datetime(frame["day"])
    keys = (frame["who"].to_numpy(),)
    return Patients(frame, "who", Places("file.csv", np.arange(2, len(frame) + 2), keys))


def broken(kind: str, demand: dict[str, Any], rows: Patients) -> list[int]:
    """Rows that break one check."""
    check = Check.model_validate({"id": "X", "severity": "warning", kind: demand})
    return [int(row) for breach in check_patients((check,), rows) for row in breach.rows]


OVERLAP: dict[str, Any] = {"start": "start", "end": "end", "date": "day"}


def test_spans_that_touch_in_one_place_overlap() -> None:
    """b–c and c–d share c; a–b and c–d share nothing; another patient's span is none of mine."""
    rows = rows_of(
        who=["P", "P", "P", "Q"], start=["b", "c", "a", "b"], end=["c", "d", "a", "c"],
        day=["2022-01-01", "2022-01-15", "2022-01-10", "2022-01-02"],
    )  # fmt: skip
    assert broken("overlap", OVERLAP, rows) == [1]
    assert broken("overlap", OVERLAP | {"days": [0, 14]}, rows) == [1]
    assert broken("overlap", OVERLAP | {"days": [0, 13]}, rows) == []
    assert broken("overlap", OVERLAP | {"days": [15, None]}, rows) == []


def test_the_later_row_is_asked_about_whatever_the_order_of_the_file() -> None:
    """The second course is the later one, even where the file has it first."""
    rows = rows_of(who=["P", "P"], start=["b", "b"], end=["b", "b"],
                   day=["2022-06-01", "2022-01-01"])  # fmt: skip
    assert broken("overlap", OVERLAP, rows) == [0]


def test_rows_of_one_day_keep_the_order_of_the_file() -> None:
    """Of two equal rows one is asked about, not both and not none."""
    rows = rows_of(who=["P"] * 3, start=["b"] * 3, end=["b"] * 3, day=["2022-01-01"] * 3)
    assert broken("overlap", OVERLAP, rows) == [1, 2]


@pytest.mark.parametrize("missing", ["who", "start", "end", "day"])
def test_a_row_that_lacks_what_decides_overlaps_nothing(missing: str) -> None:
    """An unknown level is not the same level."""
    columns: dict[str, list[Any]] = {
        "who": ["P", "P"], "start": ["b", "b"], "end": ["b", "b"],
        "day": ["2022-01-01", "2022-01-02"],
    }  # fmt: skip
    columns[missing][0] = None
    assert broken("overlap", OVERLAP, rows_of(**columns)) == []


def test_a_patient_with_very_many_rows_costs_no_more_than_their_number() -> None:
    """All pairs of 2e5 rows of one patient would take hours; a crafted file must not."""
    n = 200_000
    rows = rows_of(who=["P"] * n, start=["a"] * n, end=["e"] * n, day=["2022-01-01"] * n)
    start = time.process_time()
    assert len(broken("overlap", OVERLAP, rows)) == n - 1
    assert time.process_time() - start < 20


def test_two_people_with_the_same_values_are_found_and_their_own_rows_are_not() -> None:
    """Lesions of one patient share a birth year; two patients who share all of it may be one."""
    rows = rows_of(who=["P", "P", "Q", "R"], born=[1950.0, 1950.0, 1950.0, np.nan],
                   day=["2022-01-01", "2022-01-01", "2022-01-01", "2022-01-01"])  # fmt: skip
    assert broken("same_person", {"columns": ["born", "day"]}, rows) == [2]


def test_a_missing_value_makes_nobody_the_same() -> None:
    """Two patients without a birth year have nothing in common."""
    rows = rows_of(who=["P", "Q"], born=[np.nan, np.nan], day=["2022-01-01"] * 2)
    assert broken("same_person", {"columns": ["born", "day"]}, rows) == []


def test_rows_that_differ_within_a_patient() -> None:
    """The first row with a value is the patient's; a missing value differs from nothing."""
    rows = rows_of(who=["P", "P", "P", "Q"], arm=[None, "a", "b", "b"])
    assert broken("differs_within_patient", {"column": "arm"}, rows) == [2]


def dates(n_heaped: int, n: int) -> Iterator[str]:
    """n dates, so many of them on the 15th, the others on other days but the 1st."""
    for i in range(n):
        yield f"2022-05-{15 if i < n_heaped else 2 + i % 13:02d}"


@pytest.mark.parametrize(
    ("n_heaped", "n", "is_found"),
    [(20, 100, True), (10, 100, False), (3, 20, False), (11, 100, False), (150, 1000, True)],
)
def test_dates_heap_beyond_the_share_and_beyond_chance(
    n_heaped: int, n: int, is_found: bool
) -> None:
    """Of 100 dates 6.6 fall on two days of the month; 11 do so once in 15 times, 20 never."""
    rows = rows_of(who=[f"P{i}" for i in range(n)], day=list(dates(n_heaped, n)))
    demand = {"column": "day", "on_days": [1, 15], "at_most": 0.1}
    assert bool(broken("heaping", demand, rows)) == is_found


def test_one_date_of_a_patient_counts_once() -> None:
    """Ten lesions treated on one 15th are one date, not a habit."""
    rows = rows_of(who=["P"] * 10 + ["Q"], day=["2022-05-15"] * 10 + ["2022-05-20"])
    assert broken("heaping", {"column": "day", "on_days": [15], "at_most": 0.1}, rows) == []
