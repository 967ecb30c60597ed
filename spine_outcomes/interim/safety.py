"""Limits for a rare toxicity: how many patients with it are too many, and how often that is said.

Two rules give the limits: the posterior probability that the rate is too high, and an exact
binomial test over all looks. What either does at a true rate is exact, by recursion over looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from spine_outcomes.errors import DefinitionError, Problem, SampleError
from spine_outcomes.interim.recursion import Floats
from spine_outcomes.interim.spending import Spending, spent

Integers = NDArray[np.int64]
JEFFREYS = (0.5, 0.5)


@dataclass(frozen=True, eq=False)
class SafetyBoundary:
    """Numbers of patients with the toxicity that cross a limit.

    Parameters
    ----------
    n : ndarray of int, shape (k,)
        Patients assessed at each look.
    events : ndarray of int, shape (k,)
        Fewest patients with the toxicity that cross; n + 1 where no number does.
    rate
        The rate that must not be exceeded.
    """

    n: Integers
    events: Integers
    rate: float


@dataclass(frozen=True, eq=False)
class OperatingCharacteristics:
    """What a boundary does at m true rates.

    Parameters
    ----------
    rate : ndarray, shape (m,)
    crossed : ndarray, shape (m, k)
        Probability of having crossed by each look.
    expected_n : ndarray, shape (m,)
        Mean number of patients when the first limit is crossed or the last look is reached.
    """

    rate: Floats
    crossed: Floats
    expected_n: Floats


def posterior_exceeds(
    events: ArrayLike, n: ArrayLike, rate: float, prior: tuple[float, float] = JEFFREYS
) -> Floats:
    """Posterior probability that the true rate is above ``rate``.

    Parameters
    ----------
    events, n : array_like of int
        Patients with the toxicity, and patients assessed.
    rate
        Between 0 and 1.
    prior
        a and b of the beta distribution of the rate; Jeffreys' if left out.

    Notes
    -----
    The posterior is beta with a + events and b + n − events (Thall and Simon, 1994).

    Examples
    --------
    >>> round(float(posterior_exceeds(3, 20, 0.05)), 4)
    0.9641
    """
    _check_rate(rate, prior)
    x, of = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if not ((x >= 0) & (x <= of) & np.isfinite(of)).all():
        raise SampleError(Problem("E_EVENTS", "patients with a toxicity must be 0 … n"))
    return np.asarray(special.betaincc(prior[0] + x, prior[1] + of - x, rate))


def bayesian_boundary(
    n: ArrayLike, rate: float, *, posterior: float = 0.9, prior: tuple[float, float] = JEFFREYS
) -> SafetyBoundary:
    """Fewest patients with the toxicity for which P(true rate > ``rate`` | data) > ``posterior``.

    Parameters
    ----------
    n : array_like (k,) of int
        Patients assessed at the looks, increasing.
    rate, prior
        As in ``posterior_exceeds``.
    posterior
        Probability that must be exceeded.

    Examples
    --------
    >>> bayesian_boundary([20, 50, 100], 0.05).events
    array([3, 5, 8])
    """
    looks = _looks(n)
    if not 0 < posterior < 1:
        message = f"the posterior probability is {posterior}; it must lie between 0 and 1"
        raise DefinitionError(Problem("E_POSTERIOR", message))
    fewest = [
        int((posterior_exceeds(np.arange(of + 1), of, rate, prior) <= posterior).sum())
        for of in looks
    ]
    return SafetyBoundary(looks, np.array(fewest), rate)


def exact_boundary(
    n: ArrayLike,
    rate: float,
    *,
    alpha: float = 0.05,
    family: Spending = "pocock",
    parameter: float | None = None,
) -> SafetyBoundary:
    """Fewest patients with the toxicity that reject a rate of ``rate`` or less, at any look.

    Parameters
    ----------
    n : array_like (k,) of int
        Patients assessed at the looks, increasing; the last is the planned number.
    rate
        Rate that must not be exceeded.
    alpha
        Probability, at most, of crossing at any look when the true rate is ``rate``.
    family, parameter
        How it is spent over n relative to the planned number (``spent``).

    Notes
    -----
    Each limit is the smallest whose exact probability of a first crossing fits into the error spent
    so far; what the steps of the binomial leave over is kept for later looks. Once every patient
    counts as a look this is the exact form of Ivanova, Qaqish and Schell (2005).

    Examples
    --------
    >>> exact_boundary([20, 50, 100], 0.05).events
    array([ 5,  7, 10])
    """
    looks = _looks(n)
    _check_rate(rate)
    budget = spent(family, looks / looks[-1], alpha, parameter=parameter)
    going, crossed, fewest = np.ones(1), 0.0, []
    for gained, allowed in zip(np.diff(looks, prepend=0), budget, strict=True):
        counts = _after(going, gained, rate)
        tail = np.cumsum(counts[::-1])[::-1]
        first = int((tail > allowed - crossed).sum())
        crossed += tail[first] if first < len(tail) else 0.0
        going = counts[:first]
        fewest.append(first)
    return SafetyBoundary(looks, np.array(fewest), rate)


def operating_characteristics(
    boundary: SafetyBoundary, rate: ArrayLike
) -> OperatingCharacteristics:
    """Exact probabilities of crossing at true rates, for patients independent of each other.

    Parameters
    ----------
    boundary
        Its limits.
    rate : array_like (m,)
        True rates, from 0 to 1.

    Notes
    -----
    The distribution of the number of toxicities among studies that go on is carried from look to
    look by convolution with the binomial of the patients gained (Schultz et al., 1973).

    Examples
    --------
    >>> operating_characteristics(SafetyBoundary(np.array([2]), np.array([1]), 0.1), [0.1]).crossed
    array([[0.19]])
    """
    rates = np.atleast_1d(np.asarray(rate, dtype=np.float64))
    if not ((rates >= 0) & (rates <= 1)).all():
        raise SampleError(Problem("E_RATE", "a true rate must lie from 0 to 1"))
    first = np.array([_first_crossing(boundary, p) for p in rates])
    going = 1 - np.cumsum(first, axis=1)
    expected = first @ boundary.n + going[:, -1] * boundary.n[-1]
    return OperatingCharacteristics(rates, np.cumsum(first, axis=1), expected)


def _first_crossing(boundary: SafetyBoundary, rate: float) -> Floats:
    """Probability (k,) that each look is the first to cross."""
    going, found = np.ones(1), []
    for gained, limit in zip(np.diff(boundary.n, prepend=0), boundary.events, strict=True):
        counts = _after(going, gained, rate)
        found.append(counts[limit:].sum())
        going = counts[:limit]
    return np.array(found)


def _after(going: Floats, gained: int, rate: float) -> Floats:
    """Distribution of the count once so many patients more are assessed."""
    x = np.arange(gained + 1)
    log_choose = -special.betaln(x + 1, gained - x + 1) - np.log1p(gained)
    more = np.exp(log_choose + special.xlogy(x, rate) + special.xlog1py(gained - x, -rate))
    return np.convolve(going, more) if len(going) else np.zeros(1)


def _looks(n: ArrayLike) -> Integers:
    """Patients at the looks, checked."""
    given = np.asarray(n, dtype=np.float64)
    is_whole = given.ndim == 1 and len(given) > 0 and bool((given == np.round(given)).all())
    if not is_whole or not (np.diff(given, prepend=0) > 0).all() or np.isinf(given[-1]):
        message = "the numbers of patients at the looks must be whole, above 0 and increasing"
        raise SampleError(Problem("E_LOOKS", message))
    return given.astype(np.int64)


def _check_rate(rate: float, prior: tuple[float, float] = JEFFREYS) -> None:
    """Refuse a rate or a prior that cannot be."""
    problems = []
    if not 0 < rate < 1:
        message = f"the rate to stay below is {rate}; it must lie between 0 and 1"
        problems.append(Problem("E_RATE", message))
    if not (min(prior) > 0 and np.isfinite(prior).all()):
        message = f"the prior is beta({prior[0]}, {prior[1]}); both numbers must be above 0"
        problems.append(Problem("E_PRIOR", message))
    if problems:
        raise DefinitionError(*problems)
