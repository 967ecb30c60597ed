"""Vertebral levels from C1 to S5: their order, their region and the count between two."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

REGION_SIZES = {"cervical": 7, "thoracic": 12, "lumbar": 5, "sacral": 5}

LEVELS: tuple[str, ...] = tuple(
    f"{name[0].upper()}{number}"
    for name, size in REGION_SIZES.items()
    for number in range(1, size + 1)
)
"""Names of the levels from the skull down."""

REGION_STARTS: tuple[int, ...] = tuple(
    int(start) for start in np.cumsum([0, *REGION_SIZES.values()])[:-1]
)
"""Position in `LEVELS` of the first level of each region."""

_POSITION = {name: position for position, name in enumerate(LEVELS)}


def level_positions(levels: Iterable[str]) -> NDArray[np.int64]:
    """Positions of levels in `LEVELS`, −1 where the name is none of them.

    Examples
    --------
    >>> level_positions(["C1", "T12", "L1", "X9"])
    array([ 0, 18, 19, -1])
    """
    return np.array([_POSITION.get(level, -1) for level in levels], dtype=np.int64)


def n_levels(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of levels from ``first`` to ``last``, both positions in `LEVELS`, both included."""
    return np.asarray(last - first + 1, dtype=np.int64)


def regions(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.str_]:
    """Region of a lesion from level ``first`` to level ``last`` (positions in `LEVELS`).

    Returns
    -------
    ndarray of str, shape (n,)
        The region that holds both ends, ``junctional`` where they lie in different regions.

    Examples
    --------
    >>> regions(level_positions(["T12", "T12"]), level_positions(["T12", "L1"])).tolist()
    ['thoracic', 'junctional']
    """
    upper = np.searchsorted(REGION_STARTS, first, side="right") - 1
    lower = np.searchsorted(REGION_STARTS, last, side="right") - 1
    names = np.array(list(REGION_SIZES))[upper]
    return np.where(upper == lower, names, "junctional")
