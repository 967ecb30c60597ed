"""Rules between columns: which rows break them, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.comparison import Bools, cell_text, compared_with, verdict
from spine_outcomes.cohort.places import Breach, Fault
from spine_outcomes.errors import Finding, people, quoted
from spine_outcomes.study.dictionary import Check
from spine_outcomes.study.rules import Comparison, Operand, Rule

_WORDS = {
    "at_least": "at least", "at_most": "at most", "after": "after", "before": "before",
}  # fmt: skip


def check_rules(
    checks: tuple[Check, ...], frame: pd.DataFrame, faulty: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Rows that break a rule of the dictionary.

    Parameters
    ----------
    checks
        Rules; where the file lacks a column, a rule applies to the others that it lists.
    frame
        The table, typed.
    faulty
        Rows whose text is no value of the column: reported already, they break no rule.
    """
    for check in checks:
        for column in check.rule.columns:
            if not all(name in frame for name in (column, *check.rule.others)):
                continue
            rows = np.flatnonzero(_broken(check.rule, column, frame, faulty))
            if len(rows):
                words = _Words(check, column, frame)
                is_error = check.severity == "error"
                finding = None if is_error else _finding(check, column, len(rows))
                yield Breach(
                    check.id, rows, words.fault, column, check.severity, finding, words.demand
                )


def _broken(
    rule: Rule, column: str, frame: pd.DataFrame, faulty: Mapping[str, Bools]
) -> NDArray[np.bool_]:
    """Rows in which one column of a rule breaks it."""
    if rule.present_iff is not None:
        there = verdict(rule.present_iff, rule.present_iff.column, frame)
        broken: Bools = there.is_known & (frame[column].notna().to_numpy() != there.holds)
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

    def __init__(self, check: Check, column: str, frame: pd.DataFrame) -> None:
        self._check, self._column, self._frame = check, column, frame
        operand = check.rule.operand
        self._other = operand.column if isinstance(operand, Operand) else None
        is_date = pd.api.types.is_datetime64_any_dtype(frame[column].dtype)
        self._limit = (
            compared_with(operand, frame[column], frame) if is_date and self._other else None
        )

    @property
    def demand(self) -> str:
        """Say what the rule demands."""
        rule = self._check.rule
        when = "" if rule.when is None else f" where {rule.when.column} is {_demand(rule.when)}"
        return (f"must be {_demand(rule)}" if rule.present_iff is None else _presence(rule)) + when

    def fault(self, row: int) -> Fault:
        """Say what one row breaks, with the values compared."""
        rule = self._check.rule
        message = f"must be {_demand(rule)}" if rule.present_iff is None else _presence(rule)
        seen = [w.column for w in (rule.when, rule.present_iff) if w is not None]
        shown = [name for name in (self._other, *seen) if name is not None]
        values = ", ".join(
            f"{name} = {quoted(self._text(name, row))}" for name in dict.fromkeys(shown)
        )
        if values:
            message = f"{message}; here {values}"
        if self._limit is not None:
            value = self._frame[self._column].to_numpy("datetime64[D]")[row].astype(np.int64)
            message = f"{message} ({quoted(f'{abs(value - self._limit[row]):g}')} days off)"
        fix = "Correct whichever is wrong in the source."
        code = f"{'E' if self._check.severity == 'error' else 'W'}_{self._check.id}"
        return Fault(code, message, fix, self._text(self._column, row))

    def _text(self, name: str, row: int) -> str:
        return cell_text(self._frame[name], row)


def _presence(rule: Rule) -> str:
    """What a rule of presence demands."""
    where = rule.present_iff
    assert where is not None  # noqa: S101 - the caller asked for it
    return f"must be given where {where.column} is {_demand(where)}, and only there"


def _demand(test: Comparison) -> str:
    """What a test demands, in words."""
    if test.kind == "present":
        return "given" if test.operand else "empty"
    if test.kind == "between":
        return f"from {test.operand[0]} to {test.operand[1]}"
    if test.kind in ("equals", "is_in"):
        codes = test.operand if test.kind == "is_in" else (test.operand,)
        return " or ".join(str(code) for code in codes)
    return f"{_WORDS[test.kind]} {_operand(test.operand)}"


def _operand(operand: Any) -> str:
    """The other side of a comparison, in words."""
    if not isinstance(operand, Operand):
        return str(operand)
    text = operand.column if operand.times == 1 else f"{operand.times:g} × {operand.column}"
    if operand.plus:
        text += f" {'+' if operand.plus > 0 else '−'} {abs(operand.plus):g}"
    return text


def _finding(check: Check, column: str, n: int) -> Finding:
    """How many rows break a rule that only warns."""
    rule = check.rule
    when = "" if rule.when is None else f", where {rule.when.column} is {_demand(rule.when)}"
    demand = f"be {_demand(rule)}" if rule.present_iff is None else _presence(rule)[5:]
    message = f"{column} should {demand}{when}: not so in {people(n)} rows ({check.id})."
    return Finding(f"W_{check.id}", message, "note", n=n)
