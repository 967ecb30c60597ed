"""People under a curve: at risk at each tick, and what had happened before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RELATIVE_TIE = 1e-9

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RiskCounts:
    """Numbers of rows at each of k ticks; at any tick they sum to the number of rows.

    Parameters
    ----------
    n_risk : ndarray of int, shape (k,)
        Rows with time ≥ tick (and already entered, where entry is delayed).
    n_event, n_competing, n_censored : ndarray of int, shape (k,)
        Rows with such an end at a time < tick.
    n_to_enter : ndarray of int, shape (k,)
        Rows not yet entered, entry ≥ tick > 0; 0 without delayed entry.
    """

    n_risk: Counts
    n_event: Counts
    n_competing: Counts
    n_censored: Counts
    n_to_enter: Counts


def risk_counts(
    time: ArrayLike, status: ArrayLike, ticks: ArrayLike, *, entry: ArrayLike | None = None
) -> RiskCounts:
    """Count who is at risk at each tick and what happened before it.

    Parameters
    ----------
    time, status : array, shape (n,)
        Time of each row, and 0 censored, 1 event, 2, 3, … competing.
    ticks : array, shape (k,)
        Times of display, in the unit of ``time``.
    entry : array, shape (n,), optional
        Delayed entry.

    Notes
    -----
    Both sides of a tick are counted by one rule, time ≥ tick or time < tick, so a row whose time is
    the tick itself is at risk there and nowhere else: the numbers always sum to n. Times within a
    relative 1e-9 of a tick are at the tick, as everywhere in the program.

    Examples
    --------
    >>> counts = risk_counts([6, 12, 12, 18], [1, 1, 0, 0], [0, 12])
    >>> counts.n_risk, counts.n_event, counts.n_censored
    (array([4, 3]), array([0, 1]), array([0, 0]))
    """
    times, states = np.asarray(time, dtype=np.float64), np.asarray(status)
    at = np.asarray(ticks, dtype=np.float64) * (1 - RELATIVE_TIE)
    n_event = np.searchsorted(np.sort(times[states == 1]), at)
    n_competing = np.searchsorted(np.sort(times[states > 1]), at)
    n_censored = np.searchsorted(np.sort(times[states == 0]), at)
    n_to_enter = np.zeros(len(at), dtype=np.int64)
    if entry is not None:
        entered = np.sort(np.asarray(entry, dtype=np.float64))
        waits = len(entered) - np.searchsorted(entered, at)
        n_to_enter = np.where(at > 0, waits, (entered > 0).sum())
    n_risk = len(times) - n_event - n_competing - n_censored - n_to_enter
    return RiskCounts(n_risk, n_event, n_competing, n_censored, n_to_enter)
