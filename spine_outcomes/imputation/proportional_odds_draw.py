"""Ordered categories imputed by a Bayesian proportional-odds model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from spine_outcomes.imputation.laplace import PRIOR_SD, draw_about_mode

Floats = NDArray[np.float64]
LEAST = 1e-12


def proportional_odds_draw(
    codes: NDArray[np.int64], known: Floats, missing: Floats, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the codes of the rows in which they are missing, shape (n₀,).

    Arguments as `multinomial_draw`, codes in their order; the first column of the covariates, the
    intercept, is left out: the thresholds stand for it.

    Notes
    -----
    logit P(code ≤ k) = α_k − x β (McCullagh, 1980, JRSS B 42), concave in (α, β) (Pratt, 1981, JASA
    76). α and β are drawn about their posterior mode; thresholds that cross in a draw are put in
    order by raising the later one.
    """
    known, missing = known[:, 1:], missing[:, 1:]
    n_cuts = int(codes.max())
    shares = np.cumsum(np.bincount(codes))[:-1] / len(codes)
    start = np.concatenate([logit(shares), np.zeros(known.shape[1])])
    precision = np.where(np.arange(len(start)) < n_cuts, 1e-6, PRIOR_SD**-2)
    model = _Model(codes, known, n_cuts)
    drawn = draw_about_mode(model.derivatives, start, precision, rng)
    cuts = np.maximum.accumulate(drawn[:n_cuts])
    up_to = expit(cuts - (missing @ drawn[n_cuts:])[:, None])
    return np.asarray((rng.random(len(missing))[:, None] >= up_to).sum(axis=1), dtype=np.int64)


class _Model:
    """Log-likelihood of the model: each row lies between an upper and a lower threshold."""

    def __init__(self, codes: NDArray[np.int64], covariates: Floats, n_cuts: int) -> None:
        self.covariates, self.n_cuts = covariates, n_cuts
        # Which threshold bounds each row from above and from below. A bound at infinity is a row of
        # zeros: of the last code above, of the first below, where code −1 is the extra row.
        self.upper = np.eye(n_cuts + 1)[codes][:, :n_cuts]
        self.lower = np.eye(n_cuts + 1)[codes - 1][:, :n_cuts]
        self.is_last, self.is_first = codes == n_cuts, codes == 0

    def derivatives(self, at: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, gradient, minus the Hessian."""
        cuts, linear = at[: self.n_cuts], self.covariates @ at[self.n_cuts :]
        above = np.where(self.is_last, 1.0, expit(self.upper @ cuts - linear))
        below = np.where(self.is_first, 0.0, expit(self.lower @ cuts - linear))
        probability = np.maximum(above - below, LEAST)
        up, low = above * (1 - above) / probability, below * (1 - below) / probability
        # Minus the second derivatives in the two bounds u and l of a row.
        uu, ll, ul = up * (up - 1 + 2 * above), low * (low + 1 - 2 * below), -up * low
        x = self.covariates
        by_cut = (uu + ul)[:, None] * self.upper + (ll + ul)[:, None] * self.lower
        mixed = self.upper.T @ (ul[:, None] * self.lower)
        cut_cut = np.diag(uu @ self.upper + ll @ self.lower) + mixed + mixed.T
        cut_x = -by_cut.T @ x
        x_x = x.T @ ((uu + ll + 2 * ul)[:, None] * x)
        gradient = np.concatenate([up @ self.upper - low @ self.lower, -(up - low) @ x])
        return (
            float(np.log(probability).sum()),
            gradient,
            np.block([[cut_cut, cut_x], [cut_x.T, x_x]]),
        )
