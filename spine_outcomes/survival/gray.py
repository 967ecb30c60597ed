"""Gray's test of equal cumulative incidence in two or more arms, for rows without weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.inference import TestResult
from spine_outcomes.inference.hypothesis_tests import no_test
from spine_outcomes.survival.life_table import Floats, LifeTable, from_zero, life_tables
from spine_outcomes.survival.log_rank import meeting, obstacle, stratified_test
from spine_outcomes.survival.risk_sets import sum_after
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder


def gray_test(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike,
    cause: int = 1,
    strata: ArrayLike | None = None,
) -> TestResult:
    """Gray's test that the cumulative incidence of one cause is the same in K arms.

    Parameters
    ----------
    time, status, weight, arm, strata : array_like, shape (n,)
        As ``sample_of``. Weights may only leave rows out (0) or keep them (one value for all).
    cause
        Code of the event; every other code above 0 competes with it.

    Returns
    -------
    TestResult
        χ² on K − 1 degrees of freedom. There is no test with one arm, without an event, with
        unequal weights, or where F₀ below reaches 1 while arms are still compared.

    Notes
    -----
    In arm k, Y_k rows are at risk, S_k is the event-free Kaplan–Meier estimate, F_k the cumulative
    incidence; r_k = Y_k/S_k(t−), R_k = r_k (1 − F_k(t−)), and dN without an arm sums over arms. The
    score is Σ (dN_k − dN R_k/ΣR). With F₀ = Σ dN/Σr, a_jk = r_j (1{j = k} − r_k/Σr), c_jk(t) the
    sum of a_jk dF₀/(1 − F₀(s−)) over the s > t, and q_k = (1 − F₀(t))/S_k(t), its covariance is

        Σ_k Σ_t (a_ik + (1 − q_k) c_ik) (a_jk + (1 − q_k) c_jk) S_k(t−) dN/(Y_k Σr) f₁
                + q_k² c_ik c_jk S_k(t−)² dM_k/Y_k² f₂,

    M the competing events, f₁ = 1 − (dN − 1)/(S_k(t−) Σr − 1) and f₂ = 1 − (dM_k − 1)/(Y_k − 1)
    where events tie (Gray, 1988, section 2 with ρ = 0; the factors for ties are those of R's
    ``cmprsk::cuminc``, which it equals). q_k is 0 where S_k is. All adds up over strata.

    References
    ----------
    Gray (1988), Annals of Statistics 16.

    Examples
    --------
    >>> test = gray_test([1, 2, 3, 4, 5, 6], [1, 2, 1, 1, 2, 1], arm=[0, 0, 0, 1, 1, 1])
    >>> round(test.statistic, 6)
    2.165414
    """
    sample = sample_of(time, status, weight, arm=arm, strata=strata)
    kept = sample.weight[sample.weight > 0]
    if np.ptp(kept) > 0:
        return no_test("the rows are weighted; the score test of Fine and Gray is valid for them")
    counted = replace(sample, weight=(sample.weight > 0).astype(float))
    if sample.arm is None:
        raise AssertionError("a comparison has arms")
    if reason := obstacle(counted, cause):
        return no_test(reason)
    parts = []
    for _, table in life_tables(replace(counted, arm=sample.strata)):
        if table is not None:
            position = np.searchsorted(counted.arms, sample.arm[table.rows])
            parts.append(_Incidences.of(table, position, len(counted.arms), cause))
    if any(one.is_past_one for one in parts):
        return no_test("the pooled incidence reaches 1 while arms are still compared")
    return stratified_test(parts)


@dataclass(frozen=True, eq=False)
class _Incidences:
    """K arms of one stratum at its m distinct times; letters as in ``gray_test``, arrays (K, m)."""

    at_risk: Floats
    events: Floats
    competing: Floats
    before: Floats  # S(t−)
    after: Floats  # S(t)
    expanded: Floats  # r
    free: Floats  # R
    pooled: Floats  # F0 from 0 at the start to after each time, shape (m + 1,)

    @classmethod
    def of(cls, table: LifeTable, arm: NDArray[np.intp], n_arms: int, cause: int) -> _Incidences:
        """Count and estimate in each arm."""
        indicators = (np.arange(n_arms)[:, None] == arm).astype(float)
        is_event = table.status == cause
        at_risk = np.array([table.at_risk_of(own) for own in indicators])
        events = np.array([table.total(own * is_event) for own in indicators])
        competing = np.array(
            [table.total(own * (table.is_event & ~is_event)) for own in indicators]
        )
        survival = np.ones((n_arms, len(table.time) + 1))
        kept = _ratio(at_risk - events - competing, at_risk, where_0=1.0)
        np.cumprod(kept, axis=1, out=survival[:, 1:])
        before, after = survival[:, :-1], survival[:, 1:]
        incidence = np.apply_along_axis(from_zero, 1, before * _ratio(events, at_risk))
        expanded = _ratio(at_risk, before)
        pooled = from_zero(_ratio(events.sum(axis=0), expanded.sum(axis=0)))
        free = expanded * (1 - incidence[:, :-1])
        return cls(at_risk, events, competing, before, after, expanded, free, pooled)

    @property
    def together(self) -> Floats:
        """Above 0 where two arms are at risk together when an event happens, shape (K, K)."""
        return meeting(self.at_risk[:, self.events.any(axis=0)])

    @property
    def is_past_one(self) -> bool:
        """Whether F0(t−) leaves nothing to compare at an event time of two arms."""
        is_contested = self.events.any(axis=0) & ((self.at_risk > 0).sum(axis=0) > 1)
        return bool((self.pooled[:-1][is_contested] >= 1).any())

    @property
    def score(self) -> Floats:
        """Observed minus expected events of each arm, shape (K,)."""
        expected = self.free * self.events.sum(axis=0) / self.free.sum(axis=0)
        return np.asarray((self.events - expected).sum(axis=1))

    @property
    def covariance(self) -> Floats:
        """Covariance of the score, shape (K, K)."""
        dn, total = self.events.sum(axis=0), self.expanded.sum(axis=0)
        share = self.expanded / total
        own = self.expanded[:, None] * (np.eye(len(share))[:, :, None] - share)
        step = _ratio(dn / total, 1 - self.pooled[:-1])
        later = np.array([[sum_after(row) for row in rows] for rows in own * step])
        q = _ratio(1 - self.pooled[1:], self.after)
        tied = 1 - _ratio(np.maximum(dn - 1, 0), self.before * total - 1)
        of_event = _ratio(self.before * dn, self.at_risk * total) * tied
        dm = self.competing
        tied = 1 - _ratio(np.maximum(dm - 1, 0), self.at_risk - 1)
        of_competing = self.before**2 * _ratio(dm, self.at_risk**2) * tied
        event, other = own + (1 - q) * later, q * later
        return np.asarray(
            np.einsum("ikt,jkt,kt->ij", event, event, of_event)
            + np.einsum("ikt,jkt,kt->ij", other, other, of_competing)
        )


def _ratio(numerator: Floats, denominator: Floats, where_0: float = 0.0) -> Floats:
    """Quotient, and a constant where the denominator is 0."""
    quotient = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), where_0)
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient
