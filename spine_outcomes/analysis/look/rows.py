"""The numbers of a look, but for its comparison, as rows of the results table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from spine_outcomes.analysis.look.results import EVERYBODY, InterimResults

Row = dict[str, Any]

# Why a number of each kind is not there.
REASONS = {"accrual": "nobody is enrolled", "follow_up": "not reached", "exact": "nobody to count"}


def pooled_rows(results: InterimResults) -> Iterator[Row]:
    """Counts and measures of a look; ``model`` is count, accrual, follow_up or exact."""
    for row in _rows(results):
        yield row if pd.notna(row["estimate"]) else row | {"reason": REASONS[row["model"]]}


def _rows(results: InterimResults) -> Iterator[Row]:
    """Rows without the reasons of those that have no number."""
    place: Row = {
        "analysis": f"interim:{results.look.number}",
        "population": results.plan.population.name,
    }
    for row in _records(results.events):
        yield place | {
            "endpoint": row["endpoint"],
            "level_unit": row["level_unit"],
            "model": "count",
            "measure": "events",
            "arm": _arm(row),
            "estimate": row["n_event"],
            **{name: row[name] for name in ("n", "n_event", "n_competing")},
        }
    for model, frame in (("accrual", results.accrual_summary), ("follow_up", results.follow_up)):
        for row in _records(frame):
            measure, _, endpoint = row["measure"].partition(":")
            yield place | {
                "endpoint": endpoint or None,
                "model": model,
                "measure": measure,
                "arm": _arm(row),
                "estimate": row["n"] if pd.isna(row["value"]) else row["value"],
                **{name: row[name] for name in ("lower", "upper", "n")},
            }
    for measure, frame in (
        ("early_death", results.deaths),
        ("toxicity_rate", results.limits),
        ("deviation", results.deviations),
    ):
        for row in _records(frame):
            yield place | {
                "model": "exact",
                "measure": measure,
                "term": row["name"],
                "arm": _arm(row),
                "estimate": row["value"],
                **{name: row[name] for name in ("lower", "upper", "n", "n_event")},
            }


def _records(frame: pd.DataFrame) -> list[Row]:
    """Rows of a frame."""
    return frame.to_dict("records")  # type: ignore[return-value]


def _arm(row: Row) -> str | None:
    """The group of a row; none where it is everybody."""
    return None if row["code"] == EVERYBODY else row["code"]
