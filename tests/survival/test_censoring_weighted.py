"""Inverse probability of censoring at a landmark: Aalen–Johansen, averaged over strata."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.inference import Nuisance
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.censoring_weighted import censoring_weighted_incidence
from tests.differences import derivatives

N = 60
RNG = np.random.default_rng(4)
TIME = np.ceil(RNG.exponential(5, N)) + 1
STATUS = RNG.choice([0, 0, 1, 1, 2], N)
ARMS = RNG.integers(0, 2, N)
STRATUM = RNG.integers(0, 2, N)
WEIGHT = RNG.uniform(0.2, 3, N)
TIMES = [0, 3, 4.5, 6]
CHECKED = slice(None, None, 7)


def stratified(weight: np.ndarray):
    return censoring_weighted_incidence(
        TIME, STATUS, weight, arm=ARMS, strata=STRATUM, times=TIMES[1:]
    )


@pytest.mark.parametrize("cause", [1, 2])
def test_without_strata_it_is_aalen_johansen(cause):
    """Weights 1/G that do not undo censoring, or errors that forget that G was estimated.

    Values and influence: the two estimators are one function of the weights. Ties throughout.
    """
    found = censoring_weighted_incidence(TIME, STATUS, WEIGHT, arm=ARMS, cause=cause, times=TIMES)
    expected = aalen_johansen(TIME, STATUS, WEIGHT, arm=ARMS, cause=cause, times=TIMES)
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-12)
    np.testing.assert_allclose(found.influence, expected.influence, atol=1e-14)
    assert found.labels == expected.labels


def test_with_strata_it_is_their_average():
    """A mixture in which a stratum counts for those who were not censored only."""
    found = stratified(WEIGHT)
    for arm in (0, 1):
        expected = np.zeros(3)
        for stratum in (0, 1):
            own = (arm == ARMS) & (stratum == STRATUM)
            share = WEIGHT[own].sum() / WEIGHT[arm == ARMS].sum()
            incidence = aalen_johansen(TIME[own], STATUS[own], WEIGHT[own], times=TIMES[1:])
            expected += share * incidence.value
        np.testing.assert_allclose(found.select(arm=arm).value, expected, rtol=1e-12)


def test_influence_is_the_derivative_in_each_weight():
    """An influence that holds G fixed although the weights move it."""
    influence = stratified(WEIGHT).influence
    expected = derivatives(lambda weight: stratified(weight).value, WEIGHT, CHECKED)
    np.testing.assert_allclose(influence[CHECKED], expected, atol=1e-8)
    np.testing.assert_allclose(influence.sum(axis=0), 0, atol=1e-13)


def test_estimated_weights_correct_it_like_any_other():
    """A propensity that moves G and is not followed there: w = exp(γ x), γ the mean of x."""
    x = RNG.normal(size=N)

    def value(multiplicity: np.ndarray) -> np.ndarray:
        gamma = np.average(x, weights=multiplicity)
        return stratified(multiplicity * np.exp(gamma * x)).value

    nuisance = Nuisance((x - x.mean())[:, None] / N, x[:, None])
    corrected = stratified(np.exp(x.mean() * x)).corrected(nuisance).influence
    expected = derivatives(value, np.ones(N), CHECKED)
    np.testing.assert_allclose(corrected[CHECKED], expected, atol=1e-8)


def test_five_rows_by_hand():
    """Censored at 2 in stratum 0: of its three rows the last stands for two.

    Stratum 0: events at 1 and 3, censored at 2: F(3) = 1/3 + (2/3)(1/1) = 1. Stratum 1: event at 1,
    free at 3: F(3) = 1/2. Average (3 · 1 + 2 · 1/2)/5.
    """
    found = censoring_weighted_incidence(
        [1, 2, 3, 1, 4], [1, 0, 1, 1, 0], strata=[0, 0, 0, 1, 1], times=[1, 3]
    )
    np.testing.assert_allclose(found.value, [2 / 5, 4 / 5], rtol=1e-14)


def test_a_stratum_that_nobody_is_followed_in_has_no_risk():
    """A landmark at which a whole stratum silently drops out of the average."""
    found = censoring_weighted_incidence(
        [1, 2, 3, 1, 9], [1, 0, 0, 1, 0], strata=[0, 0, 0, 1, 1], times=[3, 5]
    )
    assert found.reasons[0] is None
    assert "past the last follow-up of a stratum (3)" in found.reasons[1]
    assert np.isnan(found.value[1])


def test_strata_are_codes():
    """Names, or too few of them."""
    for strata in ([0, 1], ["a"] * N):
        with pytest.raises(SampleError, match="one integer code for each"):
            censoring_weighted_incidence(TIME, STATUS, strata=strata, times=3)


def test_an_arm_without_weight_has_no_risk():
    """A risk of 0/0."""
    found = censoring_weighted_incidence([1, 2, 3], [1, 1, 0], [1, 1, 0], arm=[0, 0, 1], times=2)
    assert found.reasons[1] == "no row with a weight above 0"


@pytest.mark.parametrize(
    ("status", "risk"), [([0, 1, 1], 1.0), ([1, 1, 0], None), ([2, 1, 1], 2 / 3)]
)
def test_past_the_last_time_only_a_censoring_hides_the_rest(status, risk):
    """No estimate because some row was censored early, or one that takes the last one as known."""
    found = censoring_weighted_incidence([1, 2, 3], status, times=[5])
    assert (found.reasons[0] is None) == (risk is not None)
    if risk is not None:
        assert found.value[0] == pytest.approx(risk, rel=1e-12)


@pytest.mark.parametrize("status", [[1, 1, 0], [1, 0, 1]])
def test_the_last_rows_tie_within_a_unit_conversion(status):
    """A censoring at the last time that is not seen beside an event 1e-12 later."""
    found = censoring_weighted_incidence([1, 3, 3 * (1 + 1e-12)], status, times=[5])
    assert "past the last follow-up" in str(found.reasons[0])
