"""Firth's penalised Cox model: the maximum of l + ½ log |I|, summed here row by row."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize
from scipy.stats import chi2

from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.firth import firth, firth_interval

ROWS = np.random.default_rng(9)
N = 30
TIME, STATUS = np.ceil(ROWS.exponential(4, N)) + 1, ROWS.choice([0, 1], N)
X = np.column_stack([ROWS.integers(0, 2, N), ROWS.normal(size=N)])
WEIGHT, STRATUM = ROWS.uniform(0.3, 3, N), ROWS.integers(0, 2, N)
ENTRY = np.maximum(TIME - ROWS.integers(2, 9, N), 0.0)
C18 = ([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0])


def penalised(beta, time, status, x, weight, *, ties, entry=None, strata=None):
    """l + ½ log |I| by its definition, one step of one event time after another."""
    x, weight = np.asarray(x, float).reshape(len(time), -1), weight / np.mean(weight)
    entry = np.full(len(time), -1.0) if entry is None else entry
    strata = np.zeros(len(time)) if strata is None else strata
    risk, value, information = weight * np.exp(x @ beta), 0.0, np.zeros((x.shape[1],) * 2)
    for stratum, t in {(s, t) for s, t, d in zip(strata, time, status, strict=True) if d}:
        tied = (strata == stratum) & (time == t) & (status == 1)
        at_risk = (strata == stratum) & (entry < t) & (time >= t)
        value += weight[tied] @ (x[tied] @ beta)
        n_steps = tied.sum() if ties == "efron" else 1
        for step in range(n_steps):
            share = risk * at_risk * (1 - step / n_steps * tied)
            each = weight[tied].sum() / n_steps
            value -= each * np.log(share.sum())
            mean = share @ x / share.sum()
            information += each * ((x - mean).T * share) @ (x - mean) / share.sum()
    return value + np.linalg.slogdet(information)[1] / 2


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("case", ["plain", "weighted", "strata", "late entry"])
def test_maximum_of_the_penalised_likelihood(case, ties):
    """A penalty with a wrong derivative, in Efron's steps above all."""
    keys = {"strata": STRATUM} if case == "strata" else {}
    keys |= {"entry": ENTRY} if case == "late entry" else {}
    weight = np.ones(N) if case == "plain" else WEIGHT
    found = firth(TIME, STATUS, weight, covariates=X, ties=ties, **keys).estimate.value
    best = minimize(
        lambda beta: -penalised(beta, TIME, STATUS, X, weight, ties=ties, **keys),
        np.zeros(2),
        method="BFGS",
        options={"gtol": 1e-7},
    )
    # the minimiser takes its gradient by differences, which leaves six digits
    np.testing.assert_allclose(found, best.x, atol=2e-6)


def test_no_event_in_one_arm():
    """C18: others print 17.78 or 21.94; the penalised log hazard ratio is 2.565241, HR 13.0038."""
    time, status, arm = C18
    fit = firth(time, status, covariates=arm)
    assert fit.estimate.value[0] == pytest.approx(2.565241, abs=5e-7)
    assert np.exp(fit.estimate.value[0]) == pytest.approx(13.0038, abs=5e-5)
    assert np.isnan(cox(time, status, covariates=arm).estimate.value[0])


def test_errors_where_an_arm_has_no_event():
    """The robust error (0.53) would exclude 1 by far; the profile limits reach down to 0.157.

    The model-based error is that of the information at the estimate, by hand: Σ p (1 − p) of the
    three events, p the share of the arm in the risk set.
    """
    time, status, arm = C18
    fit = firth(time, status, covariates=arm)
    ratio = np.exp(fit.estimate.value[0])
    shares = [n * ratio / (n * ratio + 3) for n in (3, 2, 1)]
    expected = sum(p * (1 - p) for p in shares) ** -0.5
    assert fit.model_covariance[0, 0] ** 0.5 == pytest.approx(expected, rel=1e-9)
    assert fit.estimate.std_error()[0] < expected / 2
    lower = firth_interval(time, status, covariates=arm).lower
    assert lower < fit.estimate.value[0] - 1.96 * 2 * fit.estimate.std_error()[0]


def test_profile_limits_of_the_penalised_likelihood():
    """Limits where the penalised likelihood is half the χ² quantile below its maximum, by hand."""
    time, status, arm = (np.array(values, float) for values in C18)
    limits = firth_interval(time, status, covariates=arm)

    def height(beta):
        ones = np.ones(6)
        best = penalised(np.array([2.565241]), time, status, arm, ones, ties="efron")
        own = penalised(np.array([beta]), time, status, arm, ones, ties="efron")
        return own - best + chi2.ppf(0.95, 1) / 2

    assert limits.lower == pytest.approx(brentq(height, -2, 2.5), rel=1e-6)
    assert limits.upper == pytest.approx(brentq(height, 2.6, 20), rel=1e-6)


def test_profile_limits_beside_another_covariate():
    """The other coefficient must follow, and the penalty must stay that of both."""
    limits = firth_interval(TIME, STATUS, covariates=X, ties="breslow")

    def highest(beta):
        lowest = minimize(
            lambda other: (
                -penalised(np.array([beta, other[0]]), TIME, STATUS, X, np.ones(N), ties="breslow")
            ),
            np.zeros(1),
            method="BFGS",
        )
        return -lowest.fun

    best = firth(TIME, STATUS, covariates=X, ties="breslow").estimate.value[0]
    for limit in (limits.lower, limits.upper):
        fall = highest(best) - highest(limit)
        assert fall == pytest.approx(chi2.ppf(0.95, 1) / 2, rel=1e-5)


def test_scale_of_weights():
    """Clause 1: weights in another unit change neither the estimate nor its error."""
    one = firth(TIME, STATUS, WEIGHT, covariates=X).estimate
    other = firth(TIME, STATUS, 1e3 * WEIGHT, covariates=X).estimate
    np.testing.assert_allclose(other.value, one.value, rtol=1e-9)
    np.testing.assert_allclose(other.std_error(), one.std_error(), rtol=1e-7)


def test_rows_of_weight_0_do_not_dilute_the_others():
    """A penalty that grows with rows that were weighted out: the mean weight is of those left."""
    out = np.arange(N) % 4 == 0
    found = firth(TIME, STATUS, np.where(out, 0.0, WEIGHT), covariates=X).estimate
    without = firth(TIME[~out], STATUS[~out], WEIGHT[~out], covariates=X[~out]).estimate
    np.testing.assert_allclose(found.value, without.value, rtol=1e-9)
    np.testing.assert_allclose(found.std_error(), without.std_error(), rtol=1e-9)


def test_many_rows_need_no_penalty():
    """The penalty is O(1): with each row a thousand times it vanishes."""
    many = [np.repeat(values, 1000, axis=0) for values in (TIME, STATUS, X)]
    large = firth(*many[:2], covariates=many[2], ties="breslow").estimate.value
    plain = cox(TIME, STATUS, covariates=X, ties="breslow").estimate.value
    np.testing.assert_allclose(large, plain, atol=1e-3)


def test_reasons():
    """A number where the penalty is not defined: no event, no variation, collinear columns."""
    assert "no event" in firth([1, 2], [0, 0], covariates=[0, 1]).estimate.reasons[0]
    assert firth_interval([1, 2], [0, 0], covariates=[0, 1]).reason == "no event of cause 1"
    flat = firth([1, 2, 3], [1, 1, 0], covariates=[1, 1, 1])
    assert flat.estimate.reasons[0] == "x1 does not vary among the rows at risk"
    both = firth(TIME, STATUS, covariates=np.column_stack([X, np.ones(N)])).estimate
    rest = firth(TIME, STATUS, covariates=X).estimate
    np.testing.assert_allclose(both.value[:2], rest.value, rtol=1e-12)
    assert "does not vary" in both.reasons[2]
    reason = firth_interval(TIME, STATUS, covariates=np.ones(N)).reason
    assert "does not vary" in reason


def test_a_step_is_no_longer_than_one_deviation():
    """A climb that jumps to and fro: one of four rows, 7 above the others, has the event first.

    With θ = exp(7 β) the score is 21/(θ + 3) + 7/2 − 7 θ/(θ + 3), 0 at θ = 9. The climb ends where
    the penalised likelihood changes by 1e-11, which is 3e-6 of the coefficient.
    """
    fit = firth([1, 1, 6, 5], [1, 0, 1, 1], covariates=[10, 3, 3, 3])
    assert fit.estimate.value[0] == pytest.approx(np.log(9) / 7, rel=1e-5)


def test_likelihood_ratio_is_the_test_of_the_profile_limits():
    """A p value of another test than that of the limits: at level 1 − p they reach down to 0.

    The statistic is twice the gain of the penalised likelihood by its definition; C18.
    """
    time, status, arm = (np.array(values, float) for values in C18)
    fit = firth(time, status, covariates=arm)
    test, ones = fit.likelihood_ratio, np.ones(6)
    at = [penalised(np.array([b]), time, status, arm, ones, ties="efron") for b in (2.565241, 0.0)]
    assert test.statistic == pytest.approx(2 * (at[0] - at[1]), rel=1e-9)
    assert test.df == 1
    limits = firth_interval(time, status, covariates=arm, level=1 - test.p_value)
    assert limits.lower == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("keys", [{"weight": WEIGHT}, {"cluster": np.arange(N) // 2}])
def test_no_likelihood_ratio_of_weighted_or_clustered_rows(keys):
    """A χ² of rows that it does not hold for."""
    assert "is not χ²" in str(firth(TIME, STATUS, covariates=X, **keys).likelihood_ratio.reason)


def test_no_event_is_no_test():
    """A test of nothing."""
    assert firth([1, 2], [0, 0], covariates=[0, 1]).likelihood_ratio.reason == "no event of cause 1"
