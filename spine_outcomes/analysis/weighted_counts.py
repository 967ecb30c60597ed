"""The sums of weights under a curve: at risk at each tick, and what had happened before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.curves import shown_ticks
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.endpoints.risk_counts import RELATIVE_TIE
from spine_outcomes.study.durations import convert
from spine_outcomes.study.plan import AnalysisPlan


def weighted_count_rows(
    sample: EndpointSample,
    weights: Sequence[NDArray[np.float64]],
    plan: AnalysisPlan,
    estimand: str,
) -> Iterator[dict[str, Any]]:
    """Sums of weights at the ticks of the risk table, ``WEIGHTED_RISK_COLUMNS``.

    Parameters
    ----------
    weights : sequence of ndarray, shape (n,)
        Of the rows of the sample, once for each completed cohort: the sums are means over them.
    """
    factor = convert(1.0, sample.outcome.unit, plan.estimation.unit)
    weight = np.mean([sample.weight_of_known(own) for own in weights], axis=0)
    entry = None if sample.entry is None else sample.entry * factor
    ticks = shown_ticks(sample, plan)
    for arm, code in enumerate(plan.arms.codes):
        of_arm = weight * (sample.arm == arm)
        sums = weight_sums(sample.time * factor, sample.status, of_arm, ticks, entry=entry)
        for i, tick in enumerate(ticks):
            yield {
                "endpoint": sample.outcome.name,
                "level_unit": sample.outcome.level,
                "estimand": estimand,
                "arm": code,
                "time": tick,
                **{name: float(values[i]) for name, values in sums.items()},
            }


def weight_sums(
    time: NDArray[np.float64],
    status: NDArray[np.int64],
    weight: NDArray[np.float64],
    ticks: NDArray[np.float64],
    *,
    entry: NDArray[np.float64] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Sums of weights by what became of the rows, each of shape (k,).

    Parameters
    ----------
    time, status, weight : ndarray, shape (n,)
        ``status`` is 0 censored, 1 event, 2, 3, … competing.
    ticks : ndarray, shape (k,)
        In the unit of ``time``.
    entry : ndarray, shape (n,), optional
        Delayed entry; rows still to enter are in none of the sums.

    Notes
    -----
    Times are compared with ticks as ``risk_counts`` compares them: with weights of 1 the sums are
    its counts. Without delayed entry they add up to the weights at every tick.

    Examples
    --------
    >>> time, status, weight = np.array([1.0, 2.0]), np.array([1, 0]), np.array([1.5, 2.0])
    >>> weight_sums(time, status, weight, np.array([0.0, 2.0]))["n_risk"]
    array([3.5, 2. ])
    """
    at = ticks[:, None] * (1 - RELATIVE_TIE)
    is_before = time < at
    has_entered = np.ones_like(is_before)
    if entry is not None:
        has_entered = np.where(at > 0, entry < at, entry <= 0)
    parts = {
        "n_risk": ~is_before & has_entered,
        "n_event": is_before & (status == 1),
        "n_competing": is_before & (status > 1),
        "n_censored": is_before & (status == 0),
    }
    return {name: part @ weight for name, part in parts.items()}
