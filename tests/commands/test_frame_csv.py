"""The text of a frame as CSV."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.commands.frame_csv import frame_csv


def cells(text: str) -> list[list[str]]:
    """Read the text back as rows of cells."""
    return list(csv.reader(io.StringIO(text)))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_a_float_reads_back_as_the_same_number(values: list[float]) -> None:
    """A digit lost in results.csv could not be compared with R to the digits."""
    written = cells(frame_csv(pd.DataFrame({"x": values})))[1:]
    assert [float(row[0]) for row in written] == values


def test_missing_values_are_empty_and_whole_numbers_plain() -> None:
    """NaN in a file reads as text in some programs; 705.0 patients reads as a mistake."""
    frame = pd.DataFrame(
        {"n": [705.0, np.nan], "text": pd.array(["a", pd.NA], "string"), "flag": [True, False]}
    )
    assert frame_csv(frame) == "n,text,flag\n705,a,true\n,,false\n"


@pytest.mark.parametrize(
    "payload", ["=cmd|'/c calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=x", "\r@x"]
)
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(payload: str) -> None:
    """A reader who opens the file would run the formula of whoever wrote the cell."""
    frame = pd.DataFrame({payload: [payload]})
    header, row = cells(frame_csv(frame))
    expected = "'" + payload.replace("\t", " ").replace("\r", " ")
    assert (header, row) == ([expected], [expected])


@pytest.mark.parametrize("number", ["-9", "-0.31", "+5", "1e-7", "-1E+3"])
def test_a_number_stays_a_number(number: str) -> None:
    """A missing code -9 or a negative estimate with an apostrophe would no longer be numeric."""
    assert cells(frame_csv(pd.DataFrame({"x": [number]})))[1] == [number]
    assert cells(frame_csv(pd.DataFrame({"x": [-0.31]})))[1] == ["-0.31"]


def test_ten_digits_hide_the_last_digits_of_another_processor() -> None:
    """The reproducibility id must not change with the order in which a processor adds."""
    first, second = pd.DataFrame({"x": [0.1 + 0.2]}), pd.DataFrame({"x": [0.3]})
    assert frame_csv(first) != frame_csv(second)
    assert frame_csv(first, digits=10) == frame_csv(second, digits=10) == "x\n0.3\n"


def test_quotes_and_commas_survive_on_one_line() -> None:
    """A reason with a comma must not shift the columns after it."""
    text = 'no event, in arm "b"\nat all'
    assert cells(frame_csv(pd.DataFrame({"reason": [text], "n": [3]})))[1] == [
        'no event, in arm "b" at all', "3",
    ]  # fmt: skip


def test_dates_are_iso_without_a_time_of_day() -> None:
    """A date with a midnight behind it reads as a timestamp in some time zone."""
    frame = pd.DataFrame({"day": pd.to_datetime(["2024-02-29", None]), "n": [1, 2]})
    assert frame_csv(frame) == "day,n\n2024-02-29,1\n,2\n"
