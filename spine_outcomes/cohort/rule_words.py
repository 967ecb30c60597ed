"""What a test demands, in words."""

from __future__ import annotations

from typing import Any

from spine_outcomes.study.rules import Comparison, Operand, Rule

_WORDS = {
    "at_least": "at least", "at_most": "at most", "after": "after", "before": "before",
}  # fmt: skip


def presence(rule: Rule) -> str:
    """What a rule of presence demands."""
    where = rule.present_iff
    assert where is not None  # noqa: S101 - the caller asked for it
    return f"must be given where {where.column} is {demand_of(where)}, and only there"


def demand_of(test: Comparison) -> str:
    """What a test demands."""
    if test.kind == "present":
        return "given" if test.operand else "empty"
    if test.kind == "between":
        return f"from {test.operand[0]} to {test.operand[1]}"
    if test.kind in ("equals", "is_in"):
        codes = test.operand if test.kind == "is_in" else (test.operand,)
        return " or ".join(str(code) for code in codes)
    return f"{_WORDS[test.kind]} {_operand(test.operand)}"


def _operand(operand: Any) -> str:
    """The other side of a comparison."""
    if not isinstance(operand, Operand):
        return str(operand)
    text = operand.column if operand.times == 1 else f"{operand.times:g} × {operand.column}"
    if operand.plus:
        text += f" {'+' if operand.plus > 0 else '−'} {abs(operand.plus):g}"
    return text
