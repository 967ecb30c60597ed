"""Samples for property-based tests, made of what breaks estimators.

Ties, times of 0, weights from 1e-6 to 1e6, a single event, everybody censored, an arm without an
event, clusters of 1 to 20 rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

SHAPES = ("any", "all censored", "single event", "arm without event", "equal weights", "no ties")


@dataclass(frozen=True)
class Drawn:
    """A drawn sample of n rows; ``status`` 0 censored, 1, 2, … events."""

    time: NDArray[np.float64]
    status: NDArray[np.int64]
    weight: NDArray[np.float64]
    arm: NDArray[np.int64]
    cluster: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.time)

    @property
    def keys(self) -> dict[str, Any]:
        """Keyword arguments that most estimators take."""
        return {"arm": self.arm, "cluster": self.cluster}

    def take(self, rows: NDArray[Any]) -> Drawn:
        """The sample with rows left out, repeated or in another order."""
        return Drawn(
            self.time[rows],
            self.status[rows],
            self.weight[rows],
            self.arm[rows],
            self.cluster[rows],
        )


@st.composite
def samples(
    draw: st.DrawFn,
    *,
    causes: int = 2,
    min_rows: int = 2,
    max_rows: int = 25,
    both_arms: bool = True,
) -> Drawn:
    """Draw a sample of ``min_rows`` to ``max_rows`` rows with at most ``causes`` kinds of event."""
    n = draw(st.integers(max(min_rows, 2 if both_arms else 1), max_rows))
    shape = draw(st.sampled_from(SHAPES))
    time = _times(draw, n, shape)
    status = np.array(draw(_lists(st.integers(0, causes), n)), dtype=np.int64)
    exponent = np.array(draw(_lists(st.floats(-6, 6), n)))
    weight = np.ones(n) if shape == "equal weights" else 10.0**exponent
    arm = np.array(draw(_lists(st.integers(0, 1), n)), dtype=np.int64)
    if both_arms:
        arm[:2] = (0, 1)
    if shape == "all censored":
        status[:] = 0
    if shape == "single event":
        status[:] = 0
        status[draw(st.integers(0, n - 1))] = 1
    if shape == "arm without event":
        status[arm == 1] = 0
    sizes = np.array(draw(_lists(st.integers(1, 20), n)))
    cluster = np.repeat(np.arange(n), sizes)[:n]
    order = np.array(draw(st.permutations(range(n))), dtype=np.intp)
    return Drawn(time, status, weight, arm, cluster[order])


def _times(draw: st.DrawFn, n: int, shape: str) -> NDArray[np.float64]:
    """Whole numbers from 0 with many ties, or all different."""
    if shape == "no ties":
        return np.array(draw(st.permutations(range(1, n + 1))), dtype=np.float64)
    return np.array(draw(_lists(st.integers(0, 6), n)), dtype=np.float64)


def _lists(element: st.SearchStrategy[Any], n: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(element, min_size=n, max_size=n)
