"""Everything that is estimated of one endpoint under one set of weights, but its curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from spine_outcomes.analysis.censoring_weighting import censoring_weighted_estimates
from spine_outcomes.analysis.doubly_robust import doubly_robust_estimates
from spine_outcomes.analysis.endpoint_estimates import endpoint_estimate
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.instrument import instrument_estimates
from spine_outcomes.analysis.interval_censoring import interval_estimates
from spine_outcomes.analysis.penalised import firth_estimates
from spine_outcomes.analysis.piecewise import piecewise_estimates
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.estimands import Weights
from spine_outcomes.weights.propensity import Propensity


class WeightedEstimate(NamedTuple):
    """Quantities of one method.

    Parameters
    ----------
    estimate
        Labels as ``endpoint_estimate``.
    holds_propensity
        Whether its influence counts the propensity as estimated already.
    """

    estimate: Estimate
    holds_propensity: bool = False


def weighted_estimates(
    sample: EndpointSample,
    weights: Weights,
    name: str,
    plan: AnalysisPlan,
    designs: Mapping[str, Design],
    *,
    propensity: Propensity | None,
) -> Iterator[WeightedEstimate]:
    """Estimate an endpoint by every method of the plan, in the order of the results table.

    Parameters
    ----------
    sample
        The endpoint on n rows.
    weights, name
        And how the plan calls them.
    designs
        Covariates of the further models, by their key under ``estimation``.
    propensity
        The score behind the weights, for the doubly robust estimates.
    """
    weight = weights.value
    yield WeightedEstimate(endpoint_estimate(sample, weight, plan, designs.get("adjusted_models")))
    for estimates in (
        censoring_weighted_estimates(sample, weight, plan, designs.get("censoring_weights")),
        firth_estimates(sample, weight, plan),
        instrument_estimates(sample, weight, name, plan, designs.get("instrument")),
        interval_estimates(sample, weight, plan),
        piecewise_estimates(sample, weight, plan),
    ):
        yield from map(WeightedEstimate, estimates)
    for estimate in doubly_robust_estimates(sample, propensity, name, plan):
        yield WeightedEstimate(estimate, holds_propensity=True)
