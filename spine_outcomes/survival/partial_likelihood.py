"""The weighted partial likelihood of a relative-hazard regression, Efron or Breslow.

One evaluation costs p + 1 cumulative sums over the event times and one Gram matrix: no p × p matrix
is summed along time. With r_i = w_i exp(x_i β), A0 = Σ_risk r, A1 = Σ_risk r x, and B0, B1 the same
over the d tied events of total weight D, step l = 0 … d−1 of an event time has

    S0_l = A0 − (l/d) B0,   S1_l = A1 − (l/d) B1,   weight D/d

(Efron, 1977); Breslow (1974) takes l = 0 once with weight D. All that the likelihood, its score,
its information and the score residuals need of the steps is, per event time,

    h_k = Σ_l (D/d) (l/d)^k / S0_l   (k = 0, 1),   g_k = Σ_l (D/d) (l/d)^k / S0_l²   (k = 0, 1, 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spine_outcomes.survival.risk_sets import Floats, Indices, RiskSets, sum_at

Ties = Literal["efron", "breslow"]
BLOCK = 8192


@dataclass(frozen=True, eq=False)
class Steps:
    """Efron's steps through the tied events of each event time.

    Parameters
    ----------
    time : ndarray of int, shape (e,)
        Event time of each step.
    fraction : ndarray, shape (e,)
        l/d.
    weight : ndarray, shape (e,)
        D/d.
    """

    time: Indices
    fraction: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class PartialLikelihood:
    """Data of a partial likelihood: only rows that are at risk at some event time.

    Parameters
    ----------
    covariates : ndarray, shape (p, n)
        Covariates, one a row.
    weight : ndarray, shape (n,)
        Weights, all above 0.
    risk : RiskSets
        Who is at risk when.
    events : ndarray of int, shape (e,)
        Rows with the event, in the order of time.
    event_time : ndarray of int, shape (e,)
        Event time of each of them.
    event_weight : ndarray, shape (m,)
        Weighted number of events at each event time, D.
    steps : Steps or None
        None where no step has l > 0: Breslow, or no tied events.
    """

    covariates: Floats
    weight: Floats
    risk: RiskSets
    events: Indices
    event_time: Indices
    event_weight: Floats
    steps: Steps | None

    @classmethod
    def of(
        cls, covariates: Floats, weight: Floats, risk: RiskSets, events: Indices, ties: Ties
    ) -> PartialLikelihood:
        """Arrange the tied events."""
        at = risk.stop[events] - 1
        total = sum_at(at, weight[events], risk.n_times)
        steps = _steps(at, total) if ties == "efron" and len(events) > risk.n_times else None
        return cls(covariates, weight, risk, events, at, total, steps)

    def at(self, coefficients: Floats) -> Evaluation:
        """Evaluate the likelihood and its derivatives at ``coefficients`` (p,)."""
        predictor = coefficients @ self.covariates
        shift = float(predictor[self.events].max())
        predictor -= shift  # the likelihood does not change, and exp stays finite
        gain = float(self.weight[self.events] @ predictor[self.events])
        hazard = np.exp(predictor)
        hazard *= self.weight
        moment = _rows([self.risk.total(hazard * x) for x in self.covariates], self.risk.n_times)
        tied, tied_moment = self._tied(hazard)
        loss, h, g = self._step_sums(self.risk.total(hazard), tied)
        exposure = self.risk.accumulate(h[0])
        if self.steps is not None:
            exposure[self.events] -= h[1][self.event_time]
        score = self.covariates[:, self.events] @ self.weight[self.events]
        score -= moment @ h[0] - tied_moment @ h[1]
        information = _gram(self.covariates, hazard * exposure) - _between(moment, tied_moment, g)
        return Evaluation(
            gain - loss, score, information, hazard, exposure, moment, tied_moment, h, g, shift
        )

    def score_residuals(self, at: Evaluation) -> Floats:
        """Weighted score residual of each row, shape (p, n); they sum to the score."""
        events, time = self.events, self.event_time
        mean = (at.moment * at.h[0] - at.tied_moment * at.h[1]) / self.event_weight
        drift = at.moment * at.g[0] - at.tied_moment * at.g[1]
        residuals = np.empty_like(self.covariates)
        for residual, x, own_mean, own_drift in zip(
            residuals, self.covariates, mean, drift, strict=True
        ):
            np.multiply(x, at.exposure, out=residual)
            np.subtract(self.risk.accumulate(own_drift), residual, out=residual)
            residual *= at.hazard
            residual[events] += self.weight[events] * (x[events] - own_mean[time])
        if self.steps is not None:
            tied_drift = at.moment * at.g[1] - at.tied_moment * at.g[2]
            residuals[:, events] -= at.hazard[events] * tied_drift[:, time]
        return residuals

    def martingale_residuals(self, at: Evaluation) -> Floats:
        """Weighted martingale residual of each row, events minus expected events, shape (n,)."""
        residuals = -at.hazard * at.exposure
        residuals[self.events] += self.weight[self.events]
        return residuals

    def _tied(self, hazard: Floats) -> tuple[Floats, Floats]:
        """B0 (m,) and B1 (p, m); one zero each, that costs nothing, where no step needs them."""
        if self.steps is None:
            return np.zeros(1), np.zeros((len(self.covariates), 1))
        own, m = hazard[self.events], self.risk.n_times
        moment = [sum_at(self.event_time, own * x[self.events], m) for x in self.covariates]
        return sum_at(self.event_time, own, m), _rows(moment, m)

    def _step_sums(
        self, total: Floats, tied: Floats
    ) -> tuple[float, tuple[Floats, ...], tuple[Floats, ...]]:
        """Σ (D/d) log S0, then h_0, h_1 and g_0, g_1, g_2 of each event time."""
        if self.steps is None:
            none = np.zeros(1)
            h = self.event_weight / total
            return float(self.event_weight @ np.log(total)), (h, none), (h / total, none, none)
        at, fraction, m = self.steps.time, self.steps.fraction, self.risk.n_times
        sums = total[at] - fraction * tied[at]
        h = self.steps.weight / sums
        g = h / sums
        h_sums = tuple(sum_at(at, h * fraction**k, m) for k in (0, 1))
        g_sums = tuple(sum_at(at, g * fraction**k, m) for k in (0, 1, 2))
        return float(self.steps.weight @ np.log(sums)), h_sums, g_sums


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A partial likelihood at one value of the coefficients.

    Parameters
    ----------
    log_likelihood
        Logarithm of the likelihood.
    score : ndarray, shape (p,)
    information : ndarray, shape (p, p)
        Minus the second derivative.
    hazard : ndarray, shape (n,)
        r, divided by exp(``shift``).
    exposure : ndarray, shape (n,)
        Baseline hazard that each row has passed through, times exp(``shift``).
    moment, tied_moment : ndarray, shape (p, m)
        A1 and B1.
    h, g : tuple of ndarray, shape (m,)
        h_0, h_1 and g_0, g_1, g_2 of the module's docstring.
    shift
        Largest linear predictor of an event.
    """

    log_likelihood: float
    score: Floats
    information: Floats
    hazard: Floats
    exposure: Floats
    moment: Floats
    tied_moment: Floats
    h: tuple[Floats, ...]
    g: tuple[Floats, ...]
    shift: float


def _steps(at: Indices, total: Floats) -> Steps:
    """Efron's steps; ``at`` is the event time of each event, increasing."""
    n_tied = np.bincount(at, minlength=len(total))
    first = np.cumsum(n_tied) - n_tied
    return Steps(at, (np.arange(len(at)) - first[at]) / n_tied[at], (total / n_tied)[at])


def _rows(rows: list[Floats], m: int) -> Floats:
    """Stack rows of length m, none included."""
    return np.array(rows).reshape(len(rows), m)


def _gram(x: Floats, weight: Floats) -> Floats:
    """X diag(weight) Xᵀ in blocks that stay in the cache."""
    gram = np.zeros((len(x), len(x)))
    for begin in range(0, len(weight), BLOCK):
        block = x[:, begin : begin + BLOCK]
        gram += (block * weight[begin : begin + BLOCK]) @ block.T
    return gram


def _between(moment: Floats, tied: Floats, g: tuple[Floats, ...]) -> Floats:
    """Σ over steps of (D/d) m mᵀ with m = S1/S0, shape (p, p)."""
    if tied.shape[1] != moment.shape[1]:
        return _gram(moment, g[0])
    cross = (moment * g[1]) @ tied.T
    return _gram(moment, g[0]) - cross - cross.T + _gram(tied, g[2])
