"""What one unmeasured binary confounder would do to a risk ratio."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def bias_factor(outcome_ratio: ArrayLike, comparator: ArrayLike, reference: ArrayLike) -> Floats:
    """Observed over true risk ratio, where a binary confounder was not measured.

    Parameters
    ----------
    outcome_ratio : array_like
        Risk of the outcome with the confounder over that without, the same in both arms; positive.
    comparator, reference : array_like
        How frequent the confounder is in each arm, given the measured covariates; from 0 to 1.

    Returns
    -------
    ndarray
        Of the shape to which the arguments broadcast; a risk ratio and its limits divided by it are
        adjusted for the confounder.

    Notes
    -----
    (1 + p₁ (γ − 1)) / (1 + p₀ (γ − 1)) (Bross, 1966; Schlesselman, 1978): exact for a risk ratio
    where the confounder multiplies the risk alike in both arms.

    Examples
    --------
    >>> bias_factor(3.0, [0.5, 0.2], 0.2)
    array([1.42857143, 1.        ])
    """
    excess = np.asarray(outcome_ratio, dtype=np.float64) - 1
    over = 1 + np.asarray(comparator, dtype=np.float64) * excess
    return np.asarray(over / (1 + np.asarray(reference, dtype=np.float64) * excess))


def explaining_difference(ratio: ArrayLike, outcome_ratio: ArrayLike) -> Floats:
    """Least difference in prevalence with which a confounder explains a risk ratio away.

    Parameters
    ----------
    ratio : array_like
        Risk ratios, positive.
    outcome_ratio : array_like
        As ``bias_factor``; above 1.

    Returns
    -------
    ndarray
        Prevalence in the comparator minus that in the reference, the two equally far from 50 %;
        beyond −1 or 1 where no prevalence explains the ratio.

    Notes
    -----
    ``bias_factor`` at p = (1 ± d)/2 set equal to the ratio R and solved: d = (γ + 1)(R − 1) /
    ((γ − 1)(R + 1)).
    """
    r, gamma = (np.asarray(v, dtype=np.float64) for v in (ratio, outcome_ratio))
    return np.asarray((gamma + 1) * (r - 1) / ((gamma - 1) * (r + 1)))
