"""Bounds at which a study may stop for want of a benefit, by spending the error of missing one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from spine_outcomes.errors import DefinitionError, Problem
from spine_outcomes.interim.boundaries import FARTHEST, NOTHING, Boundaries
from spine_outcomes.interim.power import LARGEST_DRIFT
from spine_outcomes.interim.recursion import START, Continuing, Floats
from spine_outcomes.interim.spending import Spending, spent


@dataclass(frozen=True, eq=False)
class Futility:
    """Lower bounds of Z, towards a benefit, at K looks.

    Parameters
    ----------
    z : ndarray, shape (K,)
        A study with a smaller Z has little left to show; the last equals the upper bound.
    drift
        Effect in standard errors at the maximum information for which the power is 1 − ``beta``.
    beta
        Error of the second kind that is spent.
    """

    z: Floats
    drift: float
    beta: float


def futility_bounds(
    boundaries: Boundaries,
    *,
    beta: float = 0.2,
    family: Spending = "obrien_fleming",
    parameter: float | None = None,
) -> Futility:
    """Non-binding bounds for futility of a one-sided test.

    Parameters
    ----------
    boundaries
        One-sided, looks up to fraction 1. They stay as they are: a study may go on past these
        bounds and keep its level.
    beta
        1 − power at the drift that the bounds settle.
    family, parameter
        How ``beta`` is spent (``spent``).

    Raises
    ------
    DefinitionError
        For a test with two sides, or looks that end before the maximum.

    Notes
    -----
    At the drift θ each bound is the root of P_θ(first below it at this look) = error spent there;
    θ is such that the bound of the last look meets the upper one (Pampallona, Tsiatis and Kim,
    2001).

    Examples
    --------
    >>> from spine_outcomes.interim.boundaries import group_sequential
    >>> quarters = [0.25, 0.5, 0.75, 1.0]
    >>> bounds = group_sequential(quarters, family="obrien_fleming", alpha=0.025, sides=1)
    >>> futility_bounds(bounds, beta=0.1, family="hwang_shih_decani", parameter=-2.0).z.round(4)
    array([-0.6315,  0.3543,  1.1996,  2.0141])
    """
    fraction = boundaries.information_fraction
    if boundaries.sides != 1 or fraction[-1] != 1:
        message = "bounds for futility go with a one-sided test whose looks end at fraction 1"
        raise DefinitionError(Problem("E_FUTILITY", message))
    errors = np.diff(spent(family, fraction, beta, parameter=parameter), prepend=0.0)

    def excess(drift: float) -> float:
        return _lower_bounds(boundaries, errors, drift)[1] - beta

    drift = float(optimize.brentq(excess, 0.0, LARGEST_DRIFT, xtol=1e-12))
    return Futility(_lower_bounds(boundaries, errors, drift)[0], drift, beta)


def _lower_bounds(boundaries: Boundaries, errors: Floats, drift: float) -> tuple[Floats, float]:
    """Bounds that spend the errors at one drift, and the probability of missing the benefit."""
    fraction, upper = boundaries.information_fraction, boundaries.z
    state, bounds, found = START, upper.copy(), 0.0
    for k, at in enumerate(fraction[:-1]):
        bounds[k] = _lower_bound(state, (float(at), float(upper[k])), errors[k], drift)
        found += state.above(at, upper[k], drift)
        following = fraction[k + 1] - at
        state = state.inside(at, bounds[k], upper[k], drift=drift, following=following)
    return bounds, 1 - found - state.above(fraction[-1], upper[-1], drift)


def _lower_bound(state: Continuing, look: tuple[float, float], error: float, drift: float) -> float:
    """The z that leaves this error below it; the upper bound where all below that is less."""
    at, upper = look
    if state.below(at, upper, drift) <= error:
        return upper

    def excess(z: float) -> float:
        return float(np.log(max(state.below(at, z, drift), 1e-300) / error))

    return float(-np.inf if error < NOTHING else optimize.brentq(excess, -FARTHEST, upper))
