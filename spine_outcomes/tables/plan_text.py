"""Parts of a plan in words, for whatever of the report says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spine_outcomes.study.plan import Interaction, Term, Trim
from spine_outcomes.tables.labels import POPULATIONS, Labels

LEARNERS: Mapping[str, str] = {
    "logistic": "logistic regression",
    "firth": "Firth's penalised logistic likelihood",
    "boosting": "boosted trees (cross-fitted, each patient's rows scored without that patient)",
    "cbps": "logistic scores that balance the means of the arms exactly (one score an estimand)",
}

ADJUSTMENTS: Mapping[str, str] = {
    "holm": "Holm",
    "hochberg": "Hochberg",
    "hierarchical": "fixed sequence, each tested only if all before it reject",
}


def listed(items: Sequence[str]) -> str:
    """Items as words: "a, b and c"."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else list(items))


def plain(column: str, name: Labels) -> str:
    """Label of a column within a sentence, without its unit."""
    found = name.dictionary[column].label if column in name.dictionary else name.column(column)
    return found if found[1:2].isupper() else found[:1].lower() + found[1:]


def adjusted_for(name: Labels) -> str:
    """The terms of the model of the arm, in its order."""
    return listed([_term(term, name) for term in name.plan.propensity.terms])


def for_whom(estimand: str, name: Labels) -> str:
    """A set of weights and the population that its estimates are of."""
    population = POPULATIONS.get(estimand.partition(":")[0], estimand)
    return f"{name.estimand(estimand)}: {population}"


def bounds(trim: Trim | str, name: Labels) -> str:
    """The rule by which rows were trimmed."""
    if isinstance(trim, str):
        return "Crump's rule"
    if trim.percentiles is None:
        return "{:g} to {:g}".format(*trim.bounds or ())
    low, high = trim.percentiles
    return f"percentile {low:g} of {name.comparator} to percentile {high:g} of {name.reference}"


def _term(term: Term | Interaction, name: Labels) -> str:
    """One term of a model in words."""
    if isinstance(term, Interaction):
        return " × ".join(plain(column, name) for column in term.interaction)
    label = plain(term.column, name)
    if term.spline is not None:
        return f"{label} (restricted cubic spline, {term.spline} knots)"
    if term.cuts is not None:
        return f"{label} (cut at {listed([f'{cut:g}' for cut in term.cuts])})"
    if term.levels is not None:
        groups = [name.value(term.column, "/".join(codes)) for codes in term.levels]
        return f"{label} (grouped: {'; '.join(groups)})"
    return f"logarithm of {label}" if term.log else label
