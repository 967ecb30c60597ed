# ruff: noqa: E501 - wide rows of made-up numbers read better than folded ones
"""A run's results made up by formula: obviously invented, but as consistent as a real run.

Curves are exponential, people are spread by fixed shares, and every number of the results frame is
read off the same formulas, so that tables and figures can be held against closed forms. Estimates
are given far more digits than are ever printed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import (
    CURVE_COLUMNS,
    FINDING_COLUMNS,
    RISK_TABLE_COLUMNS,
    Results,
)
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from tests.report.synthetic_cohort import (
    ARMS,
    DICTIONARY,
    ESTIMANDS,
    balance,
    baseline,
    flow,
    imaging,
    propensity,
    weights,
)
from tests.report.synthetic_law import (
    GRID,
    RATES,
    TICKS,
    competing_incidence,
    error_of,
    incidence,
    level_of,
    loglog,
    people_at,
)
from tests.report.synthetic_numbers import results_frame

SOURCE = {"event": [{"date": "relapse_date"}], "censor": {"date": "last_date"}}
DEATH = {"death": [{"date": "death_date"}]}
PLAN = {
    "study": {"id": "NCT00000000", "title": "Narrow or wide field: an invented study"},
    "cutoff": "2024-12-31",
    "arms": {"column": "field", "reference": "narrow", "comparator": "wide"},
    "cluster": "patient_id",
    "origin": "start_date",
    "endpoints": {
        "relapse": {
            "label": "Relapse",
            "level": "lesion",
            **SOURCE,
            "competing": DEATH,
            "complement": "Control",
        },
        "edge_relapse": {
            "label": "Relapse at the edge",
            "level": "lesion",
            **SOURCE,
            "competing": DEATH,
        },
        "overall_survival": {"label": "Overall survival", "level": "patient", **SOURCE},
        "rare_harm": {"label": "Rare harm", "level": "lesion", **SOURCE, "competing": DEATH},
    },
    "propensity": {
        "terms": [
            {"column": "age", "spline": 3},
            {"column": "sex"},
            {"column": "grade", "levels": [["1"], ["2", "3"]]},
            {"column": "volume", "log": True},
        ],
        "estimands": list(ESTIMANDS),
    },
    "imaging": {"visits": "n_images", "last": "last_date"},
    "estimation": {"times": ["6 months", "12 months", "24 months"], "horizon": "24 months"},
}


def synthetic_results(**changes: Any) -> Results:
    """The invented run; ``changes`` replace fields of ``Results``."""
    return replace(_invented(), **changes)


@cache
def _invented() -> Results:
    frames: dict[str, Any] = {
        "plan": synthetic_plan(),
        "dictionary": DataDictionary.model_validate(DICTIONARY),
        "results": results_frame(),
        "curves": _curves(),
        "risk_table": _risk_table(),
        "balance": balance(),
        "weights": weights(),
        "propensity": propensity(),
        "baseline": baseline(),
        "flow": flow(),
        "imaging": imaging(),
        "findings": _findings(),
        "provenance": {
            "source": "invented.csv",
            "data_sha256": "ab" * 32,
            "is_simulated": True,
            "n_rows_read": 760,
            "n_rows_analysed": 705,
            "versions": {"spine-outcomes": "0.1.0", "numpy": "2.4.6"},
            "plan": "invented",
            "plan_sha256": "cd" * 32,
            "dictionary": "invented.yaml",
            "dictionary_sha256": "ef" * 32,
            "seed": 20240906,
            "reproducibility_id": "0123456789abcdef" * 4,
        },
    }
    return Results(**frames)


def synthetic_plan(**changes: Any) -> AnalysisPlan:
    """The invented study's plan; ``changes`` replace its top-level keys."""
    return AnalysisPlan.model_validate({**PLAN, **changes})


def _curves() -> pd.DataFrame:
    rows = []
    for endpoint in RATES:
        survives = endpoint == "overall_survival"
        for estimand in ESTIMANDS:
            for arm in ARMS:
                event = incidence(endpoint, arm, estimand, GRID)
                causes = {endpoint: 1 - event if survives else event}
                if not survives:
                    causes["death"] = competing_incidence(endpoint, arm, estimand, GRID)
                for cause, value in causes.items():
                    error = error_of(value, arm)
                    lower, upper = loglog(value, error)
                    rows.append(
                        pd.DataFrame(
                            {
                                "analysis": "primary", "population": "all rows", "endpoint": endpoint,
                                "level_unit": level_of(endpoint), "estimand": estimand,
                                "model": "kaplan_meier" if survives else "aalen_johansen",
                                "measure": "survival" if survives else "cumulative_incidence",
                                "cause": cause, "arm": arm, "time": GRID, "estimate": value,
                                "std_error": error, "lower": lower, "upper": upper,
                            }
                        )
                    )  # fmt: skip
    return pd.concat(rows, ignore_index=True).reindex(columns=list(CURVE_COLUMNS))


def _risk_table() -> pd.DataFrame:
    rows = [
        {
            "endpoint": e,
            "level_unit": level_of(e),
            "arm": arm,
            "time": tick,
            **people_at(e, arm, tick),
        }
        for e in RATES
        for arm in ARMS
        for tick in TICKS
    ]
    return pd.DataFrame(rows, columns=list(RISK_TABLE_COLUMNS))


def _findings() -> pd.DataFrame:
    rows = [
        (
            1,
            "serious",
            "W_NO_EVENTS",
            "outcomes",
            "rare_harm",
            "No event in arm Wide field with margin.",
            0,
        ),
        (
            2,
            "caution",
            "W_COMPLETE_CASE",
            "cohort",
            None,
            "14 of 719 rows are left out: grade missing.",
            14,
        ),
        (
            3,
            "note",
            "W_CLUSTERS_IN_BOTH_ARMS",
            "outcomes",
            None,
            "82 of 503 clusters have rows in both arms.",
            82,
        ),
    ]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS))
