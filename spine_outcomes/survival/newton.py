"""The maximum of a partial likelihood by Newton's method with step-halving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spine_outcomes.survival.partial_likelihood import Evaluation, PartialLikelihood
from spine_outcomes.survival.risk_sets import Floats

MAX_STEPS = 25
MAX_HALVINGS = 30
TOLERANCE = 1e-10
ROUND_OFF = 1e-7


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where Newton's method ended.

    Parameters
    ----------
    coefficients : ndarray, shape (p,)
        Coefficients after the last step.
    evaluation
        The likelihood just before a last step of relative size 1e-10 or less.
    n_steps
        Steps taken.
    direction : ndarray, shape (p,)
        The last step.
    has_converged
        False where the steps did not shrink: the likelihood may have no maximum.
    """

    coefficients: Floats
    evaluation: Evaluation
    n_steps: int
    direction: Floats
    has_converged: bool


def maximise(likelihood: PartialLikelihood, null: Evaluation) -> Maximum:
    """Maximise the likelihood, from its evaluation at coefficients 0.

    Covariates should have a standard deviation near 1, for a step's size is judged in that unit.
    """
    coefficients, current = np.zeros(len(null.score)), null
    size = np.inf
    for n_steps in range(1, MAX_STEPS + 1):
        step = _newton_step(current)
        previous, size = size, _size(step) / max(1.0, _size(coefficients))
        # Below 1e-7 a step squares its size; one that does not even quarter is round-off.
        if size <= TOLERANCE or (size <= ROUND_OFF and size > previous / 4):
            return Maximum(coefficients + step, current, n_steps, step, has_converged=True)
        step, candidate = _rising_step(likelihood, coefficients, step, current)
        if candidate is None:
            break
        coefficients, current = coefficients + step, candidate
    return Maximum(coefficients, current, MAX_STEPS, step, has_converged=False)


def _size(coefficients: Floats) -> float:
    """Largest absolute value; 0 for no coefficient."""
    return float(np.abs(coefficients).max(initial=0.0))


def _newton_step(at: Evaluation) -> Floats:
    """I⁻¹ U, or U where the information has vanished."""
    try:
        return np.linalg.solve(at.information, at.score).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return at.score


def _rising_step(
    likelihood: PartialLikelihood, coefficients: Floats, step: Floats, current: Evaluation
) -> tuple[Floats, Evaluation | None]:
    """Halve a step until the likelihood does not fall; None where no part of it helps."""
    floor = current.log_likelihood - TOLERANCE * abs(current.log_likelihood)
    for _ in range(MAX_HALVINGS):
        # A step that overshoots may overflow: its likelihood is then not finite, and it is halved.
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            candidate = likelihood.at(coefficients + step)
        if candidate.log_likelihood >= floor:
            return step, candidate
        step = step / 2
    return step, None
