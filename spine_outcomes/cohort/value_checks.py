"""Checks of columns by what is known of their kind: grades, and questions that do not arise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from spine_outcomes.clinical.ctcae import largest_grades
from spine_outcomes.cohort.comparison import Bools, as_numbers, as_text, cell_text, verdict
from spine_outcomes.cohort.long_rows import Rows
from spine_outcomes.cohort.places import Breach, Fault
from spine_outcomes.cohort.rule_words import demand_of
from spine_outcomes.cohort.severity import breach_of, code_of
from spine_outcomes.errors import people, quoted
from spine_outcomes.study.checks import Check, LargestGrade, NotApplicable


def check_grades(
    check: Check, demand: LargestGrade, frame: pd.DataFrame, faulty: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Grades that their term does not have (CTCAE 5)."""
    if not all(name in frame for name in demand.named):
        return
    grade = as_numbers(frame[demand.grade])
    codes, terms = pd.factorize(as_text(frame[demand.term]))
    largest = np.append(largest_grades(map(str, terms)), np.iinfo(np.int64).max)[codes]
    is_above = grade > largest
    for name in demand.named:
        if name in faulty:
            is_above &= ~faulty[name]
    at = np.flatnonzero(is_above)

    def fault(row: int) -> Fault:
        term = quoted(cell_text(frame[demand.term], row))
        message = f"{term} has grades up to {largest[row]}"
        fix = "Correct the grade or the term in the source."
        return Fault(code_of(check.id, check.severity), message, fix, f"{grade[row]:g}")

    asked = "must be a grade that the term has"
    yield _asked(check, at, fault, demand.grade, asked)


def check_questions(
    checks: tuple[Check, ...], frame: pd.DataFrame, masks: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Rows declared not applicable, by the masks (n,) of their columns, that can be asked."""
    for check in checks:
        if check.not_applicable is not None:
            yield from _not_applicable(check, check.not_applicable, frame, masks)


def _not_applicable(
    check: Check, demand: NotApplicable, frame: pd.DataFrame, masks: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Rows declared not applicable where the question does arise."""
    where = demand.where
    if where.column not in frame:
        return
    found = verdict(where, where.column, frame)
    for name in demand.columns:
        if name not in masks:
            continue
        at = np.flatnonzero(masks[name] & found.is_known & ~found.holds)

        def fault(row: int) -> Fault:
            here = quoted(cell_text(frame[where.column], row))
            message = (
                f"not applicable only where {where.column} is {demand_of(where)}; "
                f"here {where.column} = {here}"
            )
            fix = "If it is unknown, leave it empty."
            return Fault(code_of(check.id, check.severity), message, fix, "not applicable")

        asked = f"must not be called not applicable unless {where.column} is {demand_of(where)}"
        yield _asked(check, at, fault, name, asked)


def _asked(
    check: Check, at: Rows, fault: Callable[[int], Fault], column: str, asked: str
) -> Breach:
    """Rows that break a check, whose message is what it asks."""
    should = asked.replace("must", "should")
    message = f"{column} {should}: not so in {people(len(at))} rows ({check.id})."
    return breach_of(check, at, fault, column, message=message, demand=asked)
