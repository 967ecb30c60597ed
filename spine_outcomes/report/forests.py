"""Forest plots: hazard ratios of endpoints, of sensitivity analyses and of subgroups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.figures.sheets import forest_sheet
from spine_outcomes.report.notes import hazard_notes
from spine_outcomes.report.picture import Picture, drawn
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import in_order, main_analysis, where
from spine_outcomes.tables.sensitivity import sensitivity_endpoints, sensitivity_lines
from spine_outcomes.tables.table import identifier

Group = tuple[str, pd.DataFrame]


def forest_pictures(results: Results) -> Iterator[Picture]:
    """Hazard ratios of every endpoint, then of every sensitivity analysis of an endpoint."""
    name = labels(results)
    hazard = where(main_analysis(results), measure="hazard_ratio", model="cox")
    if hazard.empty:
        return
    groups = [
        (name.endpoint(endpoint), where(hazard, endpoint=endpoint))
        for endpoint in in_order(hazard["endpoint"])
    ]
    notes = hazard_notes(results)
    yield _forest(results, groups, "forest", "Hazard ratios of every endpoint", "Endpoint", notes)
    for endpoint in sensitivity_endpoints(results):
        lines = [
            (label, where(frame, measure="hazard_ratio", model="cox"))
            for label, frame in sensitivity_lines(results, endpoint)
        ]
        title = f"{name.endpoint(endpoint)}: hazard ratios of the sensitivity analyses"
        yield _forest(results, lines, identifier("sensitivity", endpoint), title, "Analysis", notes)


def _forest(
    results: Results,
    groups: Iterable[Group],
    key: str,
    title: str,
    stub: str,
    notes: tuple[str, ...],
) -> Picture:
    """One forest plot: a head a group, a line a set of weights."""
    name = labels(results)
    rows: list[tuple[object, ...]] = []
    for label, frame in groups:
        rows.append((label, np.nan, np.nan, np.nan, "", True))
        for _, row in frame.iterrows():
            values = (float(row[column]) for column in ("estimate", "lower", "upper"))
            text = cells.estimate(row, "ratio").text
            rows.append((name.estimand(str(row["estimand"])), *values, text, False))
    columns = ["label", "estimate", "lower", "upper", "text", "is_head"]
    favours = (f"lower hazard with {name.comparator}", f"higher hazard with {name.comparator}")
    head = (f"{stub}, weights", f"Hazard ratio ({name.level} CI)")
    figure = forest_sheet(pd.DataFrame(rows, columns=columns), favours, head)
    return drawn(figure, key, title, notes)
