"""Every endpoint of a plan, weighted and estimated on prepared rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from spine_outcomes.analysis.analysis_set import analysis_sets
from spine_outcomes.analysis.endpoint_results import (
    EVERYBODY,
    EndpointResults,
    Who,
    endpoint_results,
)
from spine_outcomes.analysis.endpoint_sample import EndpointSample, endpoint_sample
from spine_outcomes.analysis.prepared import Prepared
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.results import stack
from spine_outcomes.analysis.weighting import WeightedSet, weigh_sets
from spine_outcomes.endpoints.outcome import Outcome


@dataclass(frozen=True, eq=False)
class Fitted:
    """Weights by level, and what was estimated for each endpoint.

    Parameters
    ----------
    level
        That of the arms.
    weighted
        By level of rows, once for each completed cohort.
    samples
        Endpoint by endpoint, the weighted rows and the outcome on them; at a landmark the rows that
        are left have weights of their own.
    found
        Results of each endpoint.
    """

    level: str
    weighted: dict[str, list[WeightedSet]]
    samples: tuple[tuple[list[WeightedSet], EndpointSample], ...]
    found: tuple[EndpointResults, ...]

    @property
    def sets(self) -> dict[str, WeightedSet]:
        """By level, the rows in the first completed cohort: they are the same in all."""
        return {level: own[0] for level, own in self.weighted.items()}

    @property
    def described_level(self) -> str:
        """The level whose rows are described: that of the arms, else of the first endpoint."""
        return self.level if self.level in self.weighted else next(iter(self.weighted))

    @property
    def results(self) -> pd.DataFrame:
        """The results table of all endpoints."""
        return stack(endpoint.results for endpoint in self.found)


def fit(
    prepared: Prepared,
    step: Step = silent,
    *,
    who: Who = EVERYBODY,
    endpoints: Collection[str] | None = None,
) -> Fitted:
    """Weigh the rows and estimate the endpoints.

    Parameters
    ----------
    who
        The analysis that the rows of the results belong to; the primary one of everybody.
    endpoints
        Those to estimate; all of the plan by default. The weights are those of the rows of all.

    Raises
    ------
    NotEstimableError
        If an arm is empty or the propensity cannot be fitted.
    """
    plan, dictionary = prepared.plan, prepared.cohort.dictionary
    outcomes = [o for o in prepared.outcomes if endpoints is None or o.name in endpoints]
    step("Weighting")

    def weigh(level: str, on: Sequence[Outcome]) -> list[WeightedSet]:
        return weigh_sets(analysis_sets(prepared.data.cohorts, plan, level, on), dictionary, plan)

    levels = dict.fromkeys(o.level for o in outcomes)
    weighted = {level: weigh(level, prepared.outcomes) for level in levels}
    # Whoever is left at a landmark is weighted anew: the arms may no longer be alike.
    weights = [
        weighted[o.level] if plan.endpoints[o.name].landmark is None else weigh(o.level, [o])
        for o in outcomes
    ]
    # Aligned and sorted by time once: all that is said of an endpoint stands on its sample.
    samples = tuple(
        (own, endpoint_sample(own[0].analysis_set, o))
        for own, o in zip(weights, outcomes, strict=True)
    )
    found = tuple(endpoint_results(*sample, plan, dictionary, step, who=who) for sample in samples)
    return Fitted(plan.arms.level, weighted, samples, found)
