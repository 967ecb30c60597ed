"""Firth's penalised hazard ratio, finite where an arm has no event, if the plan asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.estimated import Estimated, Found, Tested
from spine_outcomes.analysis.uncertainty import Uncertainty
from spine_outcomes.errors import Finding
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.firth import firth, firth_interval

MODEL = "cox_firth"
PROFILE = "profile"
ONE_ARM = (
    "no interval: one arm has no event, and under weights or clusters the spread of its rows says "
    "nothing; the unweighted rows have profile limits"
)
Floats = NDArray[np.float64]


def firth_estimates(sample: EndpointSample, weight: Floats, plan: AnalysisPlan) -> list[Estimate]:
    """The penalised log hazard ratio of the arms under weights; nothing if it is not asked for.

    Labels as those of ``endpoint_estimate``, ``model`` is ``cox_firth``. Where one arm has no event
    it is not estimable: its robust error would be far too small.
    """
    if not plan.estimation.firth:
        return []
    weight = sample.weight_of_known(weight)
    estimate = firth(
        sample.order, sample.status, weight, covariates=sample.arm,
        names=[plan.arms.column], entry=sample.entry, cluster=sample.cluster,
        ties=plan.estimation.ties,
    ).estimate  # fmt: skip
    arms = sample.arm[(sample.status == 1) & (weight > 0)]
    if len(arms) and arms.min() == arms.max():
        nothing = np.zeros_like(estimate.influence)
        estimate = Estimate(
            np.array([np.nan]), nothing, estimate.labels, sample.cluster, (ONE_ARM,)
        )
    return [_labelled(estimate, plan)]


def profiled(sample: EndpointSample, weight: Floats, plan: AnalysisPlan) -> Iterator[Found]:
    """The penalised hazard ratio of unweighted rows with profile limits, and its test.

    Rows of one cluster count as independent: ``firth_findings`` says so.
    """
    if not plan.estimation.firth:
        return
    own = sample.counted(weight)
    entry = None if sample.entry is None else sample.entry[own]
    arrays = (sample.time[own], sample.status[own])
    keys: dict[str, Any] = {
        "covariates": sample.arm[own],
        "entry": entry,
        "ties": plan.estimation.ties,
    }
    fit = firth(*arrays, names=[plan.arms.column], **keys)
    limits = firth_interval(*arrays, level=plan.estimation.level, **keys)
    estimate = fit.estimate
    influence = np.zeros((len(own), 1))
    influence[own] = estimate.influence
    errors = Uncertainty(
        np.sqrt(np.diag(fit.model_covariance)),
        np.array([np.nan]),
        np.array([[limits.lower], [limits.upper]]),
        estimate.reasons,
        limits_scale=PROFILE,
    )
    whole = Estimate(estimate.value, influence, estimate.labels, sample.cluster, estimate.reasons)
    yield Estimated(_labelled(whole, plan), errors, "model")
    yield Tested(fit.likelihood_ratio, MODEL, "chi_square", "model")


def _labelled(estimate: Estimate, plan: AnalysisPlan) -> Estimate:
    """As the hazard ratio of the arms."""
    return estimate.relabel(
        model=MODEL, measure="hazard_ratio", arm=None, time=None, scale="log",
        contrast=f"{plan.arms.comparator} / {plan.arms.reference}",
    )  # fmt: skip


def firth_findings(sample: EndpointSample, plan: AnalysisPlan) -> tuple[Finding, ...]:
    """Profile limits of rows that are not independent."""
    if not plan.estimation.firth or sample.cluster is None:
        return ()
    known = sample.cluster[sample.is_known]
    n_clusters = len(np.unique(known))
    if n_clusters == len(known):
        return ()
    message = (
        f"Firth's unweighted hazard ratio has profile limits, which take its {len(known)} rows of "
        f"{n_clusters} clusters as independent: they may be too narrow."
    )
    return (Finding("W_PROFILE_INDEPENDENT", message, "caution", "outcomes"),)
