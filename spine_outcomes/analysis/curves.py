"""Curves to draw, the test of their difference, and the people under them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_estimates import EVENT, curve_estimate, risk_difference
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.estimated import Estimated, pooled_estimates
from spine_outcomes.analysis.results import CURVE_COLUMNS, RISK_TABLE_COLUMNS
from spine_outcomes.analysis.uncertainty import Uncertainty
from spine_outcomes.analysis.weighting import counted_nuisance
from spine_outcomes.endpoints.risk_counts import risk_counts
from spine_outcomes.inference import (
    Bootstrap,
    Estimate,
    Nuisance,
    TestResult,
    simultaneous_band,
    supremum_test,
)
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


class Curves(NamedTuple):
    """Curves of one endpoint under one set of weights, at the times at which they are shown.

    Parameters
    ----------
    by_arm : tuple of Estimated
        One a cause and arm: the event in the reference and the comparator arm first.
    difference
        Risk of the event, comparator − reference, while both arms are shown.
    resampled
        Replicates of the difference; None without a bootstrap.
    """

    by_arm: tuple[Estimated, ...]
    difference: Estimated
    resampled: Bootstrap | None = None


def curves_of(
    sample: EndpointSample,
    weights: Weights,
    plan: AnalysisPlan,
    errors: Callable[[Estimate], Estimated],
) -> Curves:
    """Estimate the curves, their influence corrected where the plan says so."""
    nuisance = counted_nuisance(weights, plan)
    *by_arm, difference = (
        errors(_estimable(curve)) for curve in shown_curves(sample, weights.value, plan, nuisance)
    )
    return Curves(tuple(by_arm), difference)


def pooled_curves(found: Sequence[Curves]) -> Curves:
    """Pool the curves of m completed cohorts, time by time; pooled errors have no replicates."""
    if len(found) == 1:
        return found[0]
    return Curves(
        tuple(pooled_estimates(own) for own in zip(*(c.by_arm for c in found), strict=True)),
        pooled_estimates([curves.difference for curves in found]),
    )


def shown_curves(
    sample: EndpointSample,
    weight: NDArray[np.float64],
    plan: AnalysisPlan,
    nuisance: Nuisance | None = None,
) -> list[Estimate]:
    """The curve of each cause and arm while it is shown, estimable or not, then the difference."""
    drawn = curve_estimate(sample, weight, _grid(sample, plan)).relabel(scale="log(-log)")
    estimate = drawn.corrected(nuisance)
    last_shown = _last_shown(sample)
    return [
        *(
            _until(estimate.select(arm=arm, cause=cause), last)
            for cause in range(EVENT, EVENT + 1 + len(sample.outcome.competing))
            for arm, last in enumerate(last_shown)
        ),
        _until(risk_difference(sample, estimate, plan), float(last_shown.min())),
    ]


def _until(curve: Estimate, last: float) -> Estimate:
    """Keep the times up to ``last``."""
    is_shown = [float(str(label["time"])) <= last for label in curve.labels]
    return curve.take(np.flatnonzero(is_shown).tolist())


def _estimable(curve: Estimate) -> Estimate:
    """Keep the times at which there is an estimate."""
    return curve.take(np.flatnonzero(curve.is_estimable).tolist())


def supremum(curves: Curves, plan: AnalysisPlan) -> TestResult:
    """Test that the two curves of the event are one, over all times shown at once.

    Times before both arms have had an event do not count: the error of the difference is that of
    one arm there. Where the difference was ``resampled``, its replicates are the draws.
    """
    both = set.intersection(
        *(
            {
                label["time"]
                for label, error in zip(c.estimate.labels, c.estimate.std_error(), strict=True)
                if error > 0
            }
            for c in curves.by_arm[:2]
        )
    )
    labels = curves.difference.estimate.labels
    compared = [i for i, label in enumerate(labels) if label["time"] in both]
    if not compared:
        reasons = curves.difference.estimate.error_reasons
        return no_test(next(filter(None, reasons), NEVER_BOTH))
    if curves.resampled is not None:
        return curves.resampled.take(compared).supremum_test()
    own = curves.difference.take(compared)
    found = own.uncertainty
    if not (found.std_error > 0).any():
        return no_test(next(filter(None, found.reasons), NEVER_BOTH))
    return supremum_test(own.estimate, seed=plan.seed, std_error=found.std_error, df=_df(found))


def _df(found: Uncertainty) -> float | None:
    """Fewest degrees of freedom at any time; None for normal errors, or without any."""
    known = found.df[np.isfinite(found.df)]
    return float(known.min()) if len(known) else None


def curve_rows(
    curves: Curves, sample: EndpointSample, plan: AnalysisPlan, common: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The curve of each arm and cause, then the risk difference over time, ``CURVE_COLUMNS``.

    Each curve has pointwise limits and a simultaneous band over the times at which it is shown,
    both with its errors; percentile limits of a bootstrap have no band beside them.
    """
    if plan.report.curve_detail == "none":
        return []
    drawn: list[tuple[Estimated, Scale]] = [(curve, "log(-log)") for curve in curves.by_arm]
    drawn.append((curves.difference, "identity"))
    return [
        {**common, **row} for curve, scale in drawn for row in _rows(curve, scale, sample, plan)
    ]


def _rows(
    curve: Estimated, scale: Scale, sample: EndpointSample, plan: AnalysisPlan
) -> Iterator[dict[str, Any]]:
    """One curve with its limits and its band."""
    shown, found = curve.estimate, curve.uncertainty
    level = plan.estimation.level
    error, df = found.std_error, _df(found)
    has_error = np.where(error > 0, error, np.nan)
    limits = interval(shown.value, has_error, scale, level, None if df is None else found.df)
    band = simultaneous_band(shown, scale, level, seed=plan.seed, std_error=error, df=df)[:2]
    if np.isfinite(found.limits).any():
        limits = (
            np.where(error > 0, found.limits[0], np.nan),
            np.where(error > 0, found.limits[1], np.nan),
        )
        band = np.full(len(shown), np.nan), np.full(len(shown), np.nan)
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
    ticks = shown_ticks(sample, plan)
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


def shown_ticks(sample: EndpointSample, plan: AnalysisPlan) -> NDArray[np.float64]:
    """Ticks of the time axis of an endpoint, in display units."""
    factor = convert(1.0, sample.outcome.unit, plan.estimation.unit)
    return display_ticks(float(max(_last_shown(sample))) * factor)


def risk_table_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """All risk tables as one frame."""
    return pd.DataFrame(rows, columns=list(RISK_TABLE_COLUMNS))


def display_ticks(last: float) -> NDArray[np.float64]:
    """At most twelve round times from 0 to ``last``, two at least: an axis has a length."""
    step = next((s for s in TICK_STEPS if last / s <= MAX_TICKS), None)
    if step is None:
        step = 10.0 ** np.ceil(np.log10(last / MAX_TICKS))
        step = step / 2 if last / (step / 2) <= MAX_TICKS else step
    end = max(last, float(step))
    return np.arange(0.0, end + 1e-9 * max(end, 1.0), float(step))


def _grid(sample: EndpointSample, plan: AnalysisPlan) -> NDArray[np.float64]:
    """Times at which curves are compared and drawn: months, or whenever something happened."""
    last = float(max(_last_shown(sample)))
    if plan.report.curve_detail == "exact":
        happened = np.unique(sample.time[sample.is_known & (sample.status > 0)])
        return np.unique(np.concatenate([[0.0], happened[happened <= last], [last]]))
    month = convert(DAYS_PER_UNIT["months"], "days", sample.outcome.unit)
    if last < month:
        return np.array([0.0, last])
    return np.arange(0.0, last + month / 1000, month)


def _last_shown(sample: EndpointSample) -> NDArray[np.float64]:
    """By arm, the last time at which enough rows are watched for a curve to mean something."""
    lasts = []
    for arm in (0, 1):
        times = np.sort(sample.time[sample.is_known & (sample.arm == arm)])
        shown = min(SHOWN_AT_RISK, max(1, len(times) // SHOWN_AT_RISK))
        lasts.append(times[-shown] if len(times) else 0.0)
    return np.array(lasts)
