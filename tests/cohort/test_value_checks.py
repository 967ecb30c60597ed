"""Checks that know more than the dictionary says: grades of terms, questions that do not arise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.cohort.rule_checks import check_rules
from spine_outcomes.study.checks import Check
from spine_outcomes.study.dictionary import DataDictionary

GRADES = {"id": "X38", "severity": "error", "largest_grade": {"grade": "grade", "term": "term"}}


@pytest.mark.parametrize(
    ("term", "grade", "largest"),
    [("Tumor pain", 4, 3), ("tumor pain", 5, 3), ("Platelet count decreased", 5, 4),
     ("Myelitis", 5, None), ("Tumor pain", 3, None), ("Something else", 5, None)],
)  # fmt: skip
def test_x38_a_term_has_a_largest_grade(term: str, grade: int, largest: int | None) -> None:
    """Trap 23: pain of grade 4 does not exist in CTCAE 5, and would count as severe."""
    frame = pd.DataFrame({"term": pd.array([term, None], "string"), "grade": [float(grade)] * 2})
    found = list(check_rules((Check.model_validate(GRADES),), frame, {}))
    rows = [row for breach in found for row in breach.rows]
    assert rows == ([] if largest is None else [0])
    for breach in found:
        if len(breach.rows):
            assert callable(breach.fault)
            fault = breach.fault(0)
            assert f"grades up to {largest}" in fault.message
            assert term in fault.message
            assert fault.value == str(grade)


def test_a_grade_that_is_no_number_is_reported_once() -> None:
    """The fault of the text says it; a second one would send the reader to the term."""
    frame = pd.DataFrame({"term": pd.array(["Pain"], "string"), "grade": [5.0]})
    checks = (Check.model_validate(GRADES),)
    faulty = {"grade": np.array([True])}
    assert not [b for b in check_rules(checks, frame, faulty) if len(b.rows)]


Problems = Callable[..., Any]
Make = Callable[..., DataDictionary]


def test_a_question_that_does_arise_is_not_called_not_applicable(
    problems: Problems, dictionary: Make
) -> None:
    """Not applicable and missing are both empty cells later: only reading can tell them apart."""
    where = {"column": "grade", "equals": "0"}
    demand = {"column": "dose", "where": where}
    check = {"id": "X9", "severity": "error", "not_applicable": demand}
    text = "id,part,arm,dose,grade\nP1,1,a,-8,0\nP2,1,a,-8,2\nP3,1,a,-8,\nP4,1,a,,2\n"
    (found,) = problems(text, dictionary(checks=[check]))
    assert (found.code, found.line, found.column) == ("E_X9", 3, "dose")
    assert "only where grade is 0; here grade = 2" in str(found)
