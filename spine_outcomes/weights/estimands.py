"""Weights of each target population, made from a propensity score, and their log-derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.errors import DefinitionError, Problem
from spine_outcomes.inference import Nuisance
from spine_outcomes.weights.propensity import Propensity

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]

# Tilting function h(e) of each target population, and d log h / dη with η = logit e
# (Li, Morgan and Zaslavsky, 2018, table 1).
TARGETS: dict[str, tuple[Curve, Curve]] = {
    "ATE": (np.ones_like, np.zeros_like),
    "ATT": (lambda e: e, lambda e: 1.0 - e),
    "ATC": (lambda e: 1.0 - e, lambda e: -e),
    "ATO": (lambda e: e * (1.0 - e), lambda e: 1.0 - 2.0 * e),
    "ATM": (lambda e: np.minimum(e, 1.0 - e), lambda e: np.where(e < 0.5, 1.0 - e, -e)),
}


@dataclass(frozen=True, eq=False)
class Weights:
    """Weight of each row for one target population.

    Parameters
    ----------
    value : ndarray, shape (n,)
    estimand
        ``unweighted``, ``ATE``, ``ATT``, ``ATC``, ``ATO`` (overlap) or ``ATM`` (matching).
    nuisance
        Influence and log-derivative of the estimated propensity; None where nothing was estimated
        or where what was estimated has no influence.
    untruncated : ndarray, shape (n,), or None
        The weights before they were truncated; None where they were not.
    """

    value: NDArray[np.float64]
    estimand: str
    nuisance: Nuisance | None = None
    untruncated: NDArray[np.float64] | None = None

    @property
    def are_taken_as_known(self) -> bool:
        """Whether they were estimated in a way that standard errors cannot account for."""
        return self.estimand != "unweighted" and self.nuisance is None


def weigh(
    propensity: Propensity | None,
    arm: NDArray[np.int64],
    estimand: str,
    *,
    stabilise: bool = False,
    truncate: tuple[float, float] | None = None,
) -> Weights:
    """Weights h(e) / P(own arm) times the prior weight of the propensity model.

    Parameters
    ----------
    propensity
        The fitted model; may be None for ``unweighted``.
    arm : ndarray of int, shape (n,)
        0 reference, 1 comparator: ``ATT`` is the population of the comparator arm.
    estimand
        Target population.
    stabilise
        Multiply by the share of the own arm.
    truncate
        Percentiles (0 to 100) of the weights; weights beyond them are set to them.

    Raises
    ------
    DefinitionError
        An estimand that is not known, or percentiles out of order.

    Notes
    -----
    With h from `TARGETS`, D = ∂ log w/∂γ = (d log h/dη + e − a) x in either arm. Stabilising adds
    the parameter P(arm = 1) to γ. A truncated weight is the bound, taken as fixed: D = 0. Matching
    weights have a kink at e = ½; at e = ½ exactly D is that of the side e > ½.

    Examples
    --------
    >>> from spine_outcomes.weights.design import assemble, linear
    >>> from spine_outcomes.weights.propensity import fit_propensity
    >>> arm = np.array([0, 0, 1, 0, 1, 1])
    >>> design = assemble([linear("male", np.array([0.0, 0, 0, 1, 1, 1]))])
    >>> weigh(fit_propensity(design, arm), arm, "ATO").value.round(3)
    array([0.333, 0.333, 0.667, 0.667, 0.333, 0.333])
    """
    if estimand == "unweighted":
        return Weights(np.ones(len(arm)) if propensity is None else propensity.weight, estimand)
    if estimand not in TARGETS or propensity is None:
        allowed = ", ".join(["unweighted", *TARGETS])
        message = f"{estimand!r} without a propensity; with one, allowed are {allowed}."
        raise DefinitionError(Problem("E_ESTIMAND", message))
    tilt, log_tilt_slope = TARGETS[estimand]
    score, prior = propensity.score, propensity.weight
    value = tilt(score) / np.where(arm == 1, score, 1.0 - score)
    nuisance = None
    if propensity.influence is not None:
        slope = log_tilt_slope(score) + score - arm
        nuisance = Nuisance(propensity.influence, slope[:, None] * propensity.matrix)
    if stabilise:
        value, nuisance = _stabilised(value, nuisance, arm, prior)
    weights = Weights(value * prior, estimand, nuisance)
    return weights if truncate is None else truncated(weights, prior, truncate)


def truncated(
    weights: Weights, prior: NDArray[np.float64], percentiles: tuple[float, float]
) -> Weights:
    """Weights within two of their percentiles (0 to 100, type 7), those beyond set to the bounds.

    Parameters
    ----------
    weights
    prior : ndarray, shape (n,)
        Prior weights, not truncated themselves; rows with 0 do not enter the percentiles.
    percentiles
        Lowest and highest.

    Raises
    ------
    DefinitionError
        Percentiles out of order.

    Notes
    -----
    A truncated weight is the bound, taken as fixed: it does not move with γ.
    """
    low, high = percentiles
    if not 0.0 <= low < high <= 100.0:
        message = f"percentiles {low:g} and {high:g}; allowed is 0 ≤ low < high ≤ 100."
        raise DefinitionError(Problem("E_TRUNCATE", message))
    value = weights.value / np.where(prior > 0, prior, 1.0)
    lowest, highest = np.percentile(value[prior > 0], percentiles)
    nuisance = weights.nuisance
    if nuisance is not None:
        is_inside = (value >= lowest) & (value <= highest)
        nuisance = Nuisance(nuisance.influence, nuisance.log_derivative * is_inside[:, None])
    bounded = prior * np.clip(value, lowest, highest)
    return Weights(bounded, weights.estimand, nuisance, weights.value)


def _stabilised(
    value: NDArray[np.float64],
    nuisance: Nuisance | None,
    arm: NDArray[np.int64],
    prior: NDArray[np.float64],
) -> tuple[NDArray[np.float64], Nuisance | None]:
    """Weights times the share of the own arm, and that share among the parameters."""
    share = np.average(arm, weights=prior)
    stabilised = value * np.where(arm == 1, share, 1.0 - share)
    if nuisance is None:
        return stabilised, None
    influence = prior * (arm - share) / prior.sum()
    log_derivative = np.where(arm == 1, 1.0 / share, -1.0 / (1.0 - share))
    return stabilised, Nuisance(
        np.column_stack([nuisance.influence, influence]),
        np.column_stack([nuisance.log_derivative, log_derivative]),
    )
