"""Rows with dates, a plan around one endpoint, and its outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

KINDS: dict[str, dict[str, Any]] = {
    "id": {"type": "string", "level": "patient", "phase": "identifier"},
    "part": {"type": "string", "phase": "identifier"},
    "arm": {"type": "category", "codes": ["a", "b"], "phase": "exposure"},
    "size": {"type": "float", "unit": "cc", "phase": "baseline"},
    "failed": {"type": "boolean"},
    "kind": {"type": "category", "codes": ["1", "2"]},
    "dead": {"type": "category", "codes": ["0", "1", "9"]},
    "time": {"type": "float", "unit": "months"},
    "entry": {"type": "float", "unit": "months"},
    "status": {"type": "category", "codes": ["0", "1", "2", "3"]},
    "state": {"type": "integer"},
    "word": {"type": "string"},
}
DATES = (
    "start", "seen", "death", "last_image", "clean_image", "last_contact", "enrolled",
)  # fmt: skip

FAILURE: dict[str, Any] = {
    "label": "Failure",
    "level": "lesion",
    "event": [{"flag": "failed", "equals": 1, "date": "seen"}],
    "competing": {"death": [{"flag": "dead", "equals": "1", "date": "death"}]},
    "censor": {"date": "last_image"},
}
SURVIVAL: dict[str, Any] = {
    "label": "Survival",
    "level": "patient",
    "event": [{"flag": "dead", "equals": "1", "date": "death"}],
    "censor": {"date": "last_contact"},
}
COLUMNS: dict[str, Any] = {
    "label": "Recurrence",
    "level": "lesion",
    "time": {"column": "time", "unit": "months"},
    "status": {"column": "status", "censored": 0, "event": 1, "competing": {"death": 2}},
}


def make_cohort(rows: list[dict[str, Any]]) -> Cohort:
    """Rows given by the columns that matter; the others are absent or filled in."""
    frame = pd.DataFrame(rows)
    names = [*KINDS, *DATES]
    filled = {
        "id": [f"P{i:03}" for i in range(len(rows))],
        "part": ["1"] * len(rows),
        "arm": ["a"] * len(rows),
    }
    for name, values in filled.items():
        if name not in frame:
            frame[name] = values
    columns = [
        {"name": n, "label": n.replace("_", " ").capitalize(), "level": "lesion"}
        | {"phase": "post_baseline"}
        | KINDS.get(n, {"type": "date"})
        for n in names
    ]
    dictionary = DataDictionary.model_validate(
        {"table": {"row": "lesion", "patient": "id", "lesion": "part"}, "columns": columns}
    )
    return cohort_from_frame(frame.astype("string"), dictionary, source="rows")


def make_plan(endpoint: dict[str, Any], **keys: Any) -> AnalysisPlan:
    """A plan with one endpoint, called ``endpoint``."""
    return AnalysisPlan.model_validate(
        {
            "arms": {"column": "arm", "reference": "a", "comparator": "b"},
            "origin": "start",
            "imaging": {
                "visits": "n", "last": "last_image", "last_contact": "last_contact",
                "interval": "3 months",
            },
            "endpoints": {"endpoint": endpoint},
            "estimation": {"times": ["12 months"], "horizon": "12 months"},
        } | keys
    )  # fmt: skip


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """Outcome of an endpoint on rows, under a plan with other keys."""

    def outcome_of(rows: list[dict[str, Any]], endpoint: dict[str, Any], **keys: Any) -> Outcome:
        return derive(make_cohort(rows), make_plan(endpoint, **keys), "endpoint")

    return outcome_of


@pytest.fixture
def failure() -> dict[str, Any]:
    """A dated endpoint seen on images, with death competing."""
    return FAILURE


@pytest.fixture
def survival() -> dict[str, Any]:
    """A dated endpoint of the patient."""
    return SURVIVAL


@pytest.fixture
def columns() -> dict[str, Any]:
    """An endpoint given as a time and a state."""
    return COLUMNS
