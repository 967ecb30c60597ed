"""The law of a score seen at several looks, by recursive numerical integration.

The score S of a normal mean θ (a log hazard ratio times its information) grows by independent
steps: S_k − S_{k−1} ~ N(θ (I_k − I_{k−1}), I_k − I_{k−1}), and Z_k = S_k/√I_k. What is left of its
density among studies that have not yet stopped is carried from look to look (Armitage, McPherson
and Rowe, 1969; Jennison and Turnbull, 2000, chapter 19), on panels of Gauss–Legendre nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from spine_outcomes.errors import Problem, SampleError

Floats = NDArray[np.float64]
# A density beyond so many standard errors holds less than 1e-22.
REACH = 10.0
# Panels of 16 Gauss–Legendre nodes, each at most 4 standard deviations of the narrowest step wide.
PANEL_NODES, PANEL_WEIGHTS = np.polynomial.legendre.leggauss(16)
PANEL_WIDTH = 4.0
LEAST_GROWTH = 1e-3


@dataclass(frozen=True, eq=False)
class Continuing:
    """Density of the score among studies that go on.

    Parameters
    ----------
    information
        Information at the look.
    score : ndarray, shape (m,)
        Nodes.
    mass : ndarray, shape (m,)
        Density at the nodes times their quadrature weights.
    origin
        Score and information from which the studies came: 0 and 0 at the beginning of a study.
    """

    information: float
    score: Floats
    mass: Floats
    origin: tuple[float, float]

    @classmethod
    def at(cls, score: float, information: float) -> Continuing:
        """All mass at one score: a study whose data up to here are known."""
        return cls(information, np.array([score]), np.ones(1), (score, information))

    def above(self, information: float, z: float, drift: float = 0.0) -> float:
        """Probability of being here and then finding Z above ``z`` at the next look."""
        return float(self.mass @ special.ndtr(-self._distance(information, z, drift)))

    def below(self, information: float, z: float, drift: float = 0.0) -> float:
        """Probability of being here and then finding Z below ``z`` at the next look."""
        return float(self.mass @ special.ndtr(self._distance(information, z, drift)))

    def inside(
        self, information: float, lower: float, upper: float, *, drift: float, following: float
    ) -> Continuing:
        """Density at the next look of studies whose Z stays between the bounds there.

        ``following`` is the information gained after that look: it sets, with that gained before
        it, how fine the nodes stand.
        """
        step, root = information - self.information, np.sqrt(information)
        score, weights = self._nodes(information, (lower * root, upper * root), drift, following)
        distance = (score[:, None] - self.score - drift * step) / np.sqrt(step)
        density = np.exp(-(distance**2) / 2) @ self.mass / np.sqrt(2 * np.pi * step)
        return Continuing(information, score, weights * density, self.origin)

    def _distance(self, information: float, z: float, drift: float) -> Floats:
        """Standard deviations of the next step between its mean from each node and ``z``."""
        step = information - self.information
        mean = self.score + drift * step
        return np.asarray((z * np.sqrt(information) - mean) / np.sqrt(step))

    def _nodes(
        self, information: float, bounds: tuple[float, float], drift: float, following: float
    ) -> tuple[Floats, Floats]:
        """Nodes of the score between bounds, within reach of its mean, and their weights."""
        gained = information - self.origin[1]
        centre, reach = self.origin[0] + drift * gained, REACH * np.sqrt(gained)
        low = min(max(bounds[0], centre - reach), centre + reach)
        high = max(low, min(bounds[1], centre + reach))
        narrowest = np.sqrt(min(information - self.information, following))
        n_panels = 2 + int((high - low) / (PANEL_WIDTH * narrowest))
        edges = np.linspace(low, high, n_panels + 1)
        half = np.diff(edges)[:, None] / 2
        return (edges[:-1, None] + half * (PANEL_NODES + 1)).ravel(), (half * PANEL_WEIGHTS).ravel()


START = Continuing.at(0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Crossing:
    """Probabilities of first crossing a boundary at each of K looks.

    Parameters
    ----------
    upper, lower : ndarray, shape (K,)
        Probability that look k is the first outside, and above or below.
    """

    upper: Floats
    lower: Floats


def crossing_probabilities(
    information: ArrayLike,
    upper: ArrayLike,
    lower: ArrayLike | None = None,
    *,
    drift: float = 0.0,
    start: Continuing = START,
) -> Crossing:
    """Probabilities that each look is the first to find Z outside its bounds.

    Parameters
    ----------
    information : array_like (K,)
        Information at the looks, increasing.
    upper, lower : array_like (K,)
        Bounds of Z; infinite where there is none. ``lower`` is −``upper`` if left out.
    drift
        θ: the mean of Z at information I is θ√I. For information as a fraction of the maximum, θ is
        the effect in standard errors at the maximum.
    start
        Where the study stands: by default at its beginning.

    Raises
    ------
    SampleError
        For information that does not increase or is not finite, bounds out of order, and a drift
        that is not finite.

    Examples
    --------
    Two looks at 1.96 reject 8.3 % of true null hypotheses:

    >>> crossing = crossing_probabilities([1, 2], [1.96, 1.96])
    >>> round(float(crossing.upper.sum() + crossing.lower.sum()), 4)
    0.0831
    """
    looks = information_of(information, start.information)
    high = np.asarray(upper, dtype=np.float64)
    low = -high if lower is None else np.asarray(lower, dtype=np.float64)
    if high.shape != looks.shape or low.shape != looks.shape or not (low <= high).all():
        message = "every look needs an upper bound and a lower bound that is not above it"
        raise SampleError(Problem("E_BOUNDS", message))
    if not np.isfinite(drift):
        raise SampleError(Problem("E_DRIFT", f"the drift is {drift}; it must be finite"))
    gains = np.diff(looks)
    state, found = start, np.zeros((2, len(looks)))
    for k, at in enumerate(looks):
        found[:, k] = state.above(at, high[k], drift), state.below(at, low[k], drift)
        if k + 1 < len(looks):
            state = state.inside(at, low[k], high[k], drift=drift, following=gains[k])
    return Crossing(*found)


def information_of(information: ArrayLike, after: float = 0.0) -> Floats:
    """Information at the looks (K,), checked: finite, above ``after``, each look adding to it.

    Raises
    ------
    SampleError
        Naming every look that cannot be.
    """
    looks = np.asarray(information, dtype=np.float64)
    if looks.ndim != 1 or not len(looks):
        raise SampleError(Problem("E_INFORMATION", "there is no look: give information for each"))
    before = np.concatenate([[after], looks[:-1]])
    problems = [
        Problem("E_INFORMATION", message, value=f"{looks[k]:.6g}", row=f"look {k + 1}")
        for k in range(len(looks))
        if (message := _fault(looks[k], before[k])) is not None
    ]
    if problems:
        raise SampleError(*problems)
    return looks


def adds_information(before: float, now: float) -> bool:
    """Whether a look has enough that is new, 0.1 % of its information, to be one of its own."""
    return now - before >= LEAST_GROWTH * now


def _fault(information: float, before: float) -> str | None:
    """What is wrong with the information of one look, given that of the look before."""
    if not np.isfinite(information) or information <= 0:
        return "information must be finite and above 0"
    if not np.isfinite(before):
        return None
    if information <= before:
        return f"information must grow from look to look, and the look before had {before:.6g}"
    if not adds_information(before, information):
        return f"less than 0.1 % of it is new since the look before, which had {before:.6g}"
    return None
