"""Weighting finds the truth of the simulated cohort, and the naive comparison does not.

The study is the script whose full run stands in docs/validation.md, on fewer draws.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.simulation.performance import performance
from spine_outcomes.simulation.replication import replicate

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/coverage.py"))
DRAWS = 300


@pytest.fixture(scope="module")
def replications():
    return replicate(SCRIPT["draw"], SCRIPT["analyse"], replicates=DRAWS, seed=1)


@pytest.fixture(scope="module")
def found(replications):
    return performance(replications, SCRIPT["truth"](replications.labels))


def position(labels, **wanted):
    (k,) = (k for k, label in enumerate(labels) if wanted.items() <= dict(label).items())
    return k


ENDPOINTS = pytest.mark.parametrize("endpoint", ["local_failure", "vertebral_fracture"])
ESTIMANDS = pytest.mark.parametrize("estimand", ["ATE", "ATO"])


@pytest.mark.slow
@ENDPOINTS
@ESTIMANDS
def test_mean_risk_difference_is_the_detected_truth(found, endpoint, estimand):
    """A biased weight, curve or contrast."""
    k = position(found.labels, endpoint=endpoint, estimand=estimand, variance="corrected")
    assert abs(found.bias_in_mc_errors[k]) < 3


@pytest.mark.slow
@ENDPOINTS
def test_naive_comparison_is_confounded(replications, endpoint):
    """A cohort without confounding, on which no weighting could be seen to work.

    The naive difference is held against the ATE difference of the same draws: paired, its
    Monte-Carlo error is small enough for 300 draws.
    """
    naive = position(replications.labels, endpoint=endpoint, estimand="unweighted")
    weighted = position(
        replications.labels, endpoint=endpoint, estimand="ATE", variance="corrected"
    )
    gap = replications.value[:, naive] - replications.value[:, weighted]
    gap = gap[np.isfinite(gap)]
    assert abs(gap.mean()) > 5 * gap.std(ddof=1) / np.sqrt(len(gap))


@pytest.mark.slow
@ENDPOINTS
@ESTIMANDS
def test_corrected_intervals_cover(found, endpoint, estimand):
    """Standard errors that are wrong by more than chance, within 4 Monte-Carlo errors of 95 %."""
    k = position(found.labels, endpoint=endpoint, estimand=estimand, variance="corrected")
    assert abs(found.coverage[k] - 0.95) < 4 * np.sqrt(0.95 * 0.05 / found.n[k])


@pytest.mark.slow
def test_hardly_any_draw_fails(found):
    """Coverage of the draws that happened to work."""
    assert np.all(found.n_failed <= 0.01 * DRAWS)
