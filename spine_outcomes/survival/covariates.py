"""Covariates of a regression, checked once: numbers, finite, named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.survival.risk_sets import Floats

FIX = "Give finite numbers, or leave the rows out everywhere and count them."


def covariates_of(
    covariates: ArrayLike, names: Sequence[str] | None, n: int
) -> tuple[Floats, tuple[str, ...]]:
    """Covariates (n, p) and their names; one column may come as (n,).

    Raises
    ------
    SampleError
        Naming every covariate with values that are missing, infinite or no numbers, and the rows.
    """
    try:
        matrix = np.asarray(covariates, dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = f"covariates must be numbers: {error}"
        raise SampleError(Problem("E_COVARIATE", message, fix=FIX)) from error
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or len(matrix) != n:
        message = f"covariates have shape {matrix.shape}; expected {n} rows and one column each"
        raise SampleError(Problem("E_LENGTH", message))
    p = matrix.shape[1]
    labels = tuple(names) if names is not None else tuple(f"x{j + 1}" for j in range(p))
    if len(labels) != p:
        message = f"{len(labels)} names for {p} covariates"
        raise SampleError(Problem("E_LENGTH", message))
    is_finite = np.isfinite(matrix)
    if not is_finite.all():
        raise SampleError(
            *(
                _problem(label, np.flatnonzero(~is_finite[:, j]))
                for j, label in enumerate(labels)
                if not is_finite[:, j].all()
            )
        )
    return matrix, labels


def _problem(label: str, rows: np.ndarray) -> Problem:
    """One covariate with values that cannot be used."""
    named = ", ".join(str(row) for row in rows[:10]) + (" …" if len(rows) > 10 else "")
    message = f"missing or infinite in {len(rows)} row(s): {named} (counted from 0)"
    return Problem("E_COVARIATE", message, column=label, fix=FIX)
