"""Toxicity: worst grades by arm, proportions, rates and mean counts, and the severe events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.analysis.toxicity.counts import ASSESSED, NOT_ASSESSED
from spine_outcomes.analysis.toxicity.dose_response import MODEL
from spine_outcomes.analysis.toxicity.estimates import COUNT_MODEL, RATIO_MODEL, endpoint_of
from spine_outcomes.analysis.toxicity.rows import ANY_TERM
from spine_outcomes.clinical.ctcae import british
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.risk_factors import (
    dose_responses,
    risk_factor_endpoints,
    risk_factors,
)
from spine_outcomes.tables.selection import in_order, one, where
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier
from spine_outcomes.tables.toxicity_names import CAUSES, grade_name, window_and_cause

GRADES = ("0", "1", "2", "3", "4", "5")
ORDER = (ASSESSED, *GRADES, NOT_ASSESSED)
HEADS = ("Assessed", *GRADES, "Not assessed")
DIFFERENCES = {"event_rate": "rate", "mean_cumulative_count": "mean_count"}  # of what by its name


def toxicity_tables(results: Results) -> Iterator[Table]:
    """Every table of toxicity, those of all onsets and causes first."""
    if results.toxicity.empty:
        return
    first, *others = views(results)
    yield from _view(results, *first)
    yield rates(results)
    for endpoint in risk_factor_endpoints(results):
        yield risk_factors(results, endpoint)
    if (results.results["model"] == MODEL).any():
        yield dose_responses(results)
    for window, cause in others:
        yield from _view(results, window, cause)
    yield listing(results)


def _view(results: Results, window: str, cause: str) -> Iterator[Table]:
    """Counts and proportions of one window and cause."""
    yield worst_grades(results, window, cause)
    yield proportions(results, window, cause)


def views(results: Results) -> list[tuple[str, str]]:
    """Windows and causes of the run: all onsets of any cause first."""
    frame = results.toxicity
    return [(w, c) for c in in_order(frame["cause"]) for w in in_order(frame["window"])]


def term_name(term: str) -> str:
    """Name of a term on the page."""
    return "Any term" if term == ANY_TERM else british(term)


def worst_grades(results: Results, window: str, cause: str) -> Table:
    """How many had which worst grade of each term, rows and patients side by side."""
    name = labels(results)
    frame = where(results.toxicity, window=window, cause=cause)
    units = in_order(frame["level_unit"])
    rows: list[Row] = []
    for term in in_order(frame["term"]):
        rows.append(Row(term_name(term)))
        for arm in name.arms:
            own = where(frame, term=term, arm=arm)
            line = tuple(cell for unit in units for cell in _grades(where(own, level_unit=unit)))
            rows.append(Row(name.arm(arm), line, is_indented=True))
    return Table(
        id=identifier("toxicity-worst", window, cause),
        title=f"Worst grade of toxicity: {window_and_cause(results.plan, window, cause)}",
        stub_head="Term, arm",
        columns=tuple(
            Column(head, spanner=name.rows(unit).capitalize()) for unit in units for head in HEADS
        ),
        rows=tuple(rows),
        notes=_grade_notes(results, window, cause, name),
    )


def _grades(frame: pd.DataFrame) -> tuple[Cell, ...]:
    """One arm at one level: assessed, each grade, not assessed."""
    counts: dict[str, Any] = dict(zip(frame["grade"], frame["n"], strict=True))
    return tuple(cells.count(counts[grade]) for grade in ORDER)


def _grade_notes(results: Results, window: str, cause: str, name: Labels) -> tuple[str, ...]:
    """What counts, and what is apart."""
    toxicity = results.plan.toxicity
    notes = [
        "CTCAE version 5; a row counts once a term, with its worst grade. 0: assessed and absent.",
    ]
    if name.rows(results.plan.arms.level) != "patients":
        notes.append("A patient counts once in each arm, with the worst of the rows there.")
    if window == "late":
        notes.append("Assessed are those with an assessment after the acute window.")
    if cause == "related" and toxicity is not None:
        notes.append(f"Related: attribution of {toxicity.related_at_least} or more of 5.")
    return tuple(notes)


def proportions(results: Results, window: str, cause: str) -> Table:
    """Proportions with each grade or more by arm, and their difference, under every weights."""
    name = labels(results)
    frame = where(results.results, model=RATIO_MODEL, analysis="primary")
    rows: list[Row] = []
    for term in in_order(where(results.toxicity, window=window, cause=cause)["term"]):
        lines = [
            Row(f"{grade_name(grade)}, {name.estimand(estimand)}", line, is_indented=True)
            for grade in _grades_asked(results)
            for own in (where(frame, endpoint=endpoint_of(grade, window, cause), term=term),)
            for estimand in in_order(own["estimand"])
            for line in (_compared(where(own, estimand=estimand), "proportion", name),)
        ]
        rows += [Row(term_name(term)), *lines] if lines else []
    return Table(
        id=identifier("toxicity-proportions", window, cause),
        title=f"Proportions with toxicity: {window_and_cause(results.plan, window, cause)}",
        stub_head="Term, grade, weights",
        columns=_heads("%", name),
        rows=tuple(rows),
        notes=(
            f"{name.level} limits of Korn and Graubard, clustered by patient and counting the "
            "propensity as estimated; without an event exact limits of the effective number of "
            "patients (of n patients about 3.7/n; one-sided 3/n). Assessed rows only.",
        ),
        direction=f"difference, percentage points: {name.difference}",
    )


def _heads(unit: str, name: Labels, counted: str = "Events") -> tuple[Column, ...]:
    """Events and estimates of both arms, then the difference."""
    arms = ((name.arm(arm), f"{unit} ({name.level} CI)") for arm in name.arms)
    pairs = ((Column(counted, label), Column(head, label)) for label, head in arms)
    return (*(column for pair in pairs for column in pair), Column(f"Difference ({name.level} CI)"))


def _compared(
    frame: pd.DataFrame, measure: str, name: Labels, between: str = "/"
) -> tuple[Cell, ...]:
    """Events of rows and estimate of each arm, and the difference of the arms."""
    line: list[Cell] = []
    for arm in name.arms:
        row = one(frame, measure=measure, arm=arm)
        line.append(cells.EMPTY if row is None else count_of_rows(row, between))
        line.append(cells.estimate(row, name.measure(measure).form))
    contrast = f"{DIFFERENCES.get(measure, measure)}_difference"
    line.append(cells.estimate(one(frame, measure=contrast), name.measure(contrast).form))
    return tuple(line)


def count_of_rows(row: pd.Series[Any], between: str = "/") -> Cell:
    """Events and the rows they are of: "12/331"; with "; " between them it reads as no share."""
    return Cell((*cells.count(row["n_event"]).parts, between, *cells.count(row["n"]).parts))


def rates(results: Results) -> Table:
    """Events a year, and mean numbers of events so far, by arm and compared."""
    name = labels(results)
    frame = where(results.results, analysis="primary", term=ANY_TERM)
    rows: list[Row] = []
    for endpoint in in_order(where(frame, measure="event_rate")["endpoint"]):
        _, cause, grade = endpoint_parts(endpoint)
        own = where(frame, endpoint=endpoint)
        rows.append(Row(f"{grade_name(grade)}, {CAUSES[cause]}, per 100 years of follow-up"))
        for estimand in in_order(own["estimand"]):
            of_totals = where(own, estimand=estimand, model=RATIO_MODEL)
            line = _compared(of_totals, "event_rate", name, "; ")
            rows.append(Row(name.estimand(estimand), line, is_indented=True))
        counts = where(own, model=COUNT_MODEL)
        for time in in_order(counts["time"]):
            rows.append(Row(f"{grade_name(grade)}, mean number of 100 by {name.time(time)}"))
            for estimand in in_order(counts["estimand"]):
                at = where(counts, estimand=estimand, time=time)
                line = _compared(at, "mean_cumulative_count", name, "; ")
                rows.append(Row(name.estimand(estimand), line, is_indented=True))
    return Table(
        id="toxicity-rates",
        title="Toxicity as recurrent events, any term",
        stub_head="Quantity, weights",
        columns=_heads("Number", name, "Events; rows"),
        rows=tuple(rows),
        notes=(
            "Every event counts, of one row several. Rates: events over the time at risk, errors "
            "robust and clustered. Mean numbers: death ends the risk of further events and is no "
            "censoring (Ghosh and Lin). Limits on the log scale; without an event exact.",
        ),
        direction=f"difference: {name.difference}",
    )


def endpoint_parts(endpoint: str) -> tuple[str, str, int]:
    """Window, cause and grade of an endpoint that ``endpoint_of`` named."""
    _, window, cause, _, grade = endpoint.split("_")
    return window, cause, int(grade)


def _grades_asked(results: Results) -> tuple[int, ...]:
    """Grades whose proportions the plan asks for."""
    return () if results.plan.toxicity is None else results.plan.toxicity.grades


_LISTED: Mapping[str, Callable[[Any], Cell]] = {
    "Term": lambda event: cells.words(term_name(event["term"])),
    "Grade": lambda event: cells.count(event["grade"]),
    "Attribution (1 to 5)": lambda event: cells.count(event["attribution"]),
    "Days from the start": lambda event: (
        cells.EMPTY if pd.isna(event["days"]) else cells.words(event["days"])
    ),
}


def listing(results: Results) -> Table:
    """Severe events one by one, without whose they are and when; no column that is empty."""
    name = labels(results)
    toxicity = results.plan.toxicity
    least = 3 if toxicity is None else toxicity.listed_from
    events = [event for _, event in results.toxicity_listing.iterrows()]
    written = {head: tuple(write(event) for event in events) for head, write in _LISTED.items()}
    shown = {
        head: column
        for head, column in written.items()
        if not events or any(cell != cells.EMPTY for cell in column)
    }
    arms = tuple(cells.words(name.arm(event["arm"])) for event in events)
    rows = tuple(
        Row(str(event["number"]), line)
        for event, *line in zip(events, arms, *shown.values(), strict=True)
    )
    k = results.plan.report.min_cell
    rule = (
        f"Events that fewer than {k} others are like (arm, term, grade) are left out, and days and "
        "attribution that fewer share: the whole list needs report.min_cell 0."
    )
    return Table(
        id="toxicity-listing",
        title=f"Events of grade {least} or more",
        stub_head="Event",
        columns=(
            Column("Arm", align="left"),
            *(Column(head, align="left" if head == "Term" else "right") for head in shown),
        ),
        rows=rows or (Row("None is shown"),),
        notes=("Day on which grade 3 was reached, as a range.", *((rule,) if k > 1 else ())),
    )
