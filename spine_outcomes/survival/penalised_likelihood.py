"""Jeffreys' penalty ½ log |I| of a partial likelihood, and its derivatives.

Each step of an event time (one by Breslow, d by Efron) has a weighted distribution of the
covariates of those at risk, with mean m and covariance V; I = Σ ω V over the steps, ω the weight of
a step. With A = I⁻¹ the gradient of the penalty is ½ Σ ω E[(x − m)ᵀ A (x − m) (x − m)].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spine_outcomes.survival.partial_likelihood import PartialLikelihood
from spine_outcomes.survival.risk_sets import Floats, Indices, sum_at

STEP = 1e-5


@dataclass(frozen=True, eq=False)
class PenalisedEvaluation:
    """A penalised log likelihood, its gradient, and the information without the penalty.

    Parameters
    ----------
    log_likelihood
        l + ½ log |I|.
    score : ndarray, shape (p,)
    information : ndarray, shape (p, p)
    row_penalty : ndarray, shape (n,)
        Derivative of ½ log |I| in the logarithm of each row's weight.
    row_scores : ndarray, shape (p, n)
        Weighted score residuals without the penalty.
    """

    log_likelihood: float
    score: Floats
    information: Floats
    row_penalty: Floats
    row_scores: Floats


@dataclass(frozen=True, eq=False)
class PenalisedLikelihood:
    """A partial likelihood with Jeffreys' penalty (Firth, 1993; Heinze and Schemper, 2001)."""

    likelihood: PartialLikelihood

    @cached_property
    def _alone(self) -> Indices:
        """Event times with one step."""
        is_alone = np.ones(self.likelihood.risk.n_times, dtype=bool)
        is_alone[self.likelihood.tied.times] = False
        return np.flatnonzero(is_alone)

    @cached_property
    def _step_time(self) -> Indices:
        """Event time of each step: those alone, then those of the ties."""
        tied = self.likelihood.tied
        return np.concatenate([self._alone, tied.times[tied.tie]])

    def _total(self, values: Floats) -> Floats:
        """Sum of ``values`` (n,) over those at risk at each step."""
        tied = self.likelihood.tied
        total = self.likelihood.risk.total(values)[self._step_time]
        total[len(self._alone) :] -= tied.fraction * tied.total(values[tied.events])[tied.tie]
        return total

    def _accumulate(self, steps: Floats) -> Floats:
        """Transpose of ``_total``: sum over the steps at which each row is at risk, shape (n,)."""
        tied, risk = self.likelihood.tied, self.likelihood.risk
        sums = risk.accumulate(sum_at(self._step_time, steps, risk.n_times))
        sums[tied.events] -= tied.total(tied.fraction * steps[len(self._alone) :])[tied.tie]
        return sums

    def at(self, coefficients: Floats) -> PenalisedEvaluation:
        """Evaluate at ``coefficients`` (p,)."""
        at = self.likelihood.at(coefficients)
        x, r = self.likelihood.covariates, at.hazard
        weight = np.concatenate(
            [self.likelihood.event_weight[self._alone], self.likelihood.tied.weight]
        )
        inverse = np.linalg.inv(at.information)
        square = np.einsum("ji,jk,ki->i", x, inverse, x)
        total = self._total(r)
        mean = np.array([self._total(r * own) for own in x]) / total
        mean_square = self._total(r * square) / total
        leaning = inverse @ mean
        gradient = np.empty(len(x))
        for k, own in enumerate(x):
            cross = np.array([self._total(r * own * other) for other in x]) / total
            third = self._total(r * square * own) / total - mean_square * mean[k]
            third -= 2 * (leaning * (cross - mean * mean[k])).sum(axis=0)
            gradient[k] = weight @ third / 2
        outside = (mean * leaning).sum(axis=0)
        through = self._row_moments(square, leaning, weight / total)
        through += self._accumulate(weight / total * (2 * outside - mean_square))
        return PenalisedEvaluation(
            at.log_likelihood + float(np.linalg.slogdet(at.information)[1]) / 2,
            at.score + gradient,
            at.information,
            (r * through + self._own_spread(mean_square - outside)) / 2,
            self.likelihood.score_residuals(at),
        )

    def _row_moments(self, square: Floats, leaning: Floats, rate: Floats) -> Floats:
        """Σ rate (xᵀ A x − 2 xᵀ A m) over the steps at which each row is at risk, shape (n,)."""
        sums = square * self._accumulate(rate)
        for own, lean in zip(self.likelihood.covariates, leaning, strict=True):
            sums -= 2 * own * self._accumulate(rate * lean)
        return sums

    def _own_spread(self, spread: Floats) -> Floats:
        """Weight of each event times the mean of tr(A V) over the steps of its time, shape (n,)."""
        likelihood, m = self.likelihood, self.likelihood.risk.n_times
        mean = sum_at(self._step_time, spread, m) / np.bincount(self._step_time, minlength=m)
        own = likelihood.weight[likelihood.events] * mean[likelihood.event_time]
        return sum_at(likelihood.events, own, len(likelihood.weight))

    def slopes(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Derivatives in the coefficients, by central differences.

        Returns
        -------
        curvature : ndarray, shape (p, p)
            Minus the derivative of the score.
        row_scores : ndarray, shape (p, n)
            Derivative of the score in the logarithm of each row's weight.
        """
        p = len(coefficients)
        curvature, row_slopes = np.empty((p, p)), []
        for k in range(p):
            move = STEP * (np.arange(p) == k)
            above, below = self.at(coefficients + move), self.at(coefficients - move)
            curvature[k] = (below.score - above.score) / (2 * STEP)
            row_slopes.append((above.row_penalty - below.row_penalty) / (2 * STEP))
        return (curvature + curvature.T) / 2, self.at(coefficients).row_scores + row_slopes
