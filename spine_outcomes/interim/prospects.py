"""What the information to come may still show: conditional and predictive power."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spine_outcomes.errors import DefinitionError, Problem
from spine_outcomes.interim.recursion import Continuing, Floats, crossing_probabilities

# Gauss–Hermite nodes: conditional power is a smooth step in the effect, a few errors wide.
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(96)


class Prior(NamedTuple):
    """Normal prior of a log hazard ratio: its mean and standard deviation."""

    mean: float
    std_dev: float


class Prospects(NamedTuple):
    """Probability of a benefit at a look to come, given the data so far.

    Parameters
    ----------
    current_trend, planned, null
        Conditional power if the effect is the present estimate, the planned one (None: none was
        planned), or none.
    predictive
        Conditional power averaged over the posterior of the effect.
    """

    current_trend: float
    planned: float | None
    null: float
    predictive: float


def prospects(
    now: tuple[float, float],
    information: Floats,
    bound: Floats,
    *,
    sides: int = 2,
    direction: int = -1,
    planned: float | None = None,
    prior: Prior | None = None,
) -> Prospects:
    """Conditional and predictive power.

    Parameters
    ----------
    now
        Information and log hazard ratio at this look.
    information, bound : ndarray, shape (j,)
        Information and bound of Z at each look to come.
    sides
        With 2, a study that crosses the opposite bound first has no benefit.
    direction
        Sign of a log hazard ratio that is a benefit.
    planned
        Planned log hazard ratio.
    prior
        Flat if left out.

    Raises
    ------
    DefinitionError
        For a prior without a standard deviation above 0.

    Notes
    -----
    Given the score now, that to come is an independent Brownian path with the drift of the effect
    (Lan and Wittes, 1988; Jennison and Turnbull, 2000, chapter 10), so conditional power is a
    crossing probability from here. Predictive power averages it over N((I θ̂ + m/s²)/(I + 1/s²),
    1/(I + 1/s²)), the posterior with the prior N(m, s²); s = ∞ is the flat one (Spiegelhalter,
    Freedman and Blackburn, 1986).
    """
    if prior is not None and not (prior.std_dev > 0 and np.isfinite(prior.mean)):
        message = "the prior needs a finite mean and a standard deviation above 0"
        raise DefinitionError(Problem("E_PRIOR", message))
    so_far, estimate = now[0], direction * now[1]
    start = Continuing.at(estimate * so_far, so_far)
    lower = -bound if sides == 2 else np.full(len(bound), -np.inf)

    def power(effect: float) -> float:
        crossing = crossing_probabilities(information, bound, lower, drift=effect, start=start)
        return float(crossing.upper.sum())

    precision = 0.0 if prior is None else prior.std_dev**-2
    believed = 0.0 if prior is None else direction * prior.mean
    mean = (so_far * estimate + precision * believed) / (so_far + precision)
    effects = mean + NODES / np.sqrt(so_far + precision)
    predictive = np.array([power(effect) for effect in effects]) @ WEIGHTS / WEIGHTS.sum()
    return Prospects(
        power(estimate),
        None if planned is None else power(direction * planned),
        power(0.0),
        float(predictive),
    )
