"""Means that no weights of an arm can reach: found exactly, and named."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.errors import NotEstimableError, Problem
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.separation import separating_columns

ARMS = ("reference", "comparator")
FIX = "Leave out or merge terms, or restrict the cohort to rows with overlap."


def infeasible(
    design: Design, own: NDArray[np.float64], target: NDArray[np.float64], arm: int
) -> NotEstimableError:
    """Error that names the columns whose target means no positive weights of an arm can have.

    Parameters
    ----------
    design
        Columns on n rows.
    own, target : ndarray, shape (n,)
        Prior weights of the rows of the arm and of the rows of the target, 0 for the others.
    arm
        Code of the arm.

    Notes
    -----
    The means are outside the convex hull of the arm's rows, or on its edge, exactly where some
    combination of columns separates them from these rows.
    """
    aim = target @ design.matrix / target.sum()
    stacked = np.vstack([design.matrix[own > 0], aim])
    group = np.append(np.ones(len(stacked) - 1, dtype=np.int64), 0)
    problems = [
        Problem(
            "E_BALANCE",
            f"{_means(design.names, columns, aim)} in the target: no weights of the {ARMS[arm]} "
            f"arm reach {'that mean' if len(columns) == 1 else 'these means together'}.",
            fix=FIX,
        )
        for columns in separating_columns(stacked, group)
    ]
    hardly = f"the {ARMS[arm]} arm hardly reaches the means of the target: some weights run to 0."
    return NotEstimableError(*problems or [Problem("E_BALANCE", hardly, fix=FIX)])


def _means(names: tuple[str, ...], columns: tuple[int, ...], aim: NDArray[np.float64]) -> str:
    """Columns with their means, such as "age 61.2, sex=female 0.4"."""
    return ", ".join(f"{names[j]} {aim[j]:.4g}" for j in columns)
