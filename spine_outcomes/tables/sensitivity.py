"""The sensitivity analyses of one endpoint under one another, the primary analysis first."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.analysis.results import CURVE_MODELS, SENSITIVITY, Results
from spine_outcomes.tables.comparison import (
    comparison_cells,
    comparison_direction,
    comparison_heads,
)
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.selection import (
    endpoints_beside,
    headline_time,
    in_order,
    main_analysis,
    one,
    where,
)
from spine_outcomes.tables.table import Row, Table, identifier

HAZARD_MODEL = {"turnbull": "weibull_interval"}  # beside risks by another method


def sensitivity_endpoints(results: Results) -> list[str]:
    """Endpoints that some sensitivity analysis estimates again."""
    return endpoints_beside(results, SENSITIVITY)


def sensitivity_lines(results: Results, endpoint: str) -> list[tuple[str, pd.DataFrame]]:
    """Label and rows of each analysis of an endpoint: the primary one, then each change."""
    frame = where(results.results, endpoint=endpoint)
    lines = [("Primary analysis", where(main_analysis(results), endpoint=endpoint))]
    for chosen in results.plan.sensitivity:
        own = where(frame, analysis=SENSITIVITY + chosen.name)
        if len(own):
            lines.append((chosen.label or chosen.name, own))
    return lines


def sensitivity(results: Results, endpoint: str) -> Table:
    """Hazard ratio and risk difference of every analysis, by weights."""
    name = labels(results)
    rows: list[Row] = []
    for label, frame in sensitivity_lines(results, endpoint):
        rows.append(Row(label))
        for estimand in in_order(frame["estimand"]):
            own = where(frame, estimand=estimand)
            rows += _lines(own, name.estimand(estimand), headline_time(results, endpoint), name)
    return Table(
        id=identifier("sensitivity", endpoint),
        title=f"{name.endpoint(endpoint)}: sensitivity analyses",
        stub_head="Analysis, weights",
        columns=comparison_heads(results),
        rows=tuple(rows),
        notes=(
            "Each is the plan with the change that its label names, all else being equal; hazard "
            "ratios are cause-specific where events compete. Rows and events are unweighted.",
        ),
        direction=comparison_direction(results),
    )


def _lines(frame: pd.DataFrame, label: str, time: float, name: Labels) -> list[Row]:
    """One set of weights; risks by another method have a line of their own."""
    hazard = one(frame, measure="hazard_ratio", model="cox")
    difference = where(frame, measure="risk_difference", time=time)
    found = []
    for model in in_order(difference["model"]):
        row = one(difference, model=model)
        is_main = model in CURVE_MODELS
        other = one(frame, measure="hazard_ratio", model=HAZARD_MODEL.get(model))
        stub = label if is_main else f"{label}, {name.model(model)}"
        line = comparison_cells(hazard if is_main else other, row)
        found.append(Row(stub, line, is_indented=True))
    return found
