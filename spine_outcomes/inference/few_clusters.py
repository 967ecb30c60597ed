"""Standard errors and degrees of freedom where clusters are few."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference.covariance import n_clusters
from spine_outcomes.inference.estimate import Estimate

TOO_FEW = "no standard error: {} clusters for {} parameters"


class SmallSample(NamedTuple):
    """Errors of k quantities with the reference they go with; every array has shape (k,).

    Parameters
    ----------
    std_error
        NaN where there is a reason.
    df
        Degrees of freedom of Student's t; NaN where there is a reason.
    reasons
        Why a quantity has no error; None where it has one.
    """

    std_error: NDArray[np.float64]
    df: NDArray[np.float64]
    reasons: tuple[str | None, ...]


def small_sample(estimate: Estimate, n_parameters: int = 1) -> SmallSample:
    """Clustered errors times √(G/(G − p)), for Student's t with G − p degrees of freedom.

    Parameters
    ----------
    estimate
        k quantities, corrected for the nuisance where there is one.
    n_parameters
        p, what was estimated from the G clusters beside or in the quantity: 1 for a mean or a
        curve, the coefficients of a regression, and those of the propensity model.

    Notes
    -----
    The influence is that of residuals, which are too small by the share of the p parameters: the
    factor is that of MacKinnon and White's (1985) HC1 with clusters as the units, G/(G − 1) for one
    parameter. G counts the clusters that influence the quantity. Of first order in p/G: with few
    clusters of unequal size prefer ``jackknife``, which makes no such approximation. A quantity
    with G ≤ p has no error.

    Examples
    --------
    >>> mean = Estimate(np.array([2.0]), np.array([[-2.0], [-1.0], [3.0]]) / 3, ({},))
    >>> small_sample(mean).std_error.round(4)  # of 0, 1, 5: SD √7, divided by √3
    array([1.5275])
    """
    counts = n_clusters(estimate.influence, estimate.cluster, estimate.round_off)
    reasons = tuple(
        reason or (TOO_FEW.format(count, n_parameters) if count <= n_parameters else None)
        for reason, count in zip(estimate.error_reasons, counts, strict=True)
    )
    has_error = np.array([reason is None for reason in reasons], dtype=bool)
    df = np.where(has_error, counts - n_parameters, np.nan)
    return SmallSample(estimate.std_error() * np.sqrt(counts / df), df, reasons)
