# ruff: noqa: E501 - wide rows of made-up numbers read better than folded ones
"""The results table of the invented run, every number read off its law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import RESULT_COLUMNS
from tests.report.synthetic_cohort import ARMS, ESTIMANDS, N
from tests.report.synthetic_law import (
    CENSORING,
    RATES,
    TIMES,
    Z,
    error_of,
    incidence,
    level_of,
    loglog,
    people_at,
    rates,
)


def results_frame() -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for endpoint in RATES:
        for estimand in ESTIMANDS:
            common = {
                "analysis": "primary", "population": "all rows", "endpoint": endpoint,
                "level_unit": level_of(endpoint), "estimand": estimand, "level": 0.95,
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
        error = {arm: float(error_of(risk[arm], arm)) for arm in ARMS}
        for arm in ARMS:
            value = 1 - risk[arm] if survives else risk[arm]
            lower, upper = loglog(value, error[arm])
            people = people_at(endpoint, arm, time)
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
            "upper": mean[arm] + Z * 0.31, "n": N[arm], "n_event": people_at(endpoint, arm, 24)["n_event"],
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
    (first, _), (second, _) = (rates(endpoint, arm, estimand) for arm in ARMS)
    people = {
        "n": sum(N.values()),
        "n_event": sum(people_at(endpoint, arm, 60)["n_event"] for arm in ARMS),
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
