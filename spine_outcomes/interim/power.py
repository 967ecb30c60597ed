"""What a design promises: its power, how soon it stops, how much information it needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from spine_outcomes.errors import DefinitionError, Problem
from spine_outcomes.interim.boundaries import Boundaries
from spine_outcomes.interim.recursion import Floats, crossing_probabilities

# A drift of 20 standard errors at the last look is found by any test with any power below 1.
LARGEST_DRIFT = 60.0


@dataclass(frozen=True, eq=False)
class Promise:
    """Behaviour of bounds at one drift.

    Parameters
    ----------
    drift
        Effect in standard errors at the maximum information, positive towards a benefit.
    benefit, harm : ndarray, shape (K,)
        Probability that each look is the first to cross, on either side.
    expected_fraction
        Mean information at the end of the study, relative to its maximum.
    """

    drift: float
    benefit: Floats
    harm: Floats
    expected_fraction: float

    @property
    def power(self) -> float:
        """Probability of crossing towards a benefit at any look."""
        return float(self.benefit.sum())


def promise(boundaries: Boundaries, drift: float, futility: Floats | None = None) -> Promise:
    """Power and expected information of bounds at a drift.

    Parameters
    ----------
    boundaries
        Of the K planned looks.
    drift
        As in ``Promise``.
    futility : ndarray, shape (K,), optional
        Lower bounds at which a study stops for want of a benefit, in place of those for harm.

    Examples
    --------
    >>> from spine_outcomes.interim.boundaries import group_sequential
    >>> fixed = group_sequential([1.0], family="obrien_fleming")
    >>> round(promise(fixed, 1.959964 + 0.841621).power, 6)
    0.8
    """
    fraction = boundaries.information_fraction
    lower = boundaries.lower if futility is None else futility
    crossing = crossing_probabilities(fraction, boundaries.z, lower, drift=drift)
    stopped = crossing.upper + crossing.lower
    expected = stopped @ fraction + (1 - stopped.sum()) * fraction[-1]
    return Promise(drift, crossing.upper, crossing.lower, float(expected))


def required_information(boundaries: Boundaries, effect: float, power: float = 0.8) -> float:
    """Maximum information at which bounds have this power for a log hazard ratio.

    Parameters
    ----------
    boundaries
        Of the planned looks.
    effect
        Log hazard ratio to be found; not 0.
    power
        Between the share of the level on one side and 1.

    Notes
    -----
    The drift θ with this power is a root; the information is (θ/effect)² (Jennison and Turnbull,
    2000, section 2.3). With equal arms and without weights a log hazard ratio has about a quarter
    of a unit of information for each event.

    Examples
    --------
    One look at 5 %, power 0.8 for a ratio of 0.5: (1.959964 + 0.841621)²/log(0.5)²

    >>> from spine_outcomes.interim.boundaries import group_sequential
    >>> fixed = group_sequential([1.0], family="pocock")
    >>> round(required_information(fixed, -0.693147, 0.8), 2)
    16.34
    """
    level = boundaries.alpha / boundaries.sides
    problems = []
    if not (np.isfinite(effect) and effect != 0):
        problems.append(Problem("E_EFFECT", f"the log hazard ratio is {effect}; it cannot be 0"))
    if not level < power < 1:
        message = f"the power is {power}; it must lie between {level:g} and 1"
        problems.append(Problem("E_POWER", message))
    if problems:
        raise DefinitionError(*problems)

    def excess(drift: float) -> float:
        return promise(boundaries, drift).power - power

    drift = optimize.brentq(excess, 0.0, LARGEST_DRIFT, xtol=1e-12)
    return float((drift / effect) ** 2)
