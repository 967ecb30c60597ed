"""Curves to draw, and the people under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_estimates import curve_estimate
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.results import CURVE_COLUMNS, RISK_TABLE_COLUMNS
from spine_outcomes.endpoints.risk_counts import risk_counts
from spine_outcomes.inference.intervals import interval
from spine_outcomes.study.durations import DAYS_PER_UNIT, convert
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.estimands import Weights

SHOWN_AT_RISK = 10
MAX_TICKS = 12
TICK_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)


def curve_rows(
    sample: EndpointSample,
    weights: Weights,
    plan: AnalysisPlan,
    common: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """The curve of each arm and cause with pointwise limits, ``CURVE_COLUMNS``."""
    grid = _grid(sample, plan)
    if not len(grid):
        return []
    estimate = curve_estimate(sample, weights.value, grid)
    if plan.estimation.variance == "corrected":
        estimate = estimate.corrected(weights.nuisance)
    lower, upper = interval(
        estimate.value, estimate.std_error(), "log(-log)", plan.estimation.level
    )
    codes = (str(plan.arms.reference), str(plan.arms.comparator))
    causes = (sample.outcome.name, *sample.outcome.competing)
    factor = convert(1.0, sample.outcome.unit, plan.estimation.unit)
    last_shown = _last_shown(sample)
    return [
        {
            **common,
            "model": label["model"],
            "measure": label["measure"],
            "cause": causes[int(str(label["cause"])) - 1],
            "arm": codes[int(str(label["arm"]))],
            "time": float(str(label["time"])) * factor,
            "estimate": value,
            "std_error": error,
            "lower": low,
            "upper": high,
        }
        for label, value, error, low, high, reason in zip(
            estimate.labels,
            estimate.value,
            estimate.std_error(),
            lower,
            upper,
            estimate.reasons,
            strict=True,
        )
        if reason is None and float(str(label["time"])) <= last_shown[int(str(label["arm"]))]
    ]


def curves_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """All curves as one frame."""
    return pd.DataFrame(rows, columns=list(CURVE_COLUMNS))


def risk_table_rows(sample: EndpointSample, plan: AnalysisPlan) -> list[dict[str, Any]]:
    """People at risk at each tick and what happened before it, ``RISK_TABLE_COLUMNS``."""
    factor = convert(1.0, sample.outcome.unit, plan.estimation.unit)
    ticks = display_ticks(float(max(_last_shown(sample))) * factor)
    codes = (str(plan.arms.reference), str(plan.arms.comparator))
    rows = []
    for arm, code in enumerate(codes):
        own = sample.is_known & (sample.arm == arm)
        entry = None if sample.entry is None else sample.entry[own] * factor
        counts = risk_counts(sample.time[own] * factor, sample.status[own], ticks, entry=entry)
        rows += [
            {
                "endpoint": sample.outcome.name,
                "level_unit": sample.outcome.level,
                "arm": code,
                "time": tick,
                "n_risk": int(counts.n_risk[i]),
                "n_event": int(counts.n_event[i]),
                "n_competing": int(counts.n_competing[i]),
                "n_censored": int(counts.n_censored[i]),
                "n_to_enter": int(counts.n_to_enter[i]),
            }
            for i, tick in enumerate(ticks)
        ]
    return rows


def risk_table_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """All risk tables as one frame."""
    return pd.DataFrame(rows, columns=list(RISK_TABLE_COLUMNS))


def display_ticks(last: float) -> NDArray[np.float64]:
    """At most twelve round times from 0 to ``last``."""
    step = next((s for s in TICK_STEPS if last / s <= MAX_TICKS), None)
    if step is None:
        step = 10.0 ** np.ceil(np.log10(last / MAX_TICKS))
        step = step / 2 if last / (step / 2) <= MAX_TICKS else step
    return np.arange(0.0, last + 1e-9 * max(last, 1.0), float(step))


def _grid(sample: EndpointSample, plan: AnalysisPlan) -> NDArray[np.float64]:
    """Times at which curves are drawn: every month, or every time something happened."""
    last = float(max(_last_shown(sample)))
    if plan.report.curve_detail == "none":
        return np.zeros(0)
    if plan.report.curve_detail == "exact":
        happened = np.unique(sample.time[sample.is_known & (sample.status > 0)])
        return np.unique(np.concatenate([[0.0], happened[happened <= last], [last]]))
    month = convert(DAYS_PER_UNIT["months"], "days", sample.outcome.unit)
    return np.arange(0.0, last + month / 1000, month)


def _last_shown(sample: EndpointSample) -> NDArray[np.float64]:
    """By arm, the last time at which enough rows are watched for a curve to mean something."""
    lasts = []
    for arm in (0, 1):
        times = np.sort(sample.time[sample.is_known & (sample.arm == arm)])
        shown = min(SHOWN_AT_RISK, max(1, len(times) // SHOWN_AT_RISK))
        lasts.append(times[-shown] if len(times) else 0.0)
    return np.array(lasts)
