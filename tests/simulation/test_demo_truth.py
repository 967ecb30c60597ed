"""Weighting finds the truth of the simulated cohort, and the naive comparison does not.

The study is the script whose full run stands in docs/validation.md, on fewer draws.
"""

from __future__ import annotations

import runpy
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.simulation.performance import performance
from spine_outcomes.simulation.replication import replicate

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/coverage.py"))
DRAWS = 300
RESAMPLED, REPLICATES = 60, 100


@pytest.fixture(scope="module")
def answers():
    return replicate(SCRIPT["numbered"], SCRIPT["intervals"], replicates=DRAWS, seed=1)


@pytest.fixture(scope="module")
def found(answers):
    return performance(answers, SCRIPT["truth"](answers.labels))


@pytest.fixture(scope="module")
def resampled():
    analysis = partial(SCRIPT["bootstrap_intervals"], replicates=REPLICATES)
    return SCRIPT["study"](analysis, draws=RESAMPLED, seed=1)


def position(labels, **wanted):
    (k,) = (k for k, label in enumerate(labels) if wanted.items() <= dict(label).items())
    return k


ENDPOINTS = pytest.mark.parametrize("endpoint", ["local_failure", "vertebral_fracture"])
ESTIMANDS = pytest.mark.parametrize("estimand", SCRIPT["WEIGHTED"])
VARIANCES = pytest.mark.parametrize("variance", ["robust", "corrected", "small sample"])
LIMITS = pytest.mark.parametrize("limits", ["normal", "percentile"])


@pytest.mark.slow
@ENDPOINTS
@ESTIMANDS
def test_mean_risk_difference_is_the_detected_truth(found, endpoint, estimand):
    """A biased weight, curve or contrast."""
    k = position(found.labels, endpoint=endpoint, estimand=estimand, variance="corrected")
    assert abs(found.bias_in_mc_errors[k]) < 3


@pytest.mark.slow
@ENDPOINTS
def test_naive_comparison_is_confounded(answers, endpoint):
    """A cohort without confounding, on which no weighting could be seen to work.

    The naive difference is held against the ATE difference of the same draws: paired, its
    Monte-Carlo error is small enough for 300 draws.
    """
    naive = position(answers.labels, endpoint=endpoint, estimand="unweighted")
    weighted = position(answers.labels, endpoint=endpoint, estimand="ATE", variance="corrected")
    gap = answers.value[:, naive] - answers.value[:, weighted]
    gap = gap[np.isfinite(gap)]
    assert abs(gap.mean()) > 5 * gap.std(ddof=1) / np.sqrt(len(gap))


@pytest.mark.slow
@ENDPOINTS
@ESTIMANDS
@VARIANCES
def test_intervals_cover(found, endpoint, estimand, variance):
    """Standard errors that are wrong by more than chance, within 4 Monte-Carlo errors of 95 %."""
    k = position(found.labels, endpoint=endpoint, estimand=estimand, variance=variance)
    assert abs(found.coverage[k] - 0.95) < 4 * np.sqrt(0.95 * 0.05 / found.n[k])


@pytest.mark.slow
@ENDPOINTS
@ESTIMANDS
def test_small_sample_factor(found, endpoint, estimand):
    """A small-sample factor that shortens, or that does more than its √(G/(G − p)) of 2.3 %."""
    first, small = (
        found.mean_std_error[
            position(found.labels, endpoint=endpoint, estimand=estimand, variance=variance)
        ]
        for variance in ("corrected", "small sample")
    )
    assert small / first == pytest.approx(np.sqrt(500 / 478), rel=1e-9)


@pytest.mark.slow
@ENDPOINTS
@ESTIMANDS
@LIMITS
def test_resampled_intervals_cover(resampled, endpoint, estimand, limits):
    """A bootstrap that forgets a step: few draws, so that only gross faults show."""
    k = position(
        resampled.labels, endpoint=endpoint, estimand=estimand, variance=f"bootstrap, {limits}"
    )
    assert abs(resampled.coverage[k] - 0.95) < 4 * np.sqrt(0.95 * 0.05 / resampled.n[k])


@pytest.mark.slow
@ENDPOINTS
@ESTIMANDS
def test_resampled_errors_are_those_of_the_influence(found, resampled, endpoint, estimand):
    """A bootstrap of rows instead of patients, or of fixed weights: mean errors 10 % apart.

    Both estimate one spread, of 300 and of 60 cohorts: their ratio varies by about 2 %.
    """
    wanted = {"endpoint": endpoint, "estimand": estimand}
    k = position(resampled.labels, variance="bootstrap, normal", **wanted)
    j = position(found.labels, variance="corrected", **wanted)
    assert resampled.mean_std_error[k] == pytest.approx(found.mean_std_error[j], rel=0.10)


@pytest.mark.slow
def test_hardly_any_draw_fails(found):
    """Coverage of the draws that happened to work."""
    assert np.all(found.n_failed <= 0.01 * DRAWS)
