"""The bootstrap of one endpoint: patients resampled, the weights of every estimand fitted anew."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.curves import shown_curves
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.weighted_estimates import weighted_estimates
from spine_outcomes.analysis.weighting import WeightedSet, reweighing
from spine_outcomes.inference import Bootstrap, Estimate, bootstrap, concatenate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.design import Design


def resample(
    weighted: WeightedSet,
    sample: EndpointSample,
    plan: AnalysisPlan,
    designs: Mapping[str, Design],
) -> Bootstrap:
    """All that is estimated of an endpoint, labelled ``estimand``; its curves ``part`` curve.

    The seed is the plan's: all endpoints of a level see the same resampled cohorts. Processes are
    those that joblib is configured for.
    """
    reweigh = reweighing(weighted, plan)

    def refit(multiplicity: NDArray[np.float64]) -> Estimate:
        propensity, by_estimand = reweigh(multiplicity)
        return concatenate(
            *(
                estimate.relabel(estimand=name)
                for name, weights in by_estimand.items()
                for estimate in (
                    *(
                        found.estimate
                        for found in weighted_estimates(
                            sample, weights, name, plan, designs, propensity=propensity
                        )
                    ),
                    concatenate(*shown_curves(sample, weights.value, plan)).relabel(part="curve"),
                )
            )
        )

    rows = np.arange(len(sample.arm)) if sample.cluster is None else sample.cluster
    replicates = plan.estimation.bootstrap.replicates
    return bootstrap(refit, rows, replicates=replicates, seed=plan.seed)
