"""Checks that a dictionary declares: each an id, a severity and one kind of demand.

A check is a rule between the columns of a row, or one of the kinds that need more than a row::

    {id: X1, severity: error, rule: {column: end_date, at_least: start_date}}
    {id: X2, severity: warning, overlap: {start: from, end: to, date: begun, days: [0, 14]}}
    {id: X3, severity: warning, same_person: {columns: [birth_year, sex, begun]}}
    {id: X4, severity: note, differs_within_patient: {column: arm}}
    {id: X5, severity: warning, heaping: {column: begun, on_days: [1, 15], at_most: 0.1}}
    {id: X6, severity: error, largest_grade: {grade: worst, term: term}}
    {id: X7, severity: error, not_applicable: {column: score, where: {column: site, equals: x}}}
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from spine_outcomes.study.model import Model
from spine_outcomes.study.rules import Columns, Rule, Where

CheckSeverity = Literal["error", "warning", "note"]
KINDS = (
    "rule", "overlap", "same_person", "differs_within_patient", "heaping", "largest_grade",
    "not_applicable",
)  # fmt: skip


class Overlap(Model):
    """Two rows of a patient whose spans meet, begun some days apart.

    Parameters
    ----------
    start, end
        First and last place of a row's span: ordered categories with the same codes.
    date
        When a row began.
    days
        Fewest and most days between the two (None: any).
    unless
        Rows whose later one passes this test are as they should be.
    """

    start: str
    end: str
    date: str
    days: tuple[int, int | None] = (0, None)
    unless: Where | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """Columns it reads."""
        more = () if self.unless is None else (self.unless.column,)
        return (self.start, self.end, self.date, *more)


class SamePerson(Model):
    """Rows of different patients that have the same value in every one of some columns."""

    columns: tuple[str, ...] = Field(min_length=2)

    @property
    def named(self) -> tuple[str, ...]:
        """Columns it reads."""
        return self.columns


class DiffersWithinPatient(Model):
    """Rows of one patient that differ in a column."""

    column: str

    @property
    def named(self) -> tuple[str, ...]:
        """Columns it reads."""
        return (self.column,)


class Heaping(Model):
    """Dates that fall on some days of the month more often than chance would have it.

    Parameters
    ----------
    columns
        Dates (key ``column``), each looked at by itself.
    on_days
        Days of the month that people write when they do not know.
    at_most
        Largest share of dates on these days; more is a finding where chance gives it less than once
        in a thousand times.
    """

    columns: Columns = Field(alias="column", min_length=1)
    on_days: tuple[int, ...] = Field(min_length=1)
    at_most: float = Field(gt=0, lt=1)

    @property
    def named(self) -> tuple[str, ...]:
        """Columns it reads."""
        return self.columns


class LargestGrade(Model):
    """Grades of toxicity above the largest that their term has.

    Parameters
    ----------
    grade, term
        Columns of grades and of their terms.
    """

    grade: str
    term: str

    @property
    def named(self) -> tuple[str, ...]:
        """Columns it reads."""
        return (self.grade, self.term)


class NotApplicable(Model):
    """Columns (key ``column``) whose question does not arise in the rows of ``where`` only."""

    columns: Columns = Field(alias="column", min_length=1)
    where: Where

    @property
    def named(self) -> tuple[str, ...]:
        """Columns it reads."""
        return (*self.columns, self.where.column)


class Check(Model):
    """One check: exactly one of its kinds.

    Parameters
    ----------
    severity
        ``error``: such rows are not analysed; ``warning``: they deserve a look; ``note``: a fact
        that is counted, not a query.
    """

    id: str
    severity: CheckSeverity
    rule: Rule | None = None
    overlap: Overlap | None = None
    same_person: SamePerson | None = None
    differs_within_patient: DiffersWithinPatient | None = None
    heaping: Heaping | None = None
    largest_grade: LargestGrade | None = None
    not_applicable: NotApplicable | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Check:
        n = sum(getattr(self, kind) is not None for kind in KINDS)
        if n != 1:
            raise ValueError(f"{n} kinds of check; write exactly one of {', '.join(KINDS)}")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """Columns it names."""
        demand = next(getattr(self, kind) for kind in KINDS if getattr(self, kind) is not None)
        return tuple(dict.fromkeys(demand.named))
