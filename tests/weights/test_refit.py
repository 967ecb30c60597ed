"""Repeated fits are those of fit_propensity, to rounding; levels may vanish, arms may not part."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import NotEstimableError, SeparationError
from spine_outcomes.weights.design import assemble, categories, linear
from spine_outcomes.weights.propensity import fit_propensity
from spine_outcomes.weights.refit import PropensityRefit

N = 80
RNG = np.random.default_rng(4)
X = RNG.normal(size=N)
ARM = (RNG.random(N) < 1 / (1 + np.exp(-X))).astype(np.int64)
LEVEL = np.where(np.arange(N) < 6, 2, RNG.integers(0, 2, N))
COMMON = assemble([linear("x", 1000 + X), categories("site", LEVEL, ["a", "b", "c"])])
REFIT = PropensityRefit.of(COMMON, ARM)


def close(found, expected):
    for name in ("score", "influence", "coefficients", "weight"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=1e-9, atol=1e-12, err_msg=name
        )


@pytest.mark.parametrize("seed", range(20))
def test_a_refit_is_a_fit(seed):
    """A bootstrap that fits another model than the main job; weights of any size, 0 included."""
    rng = np.random.default_rng(seed)
    weight = rng.multinomial(N, np.full(N, 1 / N)) if seed % 2 else rng.exponential(size=N)
    weight = weight.astype(float)
    try:
        expected = fit_propensity(COMMON, ARM, weight)
    except NotEstimableError as fault:
        with pytest.raises(type(fault)):
            REFIT(weight)
        return
    close(REFIT(weight), expected)


def test_a_level_that_was_not_drawn_is_no_failure():
    """A rare level that fails a third of the replicates: the others are fitted as without it."""
    weight = np.where(LEVEL == 2, 0.0, 1.0)
    with pytest.raises(NotEstimableError, match="constant"):
        fit_propensity(COMMON, ARM, weight)
    found = REFIT(weight)
    drawn = weight > 0
    without = assemble([linear("x", X[drawn]), categories("site", LEVEL[drawn], ["a", "b"])])
    expected = fit_propensity(without, ARM[drawn])
    np.testing.assert_allclose(found.score[drawn], expected.score, rtol=1e-9)
    assert not found.influence[~drawn].any()


def test_parted_arms_are_a_failure_by_name():
    """Weights of a replicate in which a level is in one arm only."""
    weight = np.where((LEVEL == 2) & (ARM == 1), 0.0, 1.0)
    assert (weight[LEVEL == 2] > 0).any()
    with pytest.raises(SeparationError, match="site=c"):
        REFIT(weight)


@pytest.mark.parametrize("arm", [0, 1])
def test_an_empty_arm_is_a_failure(arm):
    """A propensity of one arm."""
    with pytest.raises(NotEstimableError, match="no row in the"):
        REFIT(np.where(arm == ARM, 0.0, 1.0))


@pytest.mark.parametrize("seed", range(30))
def test_a_level_with_a_single_row_parts_the_arms(seed):
    """A score of 1e-23 for a row that nothing is like: to rounding it reaches the proof's bound."""
    rng = np.random.default_rng(seed)
    level = np.r_[2, rng.integers(0, 2, N - 1)]
    design = assemble([linear("x", X), categories("site", level, ["a", "b", "c"])])
    with pytest.raises(SeparationError, match="site=c"):
        fit_propensity(design, ARM)


@pytest.mark.parametrize("factor", [1.0, 1e8])
@pytest.mark.parametrize("seed", [12, 29])
def test_the_verdict_on_arms_that_hardly_overlap_is_that_of_a_fit(seed, factor):
    """Scores of 0 and 1 to rounding that a bootstrap takes and the main job refuses."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, 30))
    arm = (x + 0.3 * rng.normal(size=30) > 0).astype(np.int64)
    design = assemble([linear("x", x), linear("y", y)])
    refit, refused = PropensityRefit.of(design, arm), 0
    for _ in range(60):
        weight = factor * rng.multinomial(30, np.full(30, 1 / 30))
        try:
            expected = fit_propensity(design, arm, weight)
        except NotEstimableError as fault:
            refused += 1
            with pytest.raises(type(fault)):
                refit(weight)
        else:
            close(refit(weight), expected)
    assert 0 < refused < 60


def test_no_row_is_left():
    """The only cluster left out: nothing to fit, said as for an arm that is empty, and no crash."""
    with pytest.raises(NotEstimableError, match="no row"):
        REFIT(np.zeros(N))
