"""Weighted means, standard deviations and quantiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def weighted_mean_sd(
    x: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of each column of ``x``.

    Parameters
    ----------
    x : ndarray, shape (n,) or (n, q)
    weight : ndarray, shape (n,)

    Returns
    -------
    mean, sd : ndarray, shape () or (q,)
        NaN where there is no weight; sd is NaN where one row carries all of it.

    Notes
    -----
    Variance Σ w (x − m)² / (W − Σ w²/W), W = Σ w: the denominator for weights that say how reliable
    a row is; n − 1 where all weights are equal, and unchanged by the scale of the weights.
    """
    total = weight.sum()
    if total <= 0:
        return np.full(x.shape[1:], np.nan), np.full(x.shape[1:], np.nan)
    share = weight / total
    mean = share @ x
    freedom = 1.0 - share @ share
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = share @ (x - mean) ** 2 / np.where(freedom > 1e-12, freedom, np.nan)
    return mean, np.sqrt(variance)


def weighted_quantile(
    x: NDArray[np.float64], weight: NDArray[np.float64], probability: ArrayLike
) -> NDArray[np.float64]:
    """Quantiles of the weighted distribution function of ``x``.

    Parameters
    ----------
    x, weight : ndarray, shape (n,)
    probability : array_like, shape (k,)
        0 < p < 1.

    Returns
    -------
    ndarray, shape (k,)
        NaN where there is no weight.

    Notes
    -----
    The smallest x whose distribution function exceeds p, averaged with the one before where the
    function equals p there (Hyndman and Fan, 1996, type 2): a weight of k is k copies of the row,
    and the scale of the weights does not matter.

    Examples
    --------
    >>> weighted_quantile(np.array([3.0, 7.0, 9.0]), np.array([2.0, 3.0, 5.0]), [0.25, 0.5])
    array([7., 8.])
    """
    kept = weight > 0
    if not kept.any():
        return np.full(np.shape(probability), np.nan)
    order = np.argsort(x[kept], kind="stable")
    ordered = x[kept][order]
    share = np.cumsum(weight[kept][order])
    share /= share[-1]
    # Rounding in the running sum must not decide whether the function equals p.
    slack = 1e-12
    last = len(ordered) - 1
    lower = np.searchsorted(share, np.asarray(probability) - slack).clip(max=last)
    upper = np.searchsorted(share, np.asarray(probability) + slack).clip(max=last)
    quantile: NDArray[np.float64] = (ordered[lower] + ordered[upper]) / 2.0
    return quantile
