"""Clusters that count alike, however many rows they have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cluster_average(cluster: NDArray[np.int64]) -> NDArray[np.float64]:
    """Prior weight 1/(rows of its cluster) of each row, shape (n,).

    Parameters
    ----------
    cluster : ndarray of int, shape (n,)
        Codes 0, 1, … of the rows analysed.

    Notes
    -----
    As prior weight of the propensity model it enters the model and every weight made from it: the
    target is the average over clusters (patients) of their average row (lesion), not over rows
    (Seaman, Pavlou and Copas, 2014: inverse cluster size). Where size tells of the outcome the two
    averages differ.

    Examples
    --------
    >>> cluster_average(np.array([0, 1, 1, 0, 2, 0])).round(3)
    array([0.333, 0.5  , 0.5  , 0.333, 1.   , 0.333])
    """
    weight: NDArray[np.float64] = 1.0 / np.bincount(cluster)[cluster]
    return weight
