"""Rows cut in time, so that a covariate may differ from one part of follow-up to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.survival.risk_sets import Floats, Indices, sum_at
from spine_outcomes.survival.sample import Sample


@dataclass(frozen=True, eq=False)
class Episodes:
    """Parts of rows, each within one piece of time.

    Parameters
    ----------
    row : ndarray of int, shape (r,)
        Row of the sample that each is a part of.
    piece : ndarray of int, shape (r,)
        0 … K, increasing in time.
    entry, time : ndarray, shape (r,)
        Start and end as ranks among the distinct times of the sample, from 1; 0 is before them.
    status : ndarray of int, shape (r,)
        Status of the row in its last part, 0 before.
    """

    row: Indices
    piece: Indices
    entry: Floats
    time: Floats
    status: NDArray[np.int64]

    def by_row(self, influence: Floats, n: int) -> Floats:
        """Sum the influence (r, k) of the parts over each of n rows, shape (n, k)."""
        return np.column_stack([sum_at(self.row, column, n) for column in influence.T])


def episodes(sample: Sample, cuts: Indices) -> Episodes:
    """Cut the rows after each of the distinct times ``cuts`` (K,), positions in increasing order.

    A time at a cut is before it. A position of −1 is before the first time.
    """
    order = sample.order
    end = np.empty(sample.n, dtype=np.intp)
    end[order.order] = order.group
    begin = np.full(sample.n, -1) if sample.entry is None else order.position(sample.entry)
    first, last = np.searchsorted(cuts, begin + 1), np.searchsorted(cuts, end)
    count = last - first + 1
    row = np.repeat(np.arange(sample.n), count)
    piece = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    edges = np.concatenate([[-1], cuts, [len(order.distinct) - 1]])
    start, stop = np.maximum(edges[piece], begin[row]), np.minimum(edges[piece + 1], end[row])
    status = np.where(piece == last[row], sample.status[row], 0)
    kept = start < stop
    return Episodes(row[kept], piece[kept], start[kept] + 1.0, stop[kept] + 1.0, status[kept])
