"""Entropy balancing: weights that give each arm the covariate means of the target population."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.errors import DefinitionError, Problem
from spine_outcomes.inference import Nuisance
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.estimands import Weights
from spine_outcomes.weights.infeasible import infeasible
from spine_outcomes.weights.propensity import orthonormal, prior_weight
from spine_outcomes.weights.tailored_loss import Terms, bounded_exp, solve_balance

# Arms whose rows make up the target population; another arm is weighted to its means.
TARGET_ARMS = {"ATE": (0, 1), "ATT": (1,), "ATC": (0,)}
# A weight this far below the largest of its arm is on its way to 0: the target is on the edge.
VANISHING = 1e-9


def entropy_weights(
    design: Design,
    arm: NDArray[np.int64],
    estimand: str,
    weight: NDArray[np.float64] | None = None,
) -> Weights:
    """Weights of least entropy under which each arm has the target's mean of every column.

    Parameters
    ----------
    design
        Columns (n, p) whose means are balanced; the intercept balances the sum of the weights.
    arm : ndarray of int, shape (n,)
        0 reference, 1 comparator.
    estimand
        ``ATE`` (all rows are the target), ``ATT`` (the comparator arm) or ``ATC``.
    weight : ndarray, shape (n,), optional
        Prior weight m of each row: its base weight and its share in the target.

    Returns
    -------
    Weights
        Weighted sums of every column equal those of the target. The arm that is the target (ATT,
        ATC) keeps its prior weights.

    Raises
    ------
    DefinitionError
        Another estimand: overlap and matching have no target means to balance to.
    NotEstimableError
        The target lies outside the rows of an arm (their convex hull); the columns are named.

    Notes
    -----
    Weights m exp(xλ) of an arm solve Σ_arm m exp(xλ) x = Σ_target m x (Hainmueller, 2012, with the
    sum of the weights set to the size of the target): the maximum of Σ_target m xλ − Σ_arm m
    exp(xλ). The influence on λ contains that of the target means; D = ∂ log w/∂λ = x in the arm.

    Examples
    --------
    >>> from spine_outcomes.weights.design import assemble, linear
    >>> arm = np.array([0, 0, 0, 1, 1])
    >>> design = assemble([linear("male", np.array([0.0, 1, 1, 0, 1]))])
    >>> entropy_weights(design, arm, "ATT").value.round(3)
    array([1. , 0.5, 0.5, 1. , 1. ])
    """
    if estimand not in TARGET_ARMS:
        message = f"entropy balancing has no {estimand} weights; allowed are ATE, ATT and ATC."
        raise DefinitionError(Problem("E_ESTIMAND", message))
    prior = prior_weight(arm, weight)
    basis, triangle = orthonormal(design, prior)
    target = prior * np.isin(arm, TARGET_ARMS[estimand])
    value = prior.copy()
    influences, slopes = [], []
    for code in (0, 1):
        if TARGET_ARMS[estimand] == (code,):
            continue
        own = prior * (arm == code)
        start = triangle[:, 0] * np.log(target.sum() / own.sum())
        found = solve_balance(basis, partial(_terms, own=own, target=target), start)
        factor = bounded_exp(found.predictor)
        used = factor[own > 0]
        if not found.is_solved or used.min() < VANISHING * used.max():
            raise infeasible(design, own, target, code)
        value = np.where(arm == code, own * factor, value)
        influences.append(found.influence)
        slopes.append(basis * (arm == code)[:, None])
    return Weights(value, estimand, Nuisance(np.hstack(influences), np.hstack(slopes)))


def _terms(
    predictor: NDArray[np.float64], own: NDArray[np.float64], target: NDArray[np.float64]
) -> Terms:
    """Terms target η − own exp(η)."""
    tilted = own * bounded_exp(predictor)
    return Terms(target * predictor - tilted, target - tilted, tilted)
