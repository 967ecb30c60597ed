"""The same analysis on many draws."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import NotEstimableError
from spine_outcomes.inference import Estimate
from spine_outcomes.simulation.replication import replicate

LABELS = ({"measure": "mean"},)


def draw(seed):
    return np.random.default_rng(seed).normal(size=20)


def mean(sample):
    influence = (sample - sample.mean())[:, None] / len(sample)
    return Estimate(np.array([sample.mean()]), influence, LABELS)


def mean_of_fair_draws(sample):
    if sample[0] < 0:
        raise NotEstimableError("an unlucky draw")
    return mean(sample)


def test_replicate_i_is_the_draw_of_seed_plus_i():
    """A replicate that nobody can draw again, or draws that repeat."""
    found = replicate(draw, mean, replicates=5, seed=40)
    assert found.labels == LABELS
    np.testing.assert_array_equal(found.value[:, 0], [draw(40 + i).mean() for i in range(5)])
    np.testing.assert_allclose(
        found.std_error[:, 0], [draw(40 + i).std() / np.sqrt(20) for i in range(5)]
    )


def test_processes_change_nothing():
    """Results that depend on how many cores there are."""
    one, two = (replicate(draw, mean, replicates=6, seed=1, jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(one.value, two.value)


def test_draws_that_cannot_be_analysed_stay_as_rows():
    """Failures dropped, so that only lucky draws are counted."""
    found = replicate(draw, mean_of_fair_draws, replicates=12, seed=0)
    unlucky = np.array([draw(i)[0] < 0 for i in range(12)])
    assert 0 < unlucky.sum() < 12
    np.testing.assert_array_equal(np.isnan(found.value[:, 0]), unlucky)


def test_no_draw_at_all_is_an_error():
    """A performance of nothing."""

    def never(sample):
        raise NotEstimableError("never")

    with pytest.raises(NotEstimableError, match="none of 3 draws"):
        replicate(draw, never, replicates=3, seed=0)
