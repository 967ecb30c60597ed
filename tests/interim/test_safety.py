"""Safety limits: by hand, by enumeration of all paths, by simulation, and refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from spine_outcomes.errors import DefinitionError, SampleError
from spine_outcomes.interim.safety import (
    SafetyBoundary,
    bayesian_boundary,
    exact_boundary,
    operating_characteristics,
    posterior_exceeds,
)

LOOKS = st.lists(st.integers(1, 80), min_size=1, max_size=5, unique=True).map(sorted)
RATES = st.floats(0.005, 0.5)


def enumerated(boundary, rate):
    """Probability of having crossed by each look, over every sequence of patients."""
    crossed = np.zeros(len(boundary.n))
    for path in itertools.product([0, 1], repeat=int(boundary.n[-1])):
        counts = np.cumsum(path)[boundary.n - 1]
        over = counts >= boundary.events
        p = rate ** sum(path) * (1 - rate) ** (len(path) - sum(path))
        crossed += p * np.logical_or.accumulate(over)
    return crossed


def test_posterior_by_hand():
    """With the uniform prior and no event of n the posterior tail is (1 − rate)^(n + 1)."""
    assert posterior_exceeds(0, 9, 0.1, (1.0, 1.0)) == pytest.approx(0.9**10, rel=1e-12)
    assert posterior_exceeds(9, 9, 0.1, (1.0, 1.0)) == pytest.approx(1 - 0.1**10, rel=1e-12)


@given(n=LOOKS, rate=RATES, posterior=st.floats(0.5, 0.99))
def test_a_bayesian_limit_is_the_first_number_that_crosses(n, rate, posterior):
    """A limit one too high or too low."""
    boundary = bayesian_boundary(n, rate, posterior=posterior)
    for of, limit in zip(boundary.n, boundary.events, strict=True):
        if limit <= of:
            assert posterior_exceeds(limit, of, rate) > posterior
        if limit > 0:
            assert posterior_exceeds(limit - 1, of, rate) <= posterior


@given(n=LOOKS, rate=RATES)
def test_exact_limits_keep_their_error_and_are_the_smallest_that_do(n, rate):
    """Limits that cross more often than alpha at the limit, or leave a patient to spare."""
    boundary = exact_boundary(n, rate, alpha=0.1)
    found = operating_characteristics(boundary, rate)
    assert found.crossed[0, -1] <= 0.1 + 1e-12
    last = boundary.events.copy()
    last[-1] -= 1
    tighter = operating_characteristics(SafetyBoundary(boundary.n, last, rate), rate)
    assert tighter.crossed[0, -1] > 0.1


def test_one_look_is_the_exact_binomial_test():
    """A single look with another limit than the quantile of the binomial."""
    for n, rate in ((20, 0.05), (50, 0.02), (500, 0.01)):
        limit = int(exact_boundary([n], rate).events[0])
        assert stats.binom.sf(limit - 1, n, rate) <= 0.05 < stats.binom.sf(limit - 2, n, rate)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.35, 1.0])
def test_operating_characteristics_are_those_of_all_paths(rate):
    """Paths that cross and come back counted twice or not at all."""
    boundary = SafetyBoundary(np.array([3, 5, 9]), np.array([2, 6, 4]), 0.1)
    found = operating_characteristics(boundary, [rate])
    expected = enumerated(boundary, rate)
    np.testing.assert_allclose(found.crossed[0], expected, rtol=1e-12, atol=1e-15)
    first = np.diff(expected, prepend=0)
    mean = first @ boundary.n + (1 - expected[-1]) * 9
    np.testing.assert_allclose(found.expected_n, mean, rtol=1e-12)


@given(n=LOOKS, rates=st.lists(st.floats(0, 1), min_size=2, max_size=4).map(sorted))
def test_a_higher_rate_crosses_more_often_and_sooner(n, rates):
    """A probability outside 0 … 1, or one that falls as the toxicity gets worse."""
    found = operating_characteristics(bayesian_boundary(n, 0.1), rates)
    assert ((found.crossed >= 0) & (found.crossed <= 1 + 1e-12)).all()
    assert (np.diff(found.crossed, axis=0) >= -1e-12).all()
    assert (np.diff(found.crossed, axis=1) >= -1e-12).all()
    assert (np.diff(found.expected_n) <= 1e-9).all()


def test_rates_next_to_0_and_1_have_probabilities():
    """A rate next to 0, or certainty, that stops the computation or loses the probability."""
    boundary = SafetyBoundary(np.array([3, 500]), np.array([2, 6]), 0.1)
    found = operating_characteristics(boundary, [0.0, 5e-324, 1e-300, 1.0])
    np.testing.assert_array_equal(found.crossed[:, -1], [0, 0, 0, 1])


def test_simulated_studies_cross_as_often_as_computed():
    """The recursion wrong as a whole: 100 000 studies of 500 patients, in Monte-Carlo errors."""
    rng = np.random.default_rng(3)
    n = np.array([150, 300, 500])
    for boundary in (bayesian_boundary(n, 0.02), exact_boundary(n, 0.02)):
        for rate in (0.01, 0.02, 0.04):
            gained = rng.binomial(np.diff(n, prepend=0), rate, size=(100_000, 3))
            over = np.cumsum(gained, axis=1) >= boundary.events
            simulated = np.logical_or.accumulate(over, axis=1).mean(axis=0)
            p = operating_characteristics(boundary, rate).crossed[0]
            assert (np.abs(simulated - p) < 4 * np.sqrt(p * (1 - p) / 100_000) + 1e-12).all()


def test_no_event_never_crosses_a_limit():
    """An alarm before any toxicity, also at the first patients and with a flat prior."""
    n = np.arange(1, 40)
    for boundary in (bayesian_boundary(n, 0.05), exact_boundary(n, 0.05)):
        assert (boundary.events >= 1).all()
        assert operating_characteristics(boundary, 0.0).crossed[0, -1] == 0


@pytest.mark.parametrize(
    "n", [[], [0, 5], [5, 5], [5, 4], [2.5], [np.nan], [2, np.inf], [-1, 3], 7]
)
def test_looks_that_cannot_be(n):
    """Half a patient, or fewer patients than at the look before."""
    with pytest.raises(SampleError, match="numbers of patients"):
        exact_boundary(n, 0.05)


def test_settings_that_cannot_be():
    """A rate of 0 or 1 that nothing or everything exceeds; a prior that is no distribution."""
    for rate in (0.0, 1.0, np.nan):
        with pytest.raises(DefinitionError, match="rate to stay below"):
            bayesian_boundary([10], rate)
    with pytest.raises(DefinitionError, match="both numbers must be above 0"):
        posterior_exceeds(1, 10, 0.1, (0.0, 1.0))
    with pytest.raises(DefinitionError, match="posterior probability"):
        bayesian_boundary([10], 0.1, posterior=1.0)
    with pytest.raises(SampleError, match="0 … n"):
        posterior_exceeds(11, 10, 0.1)
    with pytest.raises(SampleError, match="true rate"):
        operating_characteristics(exact_boundary([10], 0.1), 1.2)
