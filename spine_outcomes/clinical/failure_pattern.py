"""Where a failure lies: in the field, at its margin, or outside.

There is no one definition, and the share of marginal failures follows the definition: the rule,
with its cut-points, is printed wherever the endpoint appears.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

IN_FIELD, MARGINAL, OUTSIDE = "1", "2", "3"
UNKNOWN = ""

Pattern = NDArray[np.str_]


def by_isodose(
    inside: ArrayLike, *, in_field_at_least: float = 80, marginal_at_least: float = 20
) -> Pattern:
    """Pattern by the share of the failure's volume inside the isodose of the prescription.

    Parameters
    ----------
    inside : array_like, shape (n,)
        Percent of the volume of the failure inside the isodose, NaN where unknown.
    in_field_at_least, marginal_at_least
        Least percent of a failure in the field, and of a marginal one; both included. A cut of
        80 % (or 95 %) is borrowed from other sites: none is published for the spine.

    Examples
    --------
    >>> by_isodose([95, 80, 79.9, 20, 5, np.nan]).tolist()
    ['1', '1', '2', '2', '3', '']
    """
    share = np.asarray(inside, dtype=np.float64)
    return np.select(
        [np.isnan(share), share >= in_field_at_least, share >= marginal_at_least],
        [UNKNOWN, IN_FIELD, MARGINAL],
        OUTSIDE,
    )


def by_distance(from_edge: ArrayLike, *, marginal_at_most: float = 10) -> Pattern:
    """Pattern by the distance of the failure's centre from the edge of the planning target.

    Parameters
    ----------
    from_edge : array_like, shape (n,)
        Distance in mm: 0 or negative inside the target, positive outside, NaN where unknown.
    marginal_at_most
        Largest distance in mm of a marginal failure; included.

    Examples
    --------
    >>> by_distance([-3, 0, 10, 10.1]).tolist()
    ['1', '1', '2', '3']
    """
    distance = np.asarray(from_edge, dtype=np.float64)
    return np.select(
        [np.isnan(distance), distance <= 0, distance <= marginal_at_most],
        [UNKNOWN, IN_FIELD, MARGINAL],
        OUTSIDE,
    )


def by_level(
    level: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    *,
    marginal_at_most: int = 1,
) -> Pattern:
    """Pattern by the vertebra of the failure (Koyfman 2012, Int J Radiat Oncol 83:297).

    Parameters
    ----------
    level, first, last : ndarray of int, shape (n,)
        Level of the failure, and upper and lower level treated, as positions in
        `spine_outcomes.clinical.levels.LEVELS`; −1 where unknown.
    marginal_at_most
        Largest number of levels above or below those treated of a marginal failure.

    Examples
    --------
    >>> at = np.array([10, 9, 8])
    >>> by_level(at, np.array([10, 10, 10]), np.array([11, 11, 11])).tolist()
    ['1', '2', '3']
    """
    away = np.maximum(np.maximum(first - level, level - last), 0)
    is_unknown = (level < 0) | (first < 0) | (last < 0)
    return np.select(
        [is_unknown, away == 0, away <= marginal_at_most], [UNKNOWN, IN_FIELD, MARGINAL], OUTSIDE
    )
