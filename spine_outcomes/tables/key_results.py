"""The key results: one row an endpoint, under the estimand that the plan names first."""

from __future__ import annotations

from collections.abc import Iterator
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
    one,
    where,
)
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier

SHOWN = {"Survival": "survival", "Free of the event": "event-free", "Cumulative incidence": "risk"}


def key_results(results: Results) -> Table:
    """Events, absolute risk by arm, difference and hazard ratio of every endpoint."""
    name = labels(results)
    estimand, time = headline_estimand(results), headline_time(results)
    frame = where(main_analysis(results), estimand=estimand)
    is_adjusted = bool(frame["p_adjusted"].notna().any())
    e_values = where(results.e_values, estimand=estimand, measure="hazard_ratio")
    events = f"Events by {name.time(time)} / rows"
    risk = f"At {name.time(time)}, % ({name.level} CI)"
    return Table(
        id="key-results",
        title=f"Key results of every endpoint: {name.estimand(estimand)}",
        stub_head="Endpoint",
        columns=(
            Column(name.reference, events),
            Column(name.comparator, events),
            Column(name.reference, risk),
            Column(name.comparator, risk),
            Column("Risk difference, percentage points", "Contrast"),
            Column("Hazard ratio", "Contrast"),
            Column("p", "Contrast"),
            *((Column("Adjusted p", "Contrast"),) if is_adjusted else ()),
            *((Column("E-value (of the limit)", "Contrast"),) if len(e_values) else ()),
        ),
        rows=tuple(
            _row(
                where(frame, endpoint=endpoint),
                endpoint,
                time,
                name,
                is_adjusted=is_adjusted,
                e_values=e_values,
            )
            for endpoint in results.plan.endpoints
        ),
        notes=(
            "Events and rows are unweighted counts. Risk is the cumulative incidence, with "
            "competing events counted as such.",
            "Where survival or the share free of the event is shown, the difference is that of the "
            "risk, 100 minus it: a positive difference means more events.",
            "Hazard ratios are cause-specific where events compete; p tests that the ratio is 1"
            + (
                f" and is adjusted by the {results.plan.multiplicity.method} method of the plan."
                if is_adjusted
                else ", without adjustment for the number of endpoints."
            ),
            *_rules(results, name),
        ),
        direction=f"differences: {name.difference}; ratios: {name.quotient}",
    )


def _rules(results: Results, name: Labels) -> Iterator[str]:
    """Rules by which columns of the endpoints were derived, each with the endpoints it defines."""
    endpoints: dict[str, list[str]] = {}
    for endpoint in results.plan.endpoints:
        for rule in rules_of(results, endpoint):
            endpoints.setdefault(rule, []).append(name.endpoint(endpoint))
    yield from (f"{', '.join(about)}: {rule}" for rule, about in endpoints.items())


def _row(
    frame: pd.DataFrame,
    endpoint: str,
    time: float,
    name: Labels,
    *,
    is_adjusted: bool,
    e_values: pd.DataFrame,
) -> Row:
    """One endpoint."""
    measure = absolute_measure(frame)
    arms = [one(frame, measure=measure, arm=arm, time=time) for arm in name.arms]
    hazard = one(frame, measure="hazard_ratio", model="cox")
    return Row(
        stub=f"{name.endpoint(endpoint)} ({SHOWN[name.quantity(measure, endpoint)]})",
        cells=(
            *(_events(row) for row in arms),
            *(cells.estimate(row, "percent") for row in arms),
            cells.estimate(one(frame, measure="risk_difference", time=time), "percent"),
            cells.estimate(hazard, "ratio"),
            cells.p_value(hazard),
            *((cells.p_value(hazard, "p_adjusted"),) if is_adjusted else ()),
            *((_e_value(one(e_values, endpoint=endpoint)),) if len(e_values) else ()),
        ),
        anchor=identifier("endpoint", endpoint),
    )


def _events(row: pd.Series[Any] | None) -> Cell:
    """Events and rows of one arm: "12 / 345"."""
    if row is None:
        return cells.EMPTY
    events, n = cells.count(row["n_event"]), cells.count(row["n"])
    return Cell((*events.parts, " / ", *n.parts), source=str(row["id"]))


def _e_value(row: pd.Series[Any] | None) -> Cell:
    """E-value of the hazard ratio, and of its limit: "2.20 (1.48)"."""
    if row is None or pd.isna(row["e_value"]):
        return cells.EMPTY
    of_estimate, of_limit = (cells.decimal(row[key], 2) for key in ("e_value", "e_value_limit"))
    return Cell((*of_estimate.parts, " (", *of_limit.parts, ")"), source=str(row["id"]))
