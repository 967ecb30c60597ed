"""Categories without an order, two or more, imputed by a Bayesian multinomial logistic model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.imputation.laplace import PRIOR_SD, draw_about_mode

Floats = NDArray[np.float64]


def multinomial_draw(
    codes: NDArray[np.int64], known: Floats, missing: Floats, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the codes of the rows in which they are missing, shape (n₀,).

    Parameters
    ----------
    codes : ndarray of int, shape (n₁,)
        0 … K−1, every one present; with two this is logistic regression.
    known, missing : ndarray, shape (n₁, p) and (n₀, p)
        Covariates of the rows with and without a code; the first column is the intercept.
    rng

    Notes
    -----
    log P(k)/P(0) = x β_k. The coefficients are drawn about their posterior mode, then the codes
    from the probabilities under the draw (Rubin, 1987, example 5.1, for two categories).
    """
    p = known.shape[1]
    n_codes = int(codes.max()) + 1
    indicator = np.eye(n_codes)[codes][:, 1:]

    def derivatives(at: Floats) -> tuple[float, Floats, Floats]:
        log_odds = known @ at.reshape(n_codes - 1, p).T
        probability, log_total = _probabilities(log_odds)
        height = float((indicator * log_odds).sum() - log_total.sum())
        gradient = (indicator - probability).T @ known
        return height, gradient.ravel(), _information(probability, known)

    precision = np.full((n_codes - 1, p), PRIOR_SD**-2)
    precision[:, 0] = 1e-6
    drawn = draw_about_mode(derivatives, np.zeros(precision.size), precision.ravel(), rng)
    probability, _ = _probabilities(missing @ drawn.reshape(n_codes - 1, p).T)
    up_to = 1 - np.cumsum(probability[:, ::-1], axis=1)[:, ::-1]  # P(code < k), k = 1 … K−1
    return np.asarray((rng.random(len(missing))[:, None] >= up_to).sum(axis=1), dtype=np.int64)


def _probabilities(log_odds: Floats) -> tuple[Floats, Floats]:
    """P(k), k = 1 … K−1, shape (n, K−1), and the log of the sum of all odds, shape (n,)."""
    highest = np.maximum(log_odds.max(axis=1), 0.0)
    odds = np.exp(log_odds - highest[:, None])
    total = np.exp(-highest) + odds.sum(axis=1)
    return odds / total[:, None], highest + np.log(total)


def _information(probability: Floats, known: Floats) -> Floats:
    """Fisher information, blocks Xᵀ diag(P_k (1{k = l} − P_l)) X."""
    n_blocks, p = probability.shape[1], known.shape[1]
    information = np.empty((n_blocks, p, n_blocks, p))
    for k in range(n_blocks):
        for other in range(k + 1):
            weight = probability[:, k] * ((k == other) - probability[:, other])
            block = known.T @ (weight[:, None] * known)
            information[k, :, other] = information[other, :, k] = block
    return information.reshape(n_blocks * p, n_blocks * p)
