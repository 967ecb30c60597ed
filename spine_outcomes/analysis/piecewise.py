"""Hazard ratios in pieces of time, where the plan names the times at which they may change."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.time_varying import piecewise_hazard_ratios

MODEL = "cox_piecewise"


def piecewise_estimates(
    sample: EndpointSample, weight: NDArray[np.float64], plan: AnalysisPlan
) -> list[Estimate]:
    """Cause-specific log hazard ratios in each piece of time; nothing where no cut is planned.

    Labels as those of ``endpoint_estimate``: ``term`` names the piece ("0 to 6 months"); ``after``
    and ``until`` are its ends in the unit of the outcome, an event at ``until`` inside.
    """
    cuts = plan.estimation.piecewise
    if not cuts:
        return []
    found = piecewise_hazard_ratios(
        sample.order, sample.status, sample.weight_of_known(weight), covariates=sample.arm,
        cuts=[cut.to(sample.outcome.unit) for cut in cuts], names=[plan.arms.column],
        entry=sample.entry, cluster=sample.cluster, ties=plan.estimation.ties,
    ).relabel(
        model=MODEL, measure="hazard_ratio", arm=None, time=None, scale="log",
        contrast=f"{plan.arms.comparator} / {plan.arms.reference}",
    )  # fmt: skip
    edges = ["0", *(f"{cut.to(plan.estimation.unit):g}" for cut in cuts)]
    unit = plan.estimation.unit
    terms = [f"{after} to {until} {unit}" for after, until in pairwise(edges)]
    terms.append(f"after {edges[-1]} {unit}")
    labels = ({**label, "term": term} for label, term in zip(found.labels, terms, strict=True))
    return [replace(found, labels=tuple(labels))]
