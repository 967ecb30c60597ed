"""The bootstrap of one endpoint: patients resampled, the weights of every estimand fitted anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.curves import shown_curves
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.interval_censoring import RISK_MODEL as TURNBULL
from spine_outcomes.analysis.interval_censoring import interval_risks, is_between_looks
from spine_outcomes.analysis.weighted_estimates import weighted_estimates
from spine_outcomes.analysis.weighting import WeightedSet, reweighing
from spine_outcomes.inference import Bootstrap, Estimate, bootstrap, concatenate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.estimands import Weights
from spine_outcomes.weights.propensity import Propensity

BETWEEN_LOOKS = 200
"""Resampled cohorts behind the errors of Turnbull's risks, all completed cohorts together."""


class Place(NamedTuple):
    """Which of how many completed cohorts."""

    which: int
    of: int


class Resampled(NamedTuple):
    """Replicates of everything where the plan asks for them, else of what has no other error.

    Parameters
    ----------
    everything
        All that is estimated, labelled ``estimand``; curves ``part`` curve, too.
    between_looks
        Turnbull's risks, labelled ``estimand``.
    """

    everything: Bootstrap | None = None
    between_looks: Bootstrap | None = None

    def of_model(self, model: object) -> Bootstrap | None:
        """The replicates that the errors of a model's quantities are of; None: of its influence."""
        return self.between_looks if model == TURNBULL and not self.everything else self.everything


def resample(
    weighted: WeightedSet,
    sample: EndpointSample,
    plan: AnalysisPlan,
    designs: Mapping[str, Design],
    place: Place,
) -> Resampled:
    """Resample what the errors of an endpoint need.

    With ``variance: bootstrap`` the seed is the plan's: all endpoints of a level see the same
    resampled cohorts. For Turnbull's risks alone the completed cohorts share the resampled ones:
    Rubin's rules average their variances. Processes are those that joblib is configured for.
    """
    estimates: Callable[..., Iterator[Estimate]]
    is_asked = plan.estimation.variance == "bootstrap"
    if is_asked:
        estimates = partial(_everything, sample, plan, designs)
        replicates, seed = plan.estimation.bootstrap.replicates, plan.seed
    elif is_between_looks(sample, plan):
        estimates = partial(_between_looks, sample, plan)
        replicates, seed = ceil(BETWEEN_LOOKS / place.of), plan.seed + place.which
    else:
        return Resampled()
    reweigh = reweighing(weighted, plan)

    def refit(multiplicity: NDArray[np.float64]) -> Estimate:
        return concatenate(*estimates(*reweigh(multiplicity)))

    rows = np.arange(len(sample.arm)) if sample.cluster is None else sample.cluster
    drawn = bootstrap(refit, rows, replicates=replicates, seed=seed)
    return Resampled(everything=drawn) if is_asked else Resampled(between_looks=drawn)


def _everything(
    sample: EndpointSample,
    plan: AnalysisPlan,
    designs: Mapping[str, Design],
    propensity: Propensity | None,
    by_estimand: Mapping[str, Weights],
) -> Iterator[Estimate]:
    """All that is estimated of an endpoint under each set of weights, and its curves."""
    for name, weights in by_estimand.items():
        for found in weighted_estimates(
            sample, weights, name, plan, designs, propensity=propensity
        ):
            yield found.estimate.relabel(estimand=name)
        curve = concatenate(*shown_curves(sample, weights.value, plan))
        yield curve.relabel(estimand=name, part="curve")


def _between_looks(
    sample: EndpointSample,
    plan: AnalysisPlan,
    propensity: Propensity | None,
    by_estimand: Mapping[str, Weights],
) -> Iterator[Estimate]:
    """Turnbull's risks under each set of weights."""
    for name, weights in by_estimand.items():
        for risk in interval_risks(sample, weights.value, plan):
            yield risk.relabel(estimand=name)
