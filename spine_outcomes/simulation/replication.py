"""The same analysis on many draws, and what came out of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from spine_outcomes.errors import NotEstimableError
from spine_outcomes.inference import Estimate, Label, interval

Drawn = TypeVar("Drawn")
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answers:
    """Values, standard errors and limits of k quantities.

    Parameters
    ----------
    labels : tuple of mapping, length k
    value, std_error, lower, upper : ndarray, shape (k,) of one analysis, (r, k) of r draws
        NaN where a quantity was not estimable, or where the whole draw was not.
    """

    labels: tuple[Label, ...]
    value: Floats
    std_error: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, estimate: Estimate, level: float = 0.95) -> Answers:
        """Value and error of an estimate with its normal interval on the identity scale."""
        std_error = estimate.std_error()
        limits = interval(estimate.value, std_error, "identity", level)
        return cls(estimate.labels, estimate.value, std_error, *limits)

    @property
    def numbers(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Value, error and limits."""
        return self.value, self.std_error, self.lower, self.upper

    def relabel(self, **labels: object) -> Answers:
        """Add these labels to, or put them in place of, those of every quantity."""
        return Answers(tuple({**label, **labels} for label in self.labels), *self.numbers)

    def take(self, index: list[int]) -> Answers:
        """Keep the quantities at these positions."""
        labels = tuple(self.labels[i] for i in index)
        return Answers(labels, *(part[..., index] for part in self.numbers))


def joined(*answers: Answers) -> Answers:
    """The quantities of several analyses of the same draws, one after the other."""
    labels = tuple(label for part in answers for label in part.labels)
    numbers = zip(*(part.numbers for part in answers), strict=True)
    return Answers(labels, *(np.concatenate(parts, axis=-1) for parts in numbers))


def replicate(
    draw: Callable[[int], Drawn],
    analyse: Callable[[Drawn], Estimate | Answers],
    *,
    replicates: int,
    seed: int,
    jobs: int = 1,
) -> Answers:
    """Draw and analyse ``replicates`` times.

    Parameters
    ----------
    draw
        Gives the sample of a seed; replicate i is the draw of ``seed + i``.
    analyse
        Gives the same quantities, in the same order, on every draw.
    replicates
        r, how many draws.
    seed
        Seed of the first.
    jobs
        Processes.

    Returns
    -------
    Answers
        Arrays of shape (r, k); a draw that cannot be analysed is a row of NaN.

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
    labels = analysed[0].labels
    nothing = Answers(labels, *np.full((4, len(labels)), np.nan))
    numbers = zip(*(part.numbers for part in (o or nothing for o in outcomes)), strict=True)
    return Answers(labels, *(np.stack(parts) for parts in numbers))


def _one(
    draw: Callable[[int], Drawn], analyse: Callable[[Drawn], Estimate | Answers], seed: int
) -> Answers | None:
    """One replicate without its influence, which would fill the memory; None if not estimable."""
    try:
        with threadpool_limits(limits=1):  # small matrices: more threads only wait for each other
            found = analyse(draw(seed))
    except NotEstimableError:
        return None
    return Answers.of(found) if isinstance(found, Estimate) else found
