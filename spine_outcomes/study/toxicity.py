"""How toxicity is counted, compared and explained: the block ``toxicity`` of a plan."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from spine_outcomes.study.endpoint import as_tuple
from spine_outcomes.study.model import Code, Model
from spine_outcomes.study.terms import PlanTerm, Term

Grade = Annotated[int, Field(ge=1, le=5)]


class ToxicityTable(Model):
    """The long table of toxicity, one record an assessment of a term, and its columns.

    Parameters
    ----------
    name
        Of the table in the dictionary.
    assessed, onset, severe
        Columns of dates: of the assessment, of the onset, and of the day grade 3 was reached.
    attribution
        Column: 1 unrelated to 5 definite; None: not recorded.
    """

    name: str = "toxicity"
    term: str = "term"
    grade: str = "grade"
    assessed: str = "assessed"
    onset: str = "onset"
    severe: str = "grade3_date"
    attribution: str | None = "attribution"


class RecordedGrade(Model):
    """The largest grade of a term as a column of the cohort.

    Parameters
    ----------
    grade, date
        Columns: the largest grade (0: assessed and absent), and when it was reached.
    window
        The window that the column is about; None: the whole follow-up.
    """

    term: str = Field(min_length=1)
    grade: str
    date: str
    window: Literal["acute", "late"] | None = None


class RecurrentToxicity(Model):
    """What counts as one more event: every record of this grade or more, of any term."""

    grade: Grade = 2


class RiskFactors(Model):
    """Baseline or treatment columns whose part in an endpoint of the plan is shown.

    Parameters
    ----------
    endpoint
        Key of the endpoint.
    terms
        As those of the propensity; categories, levels or cuts also have an incidence each.
    """

    endpoint: str
    terms: tuple[PlanTerm, ...] = Field(min_length=1)


class DoseResponse(Model):
    """The chance of a toxicity by a dose, from a logistic regression clustered by patient.

    Parameters
    ----------
    name, label
        Key in the results, and text for people.
    dose
        Column of numbers, and perhaps the number of knots of its spline.
    term, grade
        The toxicity: a term of the record (None: any) at this grade or more.
    flag, equals
        In their place a column of the cohort and the codes that mean the event.
    adjust
        Further terms; the arm always is one.
    per
        Units of dose to which the odds ratio of the linear model refers.
    correlation
        Working correlation of a patient's rows.
    """

    name: str = Field(min_length=1)
    label: str = Field(min_length=1)
    dose: PlanTerm
    term: str | None = None
    grade: Grade | None = None
    flag: str | None = None
    equals: Code | tuple[Code, ...] | None = None
    adjust: tuple[PlanTerm, ...] = ()
    per: float = Field(1.0, gt=0)
    correlation: Literal["independence", "exchangeable"] = "independence"

    @property
    def codes(self) -> tuple[Code, ...]:
        """Codes of the flag that mean the event."""
        return as_tuple(self.equals) if self.equals is not None else ()

    @property
    def column(self) -> str:
        """Column of the dose."""
        return self.dose.column if isinstance(self.dose, Term) else ""

    @model_validator(mode="after")
    def _one_outcome(self) -> DoseResponse:
        if (self.grade is None) == (self.flag is None):
            raise ValueError("either grade (and perhaps term), or flag and equals")
        if (self.flag is None) != (self.equals is None):
            raise ValueError("flag and equals go together")
        if not isinstance(self.dose, Term) or self.dose.levels or self.dose.cuts or self.dose.log:
            raise ValueError("dose is a column of numbers, as it is or as a spline")
        return self


class Toxicity(Model):
    """What is shown of toxicity.

    Parameters
    ----------
    table
        The long table, used where the cohort comes with it.
    columns
        Otherwise: the largest grades that the cohort itself has, without attribution.
    until
        Column of the date until which toxicity is known: the end of follow-up.
    death
        Column of the date of death, which ends the risk of any further toxicity.
    terms
        Terms that are shown, in this order; empty: all, in the order of ``columns``, then by name.
    acute_days
        Last day from the origin on which an onset is acute; later is late.
    related_at_least
        Least attribution that counts as related to treatment.
    grades
        Grades whose proportion of rows (this grade or more) is estimated.
    listed_from
        Least grade of the events that are listed one by one.
    """

    table: ToxicityTable | None = ToxicityTable()
    columns: tuple[RecordedGrade, ...] = ()
    until: str
    death: str | None = None
    terms: tuple[str, ...] = ()
    acute_days: int = Field(90, ge=0)
    related_at_least: int = Field(3, ge=1, le=5)
    grades: tuple[Grade, ...] = Field((2, 3), min_length=1)
    listed_from: Grade = 3
    recurrent: RecurrentToxicity | None = RecurrentToxicity()
    risk_factors: tuple[RiskFactors, ...] = ()
    dose_response: tuple[DoseResponse, ...] = ()

    @model_validator(mode="after")
    def _has_a_source(self) -> Toxicity:
        if self.table is None and not self.columns:
            raise ValueError("grades come from a table or from columns: one of the two is needed")
        if list(self.grades) != sorted(set(self.grades)):
            raise ValueError("grades must ascend")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """Columns of the cohort that are needed, whichever source is used."""
        recorded = (name for own in self.columns for name in (own.grade, own.date))
        return tuple(dict.fromkeys((*recorded, self.until, *([self.death] if self.death else []))))
