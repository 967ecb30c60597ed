"""Gates: what must hold before the outcomes are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.pictures import SMD_LIMIT
from spine_outcomes.study.plan import Term
from spine_outcomes.tables import numbers
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import in_order, where


@dataclass(frozen=True)
class Gate:
    """A condition, whether it holds, and why.

    Parameters
    ----------
    is_open
        Whether the outcomes may be read as a comparison of the arms.
    verdict
        One sentence that says so without colour.
    reasons
        The numbers behind it and the findings against it.
    """

    is_open: bool
    verdict: str
    reasons: tuple[str, ...]


def propensity_gate(results: Results) -> Gate:
    """Whether weighting made the arms comparable."""
    serious = _serious(results, "propensity")
    name, worst = labels(results), worst_differences(results)
    is_open = not serious and all(size <= SMD_LIMIT for *_, size in worst)
    verdict = (
        "Comparability of the arms: passed. Weighting balances the covariates of the model."
        if is_open
        else "Comparability of the arms: not passed. Read the outcomes with this in mind."
    )
    lines = [
        f"{name.estimand(estimand)}, {name.rows(unit)}: largest standardised difference "
        f"{numbers.decimal(size, 2)} (limit {SMD_LIMIT})."
        for unit, estimand, size in worst
    ]
    lines += [
        f"{name.estimand(estimand)}, {name.rows(unit)}: beside the model {what} differs by "
        f"{numbers.decimal(size, 2)}."
        for unit, estimand, what, size in unmodelled_differences(results)
        if size > SMD_LIMIT
    ]
    return Gate(is_open, verdict, (*lines, *serious))


def imaging_gate(results: Results) -> Gate:
    """Whether both arms were watched as closely, so that events could be found as soon."""
    serious = _serious(results, "imaging")
    verdict = (
        "Imaging schedule: not passed. Endpoints found by imaging are not comparable as they are."
        if serious
        else "Imaging schedule: passed. No serious difference between the arms."
    )
    return Gate(not serious, verdict, serious)


def _serious(results: Results, section: str) -> tuple[str, ...]:
    """Serious findings of one section."""
    found = where(results.findings, section=section, severity="serious")
    name = labels(results)
    return tuple(name.message(str(message)) for message in found["message"])


def worst_differences(results: Results) -> list[tuple[str, str, float]]:
    """Level of rows, set of weights, and the largest absolute standardised difference under it.

    Of the covariates of the model, after weighting.
    """
    return [
        (unit, estimand, abs(float(row["smd"])))
        for unit, estimand, row in _worst(results, is_modelled=True)
    ]


def unmodelled_differences(results: Results) -> list[tuple[str, str, str, float]]:
    """The same of what was recorded beside the model; the third is what differs so."""
    name = labels(results)
    return [
        (unit, estimand, name.covariate(row["column"], _level(row)), abs(float(row["smd"])))
        for unit, estimand, row in _worst(results, is_modelled=False)
    ]


def _level(row: pd.Series[Any]) -> str:
    """Level of a line of the balance; a number has none."""
    return "" if pd.isna(row["level"]) else str(row["level"])


def _worst(results: Results, *, is_modelled: bool) -> Iterator[tuple[str, str, pd.Series[Any]]]:
    """The line with the largest difference under each set of weights, if any is known."""
    modelled = [term.column for term in results.plan.propensity.terms if isinstance(term, Term)]
    frame = results.balance[results.balance["column"].isin(modelled) == is_modelled]
    for unit in in_order(frame["level_unit"]):
        for estimand in in_order(frame["estimand"]):
            own = where(frame, level_unit=unit, estimand=estimand).dropna(subset="smd")
            if estimand != "unweighted" and len(own):
                yield unit, estimand, own.iloc[int(own["smd"].abs().argmax())]
