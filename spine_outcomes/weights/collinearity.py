"""Columns that are linear combinations of each other, exactly or nearly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from spine_outcomes.errors import Finding, NotEstimableError, Problem

ILL_CONDITIONED = 1e8
SHARE_OF_COMBINATION = 1e-6


def check_collinearity(matrix: NDArray[np.float64], names: tuple[str, ...]) -> list[Finding]:
    """Tell whether columns (n, p), none constant, are dependent beside an intercept.

    Raises
    ------
    NotEstimableError
        Columns are exactly dependent, the set named; or there are no more rows than coefficients.

    Notes
    -----
    Pivoted QR of the columns centred and scaled to length one. A pivot counts as zero when it is
    below what rounding in the columns as given can leave: 100 machine epsilons times the largest
    ratio of a column's length to its centred length. The condition number is that of the scaled
    columns (Belsley, Kuh and Welsch, 1980, section 3.2, with the mean taken out).
    """
    n, p = matrix.shape
    if p == 0:
        return []
    if n <= p + 1:
        message = f"{p + 1} coefficients for {n} rows: more rows than coefficients are needed."
        raise NotEstimableError(Problem("E_TOO_MANY_COLUMNS", message, fix="Leave out terms."))
    centred = matrix - matrix.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    scaled = centred / length
    triangle, order = qr(scaled, mode="r", pivoting=True)
    pivots = np.abs(np.diag(triangle[:p]))
    rounding = 100 * np.finfo(float).eps * max(1.0, (np.linalg.norm(matrix, axis=0) / length).max())
    rank = int((pivots > rounding).sum())
    if rank < p:
        raise NotEstimableError(*_dependent_sets(triangle[:p], order, rank, names))
    condition = float(np.linalg.cond(triangle[:p]))
    if condition < ILL_CONDITIONED:
        return []
    message = (
        f"The columns of the model are nearly collinear (condition number {condition:.2g}): "
        "coefficients of the columns concerned cannot be told apart."
    )
    return [Finding("W_ILL_CONDITIONED", message, "caution", "propensity")]


def _dependent_sets(
    triangle: NDArray[np.float64], order: NDArray[np.int32], rank: int, names: tuple[str, ...]
) -> list[Problem]:
    """One problem for each redundant column, naming the columns that make it up."""
    combination = solve_triangular(triangle[:rank, :rank], triangle[:rank, rank:])
    problems = []
    for j, weights in zip(order[rank:], combination.T, strict=True):
        parts = order[:rank][np.abs(weights) > SHARE_OF_COMBINATION]
        dependent = ", ".join(names[k] for k in sorted([j, *parts]))
        problems.append(
            Problem(
                "E_COLLINEAR",
                f"{dependent} are exactly collinear (with the intercept): their coefficients are "
                "not determined.",
                fix="Leave out one of them.",
            )
        )
    return problems
