"""Rows with extreme propensity scores left out, and the model fitted again to the others."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.errors import DefinitionError, Problem
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.propensity import Propensity, fit_propensity


def fit_trimmed(
    design: Design,
    arm: NDArray[np.int64],
    bounds: tuple[float, float] | Literal["crump"],
    weight: NDArray[np.float64] | None = None,
) -> Propensity:
    """Propensity model of the rows whose score lies within ``bounds``, fitted to them alone.

    Parameters
    ----------
    design, arm, weight
        As for `fit_propensity`.
    bounds
        Smallest and largest score that stay, or ``crump`` for `crump_bound`.

    Returns
    -------
    Propensity
        With prior weight 0 for the rows left out, so that every weight made from it is 0 there.

    Notes
    -----
    The model is fitted twice: the first score decides who stays, the second makes the weights
    (Li, Thomas and Li, 2019). Who stays is taken as fixed in standard errors.
    """
    fitted = fit_propensity(design, arm, weight)
    score = fitted.score
    if bounds == "crump":
        lowest = crump_bound(score)
        bounds = (lowest, 1.0 - lowest)
    if not 0.0 <= bounds[0] < bounds[1] <= 1.0:
        message = f"bounds {bounds[0]:g} and {bounds[1]:g}; allowed is 0 ≤ low < high ≤ 1."
        raise DefinitionError(Problem("E_TRIM", message))
    is_kept = (score >= bounds[0]) & (score <= bounds[1])
    return fit_propensity(design, arm, fitted.weight * is_kept)


def crump_bound(score: NDArray[np.float64]) -> float:
    """Score α such that the rows within [α, 1 − α] give the most precise average effect.

    Notes
    -----
    With g = 1/(e(1 − e)), the rows kept minimise Σ g / m² over the m with the smallest g, and
    1/(α(1 − α)) is twice their mean g; α = 0 where all rows are best kept (Crump, Hotz, Imbens and
    Mitnik, 2009, corollary 1; equal outcome variances in the arms).

    Examples
    --------
    >>> round(crump_bound(np.array([0.5] * 8 + [0.01])), 6)
    0.146447
    """
    inverse_variance = np.sort(1.0 / (score * (1.0 - score)))
    total = np.cumsum(inverse_variance)
    size = np.arange(1, len(score) + 1)
    best = int(np.argmin(total / size**2))
    limit = 2.0 * total[best] / size[best]
    if inverse_variance[-1] <= limit:
        return 0.0
    return float(0.5 - np.sqrt(0.25 - 1.0 / limit))
