"""Profile-likelihood limits of a log hazard ratio, with and without a finite estimate."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.cox_likelihood import cox_likelihood
from spine_outcomes.survival.profile_likelihood import profile_interval

GEHAN = json.loads((Path(__file__).parents[1] / "data/hand_worked.json").read_text())["gehan_6mp"]
HALF_QUANTILE = stats.chi2.ppf(0.95, 1) / 2


@pytest.mark.parametrize("arm", [1, 0])
def test_open_interval_without_events_in_an_arm(arm):
    """C18: from .664462 to infinity, or the mirror image: not 21.94 ± 24795."""
    x = [arm] * 3 + [1 - arm] * 3
    limits = profile_interval([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], covariates=x)
    finite, infinite = (limits.lower, limits.upper) if arm else (-limits.upper, -limits.lower)
    np.testing.assert_allclose(finite, 0.664462, atol=5e-7)
    assert infinite == np.inf


@pytest.mark.parametrize(("n", "others"), [(20, 20), (3, 197)])
def test_open_interval_far_from_0(n, others):
    """All of an arm have the event and nobody else: a limit more than a deviation from 0, or an arm
    so small that its indicator reaches many deviations, whose exponential overflows.

    log L(β) = Σ_k log(exp β / (k exp β + others)), k = n, …, 1, which tends to −Σ log k.
    """
    time, arm = np.r_[np.arange(n), np.full(others, n)], np.repeat([1, 0], [n, others])
    limits = profile_interval(time, arm, covariates=arm)
    below = np.log(1 + others / np.arange(1, n + 1) * np.exp(-limits.lower)).sum()
    np.testing.assert_allclose(below, HALF_QUANTILE, rtol=1e-9)
    assert limits.upper == np.inf


def test_limits_lie_half_a_quantile_below_the_maximum():
    """The definition, on the trial of 6-MP; the interval is not symmetric."""
    data = GEHAN["data"]
    arrays, x = (data["time"], data["status"]), data["control"]
    limits = profile_interval(*arrays, covariates=x)
    fit = cox(*arrays, covariates=x)
    for limit in (limits.lower, limits.upper):
        at = cox_likelihood([limit], *arrays, covariates=x)
        np.testing.assert_allclose(
            at.log_likelihood, fit.log_likelihood - HALF_QUANTILE, rtol=1e-10
        )
    assert limits.lower < fit.estimate.value[0] < limits.upper


def test_other_coefficients_are_maximised_over():
    """At a limit the score of the other coefficients is 0: no better value of them exists."""
    rng = np.random.default_rng(3)
    arrays = np.ceil(rng.exponential(6, 50)), rng.choice([0, 1], 50)
    x = rng.normal((0, 5), size=(50, 2))
    x = np.column_stack([x, 2 * x[:, 1]])
    limits = profile_interval(*arrays, covariates=x)
    top = cox(*arrays, covariates=x[:, :2]).log_likelihood

    def best(first):
        grid = np.linspace(-2, 2, 4001)
        values = [
            cox_likelihood([first, second], *arrays, covariates=x[:, :2]).log_likelihood
            for second in grid[::40]
        ]
        centre = grid[::40][int(np.argmax(values))]
        near = centre + np.linspace(-0.05, 0.05, 401)
        return max(
            cox_likelihood([first, second], *arrays, covariates=x[:, :2]).log_likelihood
            for second in near
        )

    # The grid of the other coefficient has steps of 2.5e-4.
    for limit in (limits.lower, limits.upper):
        np.testing.assert_allclose(best(limit), top - HALF_QUANTILE, atol=1e-5)


@pytest.mark.parametrize(
    ("status", "x", "reason"),
    [([0, 0, 0], [0, 1, 1], "no event of cause 1"), ([1, 1, 0], [1, 1, 1], "does not vary")],
)
def test_reason_in_place_of_limits(status, x, reason):
    """Limits from −∞ to ∞ would look like a result."""
    limits = profile_interval([1, 2, 3], status, covariates=x)
    assert np.isnan([limits.lower, limits.upper]).all()
    assert reason in limits.reason
