"""The average over clusters: copies of a cluster's rows change nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.weights.cluster_average import cluster_average
from spine_outcomes.weights.covariate_balancing import fit_covariate_balancing
from spine_outcomes.weights.design import Design, assemble, linear
from spine_outcomes.weights.entropy_balancing import entropy_weights
from spine_outcomes.weights.estimands import Weights, weigh
from spine_outcomes.weights.propensity import fit_propensity

RNG = np.random.default_rng(9)
N = 60
X = RNG.normal(size=N)
ARM = (RNG.random(N) < 1 / (1 + np.exp(-X))).astype(np.int64)
TIME = np.ceil(RNG.exponential(5, N)) + 1
STATUS = RNG.choice([0, 1, 1, 2], N)
COPIES = RNG.integers(1, 6, N)

KINDS: dict[str, Callable[..., Weights]] = {
    "unweighted": lambda design, arm, prior: Weights(prior, "unweighted"),
    "ATE": lambda design, arm, prior: weigh(fit_propensity(design, arm, prior), arm, "ATE"),
    "ATO, stabilised": lambda design, arm, prior: weigh(
        fit_propensity(design, arm, prior), arm, "ATO", stabilise=True
    ),
    "ATE, balancing": lambda design, arm, prior: weigh(
        fit_covariate_balancing(design, arm, "ATE", prior), arm, "ATE"
    ),
    "ATT, entropy": lambda design, arm, prior: entropy_weights(design, arm, "ATT", prior),
}


def test_weights_by_hand():
    """Three rows, two and one: every cluster adds up to 1."""
    weight = cluster_average(np.array([0, 1, 1, 0, 2, 0]))
    np.testing.assert_allclose(weight, [1 / 3, 1 / 2, 1 / 2, 1 / 3, 1, 1 / 3], rtol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_copied_rows_of_a_cluster_are_one_row(kind):
    """A patient with many rows that counts for more, in the propensity, the estimate or its error.

    Breslow's ties, since copies are new ties.
    """
    index = np.repeat(np.arange(N), COPIES)

    def estimates(rows: np.ndarray) -> list[np.ndarray]:
        design: Design = assemble([linear("x", X[rows])])
        weights = KINDS[kind](design, ARM[rows], cluster_average(rows))
        sample = (TIME[rows], STATUS[rows], weights.value)
        incidence = aalen_johansen(*sample, arm=ARM[rows], cluster=rows, times=[3, 6])
        hazard = cox(
            *sample, covariates=ARM[rows][:, None].astype(float), cluster=rows, ties="breslow"
        ).estimate
        corrected = [estimate.corrected(weights.nuisance) for estimate in (incidence, hazard)]
        return [part for e in corrected for part in (e.value, e.std_error())]

    for one, copied in zip(estimates(np.arange(N)), estimates(index), strict=True):
        np.testing.assert_allclose(copied, one, rtol=1e-7)
