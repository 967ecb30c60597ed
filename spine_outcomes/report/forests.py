"""Forest plots: hazard ratios of endpoints, of sensitivity analyses and of subgroups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.figures.sheets import forest_sheet
from spine_outcomes.report.notes import hazard_notes
from spine_outcomes.report.picture import Picture
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.selection import in_order, main_analysis, one, where
from spine_outcomes.tables.sensitivity import (
    HAZARD_MODEL,
    sensitivity_endpoints,
    sensitivity_lines,
)
from spine_outcomes.tables.subgroups import interaction_p, subgroup_endpoints, subgroup_lines
from spine_outcomes.tables.table import identifier

Lines = list[tuple[str, "pd.Series[Any]"]]


class _Group(NamedTuple):
    """Lines under a head, and what stands beside the head."""

    head: str
    lines: Lines
    beside: str = ""


def forest_pictures(results: Results) -> Iterator[Picture]:
    """Hazard ratios of every endpoint, then of sensitivity analyses and subgroups of each."""
    name = labels(results)
    hazard = _hazard(main_analysis(results))
    if hazard.empty:
        return
    groups = [
        _Group(name.endpoint(endpoint), _by_weights(where(hazard, endpoint=endpoint), name))
        for endpoint in in_order(hazard["endpoint"])
    ]
    title = "Hazard ratios of every endpoint"
    yield _forest(results, groups, ("forest", title, "Endpoint, weights"))
    for endpoint in sensitivity_endpoints(results):
        groups = [
            _Group(label, _by_weights(_hazard(frame, *HAZARD_MODEL.values()), name))
            for label, frame in sensitivity_lines(results, endpoint)
        ]
        key = identifier("forest", "sensitivity", endpoint)
        title = f"{name.endpoint(endpoint)}: hazard ratios of the sensitivity analyses"
        yield _forest(results, groups, (key, title, "Analysis, weights"))
    for endpoint in subgroup_endpoints(results):
        groups = [
            _Group(label, _by_level(_hazard(frame)), _interaction(frame))
            for label, frame in subgroup_lines(results, endpoint)
        ]
        key = identifier("forest", "subgroups", endpoint)
        title = f"{name.endpoint(endpoint)}: hazard ratios in subgroups"
        yield _forest(results, groups, (key, title, "Subgroup"))


def _hazard(frame: pd.DataFrame, *beside: str) -> pd.DataFrame:
    """Cause-specific hazard ratios of the arms by Cox's model, and by models beside it."""
    return where(frame[frame["model"].isin(("cox", *beside))], measure="hazard_ratio")


def _by_weights(frame: pd.DataFrame, name: Labels) -> Lines:
    """A line a set of weights; another model than Cox's is named."""
    return [
        (
            name.estimand(str(row["estimand"]))
            + ("" if row["model"] == "cox" else f", {name.model(str(row['model']))}"),
            row,
        )
        for _, row in frame.iterrows()
    ]


def _by_level(frame: pd.DataFrame) -> Lines:
    """A line a level; one line of everybody."""
    return [
        ("All rows" if pd.isna(row["subgroup"]) else str(row["subgroup"]), row)
        for _, row in frame.iterrows()
    ]


def _interaction(frame: pd.DataFrame) -> str:
    """The p value of the test that the levels do not differ, where there is one."""
    test = one(frame, measure="interaction")
    return "" if test is None else f"p of interaction {interaction_p(test).text}"


def _named(line: str, row: pd.Series[Any]) -> str:
    """A line with its events and rows."""
    events, rows = (cells.count(row[column]).text for column in ("n_event", "n"))
    return f"{line} ({events}/{rows})"


def _forest(results: Results, groups: Sequence[_Group], words: tuple[str, str, str]) -> Picture:
    """One forest plot: a head a group, then its lines; ``words`` are id, title and stub head."""
    key, title, stub = words
    name = labels(results)
    rows: list[tuple[object, ...]] = []
    for group in groups:
        rows.append((group.head, np.nan, np.nan, np.nan, group.beside, True))
        for line, row in group.lines:
            values = (float(row[column]) for column in ("estimate", "lower", "upper"))
            text = cells.estimate(row, "ratio").text
            rows.append((_named(line, row), *values, text, False))
    columns = ["label", "estimate", "lower", "upper", "text", "is_head"]
    favours = (f"lower hazard with {name.comparator}", f"higher hazard with {name.comparator}")
    head = (f"{stub} (events/rows)", f"Hazard ratio ({name.level} CI)")
    draw = partial(forest_sheet, pd.DataFrame(rows, columns=columns), favours, head)
    shown = pd.DataFrame([row for group in groups for _, row in group.lines])
    return Picture(key, title, draw, hazard_notes(results, shown))
