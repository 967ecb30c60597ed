"""Risks with weights for censoring that depends on covariates, where the plan asks for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_estimates import EVENT
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.standardised import risk_estimates
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.censoring_weighted_curve import censoring_weighted_aalen_johansen
from spine_outcomes.weights.design import Design

MODEL = "censoring_weighted"


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
