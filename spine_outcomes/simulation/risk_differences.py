"""Weighted risk differences of a sample in arrays: the analysis that simulations repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference import Estimate, concatenate
from spine_outcomes.inference.contrasts import difference
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.time_order import TimeOrder
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import Propensity


def risk_differences(
    propensity: Propensity,
    arm: NDArray[np.int64],
    cluster: NDArray[np.int64],
    outcomes: Mapping[str, tuple[NDArray[np.float64] | TimeOrder, NDArray[np.int64]]],
    *,
    estimands: Sequence[str],
    at: float,
) -> Estimate:
    """Comparator − reference incidence of each endpoint at one time, for each target population.

    Parameters
    ----------
    propensity
        Fitted to n rows; without an influence nothing is corrected for it.
    arm, cluster : ndarray of int, shape (n,)
    outcomes
        Time and status of each endpoint, shape (n,) each; other events than 1 compete.
    estimands
        Target populations.
    at
        Time of the incidence.

    Returns
    -------
    Estimate
        Labels ``endpoint``, ``estimand`` and ``variance``: ``robust`` with the weights taken as
        known, then ``corrected`` for the estimated propensity, where there is one.
    """
    parts = []
    for estimand in estimands:
        weights = weigh(propensity, arm, estimand)
        for endpoint, (time, status) in outcomes.items():
            incidence = aalen_johansen(
                time, status, weights.value, arm=arm, cluster=cluster, times=[at]
            )
            robust = difference(incidence.select(arm=1), incidence.select(arm=0))
            robust = robust.relabel(endpoint=endpoint, estimand=estimand, variance="robust")
            parts.append(robust)
            if weights.nuisance is not None:
                parts.append(robust.corrected(weights.nuisance).relabel(variance="corrected"))
    return concatenate(*parts)
