"""A Parquet file gives the cohort of its text."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.cohort.text_table import MAX_ROWS
from spine_outcomes.errors import CohortError
from spine_outcomes.study.dictionary import DataDictionary

Read = Callable[..., Cohort]
Make = Callable[..., DataDictionary]

TEXT = (
    "id,part,arm,age,dose,smoker,start,died,death\n"
    "P1,1,a,50,24.5,1,2023-01-02,1,2023-02-03\n"
    "P1,2,b,50,30,1,2023-01-09,1,2023-02-03\n"
    "P2,1,b,,6,0,2023-03-01,0,\n"
)


def table() -> Any:
    """The same rows, typed."""
    day = datetime.date
    return pa.table(
        {
            "id": pa.array(["P1", "P1", "P2"]).dictionary_encode(),
            "part": pa.array([1, 2, 1], pa.int8()),
            "arm": ["a", "b", "b"],
            "age": pa.array([50, 50, None], pa.float64()),
            "dose": pa.array([24.5, 30, 6], pa.float32()),
            "smoker": [True, True, False],
            "start": pa.array([day(2023, 1, 2), day(2023, 1, 9), day(2023, 3, 1)]),
            "died": pa.array([1, 1, 0], pa.int64()),
            "death": pa.array(
                [datetime.datetime(2023, 2, 3), datetime.datetime(2023, 2, 3), None],
                pa.timestamp("us"),
            ),
        }
    )


def test_a_typed_file_gives_the_cohort_of_its_text(
    read: Read, dictionary: Make, tmp_path: Path
) -> None:
    """Whole floats, booleans, days and midnights are the texts they stand for."""
    path = tmp_path / "cohort.parquet"
    pq.write_table(table(), path)
    found, expected = read_cohort(path, dictionary()), read(TEXT)
    pd.testing.assert_frame_equal(found.frame, expected.frame)


def test_the_dictionarys_notation_is_for_text_alone(dictionary: Make, tmp_path: Path) -> None:
    """Typed numbers and dates have no decimal comma and no order of day and month."""
    path = tmp_path / "cohort.parquet"
    pq.write_table(table(), path)
    declared = dictionary(decimal=",", date_format="%d.%m.%Y")
    assert read_cohort(path, declared).frame["dose"].to_list() == [24.5, 30, 6]


@pytest.mark.parametrize(
    ("column", "values", "code"),
    [
        ("dose", pa.array([float("nan"), 30.0, 6.0]), "E_NUMBER"),
        ("dose", pa.array([[1.0], [2.0], [3.0]]), "E_TYPE"),
        ("age", pa.array([50.5, 50.5, None]), "E_INTEGER"),
        ("start", pa.array([datetime.datetime(2023, 1, 2, 23, 30)] * 3), "E_DATE"),
        ("arm", pa.array(["a", "b", None]), "E_REQUIRED"),
    ],
)
def test_values_of_a_typed_file_are_checked_alike(
    dictionary: Make, tmp_path: Path, column: str, values: Any, code: str
) -> None:
    """A type is no proof that a value is right."""
    path = tmp_path / "cohort.parquet"
    whole = table()
    pq.write_table(whole.set_column(whole.column_names.index(column), column, values), path)
    with pytest.raises(CohortError) as caught:
        read_cohort(path, dictionary())
    assert {p.code for p in caught.value.problems} == {code}


def test_f21_too_many_rows_are_refused_by_their_number(dictionary: Make, tmp_path: Path) -> None:
    """The file says how many rows it has: none of them need be read."""
    path = tmp_path / "cohort.parquet"
    pq.write_table(pa.table({"id": np.zeros(MAX_ROWS + 1, dtype=np.int8)}), path)
    with pytest.raises(CohortError, match="E_TOO_LARGE"):
        read_cohort(path, dictionary())


def test_no_rows(dictionary: Make, tmp_path: Path) -> None:
    """A cohort of nobody must not become an empty report."""
    path = tmp_path / "cohort.parquet"
    pq.write_table(table().slice(0, 0), path)
    with pytest.raises(CohortError, match="0 rows"):
        read_cohort(path, dictionary())
