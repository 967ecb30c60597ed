"""Spending functions: how much of an error may be spent by a share of the planned information."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from spine_outcomes.errors import DefinitionError, Problem, SampleError
from spine_outcomes.interim.recursion import Floats

Spending = Literal["obrien_fleming", "pocock", "hwang_shih_decani", "power"]
SPENDING = get_args(Spending)
NEEDS_PARAMETER = ("hwang_shih_decani", "power")
LARGEST_SHAPE, LEAST_POWER = 40.0, 0.01


def spent(
    family: Spending, fraction: ArrayLike, alpha: float, *, parameter: float | None = None
) -> Floats:
    """Error spent once this fraction of the planned information is there.

    Parameters
    ----------
    family
        ``"obrien_fleming"`` and ``"pocock"`` (Lan–DeMets), ``"hwang_shih_decani"``, ``"power"``
        (Kim–DeMets).
    fraction : array_like (k,) or scalar
        Information relative to its planned maximum, ≥ 0; from 1 all of ``alpha`` is spent.
    alpha
        Error that one boundary spends in all: a symmetric two-sided test of level 0.05 spends 0.025
        at its upper boundary.
    parameter
        γ of Hwang, Shih and DeCani (−4 is near O'Brien–Fleming, 1 near Pocock), ρ > 0 of the power
        family (3 and 1).

    Returns
    -------
    ndarray
        Cumulative, from 0 to ``alpha``, of the shape of ``fraction``.

    Raises
    ------
    DefinitionError
        For a family, an error or a parameter that cannot be.
    SampleError
        For a fraction that is negative or not finite.

    Notes
    -----
    2 − 2Φ(z_{α/2}/√t) and α log(1 + (e − 1) t) (Lan and DeMets, 1983); α (1 − e^{−γt})/(1 −
    e^{−γ}), α t at γ = 0 (Hwang, Shih and DeCani, 1990); α t^ρ (Kim and DeMets, 1987).

    Examples
    --------
    >>> spent("obrien_fleming", [0.5, 0.75, 1.0], 0.025).round(7)
    array([0.0015253, 0.0096493, 0.025    ])
    """
    check_spending(family, alpha, parameter)
    t = np.asarray(fraction, dtype=np.float64)
    if not (np.isfinite(t) & (t >= 0)).all():
        raise SampleError(Problem("E_FRACTION", "an information fraction is below 0 or not finite"))
    t = np.minimum(t, 1.0)
    shape = 0.0 if parameter is None else parameter
    if family == "obrien_fleming":
        with np.errstate(divide="ignore"):
            share = 2 * special.ndtr(special.ndtri(alpha / 2) / np.sqrt(t)) / alpha
    elif family == "pocock":
        share = np.log1p(np.expm1(1) * t)
    elif family == "power":
        share = t**shape
    else:
        share = t if shape == 0 else np.expm1(-shape * t) / np.expm1(-shape)
    return np.asarray(np.where(t == 1, alpha, alpha * share))


def check_spending(family: str, alpha: float, parameter: float | None) -> None:
    """Refuse a family, an error or a parameter that cannot be, all at once."""
    problems = []
    if family not in SPENDING:
        allowed = ", ".join(SPENDING)
        problems.append(Problem("E_SPENDING", f"{family!r} spends nothing; allowed: {allowed}"))
    if not 0 < alpha < 1:
        problems.append(Problem("E_ALPHA", f"the error is {alpha}; it must lie between 0 and 1"))
    if family in NEEDS_PARAMETER:
        problems += _parameter_problems(family, parameter)
    elif parameter is not None:
        problems.append(Problem("E_SPENDING", f"{family} has no parameter", fix="Leave it out."))
    if problems:
        raise DefinitionError(*problems)


def _parameter_problems(family: str, parameter: float | None) -> list[Problem]:
    """What is wrong with γ or ρ."""
    lowest = LEAST_POWER if family == "power" else -LARGEST_SHAPE
    if parameter is not None and lowest <= parameter <= LARGEST_SHAPE:
        return []
    message = f"{family} needs a parameter from {lowest:g} to {LARGEST_SHAPE:g}, not {parameter}"
    return [Problem("E_SPENDING", message)]
