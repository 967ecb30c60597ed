"""Rows of a dated endpoint once it is settled which of their dates count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.endpoints.follow_up import FollowUp
from spine_outcomes.endpoints.source_days import SourceDays

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DatedRows:
    """What the dates of n rows say, and what of it counts.

    Parameters
    ----------
    sources
        The sources as recorded.
    limit : ndarray, shape (n,)
        Days from the origin to the cut-off; infinite without one.
    end
        The end of follow-up.
    counted : ndarray, shape (n, s)
        Day of each source that counts, infinite for the others.
    is_beyond_gap : ndarray of bool, shape (n, s)
        Deaths too long after the last image to count.
    first : ndarray of int, shape (n,)
        The source that comes first.
    first_day : ndarray, shape (n,)
        Its day, infinite where none counts.
    """

    sources: SourceDays
    limit: Floats
    end: FollowUp
    counted: Floats
    is_beyond_gap: Bools
    first: NDArray[np.intp]
    first_day: Floats

    @property
    def status(self) -> NDArray[np.int64]:
        """State of each row: 0 where nothing came, or a procedure ended observation."""
        return np.where(np.isfinite(self.first_day), self.sources.states[self.first], 0)
