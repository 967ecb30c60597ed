"""From a file to a cohort: types, order, and every fault at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.errors import CohortError
from spine_outcomes.study.dictionary import DataDictionary

Read = Callable[..., Cohort]
Problems = Callable[..., Any]
Make = Callable[..., DataDictionary]

TEXT = (
    "id,part,name,arm,age,dose,smoker,grade,start,died,death,note\n"
    "P2,1,Ann,b,70,24.5,1,1a,2023-01-02,0,,fine\n"
    "P1,2,Bob,a,-9,-8,,2,2023-01-03,1,2023-02-03,\n"
    "P1,1,Bob,a,-9,30,,0,2023-01-03,1,2023-02-03,NA\n"
)


def test_every_type_becomes_what_the_cohort_promises(read: Read) -> None:
    """A column of another type would be misread by every later step."""
    frame = read(TEXT).frame
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert kinds == {
        "id": "string", "part": "string", "arm": "category", "age": "float64", "dose": "float64",
        "smoker": "boolean", "grade": "category", "start": "datetime64[ns]", "died": "boolean",
        "death": "datetime64[ns]", "note": "string",
    }  # fmt: skip
    np.testing.assert_array_equal(frame["age"], [np.nan, np.nan, 70])
    np.testing.assert_array_equal(frame["dose"], [30, np.nan, 24.5])
    assert frame["smoker"].to_list() == [pd.NA, pd.NA, True]
    assert frame["grade"].to_list() == ["0", "2", "1a"]
    assert frame["grade"].cat.categories.to_list() == ["0", "1a", "2"]
    assert frame["note"].to_list() == [pd.NA, pd.NA, "fine"]
    assert frame["death"].isna().to_list() == [False, False, True]
    assert frame["start"].iloc[2] == pd.Timestamp("2023-01-02")


def test_rows_are_sorted_and_remember_their_lines(read: Read) -> None:
    """Without one order the same data give other bytes; without lines a message points nowhere."""
    cohort = read(TEXT)
    assert cohort.frame[["id", "part"]].to_numpy().tolist() == [
        ["P1", "1"],
        ["P1", "2"],
        ["P2", "1"],
    ]
    assert cohort.lines is not None
    assert cohort.lines.tolist() == [4, 3, 2]
    lines = TEXT.splitlines(keepends=True)
    shuffled = read("".join([lines[0], lines[3], lines[1], lines[2]]))
    pd.testing.assert_frame_equal(shuffled.frame, cohort.frame)


def test_direct_identifiers_are_never_read(read: Read) -> None:
    """A name that is in the frame can reach an output."""
    assert "name" not in read(TEXT).frame


def test_codes_read_as_missing_are_counted(read: Read) -> None:
    """A sentinel taken for a value moves a mean: 80, 90, 70, 999 has mean 309.75, not 80."""
    text = "id,part,arm,age\n" + "".join(
        f"P{i},1,a,{age}\n" for i, age in enumerate(["80", "90", "70", "-9"])
    )
    cohort = read(text)
    assert cohort.frame["age"].mean() == 80
    (found,) = [f for f in cohort.findings if f.code == "N_MISSING_CODES"]
    assert found.n == 1
    assert "age -9 (1)" in found.text()


def test_a_declared_number_is_missing_however_it_is_written(read: Read) -> None:
    """A statistics program writes −9 as -9.0; read as a value it would be an age."""
    assert np.isnan(read("id,part,arm,age\nP1,1,a,-9.0\n").frame["age"].iloc[0])


def test_values_outside_the_plausible_range_are_counted_and_kept(read: Read) -> None:
    """A rare value is a question, not an error."""
    cohort = read("id,part,arm,age\nP1,1,a,17\nP2,1,a,95\nP3,1,a,50\n")
    assert cohort.frame["age"].to_list() == [17, 95, 50]
    (found,) = [f for f in cohort.findings if f.code == "W_IMPLAUSIBLE"]
    assert found.n == 2


def test_all_faults_at_once_in_the_order_of_the_lines(problems: Problems) -> None:
    """A reader who is told one fault at a time mends a file in a hundred runs."""
    found = problems(
        "id,part,arm,age,dose,start,died,death,odd name\n"
        "P1,1,A,130,24,2023-02-30,1,,x\n"
        "P1,1,,x,2400,2023-01-01,0,2022-12-31,x\n"
    )
    assert [(p.line, p.code, p.column) for p in found] == [
        (2, "E_CODE", "arm"),
        (2, "E_RANGE", "age"),
        (2, "E_DATE", "start"),
        (2, "E_X02", "death"),
        (3, "E_NUMBER", "age"),
        (3, "E_RANGE", "dose"),
        (3, "E_REQUIRED", "arm"),
        (3, "E_DUPLICATE", "part"),
        (3, "E_INCONSTANT", "died"),
        (3, "E_INCONSTANT", "death"),
        (3, "E_X01", "death"),
        (3, "E_X02", "death"),
    ]


def test_a_problem_says_what_where_what_is_allowed_and_how_to_mend(problems: Problems) -> None:
    """A message that lacks one of these sends the reader searching."""
    (found,) = problems("id,part,arm,dose\nP7,L2,a,2400\n")
    assert str(found) == (
        "E_RANGE cohort.csv, line 2, row P7/L2, column dose, value '2400': outside the range "
        "allowed, 6 to 80 Gy. Would be 24 Gy if it is in cGy."
    )


def test_many_faults_of_a_column_stay_short_and_are_counted(problems: Problems) -> None:
    """A million equal faults must neither fill the memory nor vanish."""
    found = problems("id,part,arm\n" + "".join(f"P{i},1,z\n" for i in range(5000)))
    assert len(found) == 201
    assert "4800 more rows" in found[-1].message


def test_a_bad_cell_is_reported_once(problems: Problems) -> None:
    """A date that is none is not also a missing date and a broken rule."""
    found = problems("id,part,arm,start,died,death\nP1,1,q,2023-01-01,1,soon\n")
    assert [p.code for p in found] == ["E_CODE", "E_DATE"]


def test_a_simulated_cohort_is_known_as_such(read: Read, dictionary: Make) -> None:
    """Simulated numbers taken for patients would be the worst error of a report."""
    simulated = dictionary(simulated={"column": "note", "equals": "SIM"})
    assert read("id,part,arm,note\nP1,1,a,SIM\n", simulated).is_simulated
    assert not read("id,part,arm,note\nP1,1,a,x\n", simulated).is_simulated
    assert not read("id,part,arm\nP1,1,a\n", simulated).is_simulated


def test_a_column_of_nothing_is_missing_everywhere(read: Read) -> None:
    """An empty column must not change its type."""
    frame = read("id,part,arm,age,start,grade,note\nP1,1,a,,,,\n").frame
    assert frame.isna().iloc[0].to_list() == [False, False, False, True, True, True, True]


@pytest.mark.parametrize("dtype", ["object", "string", "string[pyarrow]", "category"])
def test_a_frame_gives_the_cohort_of_its_file(read: Read, dictionary: Make, dtype: str) -> None:
    """Index and storage of a frame mean nothing: the same values, the same cohort."""
    expected = read(TEXT)
    rows = [line.split(",") for line in TEXT.splitlines()]
    frame = pd.DataFrame(rows[1:], columns=rows[0], index=[0, 0, 0]).astype(dtype)
    pd.testing.assert_frame_equal(cohort_from_frame(frame, dictionary()).frame, expected.frame)


def test_a_typed_frame_gives_the_cohort_of_its_file(read: Read, dictionary: Make) -> None:
    """Nullable integers, floats and booleans, dates: the same cohort as their text."""
    frame = pd.DataFrame(
        {
            "id": ["P2", "P1", "P1"],
            "part": [1, 2, 1],
            "arm": pd.Categorical(["b", "a", "a"], categories=["zz", "b", "a"]),
            "age": pd.array([70, None, None], dtype="Int64"),
            "dose": pd.array([24.5, None, 30], dtype="Float64"),
            "smoker": pd.array([True, None, None], dtype="boolean"),
            "grade": ["1a", "2", "0"],
            "start": pd.to_datetime(["2023-01-02", "2023-01-03", "2023-01-03"]),
            "died": [False, True, True],
            "death": pd.to_datetime([None, "2023-02-03", "2023-02-03"]),
            "note": ["fine", None, None],
        },
        index=[5, 5, 1],
    )
    pd.testing.assert_frame_equal(cohort_from_frame(frame, dictionary()).frame, read(TEXT).frame)


def test_a_frame_with_a_time_of_day_is_refused(dictionary: Make) -> None:
    """Cutting a time of day can shift a date by one."""
    frame = pd.DataFrame(
        {"id": ["P1"], "part": ["1"], "arm": ["a"], "start": pd.to_datetime(["2023-01-02 23:30"])}
    )
    with pytest.raises(CohortError, match="E_DATE"):
        cohort_from_frame(frame, dictionary())
