"""Log-rank test of equal hazards in two or more arms: classical, and robust for weighted rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.inference import Nuisance, TestResult
from spine_outcomes.inference.covariance import clustered_covariance
from spine_outcomes.inference.hypothesis_tests import no_test, quadratic_test
from spine_outcomes.survival.life_table import Floats, LifeTable, from_zero, life_tables
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder


def log_rank(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike,
    cause: int = 1,
    entry: ArrayLike | None = None,
) -> TestResult:
    """Classical log-rank test, K arms, hypergeometric variance.

    Parameters
    ----------
    time, status, weight, arm, entry : array_like, shape (n,)
        As ``sample_of``. Weights may only leave rows out (0) or keep them (one value for all).
    cause
        Code of the event; other events count as censored.

    Returns
    -------
    TestResult
        χ² on K − 1 degrees of freedom, K the arms in which an event could be expected. There is no
        test with one arm, without an event, or with unequal weights.

    Notes
    -----
    With n_a of n rows at risk in arm a and d_a of d events at a time, U_a = Σ (d_a − d n_a/n) and
    V_ab = Σ d (n − d)/(n − 1) (n_a/n) (1{a = b} − n_b/n) (Mantel, 1966; Peto and Peto, 1972).
    Levels of an arm without rows are no arms.
    """
    sample = sample_of(time, status, weight, arm=arm, entry=entry)
    kept = sample.weight[sample.weight > 0]
    if (kept != kept[0]).any():
        return no_test("the rows are weighted; the robust score test is valid for them")
    table, arms = _pooled(replace(sample, weight=(sample.weight > 0).astype(float)), cause)
    if reason := _obstacle(table, arms):
        return no_test(reason)
    n, d = table.at_risk, table.events
    at_risk = np.array([table.at_risk_of(table.weight * is_arm) for is_arm in arms])
    observed = np.array([(table.weight * table.is_event * is_arm).sum() for is_arm in arms])
    expected = at_risk @ (d / n)
    share = at_risk / n
    each = d * (n - d) / np.maximum(n - 1, 1)
    covariance = np.diag(share @ each) - (share * each) @ share.T
    is_compared = np.flatnonzero(expected > 0)[1:]
    if not len(is_compared):
        return no_test("only one arm has rows at risk when events happen")
    return quadratic_test(
        (observed - expected)[is_compared], covariance[np.ix_(is_compared, is_compared)]
    )


def score_test(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike,
    cause: int = 1,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    nuisance: Nuisance | None = None,
) -> TestResult:
    """Robust score test of no effect of the arm in a weighted Cox model: a weighted log-rank test.

    Parameters
    ----------
    time, status, weight, arm, entry, cluster : array_like, shape (n,)
        As ``sample_of``.
    cause
        Code of the event; other events count as censored.
    nuisance
        Estimated propensity; None takes the weights as known.

    Returns
    -------
    TestResult
        χ² on K − 1 degrees of freedom. There is no test with one arm, without an event, or with one
        cluster.

    Notes
    -----
    Uᵀ (Σ_c U_c U_cᵀ)⁻¹ U with U = Σ_i U_i, U_c its sum within clusters, and the score residual at 0
    with Breslow's ties, x the indicator of an arm and x̄ its weighted mean in the risk set:
    U_i = w_i [1{event} (x_i − x̄(T_i)) − Σ_{L_i < s ≤ T_i} (x_i − x̄(s)) dN(s)/Y(s)]
    (Lin and Wei, 1989). It is the robust score test of R's ``coxph``.
    """
    sample = sample_of(time, status, weight, arm=arm, entry=entry, cluster=cluster)
    table, arms = _pooled(sample, cause)
    if reason := _obstacle(table, arms):
        return no_test(reason)
    if sample.cluster is not None and np.ptp(sample.cluster[table.rows]) == 0:
        return no_test("all rows are of one cluster")
    residuals = np.zeros((sample.n, len(arms) - 1))
    for column, is_arm in enumerate(arms[1:]):
        residuals[table.rows, column] = _score_residuals(table, is_arm)
    score = residuals.sum(axis=0)
    if nuisance is not None:
        residuals = nuisance.correct(residuals)
    return quadratic_test(score, clustered_covariance(residuals, sample.cluster))


def _pooled(sample: Sample, cause: int) -> tuple[LifeTable, list[NDArray[np.bool_]]]:
    """Table of all arms together for one cause, and the indicator (r,) of each arm present."""
    pooled = replace(sample, status=(sample.status == cause).astype(np.int64), arm=None)
    (_, table), *_ = life_tables(pooled)
    if table is None or sample.arm is None:
        raise AssertionError("a checked sample has weighted rows and an arm")
    arm = sample.arm[table.rows]
    return table, [arm == code for code in sample.arms]


def _obstacle(table: LifeTable, arms: Sequence[NDArray[np.bool_]]) -> str | None:
    """Why arms cannot be compared, if they cannot."""
    if len(arms) < 2:
        return "only one arm has rows with a weight above 0"
    return None if table.is_event.any() else "no event"


def _score_residuals(table: LifeTable, is_arm: NDArray[np.bool_]) -> Floats:
    """Weighted score residuals of one arm's indicator at 0, shape (r,)."""
    # x − x̄ is the share of the other arms in the arm, −(the arm's share) outside: no cancellation.
    own = _residuals_of_share(table, ~is_arm)
    return np.where(is_arm, own, -_residuals_of_share(table, is_arm))


def _residuals_of_share(table: LifeTable, is_in: NDArray[np.bool_]) -> Floats:
    """w_i [1{event} s(T_i) − Σ_{L_i < t ≤ T_i} s dN/Y] with s the share of some rows at risk."""
    share = table.at_risk_of(table.weight * is_in) / table.at_risk
    cumulative = from_zero(share * table.events / table.at_risk)
    residual = table.is_event * share[table.group] - cumulative[1:][table.group]
    if table.entered is not None:
        residual += cumulative[table.entered + 1]
    return table.weight * residual
