"""Compression fracture of a vertebra by thresholds of height lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

NONE, NEW, PROGRESSION, UNKNOWN = "0", "1", "2", ""


def height_loss(height: ArrayLike, reference: ArrayLike) -> NDArray[np.float64]:
    """Height lost, in percent of the reference.

    Parameters
    ----------
    height, reference : array_like, shape (n,)
        Height of the vertebra, and of its normal neighbours or itself before, in mm.

    Returns
    -------
    ndarray, shape (n,)
        100 (1 − height / reference).

    Examples
    --------
    >>> height_loss([18.2, 17.0], 24.5).round(1)
    array([25.7, 30.6])
    """
    ratio = np.asarray(height, np.float64) / np.asarray(reference, np.float64)
    return np.asarray(100 * (1 - ratio))


def fracture_type(
    loss: ArrayLike,
    loss_before: ArrayLike,
    was_fractured: ArrayLike,
    *,
    new_at_least: float = 20,
    progression_at_least: float = 10,
) -> NDArray[np.str_]:
    """Whether a loss of height is a new fracture or the progression of an old one.

    Parameters
    ----------
    loss, loss_before : array_like, shape (n,)
        Percent of height lost now and before treatment.
    was_fractured : array_like, shape (n,)
        1 where the vertebra was fractured before treatment, 0 where not, NaN where unknown.
    new_at_least
        Least loss of a new fracture, in percent; included (20 is Genant's grade 1).
    progression_at_least
        Least further loss of a progression, in percentage points; included.

    Returns
    -------
    ndarray of str, shape (n,)
        ``1`` new, ``2`` progression, ``0`` neither, empty where what decides is missing.

    Examples
    --------
    >>> fracture_type([20, 30.6, 35.7], [0, 25.7, 25.7], [0, 1, 1]).tolist()
    ['1', '0', '2']
    """
    now, before, old = (np.asarray(a, np.float64) for a in (loss, loss_before, was_fractured))
    further = now - before
    is_unknown = np.isnan(now) | np.isnan(old) | ((old == 1) & np.isnan(before))
    # Differences of decimals written to one place: 35.7 − 25.7 must reach 10.
    has_progressed = further >= progression_at_least - 1e-9
    return np.select(
        [is_unknown, (old == 0) & (now >= new_at_least), (old == 1) & has_progressed],
        [UNKNOWN, NEW, PROGRESSION],
        NONE,
    )
