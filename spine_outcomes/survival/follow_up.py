"""How far and on how many people a curve rests: its times, its effective numbers, its gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.errors import Finding
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


def effective_number_at_risk(
    time: ArrayLike | TimeOrder,
    weight: ArrayLike | None = None,
    *,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    times: ArrayLike,
) -> Floats:
    """Count the clusters at risk, effectively: (Σ_c W_c)² / Σ_c W_c², W_c the weight at risk at t.

    Equals the number of people at risk where weights are equal and clusters have one row (Kish,
    1965, section 11.7). Give the rows of other arms the weight 0.

    Returns
    -------
    ndarray, shape (k,)
        0 where nobody is at risk.
    """
    order = TimeOrder.of(time)
    sample = sample_of(order, np.zeros(len(order.time)), weight, entry=entry, cluster=cluster)
    numbers = []
    for t in display_times("times", times):
        is_at_risk = order.time >= t * (1 - TIE_TOLERANCE)
        if sample.entry is not None:
            is_at_risk &= sample.entry < t * (1 - TIE_TOLERANCE)
        weights = sample.weight[is_at_risk]
        if sample.cluster is not None:
            weights = np.bincount(sample.cluster[is_at_risk], weights)
        total = weights.sum()
        numbers.append(total**2 / (weights**2).sum() if total > 0 else 0.0)
    return np.array(numbers)


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
                f"{n_later} rows enter: the curve is 0 from there on."
            )
            findings.append(
                Finding("W_RISK_SET_EMPTIED", message, "serious", "outcomes", n=n_later)
            )
    return tuple(findings)
