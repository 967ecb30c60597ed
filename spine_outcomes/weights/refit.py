"""The same propensity model fitted again and again, to resampled rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import expit

from spine_outcomes.weights.design import Design
from spine_outcomes.weights.logistic import logistic_newton
from spine_outcomes.weights.propensity import Propensity, fit_propensity, orthonormal

RANK = 1e-10
ABSENT = 1e-8


@dataclass(frozen=True, eq=False)
class PropensityRefit:
    """A logistic propensity model to be fitted with many prior weights, from one start.

    Parameters
    ----------
    design
        Columns of the model on n rows.
    arm : ndarray of int, shape (n,)
        0 reference, 1 comparator.
    fitted
        The model of all rows, each with weight 1.
    basis : ndarray, shape (n, p)
        Columns, orthonormal over all rows.
    triangle : ndarray, shape (p, p)
        What takes the basis to the design.
    """

    design: Design
    arm: NDArray[np.int64]
    fitted: Propensity
    basis: NDArray[np.float64]
    triangle: NDArray[np.float64]

    @classmethod
    def of(cls, design: Design, arm: NDArray[np.int64]) -> PropensityRefit:
        """Fit the model to all rows; raises as ``fit_propensity``."""
        fitted = fit_propensity(design, arm)
        return cls(design, arm, fitted, *orthonormal(design, np.ones(len(arm))))

    def __call__(self, weight: NDArray[np.float64]) -> Propensity:
        """Fit the model with prior weights (n,), as ``fit_propensity``; a column may vanish.

        Raises
        ------
        NotEstimableError
            Where the arms are separated among the rows with weight, or one of them is empty.

        Notes
        -----
        Newton's method starts from the coefficients of all rows. That a maximum exists is proved
        as ``maximum_exists`` does, in the span of the rows with weight: Σ |q·d| ≥ |Qd| ≥ √λ, and
        the smallest eigenvalue λ of QᵀQ is at least that of the information over the largest
        w e (1 − e). Where that is no proof ``fit_propensity`` decides. A column that no longer
        varies (a rare level that was not drawn) has no influence: it says nothing about the rows
        that were drawn.
        """
        arm, basis = self.arm, self.basis
        found = logistic_newton(basis, arm, weight, self.triangle @ self.fitted.coefficients)
        score = expit(basis @ found)
        residual, spread = weight * (arm - score), weight * score * (1.0 - score)
        eigenvalues, directions = np.linalg.eigh(basis.T @ (spread[:, None] * basis))
        is_spanned = eigenvalues > RANK * eigenvalues[-1]
        beyond, spanned = directions[:, ~is_spanned], directions[:, is_spanned]
        kept = weight > 0
        if not is_spanned.any():  # no row has a weight
            return fit_propensity(self.design, arm, weight)
        smallest = np.sqrt(eigenvalues[is_spanned][0] / spread.max())
        gradient = np.linalg.norm(basis.T @ residual)
        is_proved = gradient < 0.5 * np.abs(residual[kept]).min() * smallest
        if not is_proved or np.abs(basis[kept] @ beyond).max(initial=0.0) > ABSENT:
            return fit_propensity(self.design, arm, weight)
        inverse = (spanned / eigenvalues[is_spanned]) @ spanned.T
        influence = basis @ solve_triangular(self.triangle, inverse).T * residual[:, None]
        coefficients = solve_triangular(self.triangle, found)
        return replace(
            self.fitted, score=score, coefficients=coefficients, influence=influence, weight=weight
        )
