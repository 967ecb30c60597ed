"""Everything estimated for one endpoint under one set of weights, as a single Estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.inference import Estimate, concatenate
from spine_outcomes.inference.contrasts import difference, log_ratio
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.restricted_mean import (
    restricted_mean_survival,
    restricted_mean_time_lost,
)
from spine_outcomes.weights.design import Design

EVENT = 1
# how the reasons of survival/estimability.py begin where a coefficient has no maximum
INFINITE = ("no event where", "every event has")


def endpoint_estimate(
    sample: EndpointSample,
    weight: NDArray[np.float64],
    plan: AnalysisPlan,
    adjustment: Design | None = None,
) -> Estimate:
    """Risks, restricted means, their contrasts and hazard ratios of one endpoint.

    Parameters
    ----------
    sample
        The endpoint on n rows.
    weight : ndarray, shape (n,)
    plan
        Times, horizon, ties, and whether the censoring distribution counts as estimated.
    adjustment
        Covariates of the adjusted models, if the plan asks for them.

    Returns
    -------
    Estimate
        Labels ``model, measure, arm, contrast, term, time, scale``; times in the unit of the
        outcome; ratios on the log scale (``scale`` is ``log``).
    """
    weight = sample.weight_of_known(weight)
    unit = sample.outcome.unit
    times = [duration.to(unit) for duration in plan.estimation.times]
    horizon = plan.estimation.horizon.to(unit)
    risks = _risks(sample, weight, times, plan)
    if plan.endpoints[sample.outcome.name].is_at_one_time:
        return concatenate(*risks)  # on one day no time is lost, and no hazard compared
    return concatenate(
        *risks,
        *_restricted_means(sample, weight, horizon, plan),
        *_hazard_ratios(sample, weight, plan, adjustment),
    )


def curve_estimate(
    sample: EndpointSample, weight: NDArray[np.float64], times: ArrayLike
) -> Estimate:
    """Survival where nothing competes, else the incidence of the event and of its competitors."""
    weight = sample.weight_of_known(weight)
    arrays = (sample.order, sample.status, weight)
    if not sample.outcome.competing:
        return kaplan_meier(*arrays, **sample.grouping, times=times).relabel(
            model="kaplan_meier", cause=EVENT
        )
    causes = tuple(range(1, len(sample.outcome.competing) + 2))
    return aalen_johansen(*arrays, **sample.grouping, cause=causes, times=times).relabel(
        model="aalen_johansen"
    )


def risk_difference(sample: EndpointSample, curve: Estimate, plan: AnalysisPlan) -> Estimate:
    """Risk of the event, comparator − reference, at every time of a ``curve_estimate``."""
    return _arm_difference(_risk(sample, curve.select(cause=EVENT)), "risk", plan)


def _risk(sample: EndpointSample, curve: Estimate) -> Estimate:
    """Risk of the event from the curve of the endpoint."""
    return curve if sample.outcome.competing else one_minus(curve, "risk")


def _risks(
    sample: EndpointSample, weight: NDArray[np.float64], times: ArrayLike, plan: AnalysisPlan
) -> list[Estimate]:
    """Survival or incidence by arm, and the contrasts of the risk of the event."""
    curve = curve_estimate(sample, weight, times).select(cause=EVENT).relabel(scale="log(-log)")
    parts = [curve, *arm_contrasts(_risk(sample, curve), "risk", plan)]
    if sample.outcome.competing and plan.endpoints[sample.outcome.name].complement:
        parts.insert(1, one_minus(curve, "one_minus_cumulative_incidence"))
    return parts


def _restricted_means(
    sample: EndpointSample, weight: NDArray[np.float64], horizon: float, plan: AnalysisPlan
) -> list[Estimate]:
    """Restricted mean survival time, or time lost to the event where others compete."""
    arrays = (sample.order, sample.status, weight)
    if sample.outcome.competing:
        mean = restricted_mean_time_lost(*arrays, **sample.grouping, cause=EVENT, horizon=horizon)
        mean = mean.relabel(model="aalen_johansen", scale="identity")
        return [mean, *arm_contrasts(mean, "rmtl", plan)]
    mean = restricted_mean_survival(*arrays, **sample.grouping, horizon=horizon)
    mean = mean.relabel(model="kaplan_meier", scale="identity")
    return [mean, *arm_contrasts(mean, "rmst", plan)]


def arm_contrasts(by_arm: Estimate, measure: str, plan: AnalysisPlan) -> list[Estimate]:
    """Difference and ratio, comparator against reference."""
    over = f"{plan.arms.comparator} / {plan.arms.reference}"
    ratio = log_ratio(by_arm.select(arm=1), by_arm.select(arm=0))
    return [
        _arm_difference(by_arm, measure, plan),
        ratio.relabel(measure=f"{measure}_ratio", arm=None, contrast=over, scale="log"),
    ]


def _arm_difference(by_arm: Estimate, measure: str, plan: AnalysisPlan) -> Estimate:
    """Comparator minus reference."""
    minus = f"{plan.arms.comparator} - {plan.arms.reference}"
    return difference(by_arm.select(arm=1), by_arm.select(arm=0)).relabel(
        measure=f"{measure}_difference", arm=None, contrast=minus, scale="identity"
    )


def one_minus(estimate: Estimate, measure: str) -> Estimate:
    """The complement of a probability."""
    return estimate.transform(
        1.0 - estimate.value, -np.eye(len(estimate)), estimate.labels, estimate.reasons
    ).relabel(measure=measure)


def _hazard_ratios(
    sample: EndpointSample,
    weight: NDArray[np.float64],
    plan: AnalysisPlan,
    adjustment: Design | None,
) -> list[Estimate]:
    """Cause-specific and, where events compete, subdistribution hazard ratios."""
    arm_column = (sample.arm[:, None].astype(np.float64), [plan.arms.column])
    designs = {"": arm_column}
    if adjustment is not None:
        matrix = np.hstack([arm_column[0], adjustment.matrix[:, 1:]])
        designs["_adjusted"] = (matrix, [plan.arms.column, *adjustment.names[1:]])
    parts = []
    for suffix, (matrix, names) in designs.items():
        for model, measure, fit in _models(sample, weight, plan):
            estimate = fit(matrix, names)
            if model + suffix == "cox" and not plan.estimation.firth:
                estimate = replace(estimate, reasons=tuple(map(_offered, estimate.reasons)))
            ratio = f"{plan.arms.comparator} / {plan.arms.reference}"
            parts += [
                estimate.take([0]).relabel(contrast=ratio, model=model + suffix, measure=measure),
                estimate.take(range(1, len(estimate))).relabel(
                    contrast=None, model=model + suffix, measure=measure
                ),
            ]
    return [part.relabel(arm=None, time=None, scale="log") for part in parts if len(part)]


def _offered(reason: str | None) -> str | None:
    """Where a hazard ratio is infinite, how to get one that is not."""
    if reason is None or not reason.startswith(INFINITE):
        return reason
    return f"{reason}; estimation.firth gives a penalised hazard ratio"


Fit = Callable[[NDArray[np.float64], list[str]], Estimate]


def _models(
    sample: EndpointSample, weight: NDArray[np.float64], plan: AnalysisPlan
) -> list[tuple[str, str, Fit]]:
    """The regression models of an endpoint: name, measure, and how to fit one to covariates."""

    def cause_specific(matrix: NDArray[np.float64], names: list[str]) -> Estimate:
        return cox(
            sample.order, sample.status, weight, covariates=matrix, names=names,
            entry=sample.entry, cluster=sample.cluster, ties=plan.estimation.ties,
        ).estimate  # fmt: skip

    def subdistribution(matrix: NDArray[np.float64], names: list[str]) -> Estimate:
        return fine_gray(
            sample.order, sample.status, weight, covariates=matrix, names=names,
            cluster=sample.cluster, censoring_term=plan.estimation.variance == "corrected",
        ).estimate  # fmt: skip

    def unavailable(matrix: NDArray[np.float64], names: list[str]) -> Estimate:
        return Estimate(
            np.full(len(names), np.nan),
            np.zeros(matrix.shape),
            tuple({"term": name} for name in names),
            sample.cluster,
            ("the subdistribution hazard is not available with delayed entry",) * len(names),
        )

    models: list[tuple[str, str, Fit]] = [("cox", "hazard_ratio", cause_specific)]
    if sample.outcome.competing:
        fit = subdistribution if sample.entry is None else unavailable
        models.append(("fine_gray", "subdistribution_hazard_ratio", fit))
    return models
