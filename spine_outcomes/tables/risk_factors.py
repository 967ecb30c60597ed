"""What an endpoint and a toxicity depend on: factors and doses."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import RISK_FACTORS, Results
from spine_outcomes.analysis.toxicity.dose_response import MODEL
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.selection import (
    headline_estimand,
    headline_time,
    in_order,
    one,
    where,
)
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier


def risk_factor_endpoints(results: Results) -> list[str]:
    """Endpoints that are set against factors."""
    return in_order(where(results.results, analysis=RISK_FACTORS)["endpoint"])


def risk_factors(results: Results, endpoint: str) -> Table:
    """Incidence in each level of each factor, and hazard ratios given the others and the arm."""
    name = labels(results)
    frame = where(results.results, analysis=RISK_FACTORS, endpoint=endpoint)
    time = headline_time(results, endpoint)
    rows: list[Row] = []
    for column in _columns(frame, results):
        rows.append(Row(name.column(column)))
        for term in in_order(frame["term"]):
            if term.partition("=")[0] == column:
                own = where(frame, term=term)
                rows.append(Row(_level(term, name), _cells(own, results, time), is_indented=True))
    weights = name.estimand(headline_estimand(results))
    return Table(
        id=identifier("toxicity-factors", endpoint),
        title=f"{name.endpoint(endpoint)}: by risk factors",
        stub_head="Factor, level",
        columns=(
            Column("Rows"),
            Column("Events"),
            Column(f"Incidence by {name.time(time)}, % ({name.level} CI)"),
            Column(f"Hazard ratio, unweighted ({name.level} CI)"),
            Column(f"Hazard ratio, {weights} ({name.level} CI)"),
        ),
        rows=tuple(rows),
        notes=(
            "Incidences: Aalen–Johansen, unweighted. Hazard ratios: cause-specific Cox models of "
            "all factors of a set and the arm, against the level without one; clustered. Factors "
            "are not imputed: rows that lack one are left out. What goes along with a factor need "
            "not come from it.",
        ),
    )


def _columns(frame: pd.DataFrame, results: Results) -> list[str]:
    """Columns of the factors, the arm left out."""
    arm = results.plan.arms.column
    columns = dict.fromkeys(term.partition("=")[0] for term in in_order(frame["term"]))
    return [column for column in columns if column != arm]


def _level(term: str, name: Labels) -> str:
    """Name of the level that a term of the results is."""
    column, _, level = term.partition("=")
    return name.value(column, level) if level else "Per unit"


def _cells(frame: pd.DataFrame, results: Results, time: float) -> tuple[Cell, ...]:
    """Rows, events, incidence and hazard ratios of one level; of the reference no ratio."""
    risk = one(where(frame, measure="cumulative_incidence"), time=time)
    ratios = where(frame, measure="hazard_ratio")
    counted = [cells.EMPTY if risk is None else cells.count(risk[key]) for key in ("n", "n_event")]
    found: list[Cell] = [*counted, cells.estimate(risk, "percent")]
    for estimand in ("unweighted", headline_estimand(results)):
        ratio = one(ratios, estimand=estimand)
        found.append(cells.words("reference") if ratios.empty else cells.estimate(ratio, "ratio"))
    return tuple(found)


def dose_responses(results: Results) -> Table:
    """Odds ratios by dose, and the test of the spline."""
    name = labels(results)
    frame = where(results.results, model=MODEL)
    toxicity = results.plan.toxicity
    asked = {} if toxicity is None else {r.name: r for r in toxicity.dose_response}
    rows = []
    for endpoint in in_order(frame["endpoint"]):
        response = asked[endpoint.partition(":")[2]]
        own = where(frame, endpoint=endpoint)
        odds = one(own, measure="odds_ratio")
        test = one(own, measure="chi_square")
        counted: pd.Series[Any] = own.iloc[0]
        unit = f"{name.column(response.column)}, per {response.per:g}"
        line = (
            cells.words(unit),
            Cell((*cells.count(counted["n_event"]).parts, "/", *cells.count(counted["n"]).parts)),
            cells.estimate(odds, "ratio"),
            cells.p_value(test),
        )
        rows.append(Row(response.label, line))
    return Table(
        id="toxicity-dose",
        title="Toxicity by dose",
        stub_head="Toxicity",
        columns=(
            Column("Dose", align="left"),
            Column("Events"),
            Column(f"Odds ratio ({name.level} CI)"),
            Column("p, any dependence"),
        ),
        rows=tuple(rows),
        notes=(
            "Logistic regression by estimating equations, clustered by patient, adjusted for the "
            "arm and the further terms of the plan; unweighted, whatever the length of follow-up. "
            "The odds ratio is of a model linear in dose, the test of the form in the plan.",
            "At the ends of the doses few rows carry the curve, and events are few: what it says "
            "there is uncertain.",
        ),
    )
