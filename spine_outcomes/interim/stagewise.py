"""P value, estimate and interval at the end of a monitored study, by stage-wise ordering."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import optimize

from spine_outcomes.interim.boundaries import Boundaries
from spine_outcomes.interim.recursion import Floats, crossing_probabilities

Limits = tuple[float, float]
# A bracket wider than so many doublings holds no root: the tail is flat in double precision.
MOST_DOUBLINGS = 60


class Stagewise(NamedTuple):
    """Analysis of a log hazard ratio that allows for the looks before.

    Parameters
    ----------
    p_value
        Of no effect, with as many sides as the test.
    estimate
        Median-unbiased.
    lower, upper
        Confidence limits.
    """

    p_value: float
    estimate: float
    lower: float
    upper: float


def stagewise(
    information: Floats,
    boundaries: Boundaries,
    estimate: float,
    *,
    direction: int = -1,
    level: float = 0.95,
) -> Stagewise:
    """Analysis if the study ends with the last look, and no earlier one crossed a bound.

    Parameters
    ----------
    information : ndarray, shape (k,)
        Information at the looks so far.
    boundaries
        Bounds at the first k looks; that of the last is not used.
    estimate
        Log hazard ratio at look k.
    direction
        Sign of the log hazard ratios that the upper bound stands for.
    level
        Of the interval.

    Notes
    -----
    A study that stopped earlier above is more extreme than one that stopped later, and at the same
    look a larger Z is more extreme (Fairbanks and Madsen, 1982; Tsiatis, Rosner and Mehta, 1984).
    With P(θ) the probability of an outcome at least as extreme as the one seen, the p value is
    P(0), doubled for two sides (the smaller tail); the estimate and the limits are where P(θ) is
    1/2, α/2 and 1 − α/2 (Jennison and Turnbull, 2000, sections 8.4 and 8.5). The p value agrees
    with the bounds: at a bound it is the error spent so far.
    """
    last = len(information) - 1
    z = direction * estimate * np.sqrt(information[last])
    above = np.append(boundaries.z[:last], z)
    below = np.append(boundaries.lower[:last], z)

    def tails(drift: float) -> tuple[float, float]:
        crossing = crossing_probabilities(information, above, below, drift=drift)
        return float(crossing.upper.sum()), float(crossing.lower.sum())

    centre, scale = direction * estimate, information[0] ** -0.5
    tail = (1 - level) / 2
    low, middle, high = (
        direction * _root(tails, share, centre, scale) for share in (tail, 0.5, 1 - tail)
    )
    up, down = tails(0.0)
    p_value = up if boundaries.sides == 1 else 2 * min(up, down)
    return Stagewise(min(1.0, p_value), middle, min(low, high), max(low, high))


def _root(
    tails: Callable[[float], tuple[float, float]], share: float, centre: float, scale: float
) -> float:
    """The drift at which the upper tail holds this share."""

    def excess(drift: float) -> float:
        up, down = tails(drift)
        return up - share if share <= 0.5 else (1 - share) - down

    half = scale
    for _ in range(MOST_DOUBLINGS):
        if excess(centre - half) < 0 < excess(centre + half):
            break
        half *= 2
    return float(optimize.brentq(excess, centre - half, centre + half, xtol=1e-12 * scale))
