"""Rows: required, named once, alike within a patient; rules between columns."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.study.dictionary import DataDictionary

Read = Callable[..., Cohort]
Problems = Callable[..., Any]
Make = Callable[..., DataDictionary]


@pytest.mark.parametrize(
    ("line", "column"), [("P1,1,", "arm"), ("P1,1,NA", "arm"), (",1,a", "id"), ("P1,,a", "part")]
)
def test_r16_r49_required_values(problems: Problems, line: str, column: str) -> None:
    """An arm or a patient that is missing can never be guessed."""
    (found,) = problems(f"id,part,arm\n{line}\n")
    assert (found.code, found.column, found.line) == ("E_REQUIRED", column, 2)


def test_r01_r02_a_row_stands_once(problems: Problems) -> None:
    """A row that stands twice counts twice; the second line says where the first is."""
    found = problems("id,part,arm,age\nP1,1,a,50\nP2,1,a,\nP1,1,b,50\nP1,1,a,50\n")
    assert [(p.line, p.code) for p in found] == [(4, "E_DUPLICATE"), (5, "E_DUPLICATE")]
    assert "line 2" in found[0].message
    assert "identical" not in found[0].message
    assert "identical" in found[1].message


def test_one_row_a_patient(problems: Problems, dictionary: Make) -> None:
    """Where a row is a patient, two rows of one are a fault."""
    columns = [
        {"name": "id", "type": "string", "level": "patient", "phase": "identifier"},
        {
            "name": "card", "type": "string", "level": "patient", "phase": "identifier",
            "unique": True,
        },
    ]  # fmt: skip
    patients = dictionary(columns=columns, checks=[], row="patient", lesion=None)
    found = problems("id,card\nP1,1\nP1,2\nP2,2\nP3,\nP4,\n", patients)
    assert [(p.line, p.column) for p in found] == [(3, "id"), (4, "card")]


def test_r03_what_belongs_to_a_patient_is_the_same_in_all_rows(problems: Problems) -> None:
    """One patient has one age: both values and both lines are named."""
    found = problems("id,part,arm,age,smoker\nP1,1,a,50,1\nP2,1,a,70,0\nP1,2,a,51,\n")
    assert [(p.line, p.column, p.value) for p in found] == [
        (4, "age", "51"),
        (4, "smoker", "missing"),
    ]
    assert "51 here and 50 in line 2, for one patient" in str(found[0])


def test_numbers_that_are_equal_are_the_same(read: Read) -> None:
    """50 and 50.0 are one age, written twice."""
    assert len(read("id,part,arm,age\nP1,1,a,50\nP1,2,b,50.0\n").frame) == 2


def test_r05_r06_the_order_of_dates_names_both_and_the_days(problems: Problems) -> None:
    """Which of two dates is wrong only the source knows: the message gives both."""
    (found,) = problems("id,part,arm,start,died,death\nP1,1,a,2023-03-02,1,2023-02-11\n")
    assert str(found) == (
        "E_X01 cohort.csv, line 2, row P1/1, column death, value '2023-02-11': must be at least "
        "start; here start = 2023-03-02 (19 days off). Correct whichever is wrong in the source."
    )


@pytest.mark.parametrize(
    ("died", "death", "is_fault"),
    [("1", "2023-02-11", False), ("0", "", False), ("1", "", True), ("0", "2023-02-11", True),
     ("", "", False), ("", "2023-02-11", True)],
)  # fmt: skip
def test_r09_r10_flag_and_date_go_together(
    read: Read, problems: Problems, died: str, death: str, is_fault: bool
) -> None:
    """Dead without a date, or a date of who is not known to be dead: both are faults."""
    text = f"id,part,arm,died,death\nP1,1,a,{died},{death}\n"
    if is_fault:
        assert [p.code for p in problems(text)] == ["E_X02"]
    else:
        assert len(read(text).frame) == 1


RULES: list[tuple[dict[str, Any], str, list[bool]]] = [
    ({"column": "age", "between": [18, 90]}, "age", [True, True, False, True]),
    ({"column": "age", "after": 18}, "age", [False, True, True, True]),
    ({"column": "age", "before": 90}, "age", [True, True, False, True]),
    ({"column": "age", "in": [18, 50]}, "age", [True, True, False, True]),
    ({"column": "age", "present": True}, "age", [True, True, True, False]),
    ({"column": "grade", "equals": "0"}, "grade", [True, False, False, True]),
    ({"column": "smoker", "equals": 1}, "smoker", [True, False, True, True]),
    ({"column": "age", "at_most": {"column": "dose", "times": 2, "plus": 2}}, "age",
     [True, True, False, True]),
    ({"column": "smoker", "equals": 1, "when": {"column": "grade", "equals": "1a"}}, "smoker",
     [True, False, True, True]),
    ({"column": "start", "at_most": {"column": "death", "plus": -10}}, "start",
     [True, False, True, True]),
    ({"column": "start", "at_least": datetime.date(2023, 1, 2)}, "start",
     [False, True, True, True]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "column", "holds"), RULES, ids=lambda x: str(x)[:60])
def test_each_test_of_the_grammar(
    problems: Problems,
    read: Read,
    dictionary: Make,
    rule: dict[str, Any],
    column: str,
    holds: list[bool],
) -> None:
    """By hand, on four rows; a missing value breaks no rule but one of presence."""
    text = (
        "id,part,arm,age,dose,smoker,grade,start,died,death\n"
        "P1,1,a,18,24,1,0,2023-01-01,1,2023-01-11\n"
        "P2,1,a,50,24,0,1a,2023-01-02,1,2023-01-11\n"
        "P3,1,a,91,24,1,2,2023-01-03,0,\n"
        "P4,1,a,,24,,,,0,\n"
    )
    stated = dictionary(checks=[{"id": "X9", "severity": "error", "rule": rule}])
    broken = [i + 2 for i, held in enumerate(holds) if not held]
    if broken:
        found = problems(text, stated)
        assert [p.line for p in found] == broken
        assert {(p.code, p.column) for p in found} == {("E_X9", column)}
    warns = dictionary(checks=[{"id": "X9", "severity": "warning", "rule": rule}])
    counted = [f.n for f in read(text, warns).findings if f.code == "W_X9"]
    assert counted == ([len(broken)] if broken else [])


def test_a_rule_about_a_column_that_is_not_there_does_not_apply(read: Read) -> None:
    """A file need not hold every column that its dictionary describes."""
    assert len(read("id,part,arm,start\nP1,1,a,2023-01-01\n").frame) == 1
