"""Numbers imputed by the observed value of a row with a similar prediction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DONORS = 5
RIDGE = 1e-5


def predictive_mean_matching(
    values: Floats, known: Floats, missing: Floats, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw a donor for each row without a value: positions among the rows with one, shape (n₀,).

    Parameters
    ----------
    values : ndarray, shape (n₁,)
    known, missing : ndarray, shape (n₁, p) and (n₀, p)
        Covariates of the rows with and without a value; the first column is the intercept.
    rng

    Notes
    -----
    Coefficients are drawn from the posterior of a normal linear model (Rubin, 1987, page 166, with
    a ridge of 1e-5 of the diagonal, so that collinear columns do no harm). The donor is one of the
    five rows whose prediction at the least-squares coefficients is nearest to
    its own at the drawn ones (Morris, White and Royston, 2014, BMC Medical Research Methodology 14:
    matching of type 1, five donors).
    """
    gram = known.T @ known
    diagonal = gram.diagonal()
    # A column that is 0 wherever the value is known has no coefficient to draw.
    np.fill_diagonal(gram, np.where(diagonal > 0, diagonal * (1 + RIDGE), 1.0))
    factor = np.linalg.cholesky(gram)
    fitted = np.linalg.solve(gram, known.T @ values)
    residual = values - known @ fitted
    df = max(len(values) - known.shape[1], 1)
    sigma = np.sqrt(residual @ residual / rng.chisquare(df))
    drawn = fitted + sigma * np.linalg.solve(factor.T, rng.standard_normal(len(fitted)))
    return _donors(known @ fitted, missing @ drawn, rng)


def _donors(available: Floats, wanted: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """For each prediction wanted, one of the rows whose prediction is nearest, at random."""
    k = min(DONORS, len(available))
    shuffled = rng.permutation(len(available))  # so that no tied row comes before the others
    order = shuffled[np.argsort(available[shuffled], kind="stable")]
    ranked = available[order]
    # The nearest k stand together in the order; they lie within k places of where a row belongs.
    place = np.searchsorted(ranked, wanted)
    window = place[:, None] + np.arange(-k, k)
    is_inside = (window >= 0) & (window < len(ranked))
    distance = np.abs(ranked[np.clip(window, 0, len(ranked) - 1)] - wanted[:, None])
    nearest = np.argsort(np.where(is_inside, distance, np.inf), axis=1, kind="stable")[:, :k]
    chosen = nearest[np.arange(len(wanted)), rng.integers(k, size=len(wanted))]
    donors: NDArray[np.intp] = order[window[np.arange(len(wanted)), chosen]]
    return donors
