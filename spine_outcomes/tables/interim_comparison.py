"""The monitored comparison of a look as tables: its boundaries, and what it says."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.look.results import InterimResults
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table


def looks(results: InterimResults) -> Table:
    """Looks at the comparison so far and to come, with their boundaries."""
    rows = [
        Row(
            f"Look {row['look']}" + (" (planned)" if row["is_planned"] else ""),
            (
                cells.words(row["cutoff"]),
                cells.decimal(float(row["information"]), 2),
                cells.percent(float(row["fraction"])),
                cells.decimal(float(row["upper"]), 4),
                Cell((_p_value(float(row["nominal_p"])),)),
                Cell((_error(float(row["alpha_spent"])),)),
                cells.decimal(float(row["z"]), 3),
            ),
        )
        for row in results.monitoring.to_dict("records")
    ]
    return Table(
        id="looks",
        title="Looks at the monitored comparison",
        stub_head="Look",
        columns=(
            Column("Cut-off", align="left"), Column("Information"), Column("% of maximum"),
            Column("Boundary of |Z|"), Column("Nominal p"), Column("Error spent"), Column("Z"),
        ),
        rows=tuple(rows),
        notes=_design_notes(results),
    )  # fmt: skip


def assessment(results: InterimResults) -> Table:
    """What the look says of the monitored comparison."""
    has_prospects = results.assessment["measure"].str.startswith("conditional_power").any()
    prospects = " Conditional power takes the looks to come as planned." if has_prospects else ""
    return Table(
        id="assessment",
        title="The monitored comparison at this look",
        stub_head="",
        columns=(Column("Value (interval)"),),
        rows=tuple(
            Row(str(row["label"]), (_value(row),)) for row in results.assessment.to_dict("records")
        ),
        notes=(
            "The repeated interval holds at every look, whatever is decided; the stage-wise "
            "numbers only if the study ends here." + prospects,
        ),
        direction=labels(results).quotient,
    )


def _value(row: dict[Any, Any]) -> Cell:
    """A number with its limits, where it has them."""
    value = float(row["value"])
    if row["measure"] in ("nominal_p", "stagewise_p"):
        return Cell((_p_value(value),))
    if row["measure"] == "alpha_spent":
        return Cell((_error(value),))
    limits = [
        Number(numbers.decimal(float(row[key]), 3), float(row[key])) for key in ("lower", "upper")
    ]
    is_power = "power" in str(row["measure"])
    number = cells.probability(value) if is_power else cells.decimal(value, 3)
    if pd.isna(row["lower"]):
        return number
    return Cell((*number.parts, " (", limits[0], cells.TO, limits[1], ")"))


def _p_value(p: float) -> Number:
    """A p value as everywhere."""
    return Number(numbers.p_value(p), p, is_p=True)


def _error(alpha: float) -> Number:
    """Error spent, to five decimals; what would read 0.00000 says that it is less than that."""
    is_tiny = 0 < alpha < 5e-6
    return Number("<0.00001" if is_tiny else numbers.decimal(alpha, 5), alpha)


def _design_notes(results: InterimResults) -> tuple[str, ...]:
    """Which boundary it is and what information means."""
    interim = results.plan.interim
    monitoring = None if interim is None else interim.monitoring
    if monitoring is None:
        return ()
    name = labels(results)
    families = {
        "obrien_fleming": "Lan-DeMets, O'Brien-Fleming type",
        "pocock": "Lan-DeMets, Pocock type",
        "hwang_shih_decani": f"Hwang-Shih-DeCani, γ = {monitoring.parameter}",
        "power": f"Kim-DeMets, ρ = {monitoring.parameter}",
    }
    is_ahead = results.monitoring["is_planned"].any()
    ahead = " Looks to come are taken at their planned share of it." if is_ahead else ""
    sides = "both sides" if monitoring.sides == 2 else "one side"
    return (
        f"{name.endpoint(monitoring.endpoint)}, {name.estimand(monitoring.estimand)}; error "
        f"{monitoring.alpha:g} on {sides}, spent by {families[monitoring.family]}.",
        "Information is 1 / variance of the log hazard ratio, the variance clustered and corrected "
        f"for the weights, relative to {monitoring.maximum_information:g}.{ahead}",
    )
