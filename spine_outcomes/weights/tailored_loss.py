"""Balancing equations as the maximum of a concave function of the predictor, found by Newton steps.

Every set of weights that balances means solves Σ s(η) x = 0 with η = xγ and s the slope of some
concave function of η, row by row (Zhao, 2019): one solver and one influence serve all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_STEPS = 200
MAX_HALVINGS = 60
TOLERANCE = 1e-12
BALANCED = 1e-9
# Beyond this bound squares of exponentials overflow while a step is being halved.
FARTHEST = 300.0


class Terms(NamedTuple):
    """Value, slope and (negative) curvature in η of the term of each row, each (n,)."""

    value: Floats
    slope: Floats
    curvature: Floats


@dataclass(frozen=True, eq=False)
class Balanced:
    """Coefficients that solve the balancing equations.

    Parameters
    ----------
    coefficients : ndarray, shape (p,)
    predictor : ndarray, shape (n,)
        η.
    influence : ndarray, shape (n, p)
        H⁻¹ x s, H = −Σ s′ x xᵀ: influence of each row on the coefficients.
    is_solved
        Whether the equations hold to 1e-9 of the length of the slopes.
    """

    coefficients: Floats
    predictor: Floats
    influence: Floats
    is_solved: bool


def solve_balance(basis: Floats, terms: Callable[[Floats], Terms], start: Floats) -> Balanced:
    """Maximise Σ value(η) over γ from ``start`` (p,), with η = ``basis`` (n, p) γ.

    Notes
    -----
    Newton's method, a step halved while it lowers the function. Where there is no maximum the
    predictor runs away until the steps run out or the slopes vanish: what a caller has to look at.
    """
    coefficients, current = start, terms(basis @ start)
    for _ in range(MAX_STEPS):
        gradient = basis.T @ current.slope
        if np.linalg.norm(gradient) <= TOLERANCE * np.linalg.norm(current.slope):
            break
        step = np.linalg.lstsq(_information(basis, current), gradient)[0]
        lowest = current.value.sum() - TOLERANCE * np.abs(current.value).sum()
        for _ in range(MAX_HALVINGS):
            proposed = terms(basis @ (coefficients + step))
            if proposed.value.sum() >= lowest:
                break
            step = step / 2.0
        coefficients, current = coefficients + step, proposed
    gradient = basis.T @ current.slope
    score = basis * current.slope[:, None]
    influence = np.linalg.lstsq(_information(basis, current), score.T)[0].T.astype(np.float64)
    return Balanced(
        coefficients=coefficients,
        predictor=basis @ coefficients,
        influence=influence,
        is_solved=bool(np.linalg.norm(gradient) <= BALANCED * np.linalg.norm(current.slope)),
    )


def bounded_exp(predictor: Floats) -> Floats:
    """Exponential that does not overflow."""
    return np.exp(np.clip(predictor, -FARTHEST, FARTHEST))


def _information(basis: Floats, terms: Terms) -> Floats:
    """−Σ s′ x xᵀ, shape (p, p)."""
    return np.asarray(basis.T @ (terms.curvature[:, None] * basis), dtype=np.float64)
