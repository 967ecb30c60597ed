"""An event that is known to lie between two looks, where the plan asks and the columns tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.standardised import LATE_ENTRY, risk_estimates
from spine_outcomes.errors import Finding
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.interval_censored import turnbull
from spine_outcomes.survival.weibull_interval import weibull_interval

MODEL = "weibull_interval"
RISK_MODEL = "turnbull"


def interval_estimates(
    sample: EndpointSample, weight: NDArray[np.float64], plan: AnalysisPlan
) -> list[Estimate]:
    """Weibull's hazard ratio of the arms, and Turnbull's risks with their contrasts.

    Labels as those of ``endpoint_estimate``, ``model`` is ``weibull_interval`` or ``turnbull``, and
    the influence of the latter is NaN: ``between_looks`` resamples for its error. Nothing is
    estimated unless the plan asks for it and some event of the endpoint has bounds that differ.
    """
    if not is_between_looks(sample, plan):
        return []
    arrays = (sample.time, sample.status, sample.weight_of_known(weight))
    bounds = {"lower": sample.lower, "upper": sample.upper}
    ratio = weibull_interval(
        *arrays, **bounds, covariates=sample.arm, names=[plan.arms.column], cluster=sample.cluster
    ).estimate.relabel(
        model=MODEL, measure="hazard_ratio", arm=None, time=None, scale="log",
        contrast=f"{plan.arms.comparator} / {plan.arms.reference}",
    )  # fmt: skip
    if sample.entry is not None:
        nothing = np.zeros_like(ratio.influence)
        ratio = replace(ratio, value=np.array([np.nan]), influence=nothing, reasons=(LATE_ENTRY,))
    return [ratio, *interval_risks(sample, weight, plan)]


def interval_risks(
    sample: EndpointSample, weight: NDArray[np.float64], plan: AnalysisPlan
) -> list[Estimate]:
    """Turnbull's risks by arm and their contrasts, as ``interval_estimates`` has them."""
    times = [duration.to(sample.outcome.unit) for duration in plan.estimation.times]
    risk = turnbull(
        sample.time, sample.status, sample.weight_of_known(weight),
        lower=sample.lower, upper=sample.upper, arm=sample.arm, cluster=sample.cluster, times=times,
    )  # fmt: skip
    return risk_estimates(risk.relabel(model=RISK_MODEL), sample, plan)


def is_between_looks(sample: EndpointSample, plan: AnalysisPlan) -> bool:
    """Whether the plan asks for interval-censored estimates, and the columns give the bounds."""
    has_bounds = (sample.status == 1) & (sample.lower < sample.upper)
    return plan.estimation.interval_censored and bool(has_bounds.any())


def interval_findings(sample: EndpointSample, plan: AnalysisPlan) -> Iterator[Finding]:
    """An endpoint that the plan would have between two looks, and whose columns give no bounds."""
    if not plan.estimation.interval_censored or is_between_looks(sample, plan):
        return
    is_named = any(source.last_clean for source in plan.endpoints[sample.outcome.name].event)
    why = (
        "no event has a last look without it before the first with it"
        if is_named
        else "no source of its event has last_clean, the last date known to be free of it"
    )
    message = f"Not estimated as interval-censored: {why}."
    yield Finding(
        "W_NO_BOUNDS" if is_named else "N_NO_BOUNDS",
        message,
        "caution" if is_named else "note",
        "outcomes",
    )
