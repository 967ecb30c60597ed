"""The key results: one row an endpoint, under the estimand that the plan names first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.definitions import rules_of
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.selection import (
    absolute_measure,
    headline_estimand,
    headline_time,
    main_analysis,
    of_everybody,
    one,
    where,
)
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier

SHOWN = {"Survival": "survival", "Free of the event": "event-free", "Cumulative incidence": "risk"}
AGREES, DIFFERS = "✓", "✗"


@dataclass(frozen=True, eq=False)
class _Line:
    """One endpoint: its key, rows of the results under the estimand shown, and the rest."""

    endpoint: str
    frame: pd.DataFrame
    results: Results
    estimand: str
    time: float

    @property
    def hazard(self) -> pd.Series[Any] | None:
        """The (cause-specific) hazard ratio of the arms."""
        return one(self.frame, measure="hazard_ratio", model="cox")

    @property
    def measure(self) -> str:
        """What the curves show."""
        return absolute_measure(self.frame)

    def at_time(self, **keys: str) -> pd.Series[Any] | None:
        """A row at the time shown."""
        return one(self.frame, time=self.time, **keys)


Field = tuple[Column, Callable[[_Line], Cell]]


def key_results(results: Results) -> Table:
    """Events, follow-up, absolute risk by arm, difference and ratios of every endpoint."""
    name = labels(results)
    estimand, time = headline_estimand(results), headline_time(results)
    frame = where(main_analysis(results), estimand=estimand)
    lines = [
        _Line(
            endpoint,
            where(frame, endpoint=endpoint),
            results,
            estimand,
            headline_time(results, endpoint),
        )
        for endpoint in results.plan.endpoints
    ]
    fields = tuple(_fields(results, frame, time, name))
    return Table(
        id="key-results",
        title=f"Key results of every endpoint: {name.estimand(estimand)}",
        stub_head="Endpoint",
        columns=tuple(column for column, _ in fields),
        rows=tuple(
            Row(
                f"{name.endpoint(line.endpoint)} "
                f"({SHOWN[name.quantity(line.measure, line.endpoint)]}"
                + ("" if line.time == time else f" at {name.time(line.time)}")
                + ")",
                tuple(cell(line) for _, cell in fields),
                anchor=identifier("endpoint", line.endpoint),
            )
            for line in lines
        ),
        notes=tuple(_notes(results, frame, name)),
        direction=f"differences: {name.difference}; ratios: {name.quotient}",
    )


def _fields(results: Results, frame: pd.DataFrame, time: float, name: Labels) -> Iterator[Field]:
    """Each column that the run has something for, and its cell in the row of an endpoint."""
    events = f"Events by {name.time(time)} / rows"
    risk = f"At {name.time(time)}, % ({name.level} CI)"
    watched = f"Follow-up, {name.unit}"
    contrast = f"Contrast ({name.level} CI)"
    for arm in name.arms:
        yield Column(name.arm(arm), events), partial(_events, arm=arm)
    if (results.results["measure"] == "median_follow_up").any():
        for arm in name.arms:
            yield Column(name.arm(arm), watched), partial(_follow_up, arm=arm)
    for arm in name.arms:
        yield Column(name.arm(arm), risk), partial(_risk, arm=arm)
    yield Column("Risk difference, points", contrast), _difference
    yield Column("Hazard ratio", contrast, is_drawn=True), _hazard_ratio
    if (frame["measure"] == "subdistribution_hazard_ratio").any():
        yield Column("sHR", contrast), _subdistribution
    yield Column("p"), partial(_p_value, column="p_value")
    if frame["p_adjusted"].notna().any():
        yield Column("Adjusted p"), partial(_p_value, column="p_adjusted")
    if len(results.e_values):
        yield Column("E-value (limit)"), _e_value
    if len(results.quality_control):
        yield Column("Checked"), _checked


def _notes(results: Results, frame: pd.DataFrame, name: Labels) -> Iterator[str]:
    """What the columns mean."""
    yield (
        "Events and rows are unweighted counts. Risk is the cumulative incidence, with competing "
        "events counted as such."
    )
    if (results.results["measure"] == "median_follow_up").any():
        yield "Follow-up is its median by the reverse Kaplan–Meier method, unweighted."
    yield (
        "Where survival or the share free of the event is shown, the difference is that of the "
        "risk, 100 minus it: a positive difference means more events."
    )
    adjusted = (
        f" and is adjusted by the {results.plan.multiplicity.method} method of the plan."
        if frame["p_adjusted"].notna().any()
        else ", without adjustment for the number of endpoints."
    )
    yield (
        "Hazard ratios are cause-specific where events compete; the bar is their interval on a log "
        "axis from 0.2 to 5, its stroke a ratio of 1; p tests that the ratio is 1" + adjusted
    )
    if (frame["measure"] == "subdistribution_hazard_ratio").any():
        yield "sHR: subdistribution hazard ratio (Fine–Gray)."
    if len(results.quality_control):
        yield (
            f"Checked: {AGREES} a second engine agrees in every number compared, {DIFFERS} it does "
            "not; the numbers stand under quality control."
        )
    yield from _rules(results, name)


def _rules(results: Results, name: Labels) -> Iterator[str]:
    """Rules by which columns of the endpoints were derived, each with the endpoints it defines."""
    endpoints: dict[str, list[str]] = {}
    for endpoint in results.plan.endpoints:
        for rule in rules_of(results, endpoint):
            endpoints.setdefault(rule, []).append(name.endpoint(endpoint))
    yield from (f"{', '.join(about)}: {rule}" for rule, about in endpoints.items())


def _events(line: _Line, arm: str) -> Cell:
    """Events and rows of one arm: "12 / 345"."""
    row = line.at_time(measure=line.measure, arm=arm)
    if row is None:
        return cells.EMPTY
    events, n = cells.count(row["n_event"]), cells.count(row["n"])
    return Cell((*events.parts, " / ", *n.parts), source=str(row["id"]))


def _follow_up(line: _Line, arm: str) -> Cell:
    """Median follow-up of one arm."""
    found = where(of_everybody(line.results), endpoint=line.endpoint)
    row = one(found, measure="median_follow_up", arm=arm)
    return cells.value(row, "time")


def _risk(line: _Line, arm: str) -> Cell:
    """Risk or survival of one arm."""
    return cells.estimate(line.at_time(measure=line.measure, arm=arm), "percent")


def _difference(line: _Line) -> Cell:
    """Difference of the risks."""
    return cells.estimate(line.at_time(measure="risk_difference"), "percent")


def _hazard_ratio(line: _Line) -> Cell:
    """The hazard ratio, cause-specific where events compete."""
    return cells.estimate(line.hazard, "ratio")


def _p_value(line: _Line, column: str) -> Cell:
    """The p value of the hazard ratio, as it is or as adjusted."""
    return cells.p_value(line.hazard, column)


def _subdistribution(line: _Line) -> Cell:
    """The subdistribution hazard ratio."""
    row = one(line.frame, measure="subdistribution_hazard_ratio", model="fine_gray")
    return cells.estimate(row, "ratio")


def _e_value(line: _Line) -> Cell:
    """E-value of the hazard ratio, and of its limit: "2.20 (1.48)"."""
    found = where(line.results.e_values, estimand=line.estimand, measure="hazard_ratio")
    row = one(found, endpoint=line.endpoint)
    if row is None or pd.isna(row["e_value"]):
        return cells.EMPTY
    of_estimate, of_limit = (cells.decimal(row[key], 2) for key in ("e_value", "e_value_limit"))
    return Cell((*of_estimate.parts, " (", *of_limit.parts, ")"), source=str(row["id"]))


def _checked(line: _Line) -> Cell:
    """Whether the second engine agrees."""
    verdicts = where(line.results.quality_control, endpoint=line.endpoint)["verdict"]
    if verdicts.empty:
        return cells.EMPTY
    return cells.words(AGREES if (verdicts == "agrees").all() else DIFFERS)
