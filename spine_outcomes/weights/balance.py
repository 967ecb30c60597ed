"""How alike the arms are, before and after weighting, and how much the weights cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.weights.descriptives import weighted_mean_sd


@dataclass(frozen=True, eq=False)
class Balance:
    """Balance of each column between the arms.

    Parameters
    ----------
    mean_reference, mean_comparator : ndarray, shape (q,)
        Weighted means.
    smd : ndarray, shape (q,)
        Standardised mean difference, comparator − reference; NaN where the arms differ by a
        constant, so that there is no ruler.
    variance_ratio : ndarray, shape (q,)
        Weighted variance of the comparator over that of the reference arm; NaN where the latter
        is 0.
    ks : ndarray, shape (q,)
        Largest distance between the weighted distribution functions.
    is_constant : ndarray of bool, shape (q,)
        Columns with one value in both arms; their smd is 0 by convention.
    """

    mean_reference: NDArray[np.float64]
    mean_comparator: NDArray[np.float64]
    smd: NDArray[np.float64]
    variance_ratio: NDArray[np.float64]
    ks: NDArray[np.float64]
    is_constant: NDArray[np.bool_]


@dataclass(frozen=True)
class WeightSummary:
    """Weights of one arm, among rows with weight; ``largest_share`` is that of one row."""

    n: int
    ess: float
    minimum: float
    median: float
    p99: float
    maximum: float
    largest_share: float


def balance(
    matrix: NDArray[np.float64], arm: NDArray[np.int64], weight: NDArray[np.float64] | None = None
) -> Balance:
    """Balance of the columns of ``matrix`` between two weighted arms.

    Parameters
    ----------
    matrix : ndarray, shape (n, q)
        Columns; categories as one indicator for every level.
    arm : ndarray of int, shape (n,)
        0 reference, 1 comparator; both present.
    weight : ndarray, shape (n,), optional
        None: all equal.

    Notes
    -----
    The ruler of the standardised mean difference is √((s₀² + s₁²)/2) from the unweighted arms,
    n − 1 variances, before and after weighting (Austin and Stuart, 2015); so what changes is the
    difference, not the ruler.
    """
    weight = np.ones(len(arm)) if weight is None else weight
    reference, comparator = arm == 0, arm == 1
    _, sd_reference = weighted_mean_sd(matrix[reference], np.ones(int(reference.sum())))
    _, sd_comparator = weighted_mean_sd(matrix[comparator], np.ones(int(comparator.sum())))
    ruler = np.sqrt((sd_reference**2 + sd_comparator**2) / 2.0)
    mean_0, sd_0 = weighted_mean_sd(matrix[reference], weight[reference])
    mean_1, sd_1 = weighted_mean_sd(matrix[comparator], weight[comparator])
    is_constant = np.ptp(matrix, axis=0) == 0
    return Balance(
        mean_reference=mean_0,
        mean_comparator=mean_1,
        smd=np.where(is_constant, 0.0, _ratio(mean_1 - mean_0, ruler)),
        variance_ratio=_ratio(sd_1**2, sd_0**2),
        ks=_kolmogorov_smirnov(matrix, arm, weight),
        is_constant=is_constant,
    )


def effective_sample_size(weight: NDArray[np.float64]) -> float:
    """Kish's (Σw)²/Σw²: rows of equal weight that would be as precise; 0 without weight.

    Examples
    --------
    >>> effective_sample_size(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    largest = weight.max(initial=0.0)
    if largest == 0:
        return 0.0
    scaled = weight / largest
    return float(scaled.sum() ** 2 / (scaled @ scaled))


def weight_summary(weight: NDArray[np.float64]) -> WeightSummary:
    """Size, spread and concentration of the weights of one arm; percentiles are type 7."""
    used = weight[weight > 0]
    if len(used) == 0:
        return WeightSummary(0, 0.0, *(np.nan,) * 5)
    minimum, median, p99, maximum = np.percentile(used, (0, 50, 99, 100))
    return WeightSummary(
        n=len(used),
        ess=effective_sample_size(used),
        minimum=float(minimum),
        median=float(median),
        p99=float(p99),
        maximum=float(maximum),
        largest_share=float(maximum / used.sum()),
    )


def propensity_histogram(
    score: NDArray[np.float64], arm: NDArray[np.int64], bins: int = 20
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Edges (bins + 1,) from 0 to 1 and counts (2, bins) of rows by arm, the reference first."""
    edges = np.linspace(0.0, 1.0, bins + 1)
    counts = np.stack([np.histogram(score[arm == code], edges)[0] for code in (0, 1)])
    return edges, counts


def _ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quotient, NaN where the denominator is 0."""
    return numerator / np.where(denominator > 0, denominator, np.nan)


def _kolmogorov_smirnov(
    matrix: NDArray[np.float64], arm: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Largest |F₁ − F₀| of the weighted distribution functions of each column, shape (q,)."""
    total = np.array([weight[arm == 0].sum(), weight[arm == 1].sum()])
    step = np.where(arm == 1, weight, -weight) / total[arm]
    order = np.argsort(matrix, axis=0)
    distance = np.abs(np.cumsum(step[order], axis=0))
    ordered = np.take_along_axis(matrix, order, axis=0)
    # Between equal values the functions have not both stepped yet.
    distance[:-1][ordered[1:] == ordered[:-1]] = 0.0
    largest: NDArray[np.float64] = distance.max(axis=0)
    return largest
