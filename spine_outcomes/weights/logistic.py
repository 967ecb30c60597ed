"""Maximum likelihood of a logistic model by Newton steps, and proof that a maximum exists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

MAX_STEPS = 100
MAX_HALVINGS = 30
TOLERANCE = 1e-12
# Near the maximum a good step may lower the likelihood by rounding; halving it would stall.
ROUNDING = 1e-12
# Columns that do not vary among the rows with weight would have no step; it moves no other.
RIDGE = 1e-12


def logistic_newton(
    basis: NDArray[np.float64],
    arm: NDArray[np.int64],
    weight: NDArray[np.float64],
    start: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Coefficients (p,) at which the score equations Σ w (a − e) q = 0 hold to 1e-12.

    Parameters
    ----------
    basis : ndarray, shape (n, p)
        Columns of about unit length, orthogonal where the weight is positive.
    arm : ndarray of int, shape (n,)
        0 or 1.
    weight : ndarray, shape (n,)
        Prior weights, zero or more.
    start : ndarray, shape (p,)
        Where to begin.

    Notes
    -----
    Newton's method, a step halved while it lowers the likelihood. Where no maximum exists it ends
    at the step limit or far out; `maximum_exists` tells.
    """
    coefficients, predictor = start, basis @ start
    likelihood = log_likelihood(predictor, arm, weight)
    small = TOLERANCE * np.linalg.norm(weight)
    for _ in range(MAX_STEPS):
        score = expit(predictor)
        gradient = basis.T @ (weight * (arm - score))
        if np.linalg.norm(gradient) <= small:
            break
        information = basis.T @ ((weight * score * (1.0 - score))[:, None] * basis)
        np.fill_diagonal(information, information.diagonal() + RIDGE * information.trace())
        step = np.linalg.solve(information, gradient)
        change = basis @ step
        for _ in range(MAX_HALVINGS):
            proposed = log_likelihood(predictor + change, arm, weight)
            if proposed >= likelihood - ROUNDING * abs(likelihood):
                break
            step, change = step / 2.0, change / 2.0
        coefficients, predictor, likelihood = coefficients + step, predictor + change, proposed
    return coefficients


def maximum_exists(
    basis: NDArray[np.float64],
    arm: NDArray[np.int64],
    weight: NDArray[np.float64],
    coefficients: NDArray[np.float64],
) -> bool:
    """Whether ``coefficients`` prove that the likelihood has a finite maximum.

    Notes
    -----
    Were the arms separated, fully or quasi, some direction d of length one would have
    (2a − 1) q·d ≥ 0 in every row (Albert and Anderson, 1984). At any coefficients the gradient U
    would satisfy U·d = Σ w |a − e| |q·d| ≥ min(w |a − e|) Σ |q·d| ≥ min(w |a − e|), because the
    basis is orthonormal over the rows with positive weight. A gradient shorter than that minimum
    excludes separation; half of it is asked, for one row alone may reach the minimum to rounding.
    """
    residual = weight * (arm - expit(basis @ coefficients))
    gradient = basis.T @ residual
    return bool(np.linalg.norm(gradient) < 0.5 * np.abs(residual[weight > 0]).min())


def log_likelihood(
    predictor: NDArray[np.float64], arm: NDArray[np.int64], weight: NDArray[np.float64]
) -> float:
    """Σ w (a η − log(1 + exp η)), the logarithm faster than by ``np.logaddexp``."""
    softplus = np.log1p(np.exp(-np.abs(predictor))) + np.maximum(predictor, 0.0)
    return float(weight @ (arm * predictor - softplus))
