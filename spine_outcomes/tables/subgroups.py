"""The subgroups of one endpoint: effect inside each level, and whether the levels differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import CURVE_MODELS, SUBGROUP, Results
from spine_outcomes.analysis.subgroups import FEW_EVENTS
from spine_outcomes.study.plan import Subgroup
from spine_outcomes.tables import cells
from spine_outcomes.tables.comparison import (
    comparison_cells,
    comparison_direction,
    comparison_heads,
)
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import (
    endpoints_beside,
    headline_estimand,
    headline_time,
    in_order,
    main_analysis,
    one,
    where,
)
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier


def subgroup_endpoints(results: Results) -> list[str]:
    """Endpoints that are estimated in some subgroup."""
    return endpoints_beside(results, SUBGROUP)


def subgroup_lines(results: Results, endpoint: str) -> list[tuple[str, pd.DataFrame]]:
    """Label and rows of everybody, then of each subgroup, under the first-named weights."""
    everybody = _weighted(where(main_analysis(results), endpoint=endpoint), results)
    lines = [("Everybody", everybody)]
    for subgroup in _shown(results, endpoint):
        own = where(results.results, endpoint=endpoint, analysis=SUBGROUP + subgroup.name)
        when = "" if subgroup.override is None else " (decided with the arm)"
        lines.append((_label(subgroup, results) + when, _weighted(own, results)))
    return lines


def _shown(results: Results, endpoint: str) -> list[Subgroup]:
    """Subgroups in which an endpoint is estimated."""
    own = set(where(results.results, endpoint=endpoint)["analysis"])
    return [s for s in results.plan.subgroups if SUBGROUP + s.name in own]


def _label(subgroup: Subgroup, results: Results) -> str:
    """What divides the rows, with its unit."""
    return subgroup.label or labels(results).column(subgroup.column)


def _weighted(frame: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Rows under the first-named weights, however their propensity was fitted."""
    return frame[frame["estimand"].str.split(":").str[0] == headline_estimand(results)]


def subgroups(results: Results, endpoint: str) -> Table:
    """Hazard ratio and risk difference in every level, with the test of interaction."""
    name = labels(results)
    rows: list[Row] = []
    for label, frame in subgroup_lines(results, endpoint):
        test = one(frame, measure="interaction")
        levels = in_order(frame["subgroup"])
        if not levels:
            rows.append(Row(label, _line(frame, results)))
            continue
        blank = (cells.BLANK,) * 4
        rows.append(Row(label, (*blank, cells.BLANK if test is None else interaction_p(test))))
        rows += [
            Row(level, _line(where(frame, subgroup=level), results), is_indented=True)
            for level in levels
        ]
    return Table(
        id=identifier("subgroups", endpoint),
        title=f"{name.endpoint(endpoint)}: subgroups, {name.estimand(headline_estimand(results))}",
        stub_head="Subgroup",
        columns=(*comparison_heads(results), Column("p of interaction")),
        rows=tuple(rows),
        notes=tuple(_notes(results, endpoint)),
        direction=comparison_direction(results),
    )


def _notes(results: Results, endpoint: str) -> Iterator[str]:
    """What the lines and the p values are."""
    shown = _shown(results, endpoint)
    yield (
        "Listed in the plan before the data were seen. Weights were estimated anew in each level; "
        f"levels with fewer than {FEW_EVENTS} events keep their line without an estimate."
    )
    counts = where(results.results, endpoint=endpoint).groupby("analysis")["imputations"].max()
    fewest = counts[[SUBGROUP + subgroup.name for subgroup in shown]].min()
    if fewest < counts.max():
        yield f"Levels rest on the first {fewest:.0f} of the {counts.max():.0f} imputations."
    if any(subgroup.cuts == "median" for subgroup in shown):
        yield "A median is that of the rows analysed in which the value is recorded."
    for subgroup in shown:
        if subgroup.override is not None:
            reason = subgroup.override.removesuffix(".")
            yield (
                f"{_label(subgroup, results)} was decided together with the arm, not before it: "
                f"{reason}. A difference between its levels may be one between their patients."
            )
    yield (
        "p of interaction: Wald test that the hazard ratios of all levels are one, with the "
        "patients whom levels share counted once. Not adjusted for the number of subgroups."
    )


def _line(frame: pd.DataFrame, results: Results) -> tuple[Cell, ...]:
    """Counts and estimates of everybody, or of one level."""
    hazard = one(frame, measure="hazard_ratio", model="cox")
    difference = where(frame, measure="risk_difference", time=headline_time(results))
    difference = difference[difference["model"].isin(CURVE_MODELS)]
    row = difference.iloc[0] if len(difference) else None
    return (*comparison_cells(hazard, row), cells.BLANK)


def interaction_p(test: pd.Series[Any]) -> Cell:
    """P value of an interaction, or why there is none."""
    return cells.not_estimable(test) if test["status"] != "ok" else cells.p_value(test)
