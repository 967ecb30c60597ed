"""Covariate-balancing propensity score: logistic scores whose weights balance the means exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import expit, logit

from spine_outcomes.errors import DefinitionError, NotEstimableError, Problem, SeparationError
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.infeasible import FIX, infeasible
from spine_outcomes.weights.propensity import (
    Propensity,
    fit_propensity,
    orthonormal,
    prior_weight,
)
from spine_outcomes.weights.separation import separation
from spine_outcomes.weights.tailored_loss import Terms, bounded_exp, solve_balance

Floats = NDArray[np.float64]

# Scores this close to 0 or 1 are on their way there: no score balances the arms.
EDGE = 1e-9


def fit_covariate_balancing(
    design: Design,
    arm: NDArray[np.int64],
    estimand: str,
    weight: NDArray[np.float64] | None = None,
) -> Propensity:
    """Just-identified covariate-balancing propensity score of one target population.

    Parameters
    ----------
    design, arm, weight
        As for `fit_propensity`.
    estimand
        ``ATE``, ``ATT``, ``ATC`` or ``ATO`` (where it is the logistic score itself).

    Returns
    -------
    Propensity
        `weigh` makes of it the weights of ``estimand``, under which the arms have equal sums of
        every column; weights of another estimand do not balance.

    Raises
    ------
    DefinitionError
        Another estimand.
    NotEstimableError
        No score balances the arms; the columns are named.

    Notes
    -----
    With η = logit e = xγ the equations Σ m s(η) x = 0 have s = a/e − (1 − a)/(1 − e) for the ATE,
    a − (1 − a) e/(1 − e) for the ATT, a (1 − e)/e − (1 − a) for the ATC and a − e for the overlap
    population (Imai and Ratkovic, 2014, section 2; Li, Morgan and Zaslavsky, 2018). There are as
    many equations as coefficients, so that a Newton solution is the generalised method of moments'.
    """
    if estimand == "ATO":
        return fit_propensity(design, arm, weight)
    if estimand not in _TERMS:
        allowed = ", ".join([*_TERMS, "ATO"])
        message = f"a covariate-balancing score has no {estimand} weights; allowed are {allowed}."
        raise DefinitionError(Problem("E_ESTIMAND", message))
    prior = prior_weight(arm, weight)
    basis, triangle = orthonormal(design, prior)
    start = triangle[:, 0] * logit(np.average(arm, weights=prior))
    terms = _TERMS[estimand]
    found = solve_balance(basis, lambda predictor: terms(predictor, arm, prior), start)
    score = expit(found.predictor)
    used = score[prior > 0]
    if not found.is_solved or used.min() < EDGE or used.max() > 1.0 - EDGE:
        raise _no_score(design, arm, estimand, prior)
    return Propensity(
        score=score,
        coefficients=solve_triangular(triangle, found.coefficients),
        names=design.names,
        matrix=design.matrix,
        influence=solve_triangular(triangle, found.influence.T).T,
        weight=prior,
    )


def _both(predictor: Floats, arm: NDArray[np.int64], prior: Floats) -> Terms:
    """ATE: terms ±η − exp(∓η), the upper sign in the comparator arm."""
    sign = 2.0 * arm - 1.0
    odds = prior * bounded_exp(-sign * predictor)
    return Terms(prior * sign * predictor - odds, sign * (prior + odds), odds)


def _comparator(predictor: Floats, arm: NDArray[np.int64], prior: Floats) -> Terms:
    """ATT: terms a η − (1 − a) exp(η)."""
    odds = np.where(arm == 0, prior * bounded_exp(predictor), 0.0)
    return Terms(prior * arm * predictor - odds, prior * arm - odds, odds)


def _reference(predictor: Floats, arm: NDArray[np.int64], prior: Floats) -> Terms:
    """ATC: the same with the arms, and the sign of η, exchanged."""
    mirrored = _comparator(-predictor, 1 - arm, prior)
    return Terms(mirrored.value, -mirrored.slope, mirrored.curvature)


_TERMS: dict[str, Callable[[Floats, NDArray[np.int64], Floats], Terms]] = {
    "ATE": _both,
    "ATT": _comparator,
    "ATC": _reference,
}


def _no_score(
    design: Design, arm: NDArray[np.int64], estimand: str, prior: Floats
) -> NotEstimableError:
    """Why no score balances the arms."""
    if estimand != "ATE":
        target = 1 if estimand == "ATT" else 0
        return infeasible(design, prior * (arm != target), prior * (arm == target), 1 - target)
    kept = prior > 0
    problems = separation(design.matrix[kept], design.names, arm[kept])
    if problems:
        return SeparationError(*problems)
    message = "scores of 0 or 1 to rounding: the arms hardly overlap and weights cannot be trusted."
    return NotEstimableError(Problem("E_PROPENSITY_BOUND", message, fix=FIX))
