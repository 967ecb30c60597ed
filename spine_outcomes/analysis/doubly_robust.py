"""Risks by an outcome model, by weights of arm and censoring, and by both, beside the main ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from spine_outcomes.analysis.endpoint_estimates import EVENT
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.standardised import risk_estimates
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.standardization import aiptw, g_formula, iptw_risk
from spine_outcomes.weights.propensity import Propensity

TARGETS = ("ATE", "ATO")


def doubly_robust_estimates(
    sample: EndpointSample, propensity: Propensity | None, estimand: str, plan: AnalysisPlan
) -> list[Estimate]:
    """Risks by arm and their contrasts, by g-formula, by weights and by both.

    Their influence holds all nuisance models; ``n_beside`` in the labels counts the coefficients of
    these.

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
        A risk outside 0 to 1 is not estimable.
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
    of_score = len(propensity.names)
    of_outcome = of_score * (1 + len(sample.outcome.competing))  # the arm in the intercept's place
    through_score = of_score if estimand == "ATO" else 0
    estimators: dict[str, tuple[Callable[..., Estimate], dict[str, object], int]] = {
        "g_formula": (g_formula, keys | models, of_outcome + through_score),
        "iptw": (iptw_risk, keys, of_score),
        "aipw": (aiptw, keys | models, of_outcome + of_score),
    }
    parts = []
    for model, (estimator, options, n_beside) in estimators.items():
        risk = estimator(sample.order, sample.status, **options)
        parts += risk_estimates(risk.relabel(model=model, n_beside=n_beside), sample, plan)
    return parts
