"""Curves to draw, the test of their difference, and the people under them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_estimates import EVENT, curve_estimate, risk_difference
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.results import CURVE_COLUMNS, RISK_TABLE_COLUMNS
from spine_outcomes.endpoints.risk_counts import risk_counts
from spine_outcomes.inference import Estimate, TestResult, simultaneous_band, supremum_test
from spine_outcomes.inference.hypothesis_tests import no_test
from spine_outcomes.inference.intervals import Scale, clip_difference, interval
from spine_outcomes.study.durations import DAYS_PER_UNIT, convert
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.estimands import Weights

SHOWN_AT_RISK = 10
MAX_TICKS = 12
NUMBERS = ("estimate", "std_error", "lower", "upper", "band_lower", "band_upper")
TICK_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
NEVER_BOTH = "at no time shown have both arms had an event"


@dataclass(frozen=True, eq=False)
class Curves:
    """Curves of one endpoint under one set of weights, at the times at which they are shown.

    Parameters
    ----------
    by_arm : tuple of Estimate
        One a cause and arm: the event in the reference and the comparator arm first.
    difference
        Risk of the event, comparator − reference, while both arms are shown.
    """

    by_arm: tuple[Estimate, ...]
    difference: Estimate


def curves_of(sample: EndpointSample, weights: Weights, plan: AnalysisPlan) -> Curves:
    """Estimate the curves, their errors corrected where the plan says so."""
    estimate = curve_estimate(sample, weights.value, _grid(sample, plan))
    if plan.estimation.variance == "corrected":
        estimate = estimate.corrected(weights.nuisance)
    last_shown = _last_shown(sample)
    return Curves(
        tuple(
            _until(estimate.select(arm=arm, cause=cause), last)
            for cause in range(EVENT, EVENT + 1 + len(sample.outcome.competing))
            for arm, last in enumerate(last_shown)
        ),
        _until(risk_difference(sample, estimate, plan), float(last_shown.min())),
    )


def _until(curve: Estimate, last: float) -> Estimate:
    """Keep the times up to ``last`` at which a curve is estimable."""
    is_shown = [float(str(label["time"])) <= last for label in curve.labels]
    return curve.take(np.flatnonzero(curve.is_estimable & is_shown).tolist())


def supremum(curves: Curves, plan: AnalysisPlan) -> TestResult:
    """Test that the two curves of the event are one, over all times shown at once.

    Times before both arms have had an event do not count: the error of the difference is that of
    one arm there.
    """
    both = set.intersection(
        *(
            {
                label["time"]
                for label, error in zip(c.labels, c.std_error(), strict=True)
                if error > 0
            }
            for c in curves.by_arm[:2]
        )
    )
    difference = curves.difference
    compared = [i for i, label in enumerate(difference.labels) if label["time"] in both]
    if not compared:
        return no_test(next(filter(None, difference.error_reasons), NEVER_BOTH))
    return supremum_test(difference.take(compared), seed=plan.seed)


def curve_rows(
    curves: Curves, sample: EndpointSample, plan: AnalysisPlan, common: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The curve of each arm and cause, then the risk difference over time, ``CURVE_COLUMNS``.

    Each curve has pointwise limits and a simultaneous band over the times at which it is shown.
    """
    if plan.report.curve_detail == "none":
        return []
    drawn: list[tuple[Estimate, Scale]] = [(curve, "log(-log)") for curve in curves.by_arm]
    drawn.append((curves.difference, "identity"))
    return [
        {**common, **row} for curve, scale in drawn for row in _rows(curve, scale, sample, plan)
    ]


def _rows(
    shown: Estimate, scale: Scale, sample: EndpointSample, plan: AnalysisPlan
) -> Iterator[dict[str, Any]]:
    """One curve with its limits and its band."""
    level = plan.estimation.level
    error = shown.std_error()
    limits = interval(shown.value, np.where(error > 0, error, np.nan), scale, level)
    band = simultaneous_band(shown, scale, level, seed=plan.seed)[:2]
    if scale == "identity":
        limits, band = (clip_difference(*pair)[:2] for pair in (limits, band))
    codes = plan.arms.codes
    causes = (sample.outcome.name, *sample.outcome.competing)
    factor = convert(1.0, sample.outcome.unit, plan.estimation.unit)
    numbers = zip(shown.value, error, *limits, *band, strict=True)
    for label, of_time in zip(shown.labels, numbers, strict=True):
        arm: Any = label["arm"]
        yield {
            "model": label["model"],
            "measure": label["measure"],
            "cause": causes[int(str(label["cause"])) - 1],
            "arm": None if arm is None else codes[arm],
            "time": float(str(label["time"])) * factor,
            **dict(zip(NUMBERS, of_time, strict=True)),
        }


def curves_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """All curves as one frame."""
    return pd.DataFrame(rows, columns=list(CURVE_COLUMNS))


def risk_table_rows(sample: EndpointSample, plan: AnalysisPlan) -> list[dict[str, Any]]:
    """People at risk at each tick and what happened before it, ``RISK_TABLE_COLUMNS``."""
    factor = convert(1.0, sample.outcome.unit, plan.estimation.unit)
    ticks = display_ticks(float(max(_last_shown(sample))) * factor)
    codes = plan.arms.codes
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
    """Times at which curves are compared and drawn: months, or whenever something happened."""
    last = float(max(_last_shown(sample)))
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
