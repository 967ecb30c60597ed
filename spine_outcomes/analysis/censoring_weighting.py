"""Risks with weights for censoring that depends on covariates, where the plan asks for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_estimates import EVENT
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.standardised import risk_estimates
from spine_outcomes.errors import Finding, Severity
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.censoring_weighted_curve import (
    censoring_weight_efficiency,
    censoring_weighted_aalen_johansen,
)
from spine_outcomes.weights.design import Design

MODEL = "censoring_weighted"
LOW_EFFICIENCY = 0.6


def censoring_weighted_estimates(
    sample: EndpointSample,
    weight: NDArray[np.float64],
    plan: AnalysisPlan,
    design: Design | None,
) -> list[Estimate]:
    """Risks by arm and their contrasts, under weights that undo censoring by covariates.

    Parameters
    ----------
    sample
        The endpoint on n rows.
    weight : ndarray, shape (n,)
    plan
        Its times.
    design
        Covariates of the censoring; nothing is estimated without.

    Returns
    -------
    list of Estimate
        Labels as those of ``endpoint_estimate``; ``model`` is ``censoring_weighted``. The influence
        holds that of the model of censoring.
    """
    if design is None:
        return []
    times = [duration.to(sample.outcome.unit) for duration in plan.estimation.times]
    risk = censoring_weighted_aalen_johansen(
        sample.order, sample.status, sample.weight_of_known(weight),
        covariates=design.matrix[:, 1:], names=design.names[1:], arm=sample.arm,
        cause=EVENT, cluster=sample.cluster, times=times,
    )  # fmt: skip
    n_beside = 2 * (design.matrix.shape[1] - 1)  # a model of censoring in each arm
    return risk_estimates(risk.relabel(model=MODEL, n_beside=n_beside), sample, plan)


def censoring_weight_findings(
    sample: EndpointSample, plan: AnalysisPlan, design: Design | None
) -> tuple[Finding, ...]:
    """Weights for censoring so unequal that few of those still at risk carry the result."""
    if design is None or sample.entry is not None:
        return ()
    times = [duration.to(sample.outcome.unit) for duration in plan.estimation.times]
    share = censoring_weight_efficiency(
        sample.order, sample.status, sample.is_known.astype(np.float64),
        covariates=design.matrix[:, 1:], names=design.names[1:], arm=sample.arm, times=times,
    )  # fmt: skip
    lowest = np.min(share, initial=1.0, where=np.isfinite(share))
    if lowest >= LOW_EFFICIENCY:
        return ()
    arm, time = np.unravel_index(np.nanargmin(share), share.shape)
    message = (
        f"Weights for censoring leave {lowest:.0%} of the effective number at risk in arm "
        f"{plan.arms.codes[arm]} at {plan.estimation.times[time]}: few rows stand for many that "
        "were lost."
    )
    severity: Severity = "serious" if lowest < LOW_EFFICIENCY / 2 else "caution"
    return (Finding("W_CENSORING_WEIGHTS", message, severity, "outcomes"),)
