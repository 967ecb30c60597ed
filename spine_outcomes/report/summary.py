"""The plain summary: what was found, in frequencies that people can picture, and how sure it is.

Every number is a row of the results, linked to the table that shows it with its interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from spine_outcomes.analysis.e_values import primary_endpoint
from spine_outcomes.analysis.results import Results
from spine_outcomes.analysis.toxicity.estimates import endpoint_of
from spine_outcomes.analysis.toxicity.rows import ANY_TERM
from spine_outcomes.report.gates import unmodelled_differences, worst_differences
from spine_outcomes.report.pictures import SMD_LIMIT
from spine_outcomes.report.sentence import Linked, Sentence, events_of_rows, linked, sentence
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import (
    absolute_measure,
    headline_estimand,
    headline_rows,
    headline_time,
    of_everybody,
    one,
    where,
)
from spine_outcomes.tables.table import Number, Parts, identifier
from spine_outcomes.tables.toxicity_names import grade_name

SEVERE = 3
"""Least grade that counts as severe."""


def summary(results: Results) -> tuple[Sentence, ...]:
    """Five to nine sentences for a reader who is no statistician."""
    primary = primary_endpoint(results.plan)
    return (
        _people(results),
        *_comparability(results),
        *_follow_up(results, primary),
        *_risks(results, primary),
        *_certainty(results, primary),
        *_survival(results, primary),
        *_others(results, primary),
        *_toxicity(results),
        _limits(results, primary),
    )


def _people(results: Results) -> Sentence:
    """Who was compared, and how many."""
    name, unit = labels(results), results.dictionary.table.row
    last = results.flow.iloc[-1]
    counted: Parts = (*linked(cells.count(last["n_lesions"]), "flow"), f" {name.rows(unit)}")
    if unit != "patient":
        counted += (" of ", *linked(cells.count(last["n_patients"]), "flow"), " patients")
    return sentence(f"{name.comparator} was compared with {name.reference} in ", counted, ".")


def _comparability(results: Results) -> Iterator[Sentence]:
    """Whether the arms are alike in what was recorded."""
    estimand = headline_estimand(results)
    first = "Nobody was assigned by chance"
    if estimand == "unweighted":
        yield sentence(f"{first}: the two groups may differ in more than the strategy.")
        return
    level = results.plan.arms.level
    found = next((w for w in worst_differences(results) if w[:2] == (level, estimand)), None)
    if found is None:
        return
    size = found[2]
    number = Linked(numbers.decimal(size, 2), size, anchor=identifier("balance", level))
    so = "made" if size <= SMD_LIMIT else "did not make"
    yield sentence(
        f"{first}; weighting {so} the two groups alike in the characteristics that it balances "
        "(largest standardised difference left: ",
        number,
        f"; up to {SMD_LIMIT} counts as alike)",
        *_beside_the_model(results, level, estimand),
        ".",
    )


def _beside_the_model(results: Results, level: str, estimand: str) -> Iterator[str | Number]:
    """What else sets the arms apart, if it does."""
    for unit, own, what, size in unmodelled_differences(results):
        if (unit, own) == (level, estimand) and size > SMD_LIMIT:
            anchor = identifier("balance", level)
            yield f"; of the others on record, the groups differ most in {what} ("
            yield Linked(numbers.decimal(size, 2), size, anchor=anchor)
            yield ")"


def _follow_up(results: Results, endpoint: str) -> Iterator[Sentence]:
    """How long people were watched."""
    name = labels(results)
    found = where(of_everybody(results), endpoint=endpoint, measure="median_follow_up")
    rows = [one(found, arm=arm) for arm in name.arms]
    if any(row is None or row["status"] != "ok" for row in rows):
        return
    months = [
        _number(row, "estimate", numbers.decimal(row["estimate"], 1), "key-results")
        for row in rows
        if row is not None
    ]
    yield sentence(
        "The median follow-up was ", months[0], f" {name.unit} with {name.reference} and ",
        months[1], f" {name.unit} with {name.comparator}.",
    )  # fmt: skip


def _risks(results: Results, endpoint: str) -> Iterator[Sentence]:
    """Natural frequencies of the two arms: "about 20 of 100 lesions"."""
    name, time = labels(results), headline_time(results, endpoint)
    frame = headline_rows(results, endpoint)
    measure = absolute_measure(frame)
    rows = [one(frame, measure=measure, arm=arm, time=time) for arm in name.arms]
    if any(row is None or row["status"] != "ok" for row in rows):
        why = f"is {numbers.HIDDEN_REASON}" if cells.is_hidden(*rows) else "cannot be estimated"
        yield sentence(f"{name.endpoint(endpoint)} by {name.time(time)} {why}.")
        return
    unit = name.rows(str(frame["level_unit"].iloc[0]))
    of_arm = [_of_hundred(row, endpoint) for row in rows if row is not None]
    when = "within" if measure == "cumulative_incidence" else "at"
    target = "" if headline_estimand(results) == "unweighted" else ", had all been treated so"
    yield sentence(
        f"{name.endpoint(endpoint)} {when} {name.time(time)}: about ", of_arm[0],
        f" of 100 {unit} with {name.reference} and about ", of_arm[1],
        f" of 100 with {name.comparator}{target}.",
    )  # fmt: skip


def _certainty(results: Results, endpoint: str) -> Iterator[Sentence]:
    """The difference, and which values the data leave open."""
    name = labels(results)
    frame = headline_rows(results, endpoint)
    row = one(frame, measure="risk_difference", time=headline_time(results, endpoint))
    if row is None or row["status"] != "ok" or pd.isna(row["lower"]):
        return
    lower, upper = float(row["lower"]), float(row["upper"])
    is_wanted = results.plan.endpoints[endpoint].event_is == "benefit"
    event = "the event (which is a benefit)" if is_wanted else "the event"
    texts = {key: _more_or_fewer(row, key, endpoint) for key in ("estimate", "lower", "upper")}
    verdict = (
        "no difference, or one the other way, is among them"
        if lower <= 0 <= upper
        else "no difference is not among them, if nothing else set the groups apart"
    )
    yield sentence(
        "Of 100, that is ", texts["estimate"], f" with {event} under {name.comparator}; the data "
        "fit anything from ", texts["lower"], " to ", texts["upper"],
        f" ({name.level} interval): {verdict}.",
    )  # fmt: skip


def _survival(results: Results, primary: str) -> Iterator[Sentence]:
    """The first endpoint of survival in the plan, if it is not the primary one."""
    for endpoint in results.plan.endpoints:
        if endpoint != primary and "survival" in set(headline_rows(results, endpoint)["measure"]):
            yield from _risks(results, endpoint)
            return


def _others(results: Results, primary: str) -> Iterator[Sentence]:
    """How many of the other differences leave out zero, and which."""
    name = labels(results)
    found = {
        endpoint: one(
            headline_rows(results, endpoint),
            measure="risk_difference",
            time=headline_time(results, endpoint),
        )
        for endpoint in results.plan.endpoints
        if endpoint != primary
    }
    known = {key: row for key, row in found.items() if row is not None and row["status"] == "ok"}
    if not known:
        return
    clear = [key for key, row in known.items() if not row["lower"] <= 0 <= row["upper"]]
    which = ", ".join(name.endpoint(key).lower() for key in clear)
    count = f"{len(clear)} ({which})" if clear else "none"
    yield sentence(
        f"Of the {len(known)} other endpoints, the interval of the difference at "
        f"{_when(results, list(known))} leaves out zero in {count}; "
        "several comparisons are made, and one in twenty may do so by chance alone.",
    )


def _toxicity(results: Results) -> Iterator[Sentence]:
    """How many of each arm had a severe toxicity, as counted."""
    name, toxicity = labels(results), results.plan.toxicity
    if toxicity is None or results.toxicity.empty:
        return
    grade = min((g for g in toxicity.grades if g >= SEVERE), default=toxicity.grades[-1])
    found = where(
        of_everybody(results), endpoint=endpoint_of(grade, "any", "any"), term=ANY_TERM,
        measure="proportion", estimand=results.plan.propensity.estimands[0],
    )  # fmt: skip
    rows = [one(found, arm=arm) for arm in name.arms]
    unit = name.rows(results.plan.arms.level)
    first, second = (_of_rows(row) for row in rows)
    yield sentence(
        f"Toxicity of {grade_name(grade).lower()}, at any time and of any cause, was recorded in ",
        *first, f" {unit} with {name.reference} and in ", *second,
        f" with {name.comparator} (as counted, of those assessed).",
    )  # fmt: skip


def _of_rows(row: pd.Series[Any] | None) -> Parts:
    """Rows with a toxicity and their natural frequency: "12 of 331 (about 4 of 100)"."""
    if row is None:
        return ("none assessed",)
    anchor = identifier("toxicity-proportions", "any", "any")
    parts = events_of_rows(row, anchor)
    if row["status"] != "ok":
        return parts
    share = _number(row, "estimate", numbers.of_hundred(float(row["estimate"])), anchor)
    return (*parts, " (about ", share, " of 100)")


def _when(results: Results, endpoints: Sequence[str]) -> str:
    """The times at which these endpoints are compared: most at the last of the plan."""
    name, last = labels(results), headline_time(results)
    is_earlier = any(headline_time(results, endpoint) < last for endpoint in endpoints)
    return f"{name.time(last)}{', or at their own last time,' if is_earlier else ''}"


def _limits(results: Results, endpoint: str) -> Sentence:
    """What the study cannot show."""
    text = (
        "This is an observational comparison: it cannot show by itself that the strategy made the "
        "difference, nor what will happen to one patient"
    )
    estimand = headline_estimand(results)
    row = one(results.e_values, endpoint=endpoint, estimand=estimand, measure="hazard_ratio")
    if row is None or pd.isna(row["e_value"]):
        return sentence(f"{text}.")
    return sentence(
        f"{text}; something not recorded would have to go together with both strategy and outcome "
        "by a risk ratio of ", linked(cells.decimal(row["e_value"], 2), "sensitivity-e-values"),
        " or more to explain the estimate.",
    )  # fmt: skip


def _of_hundred(row: pd.Series[Any], endpoint: str) -> Linked:
    """A proportion as whole people of 100."""
    text = numbers.of_hundred(float(row["estimate"]))
    return _number(row, "estimate", text, identifier("risks", endpoint))


def _more_or_fewer(row: pd.Series[Any], key: str, endpoint: str) -> Parts:
    """A difference in words: "6.1 fewer", "0.2 more"."""
    value = float(row[key])
    number = _number(row, key, numbers.percent(abs(value)), identifier("risks", endpoint))
    return number, " fewer" if value < 0 else " more"


def _number(row: pd.Series[Any], key: str, text: str, anchor: str) -> Linked:
    """A printed value of a row of the results, linked to its table."""
    return Linked(text, float(row[key]), anchor=anchor, source=str(row["id"]))
