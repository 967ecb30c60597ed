"""The list that a data manager works through: every row that breaks a rule, and how to find it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.queries import MAX_QUERIES, QUERY_COLUMNS, queries, rows_with, summary
from spine_outcomes.cohort.read import inspect_cohort
from spine_outcomes.study.dictionary import DataDictionary

Make = Callable[..., DataDictionary]
Inspect = Callable[..., Inspection]
HEAD = "id,part,arm,age,dose,start,died,death\n"


@pytest.fixture
def inspect(write: Callable[..., Path], dictionary: Make) -> Inspect:
    """What reading a text finds."""

    def inspected(text: str, **parts: Any) -> Inspection:
        return inspect_cohort(write(text), dictionary(**parts))

    return inspected


def test_each_row_that_breaks_a_rule_is_one_query_by_line(inspect: Inspect) -> None:
    """By hand: line, row, column, what was found, what is allowed and what helps."""
    found = queries(
        inspect(
            HEAD + "P1,1,a,17,24,2023-03-02,1,2023-02-11\n"
            "P2,1,c,50,2400,,0,\nP3,1,a,,24,,,\nP3,1,a,130,24,,,\n"
        )
    )
    assert tuple(found.columns) == QUERY_COLUMNS
    shown = ["line", "rule", "code", "severity", "row", "column", "found"]
    assert found[shown].values.tolist() == [
        [2, "W_IMPLAUSIBLE", "W_IMPLAUSIBLE", "warning", "P1/1", "age", "17"],
        [2, "X01", "E_X01", "error", "P1/1", "death", "2023-02-11"],
        [3, "E_CODE", "E_CODE", "error", "P2/1", "arm", "c"],
        [3, "X57", "E_RANGE", "error", "P2/1", "dose", "2400"],
        [5, "E_RANGE", "E_RANGE", "error", "P3/1", "age", "130"],
        [5, "X50", "E_DUPLICATE", "error", "P3/1", "part", ""],
    ]
    assert found.loc[1, "allowed"] == (
        "must be at least start; here start = 2023-03-02 (19 days off)"
    )
    assert found.loc[1, "suggestion"] == "Correct whichever is wrong in the source."
    assert found.loc[3, "suggestion"] == "Would be 24 Gy if it is in cGy."
    assert found.loc[5, "allowed"] == "the same id and part as in line 4"
    assert set(found["file"]) == {"cohort.csv"}


def test_faults_of_the_file_are_queries_too(inspect: Inspect) -> None:
    """A file whose rows cannot be read still gets its list."""
    found = queries(inspect("id,part,arm\nP1,1\nP2,1,a,b\n"))
    assert found[["rule", "line"]].values.tolist() == [["E_FIELDS", 2], ["E_FIELDS", 3]]
    assert found["row"].tolist() == ["", ""]


def test_redacted_queries_hold_no_value_and_no_identifier(inspect: Inspect) -> None:
    """Sent to somebody who may not see patients, the list must still say which rule and line."""
    text = HEAD + "CANARY1,1,a,50,24,1999-12-31,1,1999-11-30\nCANARY2,1,canary,50,77777,,0,\n"
    found = queries(inspect(text), redact=True)
    everything = found.to_csv()
    for value in ("CANARY", "canary", "1999-12-31", "1999-11-30", "77777", "31 days"):
        assert value not in everything
    assert found["row"].tolist() == ["row 1", "row 2", "row 2"]
    assert found["found"].tolist() == ["[hidden]"] * 3
    assert found["line"].tolist() == [2, 3, 3]


def test_a_note_is_no_query(inspect: Inspect) -> None:
    """What is asked of nobody must not lengthen the list."""
    rule = {"column": "age", "present": True}
    found = inspect(
        HEAD + "P1,1,a,,24,,,\n", checks=[{"id": "X9", "severity": "note", "rule": rule}]
    )
    assert queries(found).empty
    assert summary(found).values.tolist() == [["X9", "N_X9", "note", "age", "must be given", 1]]
    assert rows_with(found, "note").tolist() == [0]


def test_a_rule_broken_by_everybody_is_listed_in_part_and_counted(inspect: Inspect) -> None:
    """A million queries of one kind are one query; the file must not grow with the mistake."""
    n = MAX_QUERIES + 5
    found = queries(inspect("id,part,arm,dose\n" + "".join(f"P{i},1,a,2400\n" for i in range(n))))
    assert len(found) == MAX_QUERIES + 1
    assert found["allowed"].str.contains("likewise in 5 more rows").sum() == 1
    assert set(found["code"]) == {"E_RANGE"}


def test_the_summary_holds_no_value(inspect: Inspect) -> None:
    """Its words stand on a page that may be shown."""
    found = summary(inspect(HEAD + "P1,1,a,50,24,2023-03-02,1,2023-02-11\nP2,1,zz,50,24,,0,\n"))
    assert found["demand"].tolist()[1] == "must be at least start"
    assert "zz" not in found.to_csv()
