"""Weights that depend on estimated parameters, and what that adds to an influence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Nuisance:
    """Parameters γ that were estimated to make the weights.

    Parameters
    ----------
    influence : ndarray, shape (n, p)
        φ, the influence of each row on γ.
    log_derivative : ndarray, shape (n, p)
        D, the derivative of the logarithm of each row's weight in γ.

    Notes
    -----
    For any estimator θ(w) with influence U (n, k), the corrected influence is U + φ (Dᵀ U): the
    derivative of θ in γ is Σ_i (∂θ/∂log w_i) D_i = Dᵀ U (Newey and McFadden, 1994, section 6).
    """

    influence: NDArray[np.float64]
    log_derivative: NDArray[np.float64]

    def correct(self, influence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Influence (n, k) that includes the estimation of γ."""
        return influence + self.influence @ (self.log_derivative.T @ influence)
