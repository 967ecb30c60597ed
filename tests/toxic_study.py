"""A small study with a table of toxicity written by hand: rows, records, a plan around them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

Record = dict[str, Any]

START, LAST = "2020-01-01", "2021-01-01"
OF_PATIENT = {"level": "patient", "phase": "post_baseline"}
OF_LESION = {"level": "lesion", "phase": "post_baseline"}
DICTIONARY: dict[str, Any] = {
    "table": {"row": "lesion", "patient": "id", "lesion": "part"},
    "columns": [
        {"name": "id", "type": "string", "level": "patient", "phase": "identifier"},
        {"name": "part", "type": "string", "level": "lesion", "phase": "identifier"},
        {"name": "arm", "type": "category", "codes": ["a", "b"], "level": "lesion",
         "phase": "exposure"},
        {"name": "dose", "type": "float", "unit": "Gy", "level": "lesion", "phase": "treatment"},
        {"name": "grip", "type": "category", "codes": ["weak", "firm"], "level": "lesion",
         "phase": "baseline"},
        {"name": "start", "type": "date", **OF_LESION},
        {"name": "last", "type": "date", **OF_PATIENT},
        {"name": "death", "type": "date", **OF_PATIENT},
        {"name": "dead", "type": "boolean", **OF_PATIENT},
        {"name": "rash_max", "type": "integer", "hard": [0, 5], **OF_LESION},
        {"name": "rash_date", "type": "date", **OF_LESION},
        {"name": "flare", "type": "boolean", **OF_LESION},
    ],
    "tables": [{
        "name": "toxicity", "label": "Toxicity", "level": "lesion", "date": "assessed",
        "columns": [
            {"name": "assessed", "label": "Assessed", "type": "date"},
            {"name": "term", "label": "Term", "type": "string"},
            {"name": "grade", "label": "Grade", "type": "integer", "hard": [0, 5]},
            {"name": "onset", "label": "Onset", "type": "date"},
            {"name": "grade3_date", "label": "Grade 3", "type": "date"},
            {"name": "attribution", "label": "Attribution", "type": "integer", "hard": [1, 5]},
        ],
        "checks": [{"id": "X38", "severity": "error",
                    "largest_grade": {"grade": "grade", "term": "term"}}],
    }],
}  # fmt: skip


def dictionary() -> DataDictionary:
    """What the columns are; their labels are their names."""
    columns = [{"label": str(c["name"]).capitalize()} | c for c in DICTIONARY["columns"]]
    return DataDictionary.model_validate(DICTIONARY | {"columns": columns})


def cohort(rows: list[Record], records: list[Record] | None = None) -> Cohort:
    """Rows given by the columns that matter, and records by day: ``{"row": 0, "day": 30, …}``.

    ``assessed``, ``onset`` and ``severe`` of a record are days from the start.
    """
    filled = [
        {"part": "1", "start": START, "last": LAST, "dead": 0, "death": None} | row for row in rows
    ]
    frame = pd.DataFrame(filled).astype("string")
    if records is None:
        return cohort_from_frame(frame, dictionary())
    keys = [(row["id"], row["part"]) for row in filled]
    table = pd.DataFrame(
        [
            {
                "id": keys[record["row"]][0],
                "part": keys[record["row"]][1],
                "assessed": date(record["assessed"]),
                "term": record["term"],
                "grade": record["grade"],
                "onset": date(record.get("onset")),
                "grade3_date": date(record.get("severe")),
                "attribution": record.get("attribution", pd.NA),
            }
            for record in records
        ]
    )
    return cohort_from_frame(frame, dictionary(), tables={"toxicity": table.astype("string")})


def date(day: float | None) -> Any:
    """The date of a day from the start."""
    if day is None:
        return pd.NA
    return (pd.Timestamp(START) + pd.Timedelta(days=day)).date().isoformat()


def plan(toxicity: dict[str, Any] | None = None, **keys: Any) -> AnalysisPlan:
    """A plan of the study; ``toxicity`` are keys of its block beside ``until`` and ``death``."""
    block = {"until": "last", "death": "death"} | (toxicity or {})
    return AnalysisPlan.model_validate(
        {
            "arms": {"column": "arm", "reference": "a", "comparator": "b"},
            "cluster": "id",
            "origin": "start",
            "endpoints": {
                "survival": {
                    "label": "Survival",
                    "level": "lesion",
                    "event": [{"flag": "dead", "equals": 1, "date": "death"}],
                    "censor": {"date": "last"},
                }
            },
            "propensity": {"terms": [], "estimands": ["unweighted"]},
            "estimation": {"times": ["6 months"], "horizon": "6 months"},
            "toxicity": block,
            "report": {"min_cell": 0},
        }
        | keys
    )
