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

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import (
    CURVE_COLUMNS,
    FINDING_COLUMNS,
    RESULT_COLUMNS,
    RISK_TABLE_COLUMNS,
    Results,
)
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from tests.report.synthetic_cohort import (
    ARMS,
    DICTIONARY,
    ESTIMANDS,
    N,
    balance,
    baseline,
    flow,
    imaging,
    propensity,
    weights,
)

TIMES = (6.0, 12.0, 24.0)
TICKS = tuple(float(t) for t in range(0, 61, 6))
GRID = np.arange(0.0, 61.0)

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

# Event rate and competing rate a month by arm; the estimand shifts the event rate a little.
RATES = {
    "relapse": {"narrow": (0.0110, 0.024), "wide": (0.0080, 0.022)},
    "edge_relapse": {"narrow": (0.0042, 0.025), "wide": (0.0019, 0.024)},
    "overall_survival": {"narrow": (0.0272, 0.0), "wide": (0.0266, 0.0)},
    "rare_harm": {"narrow": (0.0006, 0.025), "wide": (0.0, 0.025)},
}
SHIFT = {"unweighted": 1.15, "ATE": 1.0, "ATO": 0.95}
CENSORING = 0.02
Z = 1.959963984540054


def synthetic_results(**changes: Any) -> Results:
    """The invented run; ``changes`` replace fields of ``Results``."""
    return replace(_invented(), **changes)


@cache
def _invented() -> Results:
    frames: dict[str, Any] = {
        "plan": synthetic_plan(),
        "dictionary": DataDictionary.model_validate(DICTIONARY),
        "results": _results(),
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


def incidence(endpoint: str, arm: str, estimand: str, time: Any) -> Any:
    """Cumulative incidence of the event by ``time`` months."""
    event, competing = _rates(endpoint, arm, estimand)
    total = event + competing
    return event / total * (1 - np.exp(-total * np.asarray(time))) if total else np.zeros_like(time)


def competing_incidence(endpoint: str, arm: str, estimand: str, time: Any) -> Any:
    """Cumulative incidence of the competing event by ``time`` months."""
    event, competing = _rates(endpoint, arm, estimand)
    total = event + competing
    return competing / total * (1 - np.exp(-total * np.asarray(time)))


def _rates(endpoint: str, arm: str, estimand: str) -> tuple[float, float]:
    event, competing = RATES[endpoint][arm]
    return event * (SHIFT[estimand] if arm == "wide" else 1.0), competing


def _error(probability: Any, arm: str) -> Any:
    return np.sqrt(np.clip(probability * (1 - probability), 0, None) / (0.8 * N[arm]))


def _loglog(value: Any, error: Any) -> tuple[Any, Any]:
    """Limits on the log(−log) scale; NaN where the value is 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        width = Z * error / np.abs(value * np.log(value))
        return value ** np.exp(width), value ** np.exp(-width)


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
                    error = _error(value, arm)
                    lower, upper = _loglog(value, error)
                    rows.append(
                        pd.DataFrame(
                            {
                                "analysis": "primary", "population": "all rows", "endpoint": endpoint,
                                "level_unit": _level(endpoint), "estimand": estimand,
                                "model": "kaplan_meier" if survives else "aalen_johansen",
                                "measure": "survival" if survives else "cumulative_incidence",
                                "cause": cause, "arm": arm, "time": GRID, "estimate": value,
                                "std_error": error, "lower": lower, "upper": upper,
                            }
                        )
                    )  # fmt: skip
    return pd.concat(rows, ignore_index=True).reindex(columns=list(CURVE_COLUMNS))


def _level(endpoint: str) -> str:
    return "patient" if endpoint == "overall_survival" else "lesion"


def _people(endpoint: str, arm: str, time: float) -> dict[str, int]:
    """Whole people who had the event, the competing event or were censored before ``time``."""
    event, competing = RATES[endpoint][arm]
    total = event + competing + CENSORING
    ended = 1 - np.exp(-total * time)
    n = N[arm]
    counts = {
        "n_event": int(n * ended * event / total),
        "n_competing": int(n * ended * competing / total),
        "n_censored": int(n * ended * CENSORING / total),
    }
    return {"n_risk": n - sum(counts.values()), **counts}


def _risk_table() -> pd.DataFrame:
    rows = [
        {"endpoint": e, "level_unit": _level(e), "arm": arm, "time": tick, **_people(e, arm, tick)}
        for e in RATES
        for arm in ARMS
        for tick in TICKS
    ]
    return pd.DataFrame(rows, columns=list(RISK_TABLE_COLUMNS))


def _results() -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for endpoint in RATES:
        for estimand in ESTIMANDS:
            common = {
                "analysis": "primary", "population": "all rows", "endpoint": endpoint,
                "level_unit": _level(endpoint), "estimand": estimand, "level": 0.95,
                "variance": "corrected", "schema_version": 1,
            }  # fmt: skip
            rows += [common | row for row in _endpoint_rows(endpoint, estimand)]
            if estimand == "unweighted":
                rows += [common | row for row in _follow_up()]
    frame = pd.DataFrame(rows).reindex(columns=list(RESULT_COLUMNS)).astype({"reason": object})
    frame["status"] = np.where(frame["reason"].isna(), "ok", "not_estimable")
    parts = ["analysis", "endpoint", "estimand", "model", "measure", "arm", "time"]
    frame["id"] = frame[parts].apply(
        lambda row: "/".join(str(part) for part in row if not pd.isna(part)), axis=1
    )
    return frame


def _follow_up() -> list[dict[str, Any]]:
    """Half of the censoring that would be without events is by ln 2 over its rate."""
    median = float(np.log(2) / CENSORING)
    return [
        {
            "model": "reverse_kaplan_meier", "measure": "median_follow_up", "arm": arm,
            "estimate": median, "scale": "log(-log)", "lower": 0.9 * median, "upper": 1.1 * median,
            "n": N[arm],
        }
        for arm in ARMS
    ]  # fmt: skip


def _endpoint_rows(endpoint: str, estimand: str) -> list[dict[str, Any]]:
    survives = endpoint == "overall_survival"
    absolute = "survival" if survives else "cumulative_incidence"
    model = "kaplan_meier" if survives else "aalen_johansen"
    rows: list[dict[str, Any]] = []
    for time in TIMES:
        risk = {arm: float(incidence(endpoint, arm, estimand, time)) for arm in ARMS}
        error = {arm: float(_error(risk[arm], arm)) for arm in ARMS}
        for arm in ARMS:
            value = 1 - risk[arm] if survives else risk[arm]
            lower, upper = _loglog(value, error[arm])
            people = _people(endpoint, arm, time)
            row = {
                "model": model, "measure": absolute, "arm": arm, "time": time, "estimate": value,
                "std_error": error[arm], "scale": "log(-log)", "lower": lower, "upper": upper,
                "n": N[arm], "n_event": people["n_event"], "n_competing": people["n_competing"],
                "ess": 0.8 * N[arm],
            }  # fmt: skip
            if value == 0:
                row |= {"scale": "exact", "lower": 0.0, "upper": 0.01171}
            rows.append(row)
            if not survives and endpoint == "relapse":
                rows.append(
                    row
                    | {
                        "measure": "one_minus_cumulative_incidence", "estimate": 1 - value,
                        "lower": 1 - upper, "upper": 1 - lower,
                    }
                )  # fmt: skip
        rows += _risk_contrasts(risk, error, model, time)
    return (
        rows + _means(endpoint, estimand, model, survives) + _hazards(endpoint, estimand, survives)
    )


def _risk_contrasts(
    risk: dict[str, float], error: dict[str, float], model: str, time: float
) -> list[dict[str, Any]]:
    reference, comparator = (risk[arm] for arm in ARMS)
    difference, spread = comparator - reference, float(np.hypot(*error.values()))
    common = {"model": model, "time": time, "n": sum(N.values())}
    minus = common | {"contrast": "wide - narrow"}
    limits = difference - Z * spread, difference + Z * spread
    rows = [
        minus
        | {
            "measure": "risk_difference", "estimate": difference, "std_error": spread,
            "scale": "identity", "lower": limits[0], "upper": limits[1], "p_value": 0.0496,
        }
    ]  # fmt: skip
    rows.append(
        minus
        | {
            "measure": "number_needed_to_treat", "estimate": -1 / difference, "scale": "inverse",
            "lower": -1 / limits[0], "upper": -1 / limits[1],
        }
    )  # fmt: skip
    over = common | {"contrast": "wide / narrow", "measure": "risk_ratio", "scale": "log"}
    if comparator == 0:
        return [*rows, over | {"reason": "no event in arm Wide field with margin"}]
    wide = np.hypot(error["wide"] / comparator, error["narrow"] / reference)
    ratio = comparator / reference
    limits = ratio * np.exp(-Z * wide), ratio * np.exp(Z * wide)
    return [
        *rows,
        over | {"estimate": ratio, "std_error": wide, "lower": limits[0], "upper": limits[1]},
    ]


def _means(endpoint: str, estimand: str, model: str, survives: bool) -> list[dict[str, Any]]:
    base, mean = ("rmst" if survives else "rmtl"), {}
    grid = np.linspace(0, 24, 4801)
    for arm in ARMS:
        lost = float(np.trapezoid(incidence(endpoint, arm, estimand, grid), grid))
        mean[arm] = 24 - lost if survives else lost
    rows: list[dict[str, Any]] = [
        {
            "model": model, "measure": base, "arm": arm, "time": 24.0, "estimate": mean[arm],
            "std_error": 0.31, "scale": "identity", "lower": mean[arm] - Z * 0.31,
            "upper": mean[arm] + Z * 0.31, "n": N[arm], "n_event": _people(endpoint, arm, 24)["n_event"],
        }
        for arm in ARMS
    ]  # fmt: skip
    difference = mean["wide"] - mean["narrow"]
    rows.append(
        {
            "model": model, "measure": f"{base}_difference", "contrast": "wide - narrow", "time": 24.0,
            "estimate": difference, "std_error": 0.42, "scale": "identity",
            "lower": difference - Z * 0.42, "upper": difference + Z * 0.42, "p_value": 0.0504,
            "n": sum(N.values()),
        }
    )  # fmt: skip
    return rows


def _hazards(endpoint: str, estimand: str, survives: bool) -> list[dict[str, Any]]:
    (first, _), (second, _) = (_rates(endpoint, arm, estimand) for arm in ARMS)
    people = {
        "n": sum(N.values()),
        "n_event": sum(_people(endpoint, arm, 60)["n_event"] for arm in ARMS),
    }
    rows: list[dict[str, Any]] = []
    models = [("cox", "hazard_ratio", 1.0)]
    models += [] if survives else [("fine_gray", "subdistribution_hazard_ratio", 1.04)]
    for model, measure, factor in models:
        row = {
            "model": model, "measure": measure, "contrast": "wide / narrow", "term": "field",
            "scale": "log", "ties": "efron" if model == "cox" else "breslow", **people,
        }  # fmt: skip
        if second == 0:
            rows.append(row | {"reason": "no event in arm Wide field with margin"})
            continue
        ratio, error = factor * second / first, 0.19
        rows.append(
            row
            | {
                "estimate": ratio, "std_error": error, "lower": ratio * np.exp(-Z * error),
                "upper": ratio * np.exp(Z * error), "statistic": np.log(ratio) / error, "p_value": 2.3e-12
                if endpoint == "edge_relapse" else 0.0713,
            }
        )  # fmt: skip
    for model in ("score", "log_rank") if estimand == "unweighted" else ("score",):
        rows.append(
            {
                "model": model, "measure": "chi_square", "contrast": "wide - narrow", "statistic": 3.0712,
                "df": 1.0, "p_value": 0.07969, **people,
            }
        )  # fmt: skip
    return rows


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
