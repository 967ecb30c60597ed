"""Bounds of Z at planned looks: by a spending function, or O'Brien–Fleming's and Pocock's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from spine_outcomes.errors import DefinitionError, Problem, SampleError
from spine_outcomes.interim.recursion import (
    START,
    Continuing,
    Floats,
    crossing_probabilities,
    information_of,
)
from spine_outcomes.interim.spending import Spending, spent

Classical = Literal["classical_obrien_fleming", "classical_pocock"]
Family = Spending | Classical
# An error below this is none: no bound of a normal Z in double precision goes with it.
NOTHING = 1e-250
FARTHEST = 38.0


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Bounds of Z at K looks; every array has shape (K,).

    Parameters
    ----------
    information_fraction
        Information at the looks relative to its planned maximum.
    z
        Upper bound; the lower one of a two-sided test is −z. Infinite where nothing may be spent.
    nominal_p
        P value at the bound, with as many sides as the test.
    alpha_spent
        Error spent up to each look, both sides of a two-sided test together.
    crossing_probability
        Probability under the null hypothesis of having crossed a bound by each look, by integration
        over the looks.
    family, alpha, sides, parameter
        What was asked for.
    """

    information_fraction: Floats
    z: Floats
    nominal_p: Floats
    alpha_spent: Floats
    crossing_probability: Floats
    family: Family
    alpha: float
    sides: int
    parameter: float | None = None

    @property
    def lower(self) -> Floats:
        """Lower bound: −z, or −∞ of a one-sided test."""
        return -self.z if self.sides == 2 else np.full(len(self.z), -np.inf)


def group_sequential(
    information_fraction: ArrayLike,
    *,
    family: Family,
    alpha: float = 0.05,
    sides: int = 2,
    parameter: float | None = None,
    previous: Boundaries | None = None,
) -> Boundaries:
    """Bounds of Z that spend ``alpha`` over planned looks.

    Parameters
    ----------
    information_fraction : array_like (K,)
        Information at the looks relative to its maximum, increasing, at most 1.
    family
        A spending function (``spent``), or ``"classical_obrien_fleming"`` (C/√t) and
        ``"classical_pocock"`` (C), whose looks must end at 1.
    alpha
        Level of the whole test; each side of a two-sided test takes half.
    sides
        1 or 2; the two sides are symmetric.
    parameter
        Of the spending function.
    previous
        Bounds of looks already made, the first of ``information_fraction``: they stay as they are,
        and the error that they spent stays spent.

    Raises
    ------
    DefinitionError
        For settings that cannot be.
    SampleError
        For fractions that do not increase, are not finite, or go beyond 1 (a look beyond the
        maximum is a matter of monitoring: ``boundaries_at_looks``).

    Notes
    -----
    Each bound is the root of P₀(first crossing at this look) = error spent at this look, by
    recursive integration (Jennison and Turnbull, 2000, section 7.2 and chapter 19). Both sides of a
    two-sided test end a study. The constants of the classical bounds are roots of the same.

    Examples
    --------
    >>> group_sequential([0.2, 0.4, 0.6, 0.8, 1.0], family="obrien_fleming").z.round(4)
    array([4.8769, 3.357 , 2.6803, 2.2898, 2.031 ])
    """
    check_test(alpha, sides)
    fraction = information_of(information_fraction)
    if fraction[-1] > 1:
        raise SampleError(
            Problem("E_FRACTION", "planned looks end at the maximum information, fraction 1",
                    value=f"{fraction[-1]:.6g}")
        )  # fmt: skip
    if family == "classical_obrien_fleming" or family == "classical_pocock":
        if previous is not None:
            raise DefinitionError(_no_memory(family))
        return classical(fraction, family=family, alpha=alpha, sides=sides)
    side = spent(family, fraction, alpha / sides, parameter=parameter)
    return by_spending(
        fraction, side, family=family, alpha=alpha, sides=sides, parameter=parameter,
        previous=previous,
    )  # fmt: skip


def by_spending(
    fraction: Floats,
    spent_by_side: Floats,
    *,
    family: Family,
    alpha: float,
    sides: int,
    parameter: float | None = None,
    previous: Boundaries | None = None,
) -> Boundaries:
    """Bounds that spend these cumulative errors (K,) on each side at looks of these fractions."""
    known = np.empty(0) if previous is None else previous.z
    if previous is not None:
        _check_previous(fraction, previous, alpha, sides)
        done = len(known)
        before = previous.alpha_spent / sides
        spent_by_side = np.concatenate([before, np.maximum(spent_by_side[done:], before[-1])])
    z = np.array(list(_bounds(fraction, np.diff(spent_by_side, prepend=0.0), sides, known)))
    nominal, crossed = sides * special.ndtr(-z), _crossed(fraction, z, sides)
    by_look = (fraction, z, nominal, sides * spent_by_side, crossed)
    return Boundaries(*by_look, family, alpha, sides, parameter)


def classical(fraction: Floats, *, family: Family, alpha: float, sides: int) -> Boundaries:
    """O'Brien and Fleming's (1979) C/√t or Pocock's (1977) C, with its constant for these looks."""
    if fraction[-1] != 1:
        raise SampleError(
            Problem("E_FRACTION", f"the looks of {family} end at fraction 1",
                    value=f"{fraction[-1]:.6g}", fix="Or choose a spending function.")
        )  # fmt: skip
    shape = (
        1 / np.sqrt(fraction) if family == "classical_obrien_fleming" else np.ones(len(fraction))
    )

    def excess(constant: float) -> float:
        return float(np.log(_crossed(fraction, constant * shape, sides)[-1] / alpha))

    largest = -special.ndtri(alpha / sides / len(fraction)) + 1e-9
    z = shape * optimize.brentq(excess, -special.ndtri(alpha / sides) - 1e-9, largest, xtol=1e-13)
    nominal, crossed = sides * special.ndtr(-z), _crossed(fraction, z, sides)
    return Boundaries(fraction, z, nominal, crossed, crossed, family, alpha, sides)


def check_test(alpha: float, sides: int) -> None:
    """Refuse a level or a number of sides that cannot be."""
    problems = []
    if not 0 < alpha < 1:
        problems.append(Problem("E_ALPHA", f"alpha is {alpha}; it must lie between 0 and 1"))
    if sides not in (1, 2):
        problems.append(Problem("E_SIDES", f"a test has 1 or 2 sides, not {sides}"))
    if problems:
        raise DefinitionError(*problems)


def _bounds(fraction: Floats, errors: Floats, sides: int, known: Floats) -> Iterator[float]:
    """The bound of each look after those known, each from the density that the earlier leave."""
    state = START
    for k, at in enumerate(fraction):
        z = float(known[k]) if k < len(known) else _bound(state, at, errors[k])
        yield z
        if k + 1 < len(fraction):
            lower = -z if sides == 2 else -np.inf
            following = fraction[k + 1] - at
            state = state.inside(at, lower, z, drift=0.0, following=following)


def _bound(state: Continuing, at: float, error: float) -> float:
    """The z that leaves this error above it at the next look."""
    if error < NOTHING:
        return float(np.inf)

    def excess(z: float) -> float:
        return float(np.log(max(state.above(at, z), 1e-300)) - np.log(error))

    return float(optimize.brentq(excess, -FARTHEST, FARTHEST, xtol=1e-13))


def _crossed(fraction: Floats, z: Floats, sides: int) -> Floats:
    """Cumulative probability of crossing under the null hypothesis."""
    lower = None if sides == 2 else np.full(len(z), -np.inf)
    crossing = crossing_probabilities(fraction, z, lower)
    return np.cumsum(crossing.upper + crossing.lower)


def _check_previous(fraction: Floats, previous: Boundaries, alpha: float, sides: int) -> None:
    """Refuse earlier looks that are not the first of the looks, or were of another test."""
    done = previous.information_fraction
    problems = []
    if len(done) > len(fraction) or not np.allclose(done, fraction[: len(done)], rtol=1e-9):
        message = "the looks do not begin with those already made, whose information is fixed"
        problems.append(Problem("E_PREVIOUS", message))
    if (previous.alpha, previous.sides) != (alpha, sides):
        message = (
            f"earlier looks tested at {previous.alpha:g} with {previous.sides} sides, "
            f"these at {alpha:g} with {sides}"
        )
        problems.append(Problem("E_PREVIOUS", message))
    if problems:
        raise DefinitionError(*problems)


def _no_memory(family: str) -> Problem:
    """Why classical bounds cannot go on from earlier looks."""
    return Problem(
        "E_PREVIOUS", f"{family} fixes its looks beforehand and cannot go on from others",
        fix="Choose a spending function.",
    )  # fmt: skip
