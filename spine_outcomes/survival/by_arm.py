"""The same quantities in every arm, as one estimate on all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.inference import Estimate, Label
from spine_outcomes.survival.life_table import Floats, LifeTable, life_tables
from spine_outcomes.survival.sample import Sample


class Quantity(NamedTuple):
    """One number about a group: its value, why it has none, and the influence (r,) of its rows."""

    value: float
    reason: str | None
    influence: Floats | float


def not_estimable(reason: str) -> Quantity:
    """Return a quantity without a value."""
    return Quantity(np.nan, reason, 0.0)


def estimate_by_arm(
    sample: Sample,
    labels: Sequence[Label],
    quantities: Callable[[LifeTable], Iterable[Quantity]],
) -> Estimate:
    """Compute the same quantities in every arm, as one estimate on all rows of the sample.

    Parameters
    ----------
    sample
        n rows; without an arm they are one group.
    labels
        What the quantities of an arm are; the code of the arm is added.
    quantities
        Yields them for the risk sets of one arm, in the order of ``labels``.
    """
    groups = list(life_tables(sample))
    values = np.full(len(groups) * len(labels), np.nan)
    influence = np.zeros((len(values), sample.n))  # each quantity contiguous, filled on touch
    reasons: list[str | None] = []
    absent = [not_estimable("no row with a weight above 0")] * len(labels)
    for _, table in groups:
        rows = table.rows if table is not None else np.zeros(0, dtype=np.intp)
        for quantity in absent if table is None else quantities(table):
            column = len(reasons)
            values[column] = quantity.value
            influence[column][rows] = quantity.influence
            reasons.append(quantity.reason)
    all_labels = tuple({**label, **arm} for arm, _ in groups for label in labels)
    return Estimate(values, influence.T, all_labels, sample.cluster, tuple(reasons))


def display_times(name: str, times: ArrayLike) -> Floats:
    """Return the times (k,) at which a curve is wanted; refuses what is no time."""
    grid = np.atleast_1d(np.asarray(times, dtype=np.float64))
    if grid.ndim != 1 or not (np.isfinite(grid) & (grid >= 0)).all():
        raise SampleError(Problem("E_TIMES", f"{name} must be finite and not negative: {grid}"))
    return grid
