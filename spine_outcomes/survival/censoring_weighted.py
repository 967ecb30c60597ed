"""Risk at a landmark by inverse probability of censoring, the censoring estimated within strata."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.inference import Estimate
from spine_outcomes.survival.by_arm import Quantity, display_times, not_estimable
from spine_outcomes.survival.censoring_distribution import CensoringDistribution
from spine_outcomes.survival.risk_sets import Floats, quotient, sum_after
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TIE_TOLERANCE, TimeOrder


def censoring_weighted_incidence(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    cause: int = 1,
    times: ArrayLike,
) -> Estimate:
    """Probability of an event of ``cause`` by each of ``times``, where censoring depends on strata.

    Parameters
    ----------
    time, status, weight, arm, cluster : array_like, shape (n,)
        As ``sample_of``; a status other than 0 and ``cause`` is a competing event.
    strata : array_like of int, shape (n,), optional
        Codes 0, 1, … within which, and within the arm, censoring tells nothing of the event; one
        stratum an arm if left out.
    cause
        Code of the event wanted.
    times : array_like, shape (k,)
        Landmarks, in the unit of ``time``.

    Returns
    -------
    Estimate
        Times within arms; labels ``measure`` (``cumulative_incidence``), ``arm``, ``cause``,
        ``time``. Not estimable past the last time of a stratum that ends with a censoring.

    Raises
    ------
    SampleError
        Where the arrays are no sample.

    Notes
    -----
    Σ v y / Σ v with y = 1{T ≤ t, d = cause} and v = w 1{known at t}/G(min(T, t)−), G the weighted
    Kaplan–Meier of censoring of the row's stratum (Robins and Rotnitzky, 1992). Without strata it
    is the Aalen–Johansen estimate of the arm, exactly; with strata the average of theirs by weight.
    The influence contains that of G, so that nothing is taken as known.

    Examples
    --------
    >>> censoring_weighted_incidence([1, 1, 2, 2, 3], [1, 2, 1, 0, 2], times=[1, 3]).value.round(9)
    array([0.2, 0.4])
    """
    sample = sample_of(time, status, weight, arm=arm, cluster=cluster)
    grid = display_times("times", times)
    group = np.zeros(sample.n, dtype=np.int64) if sample.arm is None else sample.arm
    stratum = _strata(sample, group, strata)
    quantities: list[Quantity] = []
    labels = []
    for code in range(int(group.max()) + 1):
        is_own = (group == code) & (sample.weight > 0)
        quantities += _risks(sample, np.where(is_own, stratum, -1), cause, grid)
        name = {} if sample.arm is None else {"arm": code}
        labels += [
            {"measure": "cumulative_incidence", "cause": cause, "time": float(t), **name}
            for t in grid
        ]
    influence = np.empty((sample.n, len(quantities)))
    for column, quantity in enumerate(quantities):
        influence[:, column] = quantity.influence
    return Estimate(
        np.array([quantity.value for quantity in quantities]),
        influence,
        tuple(labels),
        sample.cluster,
        tuple(quantity.reason for quantity in quantities),
    )


def _strata(
    sample: Sample, group: NDArray[np.int64], strata: ArrayLike | None
) -> NDArray[np.int64]:
    """Codes of the strata of every arm, shape (n,)."""
    if strata is None:
        return group
    codes = np.asarray(strata)
    if codes.shape != (sample.n,) or not np.issubdtype(codes.dtype, np.integer):
        message = f"strata must hold one integer code for each of the {sample.n} rows"
        raise SampleError(Problem("E_STRATA", message))
    pairs = np.column_stack([group, codes])
    return np.unique(pairs, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _risks(
    sample: Sample, stratum: NDArray[np.int64], cause: int, grid: Floats
) -> Iterator[Quantity]:
    """Risks of one arm, whose rows have a stratum code (the others −1)."""
    codes = [code for code in np.unique(stratum) if code >= 0]
    if not codes:
        yield from [not_estimable("no row with a weight above 0")] * len(grid)
        return
    order = sample.order
    group = np.empty(sample.n, dtype=np.intp)
    group[order.order] = order.group
    censorings = [CensoringDistribution.of(sample, stratum == c, sample.weight) for c in codes]
    for t in grid:
        if reason := _past_follow_up(sample, stratum, codes, t):
            yield not_estimable(reason)
            continue
        start = np.searchsorted(order.distinct, t * (1 - TIE_TOLERANCE))
        end = np.minimum(group, start)  # rows are followed up to their own time or to t
        is_known = (stratum >= 0) & ((sample.status > 0) | (group >= start))
        before = sum(c.is_own * c.survival[end] for c in censorings)
        share = np.divide(sample.weight, before, out=np.zeros(sample.n), where=is_known)
        share /= share.sum()
        has_event = (sample.status == cause) & (order.time <= t * (1 + TIE_TOLERANCE))
        risk = float(share @ has_event)
        direct = share * (has_event - risk)
        through = sum(_through(censoring, direct, end) for censoring in censorings)
        yield Quantity(risk, None, direct + through)


def _through(censoring: CensoringDistribution, direct: Floats, end: NDArray[np.intp]) -> Floats:
    """Influence through one stratum's G: each row's log weight is −Σ log(1 − q) before its end."""
    n_times = len(censoring.hazard)
    own = np.where(censoring.is_own, direct, 0.0)
    later = sum_after(np.bincount(end, own, n_times).astype(np.float64))
    return censoring.influence_on(quotient(-later, 1.0 - censoring.hazard))


def _past_follow_up(
    sample: Sample, stratum: NDArray[np.int64], codes: list[int], t: float
) -> str | None:
    """Why the risk at t has no estimate: a stratum followed, without its end, to before t only."""
    for code in codes:
        own = stratum == code
        times = sample.order.time[own]
        is_last = times >= times.max() * (1 - TIE_TOLERANCE)
        if t > times.max() * (1 + TIE_TOLERANCE) and (sample.status[own][is_last] == 0).any():
            return f"time {t:g} is past the last follow-up of a stratum ({times.max():g})"
    return None
