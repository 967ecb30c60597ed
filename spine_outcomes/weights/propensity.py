"""Propensity score: the probability of the comparator arm given the baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular
from scipy.special import expit, logit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from spine_outcomes.errors import NotEstimableError, Problem, SampleError, SeparationError
from spine_outcomes.weights.collinearity import check_collinearity
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.logistic import logistic_newton, maximum_exists
from spine_outcomes.weights.separation import separation


@dataclass(frozen=True, eq=False)
class Propensity:
    """A fitted propensity model.

    Parameters
    ----------
    score : ndarray, shape (n,)
        e, the fitted probability of the comparator arm, strictly between 0 and 1.
    coefficients : ndarray, shape (p,)
        γ, log odds ratios, the intercept first.
    names : tuple of str, length p
    matrix : ndarray, shape (n, p)
        The design x.
    influence : ndarray, shape (n, p), or None
        φ, the influence of each row on γ; None where the score has no estimating equations.
    weight : ndarray, shape (n,)
        Prior weight w of each row: 1, or its multiplicity, or 0 where it was left out.
    bounds
        Smallest and largest score that stayed; None where nothing was trimmed.
    """

    score: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    names: tuple[str, ...]
    matrix: NDArray[np.float64]
    influence: NDArray[np.float64] | None
    weight: NDArray[np.float64]
    bounds: tuple[float, float] | None = None


def fit_propensity(
    design: Design, arm: NDArray[np.int64], weight: NDArray[np.float64] | None = None
) -> Propensity:
    """Logistic propensity model by maximum likelihood (statsmodels GLM, binomial).

    Parameters
    ----------
    design
        Columns of the model on n rows.
    arm : ndarray of int, shape (n,)
        0 reference, 1 comparator.
    weight : ndarray, shape (n,), optional
        Prior weights; rows with weight 0 are scored but do not enter the fit.

    Returns
    -------
    Propensity
        Its score equations Σ w (a − e) x = 0 hold to 1e-10 of Σ w |x|.

    Raises
    ------
    SampleError
        An arm that is neither 0 nor 1; a weight that is negative or not finite.
    SeparationError
        Covariates predict the arm perfectly for some rows, completely or quasi; they are named.
    NotEstimableError
        An arm without rows, dependent columns among the rows with weight, or scores of 0 or 1.

    Notes
    -----
    The fit is done in an orthonormal basis of the columns, so that its precision does not depend on
    their scales or on how nearly collinear they are. Newton steps bring it to the maximum, whose
    existence is proved before statsmodels fits, and statsmodels' answer is the one kept. The
    influence is φ = w I⁻¹ x (a − e) with I = Σ w e (1 − e) x xᵀ.
    """
    weight = prior_weight(arm, weight)
    basis, triangle = orthonormal(design, weight)
    start = triangle[:, 0] * logit(np.average(arm, weights=weight))
    newton = logistic_newton(basis, arm, weight, start)
    if not maximum_exists(basis, arm, weight, newton):
        raise _no_maximum(design, arm, weight)
    kept = weight > 0
    model = GLM(arm[kept], basis[kept], family=Binomial(), freq_weights=weight[kept])
    fitted = model.fit(start_params=newton, tol_criterion="params", atol=1e-10, rtol=1e-10).params
    score = expit(basis @ fitted)
    information = basis.T @ ((weight * score * (1.0 - score))[:, None] * basis)
    influence = np.linalg.solve(information, (basis * (weight * (arm - score))[:, None]).T)
    return Propensity(
        score=score,
        coefficients=solve_triangular(triangle, fitted),
        names=design.names,
        matrix=design.matrix,
        influence=solve_triangular(triangle, influence).T,
        weight=weight,
    )


def prior_weight(arm: NDArray[np.int64], weight: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Prior weights (n,), 1 where none are given, checked together with the arms.

    Raises
    ------
    SampleError
        An arm that is neither 0 nor 1; a weight that is negative or not finite.
    NotEstimableError
        An arm without rows.
    """
    weight = np.ones(len(arm)) if weight is None else np.asarray(weight, dtype=np.float64)
    problems = []
    if n_bad := int((~np.isin(arm, (0, 1))).sum()):
        problems.append(Problem("E_ARM", f"{n_bad} rows have an arm that is neither 0 nor 1."))
    if n_bad := int((~(np.isfinite(weight) & (weight >= 0))).sum()):
        message = f"{n_bad} prior weights are negative, missing or infinite."
        problems.append(Problem("E_WEIGHT", message))
    if problems:
        raise SampleError(*problems)
    for code, name in enumerate(("reference", "comparator")):
        if not weight[np.asarray(arm) == code].any():
            message = f"no row in the {name} arm: no comparison is possible."
            raise NotEstimableError(Problem("E_ARM_EMPTY", message))
    return weight


def orthonormal(
    design: Design, weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Basis Q = X R⁻¹ (n, p), orthonormal over the rows with weight, and the triangle R (p, p)."""
    kept = design.matrix[weight > 0]
    if len(kept) < len(weight):
        check_collinearity(_varying(kept, design.names), design.names[1:])
    (whole,) = qr(kept, mode="r")
    triangle = np.asarray(whole[: kept.shape[1]], dtype=np.float64)
    basis: NDArray[np.float64] = solve_triangular(triangle, design.matrix.T, trans="T").T
    return basis, triangle


def _varying(matrix: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.float64]:
    """Columns after the intercept, refused where one no longer varies."""
    columns = matrix[:, 1:]
    is_constant = columns.max(axis=0) == columns.min(axis=0)
    if is_constant.any():
        raise NotEstimableError(
            *(
                Problem(
                    "E_CONSTANT",
                    "constant among the rows left in the propensity model.",
                    column=names[j + 1],
                    fix="Leave the term out, or trim less.",
                )
                for j in np.flatnonzero(is_constant)
            )
        )
    return columns


def _no_maximum(
    design: Design, arm: NDArray[np.int64], weight: NDArray[np.float64]
) -> NotEstimableError:
    """Why the likelihood has no maximum that numbers can show."""
    kept = weight > 0
    problems = separation(design.matrix[kept], design.names, arm[kept])
    if problems:
        return SeparationError(*problems)
    message = (
        "the fitted propensity is 0 or 1 to rounding for some rows: the arms hardly overlap and "
        "weights cannot be trusted."
    )
    return NotEstimableError(Problem("E_PROPENSITY_BOUND", message, fix="Restrict the cohort."))
