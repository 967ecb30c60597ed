"""The same analysis on many draws, and what came out of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from spine_outcomes.errors import NotEstimableError
from spine_outcomes.inference import Estimate, Label

Drawn = TypeVar("Drawn")
Outcome = tuple[tuple[Label, ...], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Replications:
    """Values and standard errors of k quantities on r draws.

    Parameters
    ----------
    labels : tuple of mapping, length k
    value, std_error : ndarray, shape (r, k)
        NaN where a quantity was not estimable, or where the whole draw was not.
    """

    labels: tuple[Label, ...]
    value: NDArray[np.float64]
    std_error: NDArray[np.float64]


def replicate(
    draw: Callable[[int], Drawn],
    analyse: Callable[[Drawn], Estimate],
    *,
    replicates: int,
    seed: int,
    jobs: int = 1,
) -> Replications:
    """Draw and analyse ``replicates`` times.

    Parameters
    ----------
    draw
        Gives the sample of a seed; replicate i is the draw of ``seed + i``.
    analyse
        Gives the same quantities, in the same order, on every draw.
    replicates
        How many draws.
    seed
        Seed of the first.
    jobs
        Processes.

    Raises
    ------
    NotEstimableError
        No draw could be analysed.
    """
    outcomes = Parallel(n_jobs=jobs)(
        delayed(_one)(draw, analyse, seed + i) for i in range(replicates)
    )
    analysed = [outcome for outcome in outcomes if outcome is not None]
    if not analysed:
        raise NotEstimableError(f"none of {replicates} draws could be analysed")
    labels = analysed[0][0]
    nothing = np.full(len(labels), np.nan)
    filled = [(labels, nothing, nothing) if outcome is None else outcome for outcome in outcomes]
    return Replications(
        labels,
        np.stack([value for _, value, _ in filled]),
        np.stack([std_error for _, _, std_error in filled]),
    )


def _one(
    draw: Callable[[int], Drawn], analyse: Callable[[Drawn], Estimate], seed: int
) -> Outcome | None:
    """One replicate without its influence, which would fill the memory; None if not estimable."""
    try:
        estimate = analyse(draw(seed))
    except NotEstimableError:
        return None
    return estimate.labels, estimate.value, estimate.std_error()
