"""Spinal Instability Neoplastic Score (Fisher 2010, Spine 35:E1221): location, total and class."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.clinical.levels import LEVELS, level_positions

COMPONENTS = ("location", "pain", "bone", "alignment", "collapse", "posterolateral")
"""The six components of the score; their columns are named ``sins_<component>``."""

_LOCATION_RANGES = (
    ("C1", "C2", 3),
    ("C3", "C6", 2),
    ("C7", "T2", 3),
    ("T3", "T10", 1),
    ("T11", "L1", 3),
    ("L2", "L4", 2),
    ("L5", "S1", 3),
    ("S2", "S5", 0),
)


def _location_by_level() -> NDArray[np.int64]:
    """Location component of each single level, in the order of `LEVELS`."""
    points = np.zeros(len(LEVELS), dtype=np.int64)
    for first, last, value in _LOCATION_RANGES:
        start, stop = level_positions([first, last])
        points[start : stop + 1] = value
    return points


_LARGEST = np.maximum.accumulate(np.triu(np.tile(_location_by_level(), (len(LEVELS), 1))), axis=1)
"""Largest component from each upper level (row) to each lower level (column)."""


def location(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """Location component of a lesion: the largest over its levels.

    Parameters
    ----------
    first, last : ndarray of int, shape (n,)
        Upper and lower level, as positions in `spine_outcomes.clinical.levels.LEVELS`.

    Returns
    -------
    ndarray of int, shape (n,)
        Junctional (C1-C2, C7-T2, T11-L1, L5-S1) 3, mobile (C3-C6, L2-L4) 2, semirigid (T3-T10) 1,
        rigid (S2-S5) 0.

    Examples
    --------
    >>> location(level_positions(["T10", "T10"]), level_positions(["T10", "T11"]))
    array([1, 3])
    """
    return np.asarray(_LARGEST[first, last])


def total(components: ArrayLike) -> NDArray[np.float64]:
    """Total score, 0 to 18: the sum over the last axis; NaN where a component is missing."""
    return np.asarray(np.asarray(components, dtype=np.float64).sum(axis=-1))


def stability(total: ArrayLike) -> NDArray[np.str_]:
    """Class of a total: ``stable`` 0-6, ``potentially unstable`` 7-12, ``unstable`` 13-18.

    Empty where the total is missing.

    Examples
    --------
    >>> stability([6, 7, 13]).tolist()
    ['stable', 'potentially unstable', 'unstable']
    """
    score = np.asarray(total)
    names = ["stable", "potentially unstable", "unstable"]
    return np.select([score <= 6, score <= 12, score <= 18], names, "")
