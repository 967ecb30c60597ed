"""Checks of columns by what is known of their kind: days of the month, grades, questions asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from spine_outcomes.clinical.ctcae import largest_grades
from spine_outcomes.cohort.comparison import Bools, as_numbers, as_text, cell_text, verdict
from spine_outcomes.cohort.places import Breach, Fault
from spine_outcomes.cohort.rule_words import demand_of
from spine_outcomes.cohort.severity import code_of, finding_of
from spine_outcomes.errors import people, quoted
from spine_outcomes.study.checks import Check, Heaping, LargestGrade, NotApplicable

_DAYS_PER_MONTH = 30.4375
_CHANCE = 0.001


def check_heaping(check: Check, demand: Heaping, frame: pd.DataFrame) -> Iterator[Breach]:
    """Columns of dates that fall on some days of the month too often, as a whole.

    More often than ``at_most`` and than chance: a binomial tail below 0.001 with the days' share of
    a month.
    """
    chance = len(demand.on_days) / _DAYS_PER_MONTH
    for name in demand.columns:
        if name not in frame:
            continue
        day = frame[name].dt.day.to_numpy()
        at, n = np.flatnonzero(np.isin(day, demand.on_days)), int((~np.isnan(day)).sum())
        if not n or len(at) / n <= demand.at_most:
            continue
        if stats.binom.sf(len(at) - 1, n, chance) >= _CHANCE:
            continue
        days = " or ".join(map(str, demand.on_days))
        asked = f"dates on day {days} of the month in at most {demand.at_most:.0%}"
        message = (
            f"{people(len(at))} of {n} dates of {name} fall on day {days} of the month "
            f"({len(at) / n:.0%}; by chance {chance:.0%}): are they estimated ({check.id})?"
        )
        finding = finding_of(check.id, check.severity, message, len(at))
        said = f"{len(at)} of {n} dates fall on day {days} of the month; by chance {n * chance:.0f}"
        fault = Fault(
            code_of(check.id, check.severity), said, "Mark estimated dates in the source."
        )
        yield Breach(check.id, at, fault, name, check.severity, finding, asked, is_of_column=True)


def check_grades(
    check: Check, demand: LargestGrade, frame: pd.DataFrame, faulty: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Grades that their term does not have (CTCAE 5)."""
    if not all(name in frame for name in demand.named):
        return
    grade = as_numbers(frame[demand.grade])
    if demand.term is None:
        largest: Any = np.full(len(frame), largest_grades(demand.terms).max())
    else:
        codes, terms = pd.factorize(as_text(frame[demand.term]))
        largest = np.append(largest_grades(map(str, terms)), np.iinfo(np.int64).max)[codes]
    is_above = grade > largest
    for name in demand.named:
        if name in faulty:
            is_above &= ~faulty[name]
    at = np.flatnonzero(is_above)

    def fault(row: int) -> Fault:
        term = " or ".join(demand.terms)
        if demand.term is not None:
            term = quoted(cell_text(frame[demand.term], row))
        message = f"{term} has grades up to {largest[row]}"
        fix = "Correct the grade or the term in the source."
        return Fault(code_of(check.id, check.severity), message, fix, f"{grade[row]:g}")

    asked = "must be a grade that the term has"
    yield _breach(check, at, fault, demand.grade, asked)


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
        yield _breach(check, at, fault, name, asked)


def _breach(check: Check, at: Any, fault: Any, column: str, asked: str) -> Breach:
    """Rows that break a check."""
    should = asked.replace("must", "should")
    message = f"{column} {should}: not so in {people(len(at))} rows ({check.id})."
    finding = finding_of(check.id, check.severity, message, len(at)) if len(at) else None
    return Breach(check.id, at, fault, column, check.severity, finding, asked)
