"""Curves read once a month, so that what is published holds no time of one person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import CURVE_COLUMNS, Results, stack
from spine_outcomes.study.durations import convert
from spine_outcomes.study.variants import changed

VALUES = (
    "time", "estimate", "std_error", "lower", "upper", "band_lower", "band_upper",
)  # fmt: skip


def monthly(results: Results) -> Results:
    """The results with every curve at whole months only, and without residuals of single events.

    Curves are right-continuous steps: at a month stands the last step at or before it.
    """
    curves = stack([results.curves.iloc[:0], *_monthly(results.curves, results)])
    effect = results.effect_over_time
    return replace(
        results,
        plan=changed(results.plan, {"report.curve_detail": "monthly"}),
        curves=curves,
        effect_over_time=effect[effect["kind"] != "residual"],
    )


def _monthly(curves: pd.DataFrame, results: Results) -> Iterator[pd.DataFrame]:
    """Each curve at whole months, as long as it is shown."""
    month = convert(1.0, "months", results.plan.estimation.unit)
    keys = [name for name in CURVE_COLUMNS if name not in VALUES]
    for _, own in curves.groupby(keys, sort=False, dropna=False):
        time = own["time"].to_numpy(dtype=float)
        grid = np.arange(time[0], time[-1] + month / 1000, month)
        at = np.searchsorted(time, grid + month / 1e6, side="right") - 1
        yield own.iloc[at].assign(time=grid)
