"""An event that is known to lie between two looks, where the plan asks and the columns tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.standardised import LATE_ENTRY, risk_estimates
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
    the influence of the latter is NaN. Nothing is estimated unless the plan asks for it and some
    event of the endpoint has bounds that differ.
    """
    is_between = (sample.status == 1) & (sample.lower < sample.upper)
    if not plan.estimation.interval_censored or not is_between.any():
        return []
    arrays = (sample.time, sample.status, sample.weight_of_known(weight))
    bounds = {"lower": sample.lower, "upper": sample.upper}
    times = [duration.to(sample.outcome.unit) for duration in plan.estimation.times]
    ratio = weibull_interval(
        *arrays, **bounds, covariates=sample.arm, names=[plan.arms.column], cluster=sample.cluster
    ).estimate.relabel(
        model=MODEL, measure="hazard_ratio", arm=None, time=None, scale="log",
        contrast=f"{plan.arms.comparator} / {plan.arms.reference}",
    )  # fmt: skip
    if sample.entry is not None:
        nothing = np.zeros_like(ratio.influence)
        ratio = replace(ratio, value=np.array([np.nan]), influence=nothing, reasons=(LATE_ENTRY,))
    risk = turnbull(*arrays, **bounds, arm=sample.arm, cluster=sample.cluster, times=times)
    risk = risk.relabel(model=RISK_MODEL)
    return [ratio, *risk_estimates(risk, sample, plan)]
