"""Log-rank tests of equal hazards in two or more arms: classical, and robust for weighted rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import connected_components

from spine_outcomes.inference import Nuisance, TestResult
from spine_outcomes.inference.covariance import cluster_sums, clustered_covariance
from spine_outcomes.inference.hypothesis_tests import no_test, quadratic_test
from spine_outcomes.survival.life_table import Floats, LifeTable, from_zero, life_tables
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder
from spine_outcomes.survival.time_weights import TimeWeight, even

ROUND_OFF = 1e-13
ONE_ARM = "only one arm has rows with a weight above 0"
ONE_AT_RISK = "only one arm has rows at risk when events happen"


def log_rank(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike,
    cause: int = 1,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    time_weight: TimeWeight = even,
) -> TestResult:
    """Classical log-rank test, K arms, hypergeometric variance.

    Parameters
    ----------
    time, status, weight, arm, entry, strata : array_like, shape (n,)
        As ``sample_of``. Weights may only leave rows out (0) or keep them (one value for all).
    cause
        Code of the event; other events count as censored.
    time_weight
        How much each event time counts: ``even``, ``gehan``, ``tarone_ware`` or
        ``fleming_harrington(rho, gamma)``.

    Returns
    -------
    TestResult
        χ² on K − 1 degrees of freedom, K the arms that are at risk together with another when an
        event happens. There is no test with one arm, without an event, or with unequal weights.

    Notes
    -----
    With n_a of n rows at risk in arm a and d_a of d events at a time, and φ the weight of that
    time, U_a = Σ φ (d_a − d n_a/n) and V_ab = Σ φ² d (n − d)/(n − 1) (n_a/n) (1{a = b} − n_b/n)
    (Mantel, 1966; Peto and Peto, 1972; Tarone and Ware, 1977). Both add up over strata. Levels of
    an arm without rows are no arms.

    Examples
    --------
    >>> test = log_rank([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], arm=[1, 1, 1, 0, 0, 0])
    >>> round(test.statistic, 6), round(test.p_value, 6)
    (5.051661, 0.024602)
    """
    sample = sample_of(time, status, weight, arm=arm, entry=entry, strata=strata)
    kept = sample.weight[sample.weight > 0]
    if np.ptp(kept) > 0:
        return no_test("the rows are weighted; the robust score test is valid for them")
    counted = replace(sample, weight=(sample.weight > 0).astype(float))
    if reason := obstacle(counted, cause):
        return no_test(reason)
    comparisons = _comparisons(counted, cause, time_weight)
    return stratified_test(comparisons)


def score_test(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike,
    cause: int = 1,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    time_weight: TimeWeight = even,
    nuisance: Nuisance | None = None,
) -> TestResult:
    """Robust score test of no effect of the arm in a weighted Cox model: a weighted log-rank test.

    Parameters
    ----------
    time, status, weight, arm, entry, cluster, strata : array_like, shape (n,)
        As ``sample_of``.
    cause
        Code of the event; other events count as censored.
    time_weight
        As ``log_rank``, of the weighted rows.
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
    with Breslow's ties, x the indicator of an arm, x̄ its weighted mean in the risk set of the
    stratum, φ the weight of a time:
    U_i = w_i [1{event} φ (x_i − x̄(T_i)) − Σ_{L_i < s ≤ T_i} φ (x_i − x̄(s)) dN(s)/Y(s)]
    (Lin and Wei, 1989). With even time weights and one stratum it is the robust score test of R's
    ``coxph``. That φ is estimated adds nothing: its derivative multiplies differences that are 0 on
    average where the arms do not differ.
    """
    sample = sample_of(
        time, status, weight, arm=arm, entry=entry, cluster=cluster, strata=strata
    )  # fmt: skip
    if reason := obstacle(sample, cause):
        return no_test(reason)
    comparisons = _comparisons(sample, cause, time_weight)
    compared = arms_compared([one.together for one in comparisons])
    if not len(compared):
        return no_test(ONE_AT_RISK)
    residuals = np.zeros((sample.n, len(compared)))
    for one in comparisons:
        for column, arm_position in enumerate(compared):
            residuals[one.table.rows, column] = one.score_residuals(arm_position)
    return robust_test(residuals, sample, nuisance)


def obstacle(sample: Sample, cause: int) -> str | None:
    """Why arms cannot be compared with respect to one cause, if they cannot."""
    if len(sample.arms) < 2:
        return ONE_ARM
    is_counted = sample.weight > 0
    if sample.cluster is not None and np.ptp(sample.cluster[is_counted]) == 0:
        return "all rows are of one cluster"
    return None if (is_counted & (sample.status == cause)).any() else "no event"


class Comparison(Protocol):
    """K arms in one stratum: what adds up over strata."""

    @property
    def together(self) -> Floats:
        """Above 0 where two arms are at risk together when an event happens, shape (K, K)."""

    @property
    def score(self) -> Floats:
        """Observed minus expected events of each arm, shape (K,)."""

    @property
    def covariance(self) -> Floats:
        """Covariance of the score, shape (K, K)."""


def stratified_test(comparisons: Sequence[Comparison]) -> TestResult:
    """χ² of the scores of all strata together."""
    compared = arms_compared([one.together for one in comparisons])
    if not len(compared):
        return no_test(ONE_AT_RISK)
    score = np.sum([one.score for one in comparisons], axis=0)
    covariance = np.sum([one.covariance for one in comparisons], axis=0)
    return quadratic_test(score[compared], covariance[np.ix_(compared, compared)])


def arms_compared(together: Sequence[Floats]) -> NDArray[np.intp]:
    """Positions of all arms but the first of each set of arms that are linked by comparisons.

    Parameters
    ----------
    together : sequence of ndarray, shape (K, K)
        For each stratum, above 0 where two arms are at risk together when an event happens. An arm
        that never meets another is a set of its own.
    """
    _, linked = connected_components(np.sum(together, axis=0) > 0)
    first = np.unique(linked, return_index=True)[1]
    return np.setdiff1d(np.arange(len(linked)), first)


def meeting(at_risk: Floats) -> Floats:
    """Number of times (m,) at which two arms are both at risk, by ``at_risk`` (K, m), (K, K)."""
    is_there = (at_risk > 0).astype(np.float64)
    return is_there @ is_there.T


def robust_test(
    residuals: Floats,
    sample: Sample,
    nuisance: Nuisance | None,
    beside_weights: Floats | float = 0.0,
) -> TestResult:
    """χ² of a score from the residuals (n, q) that sum to it.

    ``beside_weights`` (n, q) varies with the score and has sum 0, but an estimated propensity does
    not touch it.
    """
    score = residuals.sum(axis=0)
    if nuisance is not None:
        residuals = nuisance.correct(residuals)
    residuals = residuals + beside_weights
    sums, size = (cluster_sums(part, sample.cluster) for part in (residuals, np.abs(residuals)))
    # What cancels within clusters but for rounding would otherwise be a covariance.
    sums[np.abs(sums) <= ROUND_OFF * size] = 0.0
    return quadratic_test(score, clustered_covariance(sums))


@dataclass(frozen=True, eq=False)
class _Comparison:
    """K arms at risk together in one stratum.

    Parameters
    ----------
    table
        Risk sets of all arms, event or not.
    arm : ndarray of int, shape (r,)
        Position 0 … K − 1 of the arm of each row.
    at_risk : ndarray, shape (K, m)
    time_weight : ndarray, shape (m,)
    """

    table: LifeTable
    arm: NDArray[np.intp]
    at_risk: Floats
    time_weight: Floats

    @property
    def together(self) -> Floats:
        """Above 0 where two arms are at risk together when an event happens, shape (K, K)."""
        has_event = self.table.events > 0
        return meeting(self.at_risk[:, has_event])

    @property
    def score(self) -> Floats:
        """Observed minus expected events of each arm, shape (K,)."""
        table = self.table
        is_event = np.flatnonzero(table.is_event)
        weight = table.weight[is_event] * self.time_weight[table.group[is_event]]
        observed = np.bincount(self.arm[is_event], weight, len(self.at_risk))
        return observed - self.at_risk @ (self.time_weight * table.events / table.at_risk)

    @property
    def covariance(self) -> Floats:
        """Hypergeometric covariance of the score, shape (K, K)."""
        n, d = self.table.at_risk, self.table.events
        share = self.at_risk / n
        each = self.time_weight**2 * d * (n - d) / np.maximum(n - 1, 1)
        return np.asarray(np.diag(share @ each) - (share * each) @ share.T)

    def score_residuals(self, arm: int) -> Floats:
        """Weighted score residuals of one arm's indicator at 0, shape (r,)."""
        # x − x̄ is the others' share in the arm, −(the arm's share) outside: no cancellation.
        others = np.delete(self.at_risk, arm, axis=0).sum(axis=0)
        own = self._residuals_of_share(others)
        return np.where(self.arm == arm, own, -self._residuals_of_share(self.at_risk[arm]))

    def _residuals_of_share(self, at_risk: Floats) -> Floats:
        """w_i [1{event} φ s(T_i) − Σ_{L_i < t ≤ T_i} φ s dN/Y], s the share of these at risk."""
        table = self.table
        share = self.time_weight * at_risk / table.at_risk
        cumulative = from_zero(share * table.events / table.at_risk)
        residual = table.is_event * share[table.group] - cumulative[1:][table.group]
        if table.entered is not None:
            residual += cumulative[table.entered + 1]
        return table.weight * residual


def _comparisons(sample: Sample, cause: int, time_weight: TimeWeight) -> list[_Comparison]:
    """The arms at risk in each stratum, with the events of one cause."""
    if sample.arm is None:
        raise AssertionError("a comparison has arms")
    is_event = (sample.status == cause).astype(np.int64)
    comparisons = []
    for _, table in life_tables(replace(sample, status=is_event, arm=sample.strata)):
        if table is not None:
            arm = np.searchsorted(sample.arms, sample.arm[table.rows])
            at_risk = [
                table.at_risk_of(table.weight * (arm == position))
                for position in range(len(sample.arms))
            ]
            comparisons.append(_Comparison(table, arm, np.array(at_risk), time_weight(table)))
    return comparisons
