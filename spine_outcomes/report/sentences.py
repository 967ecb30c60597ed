"""Sentences for the Results of a paper, with every number that SAMPL asks for beside an estimate.

Counts with their denominators, estimates with intervals, tests with their names, exact p values
(Lang and Altman, International Journal of Nursing Studies 2015;52:5–9). Each number is a row of the
results; the Methods of the paper are those of the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.sentence import Sentence, events_of_rows, linked, sentence
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.labels import Form, Labels, labels
from spine_outcomes.tables.selection import (
    absolute_measure,
    headline_rows,
    headline_time,
    of_everybody,
    one,
    where,
)
from spine_outcomes.tables.table import Cell, Number, Parts, identifier
from spine_outcomes.tables.theme import themes

Found: TypeAlias = "pd.Series[Any] | None"  # a row of the results


def paper_sentences(results: Results) -> tuple[tuple[str, tuple[Sentence, ...]], ...]:
    """Heading and sentences of the rows analysed, then of every endpoint of the plan."""
    name = labels(results)
    found = [("Rows analysed", tuple(_rows(results)))]
    for endpoint in results.plan.endpoints:
        found.append((name.endpoint(endpoint), tuple(_endpoint(results, endpoint))))
    return tuple((heading, sentences) for heading, sentences in found if sentences)


def _rows(results: Results) -> Iterator[Sentence]:
    """How many were analysed, in all and by arm."""
    name, unit = labels(results), results.dictionary.table.row
    last = results.flow.iloc[-1]
    patients: Parts = ()
    if unit != "patient":
        patients = (" of ", *linked(cells.count(last["n_patients"]), "flow"), " patients")
    yield sentence(
        *linked(cells.count(last["n_lesions"]), "flow"), f" {name.rows(unit)}", *patients,
        " were analysed: ", *linked(cells.count(last["n_reference"]), "flow"),
        f" {name.rows(unit)} with {name.reference} and ",
        *linked(cells.count(last["n_comparator"]), "flow"), f" with {name.comparator}.",
    )  # fmt: skip


def _endpoint(results: Results, endpoint: str) -> Iterator[Sentence]:
    """Follow-up, events, risks, contrasts and the test of the model's assumption."""
    name, time = labels(results), headline_time(results, endpoint)
    frame = headline_rows(results, endpoint)
    measure = absolute_measure(frame)
    arms = [one(frame, measure=measure, arm=arm, time=time) for arm in name.arms]
    yield from _follow_up(results, endpoint, name)
    yield from _events(arms, endpoint, time, name)
    yield from _risks(frame, arms, endpoint, measure, time, name)
    yield from _hazard(frame, endpoint, name)
    yield from _proportional(frame, endpoint, name)


def _follow_up(results: Results, endpoint: str, name: Labels) -> Iterator[Sentence]:
    """Median follow-up of each arm with its interval."""
    own = where(of_everybody(results), endpoint=endpoint, measure="median_follow_up")
    rows = [one(own, arm=arm) for arm in name.arms]
    if all(_is_known(row) for row in rows):
        first, second = (_with_interval(row, "time", "key-results", name) for row in rows)
        yield sentence(
            f"The median follow-up (reverse Kaplan–Meier), in {name.unit}, was ", first,
            f" with {name.reference} and ", second, f" with {name.comparator}.",
        )  # fmt: skip


def _events(arms: list[Found], endpoint: str, time: float, name: Labels) -> Iterator[Sentence]:
    """Events over rows, as counted."""
    if any(row is None for row in arms):
        return
    anchor = identifier("risks", endpoint)
    first, second = (events_of_rows(row, anchor) for row in arms if row is not None)
    unit = name.rows(name.plan.endpoints[endpoint].level)
    yield sentence(
        f"By {name.time(time)} the event had been seen in ", first, f" {unit} with "
        f"{name.reference} and in ", second, f" with {name.comparator} (unweighted counts).",
    )  # fmt: skip


def _risks(
    frame: pd.DataFrame,
    arms: list[Found],
    endpoint: str,
    measure: str,
    time: float,
    name: Labels,
) -> Iterator[Sentence]:
    """Risk or survival of the arms, and the difference of the risks."""
    difference = one(frame, measure="risk_difference", time=time)
    if not all(_is_known(row) for row in (*arms, difference)):
        if cells.is_hidden(*arms, difference):
            yield sentence(f"A risk at {name.time(time)} is {numbers.HIDDEN_REASON}.")
            return
        yield sentence(f"The risks at {name.time(time)} are not estimable in both arms.")
        return
    anchor = identifier("risks", endpoint)
    first, second = (_with_interval(row, "percent", anchor, name, "%") for row in arms)
    contrast = _with_interval(difference, "percent", anchor, name)
    weights = name.estimand(str(frame["estimand"].iloc[0]))
    yield sentence(
        f"{name.quantity(measure, endpoint)} at {name.time(time)} ({weights}) was ", first,
        f" with {name.reference} and ", second, f" with {name.comparator}: a risk difference "
        f"({name.difference}) of ", contrast, " percentage points.",
    )  # fmt: skip


def _hazard(frame: pd.DataFrame, endpoint: str, name: Labels) -> Iterator[Sentence]:
    """The hazard ratio with its test, and the subdistribution one where events compete."""
    anchor = identifier("effects", endpoint)
    hazard = one(frame, measure="hazard_ratio", model="cox")
    if hazard is None:
        return
    if not _is_known(hazard):
        yield sentence("The hazard ratio is not estimable.")
        return
    competes = (frame["measure"] == "cumulative_incidence").any()
    kind = "cause-specific hazard ratio" if competes else "hazard ratio"
    parts: list[Any] = [f"The {kind} ({name.quotient}) was "]
    parts += [
        _with_interval(hazard, "ratio", anchor, name),
        "; Wald test ",
        _p(hazard, anchor, name),
    ]
    below = one(frame, measure="subdistribution_hazard_ratio", model="fine_gray")
    if _is_known(below):
        parts += ["; subdistribution hazard ratio ", _with_interval(below, "ratio", anchor, name)]
    yield sentence(*parts, ".")


def _proportional(frame: pd.DataFrame, endpoint: str, name: Labels) -> Iterator[Sentence]:
    """The test of a constant hazard ratio."""
    row = one(frame, model="proportional_hazards", measure="chi_square")
    if row is not None and _is_known(row, "statistic"):
        anchor = identifier("effects", endpoint)
        yield sentence("Robust test of proportional hazards: ", _p(row, anchor, name), ".")


def _is_known(row: Found, column: str = "estimate") -> bool:
    """Whether a row is there and holds a value."""
    return row is not None and row["status"] == "ok" and bool(pd.notna(row[column]))


def _with_interval(row: Found, form: Form, anchor: str, name: Labels, unit: str = "") -> Parts:
    """Estimate, unit and interval: "19.5% (95% CI 14.6 to 25.0)"."""
    estimate, *limits = linked(cells.estimate(row, form), anchor)
    if not limits:
        return (estimate, unit)
    return (estimate, f"{unit} ({name.level} CI ", *limits[1:])


def _p(row: pd.Series[Any], anchor: str, name: Labels) -> Parts:
    """A p value as a statement, rounded and marked as in the tables: "p = 0.160", "p < 0.001"."""
    p = float(row["p_value"])
    lead, value = numbers.p_statement(p, themes()[name.plan.report.theme])
    number = Cell((Number(value, p, is_p=True),), source=str(row["id"]))
    return (lead, *linked(number, anchor))
