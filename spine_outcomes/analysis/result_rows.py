"""An Estimate with its labels as rows of the results table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.results import RESULT_COLUMNS, SCHEMA_VERSION
from spine_outcomes.inference import Estimate
from spine_outcomes.inference.contrasts import number_needed_to_treat
from spine_outcomes.inference.hypothesis_tests import TestResult, wald_test
from spine_outcomes.inference.intervals import exact_interval, interval
from spine_outcomes.study.durations import convert
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.balance import effective_sample_size

TIME_MEASURES = ("rmst", "rmst_difference", "rmtl", "rmtl_difference", "median")

Row = dict[str, Any]


def estimate_rows(
    estimate: Estimate,
    sample: EndpointSample,
    weight: NDArray[np.float64],
    plan: AnalysisPlan,
    common: Mapping[str, Any],
) -> list[Row]:
    """One row a quantity, with its interval on its own scale, its test and its counts.

    Parameters
    ----------
    estimate
        Labelled as ``endpoint_estimate`` does, k quantities.
    sample, weight
        The rows it stands on, shape (n,).
    common
        Columns shared by all rows: ``analysis``, ``endpoint``, ``estimand``, …
    """
    rows: list[Row] = []
    std_errors = estimate.std_error()
    for label, value, error, reason in zip(
        estimate.labels, estimate.value, std_errors, estimate.reasons, strict=True
    ):
        row = {**common, **_place(label, sample, weight, plan), "reason": reason}
        if reason is None:
            row |= _inference(str(label["scale"]), float(value), float(error), row, sample, weight)
        rows.append(_in_display_unit(row, sample, plan))
        if label["measure"] == "risk_difference":
            rows.append(_needed_to_treat(rows[-1]))
    return rows


def test_row(
    test: TestResult,
    model: str,
    sample: EndpointSample,
    weight: NDArray[np.float64],
    plan: AnalysisPlan,
    common: Mapping[str, Any],
) -> Row:
    """The row of a test of no difference between the arms."""
    label = {"model": model, "measure": "chi_square", "contrast": _versus(plan)}
    return {
        **common,
        **_place(label, sample, weight, plan),
        "statistic": test.statistic,
        "df": test.df,
        "p_value": test.p_value,
        "reason": test.reason,
    }


def results_frame(rows: Iterable[Row]) -> pd.DataFrame:
    """The results table: the contract's columns in their order, one id a row."""
    frame = pd.DataFrame(list(rows), columns=list(RESULT_COLUMNS))
    frame["status"] = np.where(frame["reason"].isna(), "ok", "not_estimable")
    frame["schema_version"] = SCHEMA_VERSION
    parts = ["analysis", "subgroup", "endpoint", "estimand", "model", "measure", "arm", "term", "time"]
    frame["id"] = frame[parts].apply(_identifier, axis=1)
    return frame


def _identifier(parts: pd.Series[Any]) -> str:
    """A stable name for a row, made of what it is."""
    return "/".join(
        f"{part:g}" if isinstance(part, float) else str(part) for part in parts if not pd.isna(part)
    )


def _versus(plan: AnalysisPlan) -> str:
    return f"{plan.arms.comparator} - {plan.arms.reference}"


def _place(
    label: Mapping[str, Any],
    sample: EndpointSample,
    weight: NDArray[np.float64],
    plan: AnalysisPlan,
) -> Row:
    """What a quantity is and on how many rows and events it stands."""
    arm, time = label.get("arm"), label.get("time")
    counted = sample.counted(weight, arm)
    until = np.inf if time is None else time
    by_then = counted & (sample.time <= until)
    arms = (0, 1) if arm is None else (arm,)
    codes = (plan.arms.reference, plan.arms.comparator)
    return {
        "model": label["model"],
        "measure": label["measure"],
        "arm": None if arm is None else str(codes[arm]),
        "contrast": label.get("contrast"),
        "term": label.get("term"),
        "time": time,
        "n": int(counted.sum()),
        "n_event": int((by_then & (sample.status == 1)).sum()),
        "n_competing": int((by_then & (sample.status > 1)).sum()),
        "ess": sum(effective_sample_size(weight[sample.counted(weight, a)]) for a in arms),
    }


def _inference(
    scale: str,
    value: float,
    std_error: float,
    row: Row,
    sample: EndpointSample,
    weight: NDArray[np.float64],
) -> Row:
    """Estimate, error, interval and, for contrasts and coefficients, the Wald test."""
    level = row["level"]
    if scale == "log(-log)" and value in (0.0, 1.0):
        size = _effective_at_risk(sample, weight, row)
        lower, upper = exact_interval(value, size, level)
        return {"estimate": value, "std_error": std_error, "scale": "exact", "lower": lower, "upper": upper}
    shown = float(np.exp(value)) if scale == "log" else value
    lower, upper = interval(shown, std_error, scale, level)
    inference = {
        "estimate": shown,
        "std_error": std_error,
        "scale": scale,
        "lower": float(lower),
        "upper": float(upper),
    }
    if row["contrast"] is not None or row["term"] is not None:
        test = wald_test(value, std_error)
        inference |= {"statistic": test.statistic, "df": test.df, "p_value": test.p_value}
    return inference


def _effective_at_risk(
    sample: EndpointSample, weight: NDArray[np.float64], row: Row
) -> float:
    """Effective number of clusters still watched at the time of a row: what an exact limit counts."""
    raise NotImplementedError


def _in_display_unit(row: Row, sample: EndpointSample, plan: AnalysisPlan) -> Row:
    """Times, and quantities that are times, in the plan's display unit."""
    factor = convert(1.0, sample.outcome.unit, plan.estimation.unit)
    columns = ["time"]
    if row["measure"] in TIME_MEASURES:
        columns += ["estimate", "std_error", "lower", "upper"]
    return row | {c: row[c] * factor for c in columns if row.get(c) is not None}
