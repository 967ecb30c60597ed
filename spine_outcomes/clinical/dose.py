"""Biologically effective dose and equivalent dose in 2 Gy fractions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def biologically_effective_dose(
    dose: ArrayLike, fractions: ArrayLike, *, alpha_beta: float
) -> NDArray[np.float64]:
    """Biologically effective dose (BED), in Gy.

    Parameters
    ----------
    dose : array_like, shape (n,)
        Total dose D, in Gy.
    fractions : array_like, shape (n,)
        Number of equal fractions.
    alpha_beta
        α/β of the tissue, in Gy: 10 tumour, 3 late bone and soft tissue, 2 spinal cord.

    Returns
    -------
    ndarray, shape (n,)
        D (1 + d / (α/β)) with d = D / fractions (Fowler 1989, Br J Radiol 62:679).

    Notes
    -----
    The linear-quadratic model is doubtful above about 8-10 Gy a fraction: use the result as a
    covariate, not as a dose.

    Examples
    --------
    >>> biologically_effective_dose([24, 30], [2, 5], alpha_beta=10)
    array([52.8, 48. ])
    """
    total = np.asarray(dose, dtype=np.float64)
    per_fraction = total / np.asarray(fractions, dtype=np.float64)
    return _array(total * (1.0 + per_fraction / alpha_beta))


def equivalent_dose_2gy(
    dose: ArrayLike, fractions: ArrayLike, *, alpha_beta: float
) -> NDArray[np.float64]:
    """Total dose in 2 Gy fractions with the same biologically effective dose (EQD2), in Gy.

    Parameters
    ----------
    dose, fractions, alpha_beta
        As in `biologically_effective_dose`.

    Returns
    -------
    ndarray, shape (n,)
        BED / (1 + 2 / (α/β)) (Fowler 1989, Br J Radiol 62:679).

    Examples
    --------
    >>> equivalent_dose_2gy([24, 30], [2, 5], alpha_beta=10)
    array([44., 40.])
    """
    effective = biologically_effective_dose(dose, fractions, alpha_beta=alpha_beta)
    return _array(effective / (1.0 + 2.0 / alpha_beta))


def _array(values: Any) -> NDArray[np.float64]:
    """The values as a float array, scalars included."""
    return np.asarray(values, dtype=np.float64)
