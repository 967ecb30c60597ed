"""Covariates that predict the arm perfectly: found exactly, and named."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from spine_outcomes.errors import Problem

NEGLIGIBLE = 1e-7


def separation(
    matrix: NDArray[np.float64], names: tuple[str, ...], arm: NDArray[np.int64]
) -> list[Problem]:
    """Problems naming every column, or else the set of columns, that separates the arms.

    Parameters
    ----------
    matrix : ndarray, shape (n, p)
        Design with the intercept first.
    names : tuple of str, length p
    arm : ndarray of int, shape (n,)
        0 reference, 1 comparator.

    Returns
    -------
    list of Problem
        Empty where the arms are not separated, neither completely nor quasi.
    """
    problems = []
    for columns in separating_columns(matrix, arm):
        if len(columns) == 1:
            problems.append(_alone(names[columns[0]], matrix[:, columns[0]], arm))
            continue
        named = ", ".join(names[j] for j in columns)
        message = (
            f"{named} together predict the arm perfectly for some rows: no propensity model exists."
        )
        fix = "Leave out or merge terms, or restrict the cohort."
        problems.append(Problem("E_SEPARATION", message, fix=fix))
    return problems


def separating_columns(
    matrix: NDArray[np.float64], group: NDArray[np.int64]
) -> list[tuple[int, ...]]:
    """Positions of the columns of ``matrix`` (n, p), the intercept first, that part two groups.

    Returns
    -------
    list of tuple
        Every column that does it alone; where none does, the one set of columns that does it
        together, if there is one. Empty where the groups are not separated.

    Notes
    -----
    A single column separates where its largest value in one group does not exceed its smallest in
    the other. Sets are found by linear programming (Konis, 2007, section 4.4): some β ≠ 0 with
    (2g − 1) xβ ≥ 0 in every row; of all such β the one of least absolute sum names the set.
    """
    columns = matrix[:, 1:]
    centred = columns - columns.mean(axis=0)
    length = np.abs(centred).max(axis=0, initial=0.0)
    varies = np.flatnonzero(length > 0)
    scaled = centred[:, varies] / length[varies]
    alone = [j for j in range(len(varies)) if _overlap_is_empty(scaled[:, j], group)]
    if alone:
        return [(int(varies[j]) + 1,) for j in alone]
    together = _separating_set(np.column_stack([np.ones(len(group)), scaled]), group)
    if together is None:
        return []
    return [tuple(int(varies[j - 1]) + 1 for j in together if j > 0)]


def _overlap_is_empty(x: NDArray[np.float64], arm: NDArray[np.int64]) -> bool:
    """Whether the ranges of the two arms meet in one value at most."""
    reference, comparator = x[arm == 0], x[arm == 1]
    return bool(reference.max() <= comparator.min() or comparator.max() <= reference.min())


def _alone(name: str, x: NDArray[np.float64], arm: NDArray[np.int64]) -> Problem:
    """Problem of one separating column; a level is told by the arm that has it."""
    values = np.unique(x)
    message = "separates the arms: its values do not overlap between them."
    if len(values) == 2:
        pure = next(v for v in values[::-1] if np.ptp(arm[x == v]) == 0)
        arm_name = "comparator" if arm[x == pure][0] else "reference"
        n = int((x == pure).sum())
        message = f"all {n} rows where it is {pure:g} are in the {arm_name} arm: no overlap there."
    fix = "Merge the level, leave the term out, or restrict the cohort to rows with overlap."
    return Problem("E_SEPARATION", message, column=name, fix=fix)


def _separating_set(matrix: NDArray[np.float64], arm: NDArray[np.int64]) -> NDArray[np.intp] | None:
    """Positions of the columns of the sparsest separating direction, None if there is none."""
    signed = (2.0 * arm - 1.0)[:, None] * matrix
    n, p = signed.shape
    total = signed.sum(axis=0) / n
    # β is split into its positive and negative parts, so that |β| is their sum.
    solution = linprog(
        np.ones(2 * p),
        A_ub=np.hstack([-signed, signed]),
        b_ub=np.zeros(n),
        A_eq=np.concatenate([total, -total])[None, :],
        b_eq=[1.0],
        options={"primal_feasibility_tolerance": 1e-10},
    )
    if solution.x is None:
        return None
    size = solution.x[:p] + solution.x[p:]
    return np.flatnonzero(size > NEGLIGIBLE * size.max())
