"""Who is analysed: conditions on columns, and steps of a selection made of them."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from spine_outcomes.study.model import Code, Model
from spine_outcomes.study.rules import Operand, Where


class Condition(Where):
    """A condition on one column, never run as code: exactly one test beside ``column``."""

    @property
    def codes(self) -> tuple[Code, ...]:
        """Codes that the condition names."""
        return self.is_in or (() if self.equals is None else (self.equals,))

    @property
    def named(self) -> tuple[str, ...]:
        """Every column the condition reads, its own first."""
        other: Any = self.operand
        return (self.column, *((other.column,) if isinstance(other, Operand) else ()))

    @model_validator(mode="after")
    def _ascends(self) -> Condition:
        if self.between is not None and _is_descending(*self.between):
            raise ValueError("between must ascend")
        return self


def _is_descending(low: Any, high: Any) -> bool:
    """Whether the first limit lies above the second; a date and a number: they fit no column."""
    return (
        bool(low > high) if isinstance(low, int | float) is isinstance(high, int | float) else True
    )


class Eligibility(Model):
    """One step of the selection of rows.

    Parameters
    ----------
    optional
        Whether a file without the column may be analysed without the step; a finding says so. A
        step that is not optional needs its column.
    """

    id: str
    label: str
    rule: Condition
    optional: bool = False


class Population(Model):
    """Who is analysed."""

    name: str = "all rows"
    eligibility: tuple[Eligibility, ...] = ()
