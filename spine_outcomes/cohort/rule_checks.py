"""Rules between columns: which rows break them, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.comparison import (
    Bools,
    Floats,
    as_days,
    cell_text,
    compared_with,
    verdict,
)
from spine_outcomes.cohort.places import Breach, Fault
from spine_outcomes.cohort.rule_words import demand_of, presence
from spine_outcomes.cohort.severity import breach_of, code_of
from spine_outcomes.cohort.value_checks import check_grades
from spine_outcomes.errors import people, quoted
from spine_outcomes.study.checks import Check
from spine_outcomes.study.rules import Operand, Rule


def check_rules(
    checks: tuple[Check, ...], frame: pd.DataFrame, faulty: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Rows that break a rule of the dictionary, and grades that cannot be.

    Parameters
    ----------
    checks
        Checks; where the file lacks a column, a rule applies to the others that it lists. Those
        between rows of patients are left to ``check_patients``.
    frame
        The table, typed.
    faulty
        Rows whose text is no value of the column: reported already, they break no rule.
    """
    for check in checks:
        if check.rule is not None:
            yield from _check_rule(check, check.rule, frame, faulty)
        elif check.largest_grade is not None:
            yield from check_grades(check, check.largest_grade, frame, faulty)


def _check_rule(
    check: Check, rule: Rule, frame: pd.DataFrame, faulty: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Rows that break one rule, column by column."""
    for column in rule.columns:
        if not all(name in frame for name in (column, *rule.others)):
            continue
        rows = np.flatnonzero(_broken(rule, column, frame, faulty))
        if len(rows):
            words = _Words(check, rule, column, frame)
            message = _message(check, rule, column, len(rows))
            yield breach_of(check, rows, words.fault, column, message=message, demand=words.demand)


def _broken(
    rule: Rule, column: str, frame: pd.DataFrame, faulty: Mapping[str, Bools]
) -> NDArray[np.bool_]:
    """Rows in which one column of a rule breaks it."""
    if rule.present_iff is not None:
        # Where the other column is not known, there is nothing that a value could belong to.
        there = verdict(rule.present_iff, rule.present_iff.column, frame)
        broken: Bools = frame[column].notna().to_numpy() != there.holds
    else:
        found = verdict(rule, column, frame)
        broken = found.is_known & ~found.holds
    if rule.when is not None:
        broken &= verdict(rule.when, rule.when.column, frame).holds
    for name in (column, *rule.others):
        if name in faulty:
            broken &= ~faulty[name]
    return broken


class _Words:
    """The words for rows that break one rule in one column."""

    def __init__(self, check: Check, rule: Rule, column: str, frame: pd.DataFrame) -> None:
        self._code = code_of(check.id, check.severity)
        self._rule, self._column, self._frame = rule, column, frame
        operand = rule.operand
        self._other = operand.column if isinstance(operand, Operand) else None
        is_date = pd.api.types.is_datetime64_any_dtype(frame[column].dtype)
        self._days_off: Floats | None = None
        if is_date and self._other:
            limit = compared_with(operand, frame[column], frame)
            self._days_off = np.abs(as_days(frame[column]) - limit)

    @property
    def demand(self) -> str:
        """Say what the rule demands, and where."""
        when = self._rule.when
        return self._asked() + (
            "" if when is None else f" where {when.column} is {demand_of(when)}"
        )

    def fault(self, row: int) -> Fault:
        """Say what one row breaks, with the values compared."""
        rule, message = self._rule, self._asked()
        seen = [w.column for w in (rule.when, rule.present_iff) if w is not None]
        shown = [name for name in (self._other, *seen) if name is not None]
        values = ", ".join(
            f"{name} = {quoted(self._text(name, row))}" for name in dict.fromkeys(shown)
        )
        if values:
            message = f"{message}; here {values}"
        if self._days_off is not None:
            message = f"{message} ({quoted(f'{self._days_off[row]:g}')} days off)"
        fix = "Correct whichever is wrong in the source."
        return Fault(self._code, message, fix, self._text(self._column, row))

    def _asked(self) -> str:
        rule = self._rule
        return f"must be {demand_of(rule)}" if rule.present_iff is None else presence(rule)

    def _text(self, name: str, row: int) -> str:
        return cell_text(self._frame[name], row)


def _message(check: Check, rule: Rule, column: str, n: int) -> str:
    """How many rows break a rule."""
    when = "" if rule.when is None else f", where {rule.when.column} is {demand_of(rule.when)}"
    demand = f"be {demand_of(rule)}" if rule.present_iff is None else presence(rule)[5:]
    return f"{column} should {demand}{when}: not so in {people(n)} rows ({check.id})."
