"""Rules between columns that a dictionary states as data: a closed grammar, never run as code.

A rule names one or several columns and one test::

    {column: end_date, at_least: start_date}                       another column
    {column: end_date, at_most: {column: start_date, plus: 60}}    moved by days (or a number)
    {column: weight, at_least: {column: lean_weight, times: 0.95}} multiplied
    {column: event_date, present_iff: {column: event, equals: 1}}
    {column: sex, equals: "1", when: {column: hospital, equals: A}}

A rule holds in a row where a value it compares is missing (presence apart). Codes are compared as
text, ordered categories by the order of their codes.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from spine_outcomes.study.model import Code, Model

TESTS = (
    "equals", "is_in", "between", "at_least", "at_most", "after", "before", "present",
    "present_iff",
)  # fmt: skip
Constant = int | float | datetime.date


class Operand(Model):
    """A column of the same row: its value times ``times`` plus ``plus`` (days for a date)."""

    column: str
    plus: float = 0.0
    times: float = 1.0


def _operand(value: Any) -> Any:
    """Read a bare name as a column."""
    return {"column": value} if isinstance(value, str) else value


Compared = Annotated[Operand | Constant, BeforeValidator(_operand)]


class Comparison(Model):
    """One test of a value: exactly one key.

    Parameters
    ----------
    equals, is_in
        A code, or one of several (key ``in``); numbers for numeric columns.
    between
        Lowest and highest value, both allowed.
    at_least, at_most, after, before
        ≥, ≤, > and < another column or a constant.
    present
        Whether there must be a value.
    """

    equals: Code | None = None
    is_in: tuple[Code, ...] | None = Field(None, alias="in")
    between: tuple[Constant, Constant] | None = None
    at_least: Compared | None = None
    at_most: Compared | None = None
    after: Compared | None = None
    before: Compared | None = None
    present: bool | None = None

    @property
    def kind(self) -> str:
        """Name of the test: the attribute that is set."""
        return next(name for name in TESTS if getattr(self, name, None) is not None)

    @property
    def operand(self) -> Any:
        """What the value is tested against."""
        return getattr(self, self.kind)

    @model_validator(mode="after")
    def _exactly_one(self) -> Comparison:
        n = sum(getattr(self, name, None) is not None for name in TESTS)
        if n != 1:
            raise ValueError(f"{n} tests; write exactly one of {_written(TESTS)}")
        return self


class Where(Comparison):
    """Rows in which one column passes one test."""

    column: str


def _as_columns(value: Any) -> Any:
    """One name, or a list of names, as a list."""
    return (value,) if isinstance(value, str) else value


Columns = Annotated[tuple[str, ...], BeforeValidator(_as_columns)]


class Rule(Comparison):
    """One test of one or several columns (key ``column``), in the rows of ``when``."""

    columns: Columns = Field(alias="column", min_length=1)
    present_iff: Where | None = None
    when: Where | None = None

    @property
    def others(self) -> tuple[str, ...]:
        """Columns that each of ``columns`` is ruled by."""
        names = [where.column for where in (self.present_iff, self.when) if where is not None]
        for test in (self, self.present_iff, self.when):
            if test is not None and isinstance(test.operand, Operand):
                names.append(test.operand.column)
        return tuple(dict.fromkeys(names))

    @property
    def named(self) -> tuple[str, ...]:
        """Every column the rule names."""
        return tuple(dict.fromkeys((*self.columns, *self.others)))


def _written(tests: tuple[str, ...]) -> str:
    """Names of the tests as a file writes them."""
    return ", ".join("in" if name == "is_in" else name for name in tests)
