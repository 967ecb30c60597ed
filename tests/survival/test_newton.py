"""Where a likelihood can be climbed, and where not even a first step is possible."""

from __future__ import annotations

import numpy as np

from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.newton import maximise
from spine_outcomes.survival.partial_likelihood import PartialLikelihood
from spine_outcomes.survival.risk_sets import RiskSets


def test_a_flat_likelihood_has_no_direction():
    """A direction along which nothing rises, from a start that is the end."""
    flat = PartialLikelihood.of(
        np.zeros((1, 3)), np.ones(3), RiskSets(2, np.array([1, 2, 2])), np.array([0, 1]), "efron"
    )
    found = maximise(flat, flat.at(np.zeros(1)))
    assert not found.has_converged
    np.testing.assert_array_equal(found.direction, 0)


def test_the_scale_of_the_weights_does_not_matter():
    """A step refused for round-off: the last digit of a log likelihood of 1e14 is 0.02."""
    rng = np.random.default_rng(2)
    time, status = np.ceil(rng.exponential(5, 30)), rng.choice([0, 1], 30)
    x, weight = rng.normal(size=(30, 2)), rng.uniform(0.3, 3, 30)
    expected = cox(time, status, weight, covariates=x).estimate
    for factor in (1e-12, 1e12):
        found = cox(time, status, factor * weight, covariates=x).estimate
        np.testing.assert_allclose(found.value, expected.value, rtol=1e-6)
