"""Cumulative incidence if those lost fare better or worse than those observed: delta adjustment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.by_arm import Quantity, estimate_by_arm, not_estimable
from spine_outcomes.survival.kaplan_meier import past_follow_up
from spine_outcomes.survival.life_table import Floats, LifeTable
from spine_outcomes.survival.risk_sets import quotient
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TIE_TOLERANCE, TimeOrder


def delta_adjusted_incidence(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    cause: int = 1,
    at: float,
    deltas: Sequence[float],
) -> Estimate:
    """Probability of an event of ``cause`` by a time, if its hazard after censoring is another.

    Parameters
    ----------
    time, status, weight, arm, cluster : array_like, shape (n,)
        As ``sample_of``; a status other than 0 and ``cause`` is a competing event.
    at
        Time in the unit of ``time``.
    deltas : sequence of float, length k
        Hazard of ``cause`` after censoring, over that of those still observed in the same arm: 0,
        the censored stay free of it; 1, censoring tells nothing; infinite, they have it at once.
        Hazards of competing events are the same for all.

    Returns
    -------
    Estimate
        Arms, deltas within arms; labels ``measure`` (``cumulative_incidence``), ``arm``, ``cause``,
        ``time``, ``delta``. Not estimable past an arm's last time unless nobody was left free of
        events.

    Notes
    -----
    The weighted mean of what each row has or is expected to have: 1 with the event by then, 0 with
    another or without, and for a row censored before its chance of the event from there on, in
    place of a random draw. Let h₁ and h₂ be the jumps of the Nelson–Aalen hazards of the cause and
    of the others in the arm, h their sum. A censored row stays free through a jump with probability
    (1 − h)^((δ h₁ + h₂)/h) and else has the event with probability δ h₁/(δ h₁ + h₂): for small
    jumps, hazards δ h₁ and h₂. With δ = 1 value and influence are those of Aalen and Johansen, the
    censored redistributed to the right (Efron, 1967); so the influence counts the hazards as
    estimated, too. Delta adjustment: Jackson et al. (2014); Lipkovich, Ratitch and O'Kelly (2016).

    Examples
    --------
    >>> arrays = [1, 2, 3, 4], [1, 0, 1, 0]
    >>> delta_adjusted_incidence(*arrays, at=3, deltas=[0, 1, float("inf")]).value
    array([0.5  , 0.625, 0.75 ])
    """
    sample = sample_of(time, status, weight, arm=arm, cluster=cluster)

    def quantities(table: LifeTable) -> Iterator[Quantity]:
        for delta in deltas:
            if table.past_follow_up(at):
                yield not_estimable(past_follow_up(table))
            else:
                yield _incidence(table, cause, at, delta)

    labels = [
        {"measure": "cumulative_incidence", "cause": cause, "time": float(at), "delta": float(d)}
        for d in deltas
    ]
    return estimate_by_arm(sample, labels, quantities)


def _incidence(table: LifeTable, cause: int, at: float, delta: float) -> Quantity:
    """Incidence F = Σ w f / Σ w under one delta, f the chance of each row, and its influence.

    A weight acts through f − F, and through the hazards of the times at which its row is at risk.
    """
    last = int(table.position(at))
    is_over = table.group <= last
    is_cause = (table.status == cause) & is_over
    is_lost = (table.status == 0) & is_over & (table.time[table.group] < at * (1 - TIE_TOLERANCE))
    chance, through = is_cause.astype(np.float64), np.zeros(len(table.weight))
    if np.isinf(delta) or not is_lost.any():
        chance[is_lost] = 1.0
    else:
        after = _AfterCensoring.of(table, is_cause, is_lost, last + 1, delta)
        chance[is_lost] = after.chance[table.group[is_lost] + 1]
        through = after.influence(table, is_cause)
    total = table.weight.sum()
    value = float(table.weight @ chance / total)
    return Quantity(value, None, table.weight * (chance - value + through) / total)


@dataclass(frozen=True, eq=False)
class _AfterCensoring:
    """What happens to the censored of one arm at its first m distinct times.

    Parameters
    ----------
    cause, other : ndarray, shape (m,)
        h₁ and h₂.
    chance : ndarray, shape (m + 1,)
        Probability of the event of those free of it before each time; 0 after the last.
    cause_slope, other_slope : ndarray, shape (m,)
        Derivative in h₁ and h₂ of the summed chances of the censored.
    """

    cause: Floats
    other: Floats
    chance: Floats
    cause_slope: Floats
    other_slope: Floats

    @classmethod
    def of(
        cls,
        table: LifeTable,
        is_cause: NDArray[np.bool_],
        is_lost: NDArray[np.bool_],
        m: int,
        delta: float,
    ) -> _AfterCensoring:
        """Follow the censored from jump to jump."""
        at_risk, left = table.at_risk[:m], table.remaining[:m] / table.at_risk[:m]
        h1 = table.total(table.weight * is_cause)[:m] / at_risk
        h2 = table.total(table.weight * (table.is_event & ~is_cause))[:m] / at_risk
        own, jump = delta * h1 + h2, h1 + h2
        power = quotient(own, jump)
        stay, share = left**power, quotient(delta * h1, own)
        lost = table.total(table.weight * is_lost)[:m]
        waiting = _carried(stay, lost)
        chance = _carried(stay[::-1], ((1 - stay) * share)[::-1])[::-1]
        # Where all at risk have the event none of them can change h: that part is left out.
        log_left = np.log(left, out=np.zeros(m), where=left > 0)
        by_power = stay * log_left * quotient(delta - 1, jump**2)
        by_jump = quotient(power * stay, left)
        by_share = (1 - stay) * delta * quotient(1.0, own**2)
        onward = chance[1:] - share
        return cls(
            h1,
            h2,
            chance,
            waiting[:-1] * (onward * (by_power * h2 - by_jump) + by_share * h2),
            waiting[:-1] * (onward * (-by_power * h1 - by_jump) - by_share * h1),
        )

    def influence(self, table: LifeTable, is_cause: NDArray[np.bool_]) -> Floats:
        """Derivative of the summed chances in the weight of each row, through the hazards, (r,)."""
        m = len(self.cause)
        at_risk = table.at_risk[:m]
        passed = np.cumsum(
            (self.cause_slope * self.cause + self.other_slope * self.other) / at_risk
        )
        group = np.minimum(table.group, m - 1)
        at_event = np.where(is_cause, self.cause_slope[group], self.other_slope[group])
        is_event = table.is_event & (table.group < m)
        return np.where(is_event, at_event / at_risk[group], 0.0) - passed[group]


def _carried(factor: Floats, gain: Floats) -> Floats:
    """v₀ = 0 and v_{j+1} = v_j factor_j + gain_j, shape (m + 1,)."""
    carried = [0.0]
    for kept, gained in zip(factor.tolist(), gain.tolist(), strict=True):
        carried.append(carried[-1] * kept + gained)
    return np.array(carried)
