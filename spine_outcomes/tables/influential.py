"""The patients who change the primary estimates most, without saying who they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.table import Cell, Column, Row, Table

NOT_SHOWN = Cell(("not shown",))


def influential(results: Results) -> Table:
    """Changes of the hazard ratio and of the risk difference without each of ten patients."""
    name = labels(results)
    frame = results.influential
    first = frame.iloc[0]
    times = "Hazard ratio, change in %"
    points = "Risk difference, change in percentage points"
    heads = ("first order", "refitted")
    rows = name.rows(str(first["level_unit"]))
    about = (
        f"The ratio is {numbers.ratio(float(first['hazard_ratio']))} with everybody. First order: "
        "from the influence of the patient's rows. Refitted: propensity, weights and estimate "
        "without the patient"
    )
    if results.plan.missing.is_imputed:
        about += ", in the first completed cohort"
    least = results.plan.report.min_cell
    hidden = f" What fewer than {least} patients have in common is not shown." if least > 1 else ""
    return Table(
        id="sensitivity-influential",
        title=f"{name.endpoint(str(first['endpoint']))}: what leaving out one patient changes, "
        f"{name.estimand(str(first['estimand']))}",
        stub_head="Rank",
        columns=(
            Column(rows.capitalize()),
            Column("Arm", align="left"),
            *(Column(head, spanner) for spanner in (times, points) for head in heads),
        ),
        rows=tuple(_line(row, name) for _, row in frame.iterrows()),
        notes=(f"{about}.{hidden}",),
        direction=f"ratio: {name.quotient}; difference: {name.difference}",
    )


def _line(row: pd.Series[Any], name: Labels) -> Row:
    """One patient."""
    is_hidden = pd.isna(row["arms"])
    arm = "both" if row["arms"] == "both" else name.arm(row["arms"])
    ratios = ("log_hazard_ratio_change", "log_hazard_ratio_change_exact")
    differences = ("risk_difference_change", "risk_difference_change_exact")
    return Row(
        numbers.count(row["rank"]),
        (
            NOT_SHOWN if is_hidden else cells.count(row["n_rows"]),
            NOT_SHOWN if is_hidden else cells.words(arm),
            *(cells.percent(float(np.expm1(row[column]))) for column in ratios),
            *(cells.percent(float(row[column])) for column in differences),
        ),
    )
