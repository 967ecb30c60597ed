"""Restricted mean survival time, and restricted mean time lost to a cause, by arm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.aalen_johansen import IncidenceInfluence
from spine_outcomes.survival.by_arm import Quantity, display_times, estimate_by_arm, not_estimable
from spine_outcomes.survival.kaplan_meier import SurvivalInfluence
from spine_outcomes.survival.life_table import Floats, LifeTable
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder


def restricted_mean_survival(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    horizon: ArrayLike,
) -> Estimate:
    """Mean time free of events of any cause before each horizon τ, ∫_0^τ S.

    Parameters
    ----------
    time, status, weight, arm, entry, cluster : array_like, shape (n,)
        As ``sample_of``; any status above 0 is an event.
    horizon : array_like, scalar or shape (k,)
        In the unit of ``time``.

    Returns
    -------
    Estimate
        In the unit of ``time``; labels ``measure`` (``rmst``), ``arm``, ``time`` (the horizon). Not
        estimable past an arm's last time unless its curve has reached 0; the reason names the
        largest horizon that the arm supports.

    Notes
    -----
    The influence is the integral of that of the Kaplan–Meier curve. Its clustered sum of squares is
    a robust variance, which the standard error of the restricted mean in R's summary is not.

    Examples
    --------
    >>> restricted_mean_survival([1, 2, 3, 4], [1, 1, 1, 1], horizon=4).value
    array([2.5])
    """
    sample = sample_of(time, status, weight, arm=arm, entry=entry, cluster=cluster)
    horizons = display_times("horizon", horizon)

    def quantities(table: LifeTable) -> Iterator[Quantity]:
        for tau, position in zip(horizons, table.position(horizons), strict=True):
            if table.past_follow_up(tau):
                yield not_estimable(_horizon_reason(table))
                continue
            ahead = _area_ahead(table, tau)
            value = min(float(table.time[0]), tau) + ahead[0]
            yield Quantity(value, None, SurvivalInfluence.of(table, ahead).at(position))

    labels = [{"measure": "rmst", "time": float(tau)} for tau in horizons]
    return estimate_by_arm(sample, labels, quantities)


def restricted_mean_time_lost(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike | None = None,
    cause: int | Sequence[int] = 1,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    horizon: ArrayLike,
) -> Estimate:
    """Mean time lost to an event of ``cause`` before each horizon τ, ∫_0^τ F_k.

    Parameters
    ----------
    time, status, weight, arm, entry, cluster : array_like, shape (n,)
        As ``sample_of``; a status other than 0 and ``cause`` is a competing event.
    cause
        Code or codes of the events wanted.
    horizon : array_like, scalar or shape (k,)
        In the unit of ``time``.

    Returns
    -------
    Estimate
        In the unit of ``time``; labels ``measure`` (``rmtl``), ``arm``, ``cause``, ``time`` (the
        horizon). Estimable where ``restricted_mean_survival`` is; with it, the times lost to all
        causes add up to τ.

    Notes
    -----
    ∫_0^τ F_k = Σ_{s ≤ τ} (τ − s) dF_k(s) (Andersen, 2013).
    """
    sample = sample_of(time, status, weight, arm=arm, entry=entry, cluster=cluster)
    horizons = display_times("horizon", horizon)
    causes = [cause] if isinstance(cause, int | np.integer) else list(cause)

    def quantities(table: LifeTable) -> Iterator[Quantity]:
        for k in causes:
            for tau, position in zip(horizons, table.position(horizons), strict=True):
                if table.past_follow_up(tau):
                    yield not_estimable(_horizon_reason(table))
                    continue
                lost = IncidenceInfluence.of(table, k, tau - table.time)
                yield Quantity(lost.value(position), None, lost.at(position))

    labels = [
        {"measure": "rmtl", "cause": int(k), "time": float(tau)} for k in causes for tau in horizons
    ]
    return estimate_by_arm(sample, labels, quantities)


def _area_ahead(table: LifeTable, tau: float) -> Floats:
    """Area under the curve from each distinct time to τ, shape (m,); 0 past τ."""
    start = np.minimum(table.time, tau)
    area = table.survival[1:] * np.diff(start, append=tau)
    return np.cumsum(area[::-1], dtype=np.float64)[::-1]


def _horizon_reason(table: LifeTable) -> str:
    """Why a horizon has no mean, with the largest that has one."""
    return f"horizon past the last follow-up; the largest supported is {table.time[-1]:.6g}"
