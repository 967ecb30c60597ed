"""The arm from what the target covered: sectors of the vertebra and neighbouring levels.

Sectors (Cox 2012, Int J Radiat Oncol 83:e597): 1 body, 2 left pedicle, 3 left transverse process
and lamina, 4 spinous process, 5 right transverse process and lamina, 6 right pedicle.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

FOCAL, EXTENDED, UNKNOWN = "focal", "extended", ""
N_SECTORS = 6

Bits = NDArray[np.int64]


def sector_sets(texts: Iterable[str]) -> Bits:
    """Sets of sectors as bits; −1 for a text that is not sectors 1 to 6 divided by ``;``.

    Examples
    --------
    >>> sector_sets(["1", "1;2;6", "7", ""])
    array([ 1, 35, -1, -1])
    """
    return np.array([_bits(text) for text in texts], dtype=np.int64)


def arm_by_coverage(
    involved: Bits, covered: Bits, levels_above: ArrayLike, levels_below: ArrayLike
) -> NDArray[np.str_]:
    """Arm by what the clinical target covered beside the tumour.

    Parameters
    ----------
    involved, covered : ndarray of int, shape (n,)
        Sectors that hold tumour, and sectors in the target, from `sector_sets`.
    levels_above, levels_below : array_like, shape (n,)
        Levels above and below in the target, NaN where unknown.

    Returns
    -------
    ndarray of str, shape (n,)
        ``extended`` where a sector without tumour or another level is covered, ``focal`` where
        neither is, empty where what is missing could decide.

    Examples
    --------
    >>> involved, covered = sector_sets(["1", "1"]), sector_sets(["1;2;6", "1"])
    >>> arm_by_coverage(involved, covered, [0, 0], [0, 0]).tolist()
    ['extended', 'focal']
    """
    above, below = np.asarray(levels_above, np.float64), np.asarray(levels_below, np.float64)
    knows_sectors = (involved >= 0) & (covered >= 0)
    covers_more = knows_sectors & ((covered & ~involved) != 0)
    covers_level = (above >= 1) | (below >= 1)
    is_focal = knows_sectors & (above == 0) & (below == 0)
    return np.select([covers_more | covers_level, is_focal], [EXTENDED, FOCAL], UNKNOWN)


def _bits(text: str) -> int:
    """One set of sectors."""
    bits = 0
    for part in text.split(";"):
        sector = part.strip()
        if not (sector.isascii() and sector.isdigit() and 1 <= int(sector) <= N_SECTORS):
            return -1
        bits |= 1 << (int(sector) - 1)
    return bits
