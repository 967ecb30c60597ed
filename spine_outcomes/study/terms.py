"""Terms of a linear predictor, as a plan writes them.

::

    - sex                                  categories by the dictionary, numbers as they are
    - age: {spline: 3}
    - stage: {levels: [["0"], ["1a", "1b"], ["2", "3"]]}
    - interaction: [sex, age]
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from spine_outcomes.study.model import Model

FORMS = ("spline", "log", "cuts", "levels")


class Term(Model):
    """One term of a linear predictor; exactly one form beside ``column``.

    ``linear`` where no form is named: categories by the dictionary, numbers as they are.

    Parameters
    ----------
    spline
        Number of knots of a restricted cubic spline, 3 to 7.
    log
        Natural logarithm.
    cuts
        Ascending numbers; below the first is the reference, each cut starts a category.
    levels
        Groups of codes; the first is the reference.
    """

    column: str
    spline: int | None = Field(None, ge=3, le=7)
    log: bool = False
    cuts: tuple[float, ...] | None = None
    levels: tuple[tuple[str, ...], ...] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Term:
        forms = [form for form in FORMS if getattr(self, form)]
        if len(forms) > 1:
            raise ValueError(f"one form a term, not {' and '.join(forms)}")
        if self.cuts is not None and (not self.cuts or list(self.cuts) != sorted(set(self.cuts))):
            raise ValueError("cuts must ascend, at least one")
        if self.levels is not None:
            codes = [code for group in self.levels for code in group]
            if len(self.levels) < 2 or not all(self.levels) or len(set(codes)) < len(codes):
                raise ValueError("levels must be two groups of codes or more, each code in one")
        return self


class Interaction(Model):
    """The product of the columns of two earlier terms."""

    interaction: tuple[str, str]

    @model_validator(mode="after")
    def _two(self) -> Interaction:
        if self.interaction[0] == self.interaction[1]:
            raise ValueError("an interaction is of two different terms")
        return self


def _normalised(written: Any) -> Any:
    """``"sex"`` and ``{age: {spline: 3}}`` as keys of a term."""
    if isinstance(written, str):
        return {"column": written}
    if isinstance(written, dict) and len(written) == 1:
        ((name, form),) = written.items()
        if name not in ("column", "interaction") and (form is None or isinstance(form, dict)):
            return {**(form or {}), "column": name}
    return written


def _kind(term: Any) -> str:
    is_interaction = isinstance(term, Interaction) or (
        isinstance(term, dict) and "interaction" in term
    )
    return "interaction" if is_interaction else "term"


PlanTerm = Annotated[
    Annotated[Term, Tag("term")] | Annotated[Interaction, Tag("interaction")],
    Discriminator(_kind),
    BeforeValidator(_normalised),
]


def columns_of(terms: tuple[Term | Interaction, ...]) -> tuple[str, ...]:
    """Columns that the terms need, in order."""
    return tuple(dict.fromkeys(term.column for term in terms if isinstance(term, Term)))
