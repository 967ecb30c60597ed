"""The hazard ratio of the arms along time: a smooth through the scaled Schoenfeld residuals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.results import EFFECT_COLUMNS
from spine_outcomes.study.durations import convert
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.schoenfeld import SchoenfeldResiduals, effect_over_time

# Four degrees of freedom through fewer events follow each of them.
FEW_EVENTS = 10


def effect_rows(
    residuals: SchoenfeldResiduals | None,
    sample: EndpointSample,
    plan: AnalysisPlan,
    estimand: str,
) -> Iterator[dict[str, Any]]:
    """Rows of ``EFFECT_COLUMNS``: the smooth, and each event's own value if curves are exact.

    Nothing where there are fewer than ten events or no estimate. There are no limits: those of the
    smooth would hold for independent rows without weights only.
    """
    if residuals is None or len(residuals.time) < FEW_EVENTS or plan.report.curve_detail == "none":
        return
    smooth = effect_over_time(replace(residuals, value=residuals.weighted))
    shown = {"smooth": (smooth.time, smooth.value[:, 0])}
    if plan.report.curve_detail == "exact":
        shown["residual"] = (residuals.time, residuals.weighted[:, 0])
    factor = convert(1.0, sample.outcome.unit, plan.estimation.unit)
    outcome = sample.outcome
    place = {"endpoint": outcome.name, "level_unit": outcome.level, "estimand": estimand}
    for kind, (times, values) in shown.items():
        if np.isfinite(values).all():
            for time, value in zip(times, values, strict=True):
                yield place | {"kind": kind, "time": time * factor, "log_hazard_ratio": value}


def pooled_effect(found: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Mean effect over the completed cohorts, row by row."""
    return [
        {**rows[0], "log_hazard_ratio": float(np.mean([row["log_hazard_ratio"] for row in rows]))}
        for rows in zip(*found, strict=True)
    ]


def effect_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """All of them as one frame."""
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))
