"""Propensity score by Firth's penalised likelihood: finite where a covariate separates the arms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import expit, logit

from spine_outcomes.errors import NotEstimableError, Problem
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.logistic import log_likelihood
from spine_outcomes.weights.propensity import Propensity, orthonormal, prior_weight

MAX_STEPS = 500
MAX_HALVINGS = 30
TOLERANCE = 1e-12

Floats = NDArray[np.float64]


def fit_firth_propensity(
    design: Design, arm: NDArray[np.int64], weight: Floats | None = None
) -> Propensity:
    """Logistic propensity model at the maximum of l(γ) + ½ log |I(γ)|.

    Parameters
    ----------
    design, arm, weight
        As for `fit_propensity`; a weight of k counts as k copies of the row.

    Returns
    -------
    Propensity
        Scores strictly between 0 and 1 also where the arms are separated. There is no overlap there
        all the same: scores of those rows rest on the penalty alone. Overlap weights made of them
        balance the means nearly, not exactly.

    Raises
    ------
    SampleError, NotEstimableError
        As `fit_propensity`, but for separation.

    Notes
    -----
    The score equations are Σ x (w (a − e) + h (½ − e)) = 0, h the diagonal of the hat matrix
    (Firth, 1993; Heinze and Schemper, 2002). For a saturated model they add ½ to each cell. The
    influence is w times the exact derivative in each weight, penalty included: with
    A = I⁻¹, u = A x and T = Σ w v (½ − e) x⊗x⊗x, v = e (1 − e), it is
    M⁻¹ (x (w (a − e) + h (½ − e)) − w v T(u, u)), where M, minus the derivative of the score, is
    I + Σ h (v − (½ − e)(1 − 2e)) x xᵀ + 2 T(A, A)·T.

    References
    ----------
    Firth (1993), Biometrika 80; Heinze and Schemper (2002), Statistics in Medicine 21.
    """
    weight = prior_weight(arm, weight)
    basis, triangle = orthonormal(design, weight)
    coefficients = triangle[:, 0] * logit(np.average(arm, weights=weight))
    at = _evaluate(basis, arm, weight, coefficients)
    for _ in range(MAX_STEPS):
        step = at.inverse @ (at.row_scores.sum(axis=0))
        for _ in range(MAX_HALVINGS):
            proposed = _evaluate(basis, arm, weight, coefficients + step)
            if proposed.log_likelihood >= at.log_likelihood - TOLERANCE * abs(at.log_likelihood):
                break
            step = step / 2.0
        coefficients, at = coefficients + step, proposed
        if np.linalg.norm(step) <= TOLERANCE * max(1.0, float(np.linalg.norm(coefficients))):
            break
    else:
        message = f"the penalised propensity model is not at its maximum after {MAX_STEPS} steps."
        raise NotEstimableError(Problem("E_PROPENSITY", message, fix="Leave out terms."))
    influence = solve_triangular(triangle, _influence(basis, weight, at)).T
    return Propensity(
        score=at.score,
        coefficients=solve_triangular(triangle, coefficients),
        names=design.names,
        matrix=design.matrix,
        influence=influence,
        weight=weight,
    )


class _Evaluation(NamedTuple):
    """The penalised likelihood at some coefficients; ``row_scores`` (n, p) sum to its gradient."""

    log_likelihood: float
    score: Floats
    leverage: Floats
    inverse: Floats
    row_scores: Floats


def _evaluate(
    basis: Floats, arm: NDArray[np.int64], weight: Floats, coefficients: Floats
) -> _Evaluation:
    """Evaluate at ``coefficients`` (p,)."""
    predictor = basis @ coefficients
    score = expit(predictor)
    variance = weight * score * (1.0 - score)
    information = basis.T @ (variance[:, None] * basis)
    inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
    leverage = variance * np.einsum("ij,jk,ik->i", basis, inverse, basis)
    row_scores = basis * (weight * (arm - score) + leverage * (0.5 - score))[:, None]
    penalty = float(np.linalg.slogdet(information)[1]) / 2
    plain = log_likelihood(predictor, arm, weight)
    return _Evaluation(plain + penalty, score, leverage, inverse, row_scores)


def _influence(basis: Floats, weight: Floats, at: _Evaluation) -> Floats:
    """Influence of each row on the coefficients of the basis, shape (p, n)."""
    half, variance = 0.5 - at.score, weight * at.score * (1.0 - at.score)
    third = np.einsum("i,ia,ib,ic->abc", variance * half, basis, basis, basis, optimize=True)
    along = basis @ at.inverse
    moved = variance[:, None] * np.einsum("abc,ib,ic->ia", third, along, along, optimize=True)
    # what the rows' own variance and leverage change when the coefficients move
    own = variance + at.leverage * (at.score * (1.0 - at.score) - 2.0 * half**2)
    slope = basis.T @ (own[:, None] * basis)
    raised = np.einsum("abc,be,cf->aef", third, at.inverse, at.inverse, optimize=True)
    slope += 2.0 * np.einsum("aef,efd->ad", raised, third, optimize=True)
    return np.asarray(np.linalg.solve(slope, (at.row_scores - moved).T))
