"""One endpoint on the rows of an analysis set, sorted by time once for all its estimators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.survival.time_order import TimeOrder


class Grouping(TypedDict):
    """Keywords that every curve takes: which arm, from when, whose row."""

    arm: NDArray[np.int64]
    entry: NDArray[np.float64] | None
    cluster: NDArray[np.int64] | None


@dataclass(frozen=True, eq=False)
class EndpointSample:
    """Time, status and arm of one endpoint on the n rows of an analysis set.

    Parameters
    ----------
    outcome
        The endpoint as derived.
    order
        Times of the n rows, sorted once.
    status : ndarray of int, shape (n,)
    entry : ndarray, shape (n,), or None
    arm : ndarray of int, shape (n,)
    cluster : ndarray of int, shape (n,), or None
    lower, upper : ndarray, shape (n,)
        Bounds of the event, as ``Outcome`` has them.
    is_known : ndarray of bool, shape (n,)
        Rows whose outcome is known; the others weigh nothing.
    provider : ndarray of int, shape (n,), or None
        Who treated each row, as ``AnalysisSet`` has it.
    """

    outcome: Outcome
    order: TimeOrder
    status: NDArray[np.int64]
    entry: NDArray[np.float64] | None
    arm: NDArray[np.int64]
    cluster: NDArray[np.int64] | None
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    is_known: NDArray[np.bool_]
    provider: NDArray[np.int64] | None

    @property
    def time(self) -> NDArray[np.float64]:
        """Time of each row in the unit of the outcome, shape (n,)."""
        return self.order.time

    @property
    def grouping(self) -> Grouping:
        """Keywords that every curve takes."""
        return {"arm": self.arm, "entry": self.entry, "cluster": self.cluster}

    def weight_of_known(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """The weights, 0 for rows whose outcome is not known, shape (n,)."""
        return np.where(self.is_known, weight, 0.0)

    def counted(self, weight: NDArray[np.float64], arm: int | None = None) -> NDArray[np.bool_]:
        """Rows that count as people: known outcome, positive weight, of one arm or of both."""
        is_counted = self.is_known & (weight > 0)
        return is_counted if arm is None else is_counted & (self.arm == arm)


def endpoint_sample(rows: AnalysisSet, outcome: Outcome) -> EndpointSample:
    """Align an outcome with the rows of an analysis set."""
    position = np.searchsorted(outcome.rows, rows.rows).clip(max=len(outcome.rows) - 1)
    is_known = outcome.rows[position] == rows.rows
    entry = None if outcome.entry is None else np.where(is_known, outcome.entry[position], 0.0)
    # A row without this outcome stands at time 1 with weight 0: after any entry, seen by nobody.
    unknown_time = 1.0
    return EndpointSample(
        outcome=outcome,
        order=TimeOrder.of(np.where(is_known, outcome.time[position], unknown_time)),
        status=np.where(is_known, outcome.status[position], 0),
        entry=entry,
        arm=rows.arm,
        cluster=rows.cluster,
        lower=np.where(is_known, outcome.lower[position], 0.0),
        upper=np.where(is_known, outcome.upper[position], np.inf),
        is_known=is_known,
        provider=rows.provider,
    )
