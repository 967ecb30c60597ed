"""Rows with extreme propensity scores left out, and the model fitted again to the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.errors import DefinitionError, NotEstimableError, Problem
from spine_outcomes.weights.descriptives import weighted_quantile
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.propensity import Propensity, fit_propensity, prior_weight


@dataclass(frozen=True)
class ArmPercentiles:
    """Bounds of the score by percentiles, from 0 to 100, as ``percentile_bounds`` reads them."""

    low: float
    high: float


Rule = tuple[float, float] | Literal["crump"] | ArmPercentiles


def fit_trimmed(
    design: Design,
    arm: NDArray[np.int64],
    bounds: Rule,
    weight: NDArray[np.float64] | None = None,
    *,
    score: NDArray[np.float64] | None = None,
) -> Propensity:
    """Propensity model of the rows whose score lies within ``bounds``, fitted to them alone.

    Parameters
    ----------
    design, arm, weight
        As for `fit_propensity`.
    bounds
        Smallest and largest score that stay, ``crump`` for `crump_bound`, or percentiles for
        `percentile_bounds`.
    score : ndarray, shape (n,), optional
        What decides who stays in place of a first fit of the model: where covariates were imputed,
        the mean over the completed data sets, so that the same rows stay in all of them.

    Returns
    -------
    Propensity
        With prior weight 0 for the rows left out, so that every weight made from it is 0 there, and
        with the bounds.

    Notes
    -----
    The model is fitted twice: the first score decides who stays, the second makes the weights
    (Li, Thomas and Li, 2019). Who stays is taken as fixed in standard errors.
    """
    prior = prior_weight(arm, weight)
    if score is None:
        score = fit_propensity(design, arm, prior).score
    if isinstance(bounds, ArmPercentiles):
        bounds = percentile_bounds(score, arm, bounds, prior)
    elif bounds == "crump":
        lowest = crump_bound(score)
        bounds = (lowest, 1.0 - lowest)
    if not 0.0 <= bounds[0] < bounds[1] <= 1.0:
        message = f"bounds {bounds[0]:g} and {bounds[1]:g}; allowed is 0 ≤ low < high ≤ 1."
        raise DefinitionError(Problem("E_TRIM", message))
    is_kept = (score >= bounds[0]) & (score <= bounds[1])
    return replace(fit_propensity(design, arm, prior * is_kept), bounds=bounds)


def percentile_bounds(
    score: NDArray[np.float64],
    arm: NDArray[np.int64],
    percentiles: ArmPercentiles,
    weight: NDArray[np.float64],
) -> tuple[float, float]:
    """Scores between the low percentile of the comparator arm and the high one of the reference.

    Raises
    ------
    DefinitionError
        Percentiles that do not ascend from 0 to 100.
    NotEstimableError
        Where the first is not below the second: the arms do not overlap there.

    Notes
    -----
    Below the bounds are rows unlike almost everybody who had the comparator, above them rows unlike
    almost everybody who had the reference: the tails where treatment went against all expectation
    (asymmetric trimming; Stürmer, Rothman, Avorn and Glynn, 2010, American Journal of Epidemiology
    172). 0 and 100 leave the common range. Quantiles are those of `weighted_quantile`.

    Examples
    --------
    >>> score = np.array([0.1, 0.4, 0.6, 0.3, 0.7, 0.9])
    >>> arm = np.array([0, 0, 0, 1, 1, 1])
    >>> percentile_bounds(score, arm, ArmPercentiles(0, 100), np.ones(6))
    (0.3, 0.6)
    """
    low, high = percentiles.low, percentiles.high
    if not 0.0 <= low < high <= 100.0:
        message = f"percentiles {low:g} and {high:g}; allowed is 0 ≤ low < high ≤ 100."
        raise DefinitionError(Problem("E_TRIM", message))
    lowest, highest = (
        float(weighted_quantile(score[arm == code], weight[arm == code], p / 100.0))
        for code, p in ((1, low), (0, high))
    )
    if not lowest < highest:
        message = (
            f"percentile {low:g} of the comparator arm's propensity ({lowest:.3g}) is not below "
            f"percentile {high:g} of the reference arm's ({highest:.3g}): the arms do not overlap."
        )
        fix = "Trim by bounds, or restrict the cohort."
        raise NotEstimableError(Problem("E_TRIM", message, fix=fix))
    return lowest, highest


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
