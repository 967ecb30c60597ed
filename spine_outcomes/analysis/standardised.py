"""Risks by another method as the rows that stand beside the main ones."""

from __future__ import annotations

import numpy as np

from spine_outcomes.analysis.endpoint_estimates import arm_contrasts, one_minus
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan

LATE_ENTRY = "not available where rows enter late"


def risk_estimates(risk: Estimate, sample: EndpointSample, plan: AnalysisPlan) -> list[Estimate]:
    """Incidence by arm, or survival where nothing competes, and the contrasts of the risk.

    A risk outside 0 to 1, or of rows that were not all followed from the start, is not estimable.
    """
    usable = _usable(risk, sample)
    by_arm = usable.relabel(measure="cumulative_incidence")
    if not sample.outcome.competing:
        by_arm = one_minus(usable, "survival")
    return [by_arm.relabel(scale="log(-log)"), *arm_contrasts(usable, "risk", plan)]


def _usable(risk: Estimate, sample: EndpointSample) -> Estimate:
    """Risks that are probabilities, of rows that were all followed from the start."""
    is_outside = (risk.value < 0.0) | (risk.value > 1.0)
    reasons = tuple(
        LATE_ENTRY
        if sample.entry is not None
        else reason or (f"the estimate, {value:.3g}, is no probability" if outside else None)
        for reason, value, outside in zip(risk.reasons, risk.value, is_outside, strict=True)
    )
    is_estimable = np.array([reason is None for reason in reasons])
    return risk.transform(
        np.where(is_estimable, risk.value, np.nan),
        np.diag(is_estimable.astype(np.float64)),
        risk.labels,
        reasons,
    )
