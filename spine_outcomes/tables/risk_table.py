"""People under the curves: at risk, censored, with the event, with a competing event."""

from __future__ import annotations

from collections.abc import Mapping

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import in_order, one, where
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier

STATES: Mapping[str, str] = {
    "n_risk": "At risk",
    "n_censored": "Censored",
    "n_event": "Events",
    "n_competing": "Competing events",
}


def risk_table(results: Results, endpoint: str) -> Table:
    """Unweighted people of each arm at each tick of the curve's axis."""
    name = labels(results)
    frame = where(results.risk_table, endpoint=endpoint)
    ticks = in_order(frame["time"])
    states = shown_states(results, endpoint)
    rows: list[Row] = []
    for arm in name.arms:
        rows.append(Row(name.arm(arm)))
        for state in states:
            found = (one(frame, arm=arm, time=tick) for tick in ticks)
            line = tuple(Cell() if row is None else cells.count(row[state]) for row in found)
            rows.append(Row(STATES[state], line, is_indented=True))
    return Table(
        id=identifier("risk-table", endpoint),
        title=f"{name.endpoint(endpoint)}: people at risk and what happened to the others",
        stub_head=f"Time, {name.unit}",
        columns=tuple(
            Column(f"{tick:g}", f"{name.unit.capitalize()} from the origin") for tick in ticks
        ),
        rows=tuple(rows),
        notes=(
            "Unweighted counts. At risk: followed at least to that time; censored, events and "
            "competing events: before it. They add up to the arm's rows at every time.",
        ),
    )


def shown_states(results: Results, endpoint: str) -> tuple[str, ...]:
    """States of the table: competing events only where the endpoint has some."""
    measured = where(results.curves, endpoint=endpoint)["measure"]
    has_competing = bool((measured == "cumulative_incidence").any()) or bool(
        (where(results.results, endpoint=endpoint)["measure"] == "cumulative_incidence").any()
    )
    return tuple(state for state in STATES if has_competing or state != "n_competing")
