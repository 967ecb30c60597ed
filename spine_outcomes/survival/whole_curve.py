"""A curve at every distinct time with clustered standard errors, in O(n log n).

The influence of row i on a curve at t is a_i(t)·f(t): f is a vector of two or three functions of
time that all rows share, a_i changes when the row enters and when it ends and is fixed in between.
So the sum over a cluster is A_c(t)·f(t) and the variance fᵀ (Σ_c A_c A_cᵀ) f, whose middle changes
only where rows enter or end: running sums of the changes give it at all times. No array of rows by
times is made. The sums lose digits of the variance by the square of the ratio of the weights that
have left to those that remain: at 1e3 ten digits are right, at 1e6 four.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.survival.aalen_johansen import IncidenceInfluence
from spine_outcomes.survival.kaplan_meier import SurvivalInfluence
from spine_outcomes.survival.life_table import Floats, LifeTable, life_tables
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder


@dataclass(frozen=True, eq=False)
class WholeCurve:
    """A curve just after each distinct time.

    Parameters
    ----------
    time : ndarray, shape (m,)
        Distinct times of the rows with a weight above 0, increasing.
    value : ndarray, shape (m,)
    std_error : ndarray, shape (m,)
        Clustered robust; NaN where all rows are of one cluster.
    """

    time: Floats
    value: Floats
    std_error: Floats


def whole_survival(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
) -> WholeCurve:
    """Kaplan–Meier curve of one group at all its times; ``kaplan_meier`` for a few, or for arms.

    Give the rows of other arms the weight 0. With Q(t) = Σ dN/(Y (Y − dN)) and f = (1, Q): a row
    under observation has w (−Q(L), 1), a finished one its fixed share of log S and 0.

    Examples
    --------
    >>> whole_survival([1, 2, 3, 4], [1, 1, 1, 1], [2, 1, 1, 4], cluster=[1, 1, 2, 2]).std_error
    array([0.22097087, 0.3314563 , 0.26516504, 0.        ])
    """
    sample = sample_of(time, status, weight, entry=entry, cluster=cluster)
    table = _only_table(sample)
    influence = SurvivalInfluence.of(table)
    passed = influence.cumulative
    nothing = np.zeros_like(influence.finished)
    watched = np.stack([-table.weight * passed[_entered(table)], table.weight])
    finished = np.stack([influence.finished, nothing])
    shape = np.stack([np.ones_like(passed), passed])
    variance = _variance(sample, table, watched, finished, shape)
    value = table.survival[1:]
    return WholeCurve(table.time, value, value * np.sqrt(variance))


def whole_incidence(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    cause: int = 1,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
) -> WholeCurve:
    """Aalen–Johansen curve of one group and cause at all its times.

    As ``whole_survival``, with f = (1, F, J) and the sums of ``IncidenceInfluence``: a row under
    observation has w (Q(L) F(L) − J(L), −Q(L), 1), a finished one (fixed, −slope, 0).
    """
    sample = sample_of(time, status, weight, entry=entry, cluster=cluster)
    table = _only_table(sample)
    influence = IncidenceInfluence.of(table, cause)
    entered = _entered(table)
    lost, total, gained = (
        sums[entered] for sums in (table.lost, influence.total, influence.gained)
    )
    watched = np.stack([lost * total - gained, -lost, np.ones_like(lost)]) * table.weight
    finished = np.stack([influence.fixed, -influence.slope, np.zeros_like(lost)])
    shape = np.stack([np.ones_like(influence.total), influence.total, influence.gained])
    variance = _variance(sample, table, watched, finished, shape)
    return WholeCurve(table.time, influence.total[1:], np.sqrt(variance))


def _only_table(sample: Sample) -> LifeTable:
    """Risk table of all rows; a sample has a row with a weight above 0."""
    return next(table for _, table in life_tables(sample) if table is not None)


def _entered(table: LifeTable) -> np.ndarray:
    """Number of distinct times at or before each row's entry, shape (r,)."""
    if table.entered is None:
        return np.zeros(len(table.rows), dtype=np.intp)
    return table.entered + 1


def _variance(
    sample: Sample, table: LifeTable, watched: Floats, finished: Floats, shape: Floats
) -> Floats:
    """Sum of squares of the clusters' influence after each distinct time, shape (m,).

    ``watched`` and ``finished`` (q, r) are the a of each row while it is watched and after it has
    ended; ``shape`` (q, m + 1) is f, from before the first time.
    """
    codes = table.rows if sample.cluster is None else sample.cluster[table.rows]
    if codes.min() == codes.max():
        return np.full(len(table.time), np.nan)
    cluster = np.concatenate([codes, codes])
    position = np.concatenate([_entered(table), table.group + 1])
    change = np.hstack([watched, finished - watched])
    order = np.lexsort((position, cluster))
    cluster, position, change = cluster[order], position[order], change[:, order]
    after = np.cumsum(change, axis=1)
    first = np.flatnonzero(np.diff(cluster, prepend=-1))
    before_cluster = (after - change)[:, first]
    after -= np.repeat(before_cluster, np.diff(np.append(first, len(cluster))), axis=1)
    before = after - change
    variance = np.zeros(shape.shape[1])
    for one, row in enumerate(shape):
        for other in range(one + 1):
            products = after[one] * after[other] - before[one] * before[other]
            running = np.cumsum(np.bincount(position, products, shape.shape[1]))
            variance += (1 + (one != other)) * running * row * shape[other]
    return np.maximum(variance[1:], 0.0)  # round-off below 0
