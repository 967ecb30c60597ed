"""Aalen–Johansen under weights for censoring that depends on covariates and grow with time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.absolute_risk import CELLS
from spine_outcomes.survival.baseline_hazard import HazardModel, hazard_model
from spine_outcomes.survival.by_arm import Quantity, display_times, estimate_by_arm, not_estimable
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.kaplan_meier import past_follow_up
from spine_outcomes.survival.life_table import Floats, LifeTable, from_zero, life_tables
from spine_outcomes.survival.risk_sets import quotient, sum_after, sum_at
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder


def censoring_weighted_aalen_johansen(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    arm: ArrayLike | None = None,
    cause: int | Sequence[int] = 1,
    cluster: ArrayLike | None = None,
    times: ArrayLike,
) -> Estimate:
    """Cumulative incidence where censoring depends on covariates, within each arm.

    Parameters
    ----------
    time, status, weight, arm, cause, cluster, times
        As ``aalen_johansen``; there is no delayed entry.
    covariates : array_like (n, p)
        What the hazard of censoring depends on; given these (and the arm), censoring must tell
        nothing of the event. Without a column this is ``aalen_johansen``, influence included.
    names : sequence of str, length p, optional
        Names of the covariates, for reasons.

    Returns
    -------
    Estimate
        Labelled as by ``aalen_johansen``. Not estimable also where a coefficient of the model of
        censoring is not; a covariate that does not vary within an arm is left out there.

    Raises
    ------
    SampleError
        Where the arrays are no sample.

    Notes
    -----
    The estimator of ``aalen_johansen`` in which row i weighs v_i(s) = w_i/G_i(s−) at time s:
    F_k(t) = Σ_{s ≤ t} S(s−) dN_k(s)/Y(s), S the product of 1 − dN/Y. G_i(s−) = exp(−Λ₀(s−) r_i),
    r_i = exp(x_i β), is the probability of being uncensored, from Breslow's Cox model of the time
    to censoring in the arm, with the weights w; at one time events come first (Robins and
    Finkelstein, 2000). The influence holds that of Λ₀ and β: nothing is taken as known. Work and
    time grow as rows × event times.

    References
    ----------
    Robins and Finkelstein (2000), Biometrics 56, 779–788.

    Examples
    --------
    >>> censoring_weighted_aalen_johansen(
    ...     [1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 1], covariates=[0, 1, 0, 0, 1, 1], times=[5]
    ... ).value.round(4)
    array([0.6934])
    """
    sample = sample_of(time, status, weight, arm=arm, cluster=cluster)
    matrix, terms = covariates_of(covariates, names, sample.n)
    grid = display_times("times", times)
    causes = [cause] if isinstance(cause, int | np.integer) else list(cause)

    def quantities(table: LifeTable) -> Iterator[Quantity]:
        weighted = _WeightedTable.of(table, matrix[table.rows], terms)
        if weighted.model.reason is not None:
            no_model = not_estimable(f"model of censoring: {weighted.model.reason}")
            yield from [no_model] * len(labels)
            return
        positions = table.position(grid)
        ends = [past_follow_up(table) if table.past_follow_up(t) else None for t in grid]
        for k in causes:
            found = weighted.incidence(k, positions)
            for value, influence, end in zip(*found, ends, strict=True):
                yield not_estimable(end) if end else Quantity(value, None, influence)

    labels = [
        {"measure": "cumulative_incidence", "cause": int(k), "time": float(t)}
        for k in causes
        for t in grid
    ]
    return estimate_by_arm(sample, labels, quantities)


def censoring_weight_efficiency(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    arm: ArrayLike | None = None,
    times: ArrayLike,
) -> Floats:
    """Share of the effective number at risk that weights for censoring leave, by arm and time.

    Parameters
    ----------
    time, status, weight, covariates, names, arm, times
        As ``censoring_weighted_aalen_johansen``.

    Returns
    -------
    ndarray, shape (arms, k)
        (Σ v)²/Σ v² over (Σ w)²/Σ w² (Kish, 1965), of those at risk at the last event by each time:
        1 where nobody's weight has grown more than another's. NaN where there are none, or no
        model.

    Examples
    --------
    >>> censoring_weight_efficiency(
    ...     [1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 1], covariates=[0, 1, 0, 0, 1, 1], times=[1, 3]
    ... ).round(3)
    array([[1.   , 0.997]])
    """
    sample = sample_of(time, status, weight, arm=arm)
    matrix, terms = covariates_of(covariates, names, sample.n)
    grid = display_times("times", times)
    shares = []
    for _, table in life_tables(sample):
        own = np.full(len(grid), np.nan)
        if table is not None:
            weighted = _WeightedTable.of(table, matrix[table.rows], terms)
            last = np.searchsorted(weighted.event_time, table.position(grid), side="right") - 1
            for k in np.flatnonzero((last >= 0) & (weighted.model.reason is None)):
                own[k] = weighted.efficiency(last[k])
        shares.append(own)
    return np.array(shares)


@dataclass(frozen=True, eq=False)
class _WeightedTable:
    """The risk sets of one arm, r rows and the m times with an event, weighted for censoring.

    ``model`` is that of censoring by ``covariates`` (r, p), ``passed`` (m,) its Λ₀ before each
    event time, a sum of ``n_before`` (m,) increments; ``relative`` (r,) are the relative hazards.
    """

    table: LifeTable
    covariates: Floats
    model: HazardModel
    event_time: NDArray[np.intp]
    n_before: NDArray[np.intp]
    passed: Floats
    relative: Floats

    @classmethod
    def of(cls, table: LifeTable, covariates: Floats, names: Sequence[str]) -> _WeightedTable:
        """Fit the model of censoring."""
        is_varying = np.ptp(covariates, axis=0) > 0
        x = covariates[:, is_varying]
        kept = [name for name, varies in zip(names, is_varying, strict=True) if varies]
        # events of a time come before its censorings, which are at risk when these happen
        order = TimeOrder.of(2.0 * table.group + ~table.is_event)
        model = hazard_model(Sample(order, table.status, table.weight), x, kept, 0, "breslow")
        event_time = np.flatnonzero(table.events > 0)
        n_before = np.searchsorted(order.distinct, 2 * event_time)
        passed = from_zero(model.hazard)[n_before]
        return cls(table, x, model, event_time, n_before, passed, model.relative_hazard(x))

    @cached_property
    def failing(self) -> NDArray[np.intp]:
        """Rows with an event of any cause, shape (e,)."""
        return np.flatnonzero(self.table.is_event)

    @cached_property
    def own(self) -> NDArray[np.intp]:
        """Event time of each of them, shape (e,)."""
        return np.searchsorted(self.event_time, self.table.group[self.failing])

    @cached_property
    def event_weight(self) -> Floats:
        """Weight of each of them when it fails, shape (e,)."""
        grown = np.exp(self.passed[self.own] * self.relative[self.failing])
        return np.asarray(self.table.weight[self.failing] * grown)

    @cached_property
    def at_risk(self) -> Floats:
        """Y, shape (m,)."""
        total = np.zeros_like(self.passed)
        for _, block in self.blocks():
            total += block.sum(axis=0)
        return total

    def blocks(self) -> Iterator[tuple[slice, Floats]]:
        """Parts of v (r, m), 0 where a row is not at risk, that keep the memory bounded."""
        size = max(1, CELLS // max(1, len(self.passed)))
        for begin in range(0, len(self.relative), size):
            rows = slice(begin, begin + size)
            block = np.exp(self.relative[rows, None] * self.passed)
            block *= self.table.weight[rows, None]
            block *= self.table.group[rows, None] >= self.event_time
            yield rows, block

    def efficiency(self, event: int) -> float:
        """Effective number at risk at an event time over that without weights for censoring."""
        is_at_risk = self.table.group >= self.event_time[event]
        before = self.table.weight[is_at_risk]
        grown = before * np.exp(self.passed[event] * self.relative[is_at_risk])
        after, without = (own.sum() ** 2 / (own @ own) for own in (grown, before))
        return float(after / without)

    def incidence(self, cause: int, positions: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """F at each of q distinct times (−1: before the first), (q,), and its influence (q, r)."""
        m = len(self.event_time)
        of_cause = self.event_weight * (self.table.status[self.failing] == cause)
        hazard = np.minimum(sum_at(self.own, self.event_weight, m) / self.at_risk, 1.0)
        own_hazard = sum_at(self.own, of_cause, m) / self.at_risk
        survival = np.cumprod(np.append(1.0, 1.0 - hazard))
        risk = from_zero(survival[:-1] * own_hazard)
        reached = np.searchsorted(self.event_time, positions, side="right")
        value = risk[reached]
        # derivatives of F(t) in the events of the cause and in those of any cause, at Y held
        is_passed = np.arange(m)[:, None] < reached
        gain = (survival[:-1] / self.at_risk)[:, None] * is_passed
        loss = quotient((value - risk[1:, None]) * is_passed, (1.0 - hazard)[:, None])
        loss /= self.at_risk[:, None]
        at_event = of_cause[:, None] * gain[self.own] - self.event_weight[:, None] * loss[self.own]
        at_risk = hazard[:, None] * loss - own_hazard[:, None] * gain
        return value, self._influence(at_event, at_risk).T

    def _influence(self, at_event: Floats, at_risk: Floats) -> Floats:
        """Influence (r, q) on q numbers with these derivatives in the weights v.

        ``at_event`` (e, q) are those in log v of a row when it fails, ``at_risk`` (m, q) those in v
        while it is at risk. log v = log w + Λ₀ r moves with the model of censoring.
        """
        failing, model = self.failing, self.model
        direct = np.zeros((len(self.relative), at_risk.shape[1]))
        in_relative, total = direct.copy(), np.zeros_like(self.passed)
        for rows, block in self.blocks():
            direct[rows] = block @ at_risk
            in_relative[rows] = block @ (at_risk * self.passed[:, None])
            total += self.relative[rows] @ block
        direct[failing] += at_event
        in_relative[failing] += at_event * self.passed[self.own][:, None]
        in_coefficients = (self.covariates - model.centre).T * self.relative @ in_relative
        in_passed = at_risk * total[:, None]
        np.add.at(in_passed, self.own, self.relative[failing, None] * at_event)
        for column in range(direct.shape[1]):
            by_end = sum_at(self.n_before, in_passed[:, column], len(model.hazard) + 1)
            in_hazard = sum_after(by_end)[:-1]
            direct[:, column] += model.influence(in_hazard, in_coefficients[:, column])
        return direct
