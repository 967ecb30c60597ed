"""How far and on how many people a curve rests: its times, its effective numbers, its gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.errors import Finding, people
from spine_outcomes.survival.by_arm import display_times
from spine_outcomes.survival.life_table import Floats, life_tables
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TIE_TOLERANCE, TimeOrder


def distinct_event_times(
    time: ArrayLike | TimeOrder, status: ArrayLike, weight: ArrayLike | None = None
) -> Floats:
    """Distinct times with an event of any cause on a row with a weight above 0, increasing."""
    sample = sample_of(time, status, weight)
    is_event = ((sample.status > 0) & (sample.weight > 0))[sample.order.order]
    return sample.order.distinct[np.unique(sample.order.group[is_event])]


@dataclass(frozen=True, eq=False)
class AtRisk:
    """Who is at risk at each of k times: entry < t ≤ time, so that events at t count.

    Parameters
    ----------
    n : ndarray of int, shape (k,)
        Rows with a weight above 0.
    weight : ndarray, shape (k,)
        Sum of their weights.
    effective : ndarray, shape (k,)
        Effective number of clusters, (Σ_c W_c)² / Σ_c W_c² with W_c the weight of a cluster (Kish,
        1965, section 11.7); ``n`` where weights are equal and clusters have one row.
    """

    n: NDArray[np.int64]
    weight: Floats
    effective: Floats


def at_risk(
    time: ArrayLike | TimeOrder,
    weight: ArrayLike | None = None,
    *,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    times: ArrayLike,
) -> AtRisk:
    """Count the rows at risk at each of ``times``, as people, weights and effective number.

    Give the rows of other arms the weight 0.

    Raises
    ------
    SampleError
        Where the arrays are no sample.
    """
    order = TimeOrder.of(time)
    sample = sample_of(order, np.zeros(len(order.time)), weight, entry=entry, cluster=cluster)
    counts = []
    for t in display_times("times", times) * (1 - TIE_TOLERANCE):
        is_at_risk = (order.time >= t) & (sample.weight > 0)
        if sample.entry is not None:
            is_at_risk &= sample.entry < t
        weights = sample.weight[is_at_risk]
        n = len(weights)
        if sample.cluster is not None:
            weights = np.bincount(sample.cluster[is_at_risk], weights)
        total, squares = weights.sum(), (weights**2).sum()
        counts.append((n, total, total**2 / squares if n else 0.0))
    rows = np.array(counts, dtype=np.float64).reshape(-1, 3)
    return AtRisk(rows[:, 0].astype(np.int64), rows[:, 1], rows[:, 2])


def emptied_risk_sets(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    entry: ArrayLike,
    arm: ArrayLike | None = None,
) -> tuple[Finding, ...]:
    """Report arms whose risk set was emptied by events while rows were still to enter.

    The curve is 0 from there although people are observed later: delayed entry starts with too few.
    """
    findings = []
    for label, table in life_tables(sample_of(time, status, weight, entry=entry, arm=arm)):
        if table is None or table.entered is None:
            continue
        emptied = np.flatnonzero(table.remaining == 0)
        n_later = int((table.entered >= emptied[0]).sum()) if len(emptied) else 0
        if n_later:
            where = f" of arm {label['arm']}" if label else ""
            message = (
                f"Everybody at risk{where} has an event at time {table.time[emptied[0]]:g}, before "
                f"{people(n_later)} rows enter: the curve is 0 from there on."
            )
            findings.append(
                Finding("W_RISK_SET_EMPTIED", message, "serious", "outcomes", n=n_later)
            )
    return tuple(findings)
