"""Which columns may explain the arm, and in which form."""

from __future__ import annotations

from collections.abc import Iterator

from spine_outcomes.errors import printable
from spine_outcomes.study.dictionary import Column, DataDictionary, unknown_column
from spine_outcomes.study.key_path import KeyPath, did_you_mean
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.terms import Interaction, Term

Fault = tuple[KeyPath, str, str]
"""Key path, code and words."""

PHASES = {
    "identifier": "identifies rows",
    "exposure": "is the arm",
    "treatment": "was decided with or after the arm",
    "post_baseline": "is known only after treatment",
}


def covariate_faults(
    plan: AnalysisPlan, dictionary: DataDictionary, *, in_sensitivity: bool
) -> Iterator[Fault]:
    """Faults of the terms of the propensity and of all other models."""
    yield from _override_faults(plan, dictionary, in_sensitivity=in_sensitivity)
    yield from term_faults(("propensity", "terms"), plan.propensity.terms, dictionary, plan)
    for key, terms in plan.estimation.modelled.items():
        yield from term_faults(("estimation", key, "terms"), terms, dictionary, plan)
    yield from _auxiliary(plan, dictionary)


def _override_faults(
    plan: AnalysisPlan, dictionary: DataDictionary, *, in_sensitivity: bool
) -> Iterator[Fault]:
    """An override opens one sensitivity_only column, in a named sensitivity analysis."""
    override = plan.propensity.override
    if override is None:
        return
    path: KeyPath = ("propensity", "override")
    if not in_sensitivity:
        text = "an override stands only in the change of a named sensitivity analysis"
        yield path, "E_OVERRIDE", text
    if override.column not in dictionary:
        yield path, "E_UNKNOWN_COLUMN", unknown_column(override.column, dictionary)
    elif dictionary[override.column].propensity != "sensitivity_only":
        permission = dictionary[override.column].propensity
        text = f"{override.column!r} is {permission}: an override opens sensitivity_only columns"
        yield path, "E_OVERRIDE", text


def term_faults(
    path: KeyPath,
    terms: tuple[Term | Interaction, ...],
    dictionary: DataDictionary,
    plan: AnalysisPlan | None = None,
) -> Iterator[Fault]:
    """Faults of each term; with a ``plan`` also whether its column may explain the arm."""
    earlier: list[str] = []
    for i, term in enumerate(terms):
        here = (*path, i)
        if isinstance(term, Interaction):
            for name in term.interaction:
                if name not in earlier:
                    text = f"no earlier term {printable(name)!r}{did_you_mean(name, earlier)}"
                    yield here, "E_INTERACTION", text
            continue
        earlier.append(term.column)
        if term.column not in dictionary:
            yield here, "E_UNKNOWN_COLUMN", unknown_column(term.column, dictionary)
            continue
        column = dictionary[term.column]
        if plan is not None:
            yield from ((here, *fault) for fault in _permission(plan, column))
        yield from ((here, "E_TYPE", text) for text in _form(term, column))


def _auxiliary(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Columns that help to impute: known when the arm was, and of a kind that can be imputed."""
    for i, name in enumerate(plan.missing.auxiliary):
        path: KeyPath = ("missing", "auxiliary", i)
        if name not in dictionary:
            yield path, "E_UNKNOWN_COLUMN", unknown_column(name, dictionary)
            continue
        column = dictionary[name]
        if column.phase not in ("baseline", "treatment"):
            why = PHASES[column.phase]
            yield (
                path,
                "E_NOT_BASELINE",
                f"{name!r} {why}; outcomes and the arm enter by themselves",
            )
        if column.type in ("date", "string"):
            yield path, "E_TYPE", f"{name!r} is a {column.type}, which is never imputed"


def _permission(plan: AnalysisPlan, column: Column) -> Iterator[tuple[str, str]]:
    """Whether the column may explain the arm."""
    if column.name in (plan.arms.column, plan.cluster):
        role = "the arm" if column.name == plan.arms.column else "the cluster"
        yield "E_NOT_BASELINE", f"{column.name!r} is {role}, not a covariate"
    elif column.propensity == "sensitivity_only":
        override = plan.propensity.override
        if override is None or override.column != column.name:
            text = (
                f"{column.name!r} enters only a named sensitivity analysis, with "
                "propensity.override: {column, reason}"
            )
            yield "E_OVERRIDE", text
    elif column.phase != "baseline":
        why = PHASES[column.phase]
        yield "E_NOT_BASELINE", f"{column.name!r} {why}; a covariate must be baseline"
    elif column.propensity == "forbidden":
        yield "E_FORBIDDEN", f"the dictionary forbids {column.name!r} as a covariate"


def _form(term: Term, column: Column) -> Iterator[str]:
    """Whether the term's form fits the column's type."""
    if column.type in ("date", "string"):
        yield f"{column.name!r} is a {column.type}, which no model can use"
    elif term.spline is not None or term.log:
        form = "a spline" if term.spline is not None else "a logarithm"
        if not column.is_numeric:
            yield f"{form} needs a number, and {column.name!r} is a {column.type}"
        elif term.log and not _is_positive(column):
            yield f"a logarithm needs a hard range above 0, which {column.name!r} has not"
    elif term.cuts is not None and not column.has_ordered_numbers:
        yield f"cuts need numbers, and {column.name!r} is a {column.type}"
    elif term.levels is not None:
        yield from _levels(term.levels, column)


def _is_positive(column: Column) -> bool:
    """Whether the dictionary rules out values of 0 and below."""
    low = column.hard[0] if column.hard is not None else None
    return isinstance(low, int | float) and low > 0


def _levels(levels: tuple[tuple[str, ...], ...], column: Column) -> Iterator[str]:
    """Groups of codes that are codes, and leave none out."""
    if column.codes is None:
        yield f"levels need codes, and {column.name!r} is a {column.type}"
        return
    named = [code for group in levels for code in group]
    unknown = [code for code in named if code not in column.codes]
    if unknown:
        yield f"{', '.join(map(repr, unknown))}: no code of {column.name!r}"
    left_out = [code for code in column.codes if code not in named]
    if left_out:
        yield f"levels leave out {', '.join(map(repr, left_out))} of {column.name!r}"
