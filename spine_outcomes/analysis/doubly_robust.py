"""Risks by an outcome model, by weights of arm and censoring, and by both, beside the main ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from spine_outcomes.analysis.endpoint_estimates import EVENT, arm_contrasts, one_minus
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.standardization import aiptw, g_formula, iptw_risk
from spine_outcomes.weights.propensity import Propensity

TARGETS = ("ATE", "ATO")
LATE_ENTRY = "not available where rows enter late"


def doubly_robust_estimates(
    sample: EndpointSample, propensity: Propensity | None, estimand: str, plan: AnalysisPlan
) -> list[Estimate]:
    """Risks by arm and their contrasts, by g-formula, by weights and by both.

    Parameters
    ----------
    sample
        The endpoint on n rows; those whose outcome is not known do not count.
    propensity
        The logistic propensity; its terms are the covariates of the outcome models too.
    estimand
        Nothing is estimated but for ``ATE`` and ``ATO``.
    plan
        Whether it asks for these estimates, their times and ties.

    Returns
    -------
    list of Estimate
        Labels as those of ``endpoint_estimate``; ``model`` is ``g_formula``, ``iptw`` or ``aipw``.
        A risk outside 0 to 1 is not estimable. Their influence holds all nuisance models.
    """
    if not plan.estimation.doubly_robust or propensity is None or estimand not in TARGETS:
        return []
    known = replace(propensity, weight=sample.weight_of_known(propensity.weight))
    unit = sample.outcome.unit
    keys: dict[str, object] = {
        "arm": sample.arm,
        "propensity": known,
        "cause": EVENT,
        "cluster": sample.cluster,
        "times": [duration.to(unit) for duration in plan.estimation.times],
        "target": estimand,
    }
    models: dict[str, object] = {
        "covariates": propensity.matrix[:, 1:],
        "names": propensity.names[1:],
        "ties": plan.estimation.ties,
    }
    estimators: dict[str, tuple[Callable[..., Estimate], dict[str, object]]] = {
        "g_formula": (g_formula, keys | models),
        "iptw": (iptw_risk, keys),
        "aipw": (aiptw, keys | models),
    }
    parts = []
    for model, (estimator, options) in estimators.items():
        risk = _usable(estimator(sample.order, sample.status, **options), sample)
        parts += [part.relabel(model=model) for part in _shown(risk, sample, plan)]
    return parts


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


def _shown(risk: Estimate, sample: EndpointSample, plan: AnalysisPlan) -> list[Estimate]:
    """Incidence by arm, or survival where nothing competes, and the contrasts of the risk."""
    by_arm = risk.relabel(measure="cumulative_incidence")
    if not sample.outcome.competing:
        by_arm = one_minus(risk, "survival")
    return [by_arm.relabel(scale="log(-log)"), *arm_contrasts(risk, "risk", plan)]
