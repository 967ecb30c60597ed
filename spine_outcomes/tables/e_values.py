"""E-values of every endpoint, and the risk ratio adjusted for a confounder not measured."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import in_order, one, where
from spine_outcomes.tables.table import Cell, Column, Row, Table

INTERVAL_GONE, ESTIMATE_GONE = "*", "†"
MARKS = {"interval": INTERVAL_GONE, "estimate": ESTIMATE_GONE}


def e_values(results: Results) -> Table:
    """E-values of hazard ratios and of risk ratios, for the estimate and for its nearer limit."""
    name = labels(results)
    frame = results.e_values
    rows: list[Row] = []
    for endpoint in in_order(frame["endpoint"]):
        rows.append(Row(name.endpoint(endpoint)))
        own = where(frame, endpoint=endpoint)
        for estimand in in_order(own["estimand"]):
            of = where(own, estimand=estimand)
            both = (one(of, measure=measure) for measure in ("hazard_ratio", "risk_ratio"))
            found = tuple(cell for row in both for cell in _with_e_values(row))
            rows.append(Row(name.estimand(estimand), found, is_indented=True))
    time = name.time(float(frame["time"].max()))
    return Table(
        id="sensitivity-e-values",
        title="E-values: how strong an unmeasured confounder would have to be",
        stub_head="Endpoint, weights",
        columns=tuple(
            Column(head, spanner)
            for spanner in ("Hazard ratio", f"Risk ratio at {time}")
            for head in (f"Estimate ({name.level} CI)", "E-value", "of the limit")
        ),
        rows=tuple(rows),
        notes=(
            "The E-value is the risk ratio that a confounder must have both with the arm and with "
            "the outcome, beyond the measured covariates, to explain the estimate, or to move its "
            "interval to 1 (VanderWeele and Ding 2017); 1 where the interval holds 1.",
            _converted(results),
        ),
        direction=name.quotient,
    )


def bias_grid(results: Results) -> Table:
    """The risk ratio of the primary endpoint by strength and imbalance of a confounder."""
    name = labels(results)
    frame = results.bias_grid.assign(difference=_imbalance(results.bias_grid))
    differences = in_order(frame["difference"])
    rows: list[Row] = []
    for estimand in in_order(frame["estimand"]):
        rows.append(Row(name.estimand(estimand)))
        own = where(frame, estimand=estimand)
        for ratio in in_order(own["outcome_ratio"]):
            of = where(own, outcome_ratio=ratio)
            adjusted = tuple(_marked(one(of, difference=d)) for d in differences)
            least = cells.percent(abs(float(of["explaining_difference"].iloc[0])))
            stub = numbers.ratio(ratio)
            rows.append(Row(stub, (*adjusted, least), is_indented=True))
    first = frame.iloc[0]
    heads = tuple(f"{100 * difference:.0f} points" for difference in differences)
    spanner = f"Risk ratio ({name.level} CI) if its prevalence differs by"
    return Table(
        id="sensitivity-unmeasured-confounder",
        title=f"{name.endpoint(str(first['endpoint']))}: risk ratio at "
        f"{name.time(float(first['time']))}, adjusted for one more confounder",
        stub_head="Weights, risk ratio of the confounder with the outcome",
        columns=(*(Column(head, spanner) for head in heads), Column("Points that explain it")),
        rows=tuple(rows),
        notes=(
            "A binary confounder, independent of the measured covariates, with the same risk ratio "
            "in both arms, more frequent in the arm of the higher risk, both equally "
            "far from 50 % (Bross 1966; Schlesselman 1978). "
            f"{INTERVAL_GONE} the interval holds 1; {ESTIMATE_GONE} the estimate is explained "
            f"away. {cells.EMPTY.text} no imbalance explains it.",
        ),
        direction=name.quotient,
    )


def _with_e_values(row: pd.Series[Any] | None) -> tuple[Cell, Cell, Cell]:
    """A ratio, its E-value and that of its limit."""
    if row is None:
        return cells.EMPTY, cells.EMPTY, cells.EMPTY
    of_estimate, of_limit = (cells.decimal(row[key], 2) for key in ("e_value", "e_value_limit"))
    return cells.estimate(row, "ratio"), of_estimate, of_limit


def _converted(results: Results) -> str:
    """Which hazard ratios were made risk ratios first."""
    name = labels(results)
    common = in_order(where(results.e_values, outcome="common")["endpoint"])
    if not common:
        return "Hazard ratios count as risk ratios: events are rare (at most 15 % of the rows)."
    listed = ", ".join(name.endpoint(endpoint).lower() for endpoint in common)
    return (
        f"Events in more than 15 % of the rows ({listed}): the hazard ratio was first made an "
        "approximate risk ratio, (1 − 0.5^√HR)/(1 − 0.5^√(1/HR)). Others count as risk ratios."
    )


def _imbalance(frame: pd.DataFrame) -> pd.Series[float]:
    """Size of the difference in prevalence, free of round-off."""
    difference = frame["prevalence_comparator"] - frame["prevalence_reference"]
    return difference.astype(float).abs().round(9)


def _marked(row: pd.Series[Any] | None) -> Cell:
    """An adjusted ratio, marked by what of the effect is gone."""
    if row is None:
        return cells.EMPTY
    mark = MARKS.get(str(row["explains"]))
    return Cell((*cells.with_limits(row, "ratio"), *([f" {mark}"] if mark else [])))
