"""The maximum of a partial likelihood by Newton's method with step-halving."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spine_outcomes.survival.partial_likelihood import Evaluation, PartialLikelihood
from spine_outcomes.survival.risk_sets import Floats

MAX_STEPS = 25
MANY_STEPS = 200
MAX_HALVINGS = 30
TOLERANCE = 1e-10
ROUND_OFF = 1e-7
# A log hazard ratio of 30 between two rows: a longer step leaves the range of double numbers.
LONGEST_STEP = 30.0
VANISHED = 100.0


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
    return _climb(likelihood, np.zeros(len(null.score)), null, MAX_STEPS)


def go_on(likelihood: PartialLikelihood, reached: Maximum) -> Maximum:
    """Take more steps from where ``maximise`` ended: weights far apart may need them."""
    more = _climb(likelihood, reached.coefficients, reached.evaluation, MANY_STEPS)
    return replace(more, n_steps=reached.n_steps + more.n_steps)


def _climb(
    likelihood: PartialLikelihood, coefficients: Floats, current: Evaluation, max_steps: int
) -> Maximum:
    """Take Newton steps until they are small, or fail to help."""
    size, direction = np.inf, np.zeros(len(coefficients))
    reach = np.ptp(likelihood.covariates, axis=1)
    for n_steps in range(1, max_steps + 1):
        if _has_vanished(current):
            break
        try:
            step: Floats = np.linalg.solve(current.information, current.score).astype(np.float64)
        except np.linalg.LinAlgError:  # flat to the last digit in some direction: no way on
            break
        step /= max(1.0, float(np.abs(step) @ reach) / LONGEST_STEP)
        previous, size = size, _size(step) / max(1.0, _size(coefficients))
        # Below 1e-7 a step squares its size; one that does not even quarter is round-off.
        if size <= TOLERANCE or (size <= ROUND_OFF and size > previous / 4):
            return Maximum(coefficients + step, current, n_steps, step, has_converged=True)
        direction, candidate = _rising_step(likelihood, coefficients, step, current)
        if candidate is None:
            break
        coefficients, current = coefficients + direction, candidate
    return Maximum(coefficients, current, n_steps, direction, has_converged=False)


def _size(coefficients: Floats) -> float:
    """Largest absolute value; 0 for no coefficient."""
    return float(np.abs(coefficients).max(initial=0.0))


def _has_vanished(at: Evaluation) -> bool:
    """Whether some information is no more than round-off: the likelihood is flat here."""
    return bool((np.diag(at.information) <= VANISHED * at.round_off).any())


def _rising_step(
    likelihood: PartialLikelihood, coefficients: Floats, step: Floats, current: Evaluation
) -> tuple[Floats, Evaluation | None]:
    """Halve a step until the likelihood does not fall; None where no part of it helps."""
    floor = current.log_likelihood - TOLERANCE * abs(current.log_likelihood)
    for _ in range(MAX_HALVINGS):
        # A step that overshoots may overflow: its likelihood is then not finite, and it is halved.
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            candidate = likelihood.at(coefficients + step)
        if floor <= candidate.log_likelihood < np.inf:
            return step, candidate
        step = step / 2
    return step, None
