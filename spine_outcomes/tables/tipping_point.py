"""The risk difference by how those censored fared, and where the conclusion tips."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import in_order, one, where
from spine_outcomes.tables.table import Cell, Column, Row, Table

SHOWN = (0.0, 0.5, 1.0, 2.0, 5.0, np.inf)
OTHER = "†"


def tipping_point(results: Results) -> Table:
    """Risk difference for each hazard after censoring in either arm, by weights."""
    name = labels(results)
    frame = results.tipping_point
    rows: list[Row] = []
    for estimand in in_order(frame["estimand"]):
        rows.append(Row(name.estimand(estimand)))
        own = where(frame, estimand=estimand)
        as_observed = _pair(own, 1.0, 1.0)["conclusion"]
        for reference in SHOWN:
            pairs = (_pair(own, reference, comparator) for comparator in SHOWN)
            found = tuple(_marked(row, as_observed) for row in pairs)
            rows.append(Row(_times(reference), found, is_indented=True))
    first = frame.iloc[0]
    return Table(
        id="sensitivity-tipping-point",
        title=f"{name.endpoint(str(first['endpoint']))}: risk difference at "
        f"{name.time(float(first['time']))} if those censored fared otherwise",
        stub_head=f"Weights, hazard ratio after censoring in {name.reference}",
        columns=tuple(
            Column(_times(delta), f"Hazard ratio after censoring in {name.comparator}")
            for delta in SHOWN
        ),
        rows=tuple(rows),
        notes=(
            "Hazard of the event after censoring, over that of those still observed in the same "
            "arm: 1 is what every other analysis takes it to be, 0 means that nobody censored has "
            "the event, infinity that all have it at once. Everybody censored before the time "
            "counts, those at the end of the study too. Expected outcomes stand in for draws; "
            f"intervals count the hazards and the weights as estimated. {OTHER} another conclusion "
            "than at 1 and 1.",
        ),
        direction=f"percentage points: {name.difference}",
    )


def _pair(frame: pd.DataFrame, reference: float, comparator: float) -> pd.Series[Any]:
    """The row of a pair of ratios."""
    row = one(frame, delta_reference=reference, delta_comparator=comparator)
    if row is None:
        raise ValueError(f"no row of the tipping point has {reference} and {comparator}")
    return row


def _marked(row: pd.Series[Any], as_observed: int) -> Cell:
    """A risk difference, marked where its conclusion is another."""
    mark = [f" {OTHER}"] if row["conclusion"] != as_observed else []
    return Cell((*cells.with_limits(row, "percent"), *mark))


def _times(delta: float) -> str:
    """A ratio as a head."""
    return numbers.decimal(delta, 0 if delta % 1 == 0 else 1)
