"""Numbers of the run beside those of a second engine."""

from __future__ import annotations

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import ESTIMANDS, Labels, labels
from spine_outcomes.tables.selection import in_order, where
from spine_outcomes.tables.table import Column, Row, Table

DIGITS = 6  # of both numbers: enough to see that they are the same, few enough to be read


def quality_control(results: Results) -> Table:
    """What was recomputed, by what, and how far apart the two numbers are."""
    name, frame = labels(results), results.quality_control
    rows: list[Row] = []
    for endpoint in in_order(frame["endpoint"]):
        rows.append(Row(name.endpoint(endpoint)))
        for _, line in where(frame, endpoint=endpoint).iterrows():
            found = (
                *(cells.decimal(line[key], DIGITS) for key in ("ours", "second")),
                *(cells.scientific(line[key]) for key in ("difference", "tolerance")),
                cells.words(line["engine"]),
                cells.words(str(line["verdict"]).capitalize()),
            )
            rows.append(Row(_named(str(line["quantity"]), name), found, is_indented=True))
    return Table(
        id="quality-control",
        title="Numbers of this report beside those of a second engine",
        stub_head="Endpoint, quantity",
        columns=(
            Column("This report"),
            Column("Second engine"),
            Column("Difference"),
            Column("Tolerance"),
            Column("Engine", align="left"),
            Column("Verdict", align="left"),
        ),
        rows=tuple(rows),
        notes=(
            "Recomputed in the same run from the same rows and weights, by code that this program "
            "has no part in. Agrees: the difference in size is at most the tolerance.",
        ),
    )


def _named(quantity: str, name: Labels) -> str:
    """Arms and weights of a quantity by their names: "Incidence at 24 months, Old, ATE weights"."""
    parts = quantity.split(", ")
    named = [name.arm(part) if part in name.arms else part for part in parts]
    return ", ".join(
        name.estimand(part) if part.partition(":")[0] in ESTIMANDS else part for part in named
    )
