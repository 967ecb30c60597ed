"""The weighted partial likelihood of a relative-hazard regression, Efron or Breslow.

One evaluation costs p + 1 cumulative sums over the event times and one Gram matrix: no p × p matrix
is summed along time. With r_i = w_i exp(x_i β), A0 = Σ_risk r, A1 = Σ_risk r x, and B0, B1 the same
over the d tied events of total weight D, step l = 0 … d−1 of an event time has

    S0_l = A0 − (l/d) B0,   S1_l = A1 − (l/d) B1,   weight D/d

(Efron, 1977); Breslow (1974) takes l = 0 once with weight D. All that the likelihood, its score,
its information and the score residuals need of the steps is, per event time,

    h_k = Σ_l (D/d) (l/d)^k / S0_l   (k = 0, 1),   g_k = Σ_l (D/d) (l/d)^k / S0_l²   (k = 0, 1, 2).

With k > 0 they are 0 unless events are tied, and are kept for such event times only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from spine_outcomes.survival.risk_sets import Floats, Indices, RiskSets, sum_at

Ties = Literal["efron", "breslow"]
BLOCK = 8192
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class TiedEvents:
    """Event times with more than one event, and Efron's steps through them.

    Parameters
    ----------
    times : ndarray of int, shape (q,)
        Which of the event times.
    events : ndarray of int, shape (e,)
        Rows with the event at these times, in the order of time.
    tie : ndarray of int, shape (e,)
        Which of the ``times`` each has. Step l of a tie is listed at its l-th event.
    fraction : ndarray, shape (e,)
        l/d.
    weight : ndarray, shape (e,)
        D/d.
    """

    times: Indices
    events: Indices
    tie: Indices
    fraction: Floats
    weight: Floats

    def total(self, values: Floats) -> Floats:
        """Sum over the events, or the steps, of each tie, shape (q,)."""
        return sum_at(self.tie, values, len(self.times))


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
    tied : TiedEvents
        None for Breslow's likelihood.
    offset : ndarray, shape (n,), or None
        Part of the linear predictor that is held.
    """

    covariates: Floats
    weight: Floats
    risk: RiskSets
    events: Indices
    event_time: Indices
    event_weight: Floats
    tied: TiedEvents
    offset: Floats | None = None

    @classmethod
    def of(
        cls, covariates: Floats, weight: Floats, risk: RiskSets, events: Indices, ties: Ties
    ) -> PartialLikelihood:
        """Arrange the tied events."""
        event_time = risk.stop[events] - 1
        total = sum_at(event_time, weight[events], risk.n_times)
        tied = _tied_events(events, event_time, total, is_efron=ties == "efron")
        return cls(covariates, weight, risk, events, event_time, total, tied)

    @cached_property
    def event_moment(self) -> Floats:
        """Σ w x over the events, shape (p,)."""
        return self.covariates[:, self.events] @ self.weight[self.events]

    def at(self, coefficients: Floats) -> Evaluation:
        """Evaluate the likelihood and its derivatives at ``coefficients`` (p,)."""
        tied = self.tied
        hazard = coefficients @ self.covariates
        gain = float(coefficients @ self.event_moment)
        if self.offset is not None:
            hazard += self.offset
            gain += float(self.weight[self.events] @ self.offset[self.events])
        np.exp(hazard, out=hazard)
        hazard *= self.weight
        own = hazard[tied.events]
        moment = [self.risk.total(hazard * x) for x in self.covariates]
        tied_moment = [tied.total(own * x[tied.events]) for x in self.covariates]
        a1, b1 = _stacked(moment, self.risk.n_times), _stacked(tied_moment, len(tied.times))
        loss, h, g = self._step_sums(self.risk.total(hazard), tied.total(own))
        exposure = self._exposure(h, None)
        return Evaluation(
            gain - loss,
            self.event_moment - (a1 @ h[0] - b1 @ h[1]),
            *self._information(hazard * exposure, (a1, b1), g),
            hazard,
            exposure,
            a1,
            b1,
            h,
            g,
        )

    def information(self, at: Evaluation, factor: Floats) -> Floats:
        """Information with each event time counted ``factor`` (m,) times, shape (p, p)."""
        within = at.hazard * self._exposure(at.h, factor)
        in_ties = factor[self.tied.times]
        g = (at.g[0] * factor, at.g[1] * in_ties, at.g[2] * in_ties)
        return self._information(within, (at.moment, at.tied_moment), g)[0]

    def _exposure(self, h: tuple[Floats, Floats], factor: Floats | None) -> Floats:
        """Baseline hazard that each row has passed through, shape (n,)."""
        tied = self.tied
        exposure = self.risk.accumulate(h[0] if factor is None else h[0] * factor)
        own = h[1] if factor is None else h[1] * factor[tied.times]
        exposure[tied.events] -= own[tied.tie]
        return exposure

    def _information(
        self, expected: Floats, moments: tuple[Floats, Floats], g: tuple[Floats, Floats, Floats]
    ) -> tuple[Floats, Floats]:
        """Information from the expected events of each row (n,), and its round-off."""
        a1, b1 = moments
        cross = (a1[:, self.tied.times] * g[1]) @ b1.T
        between = _gram(a1, g[0]) - cross - cross.T + _gram(b1, g[2])
        within = _gram(self.covariates, expected)
        return within - between, EPSILON * np.diag(within)

    def _step_sums(
        self, total: Floats, tied_total: Floats
    ) -> tuple[float, tuple[Floats, Floats], tuple[Floats, Floats, Floats]]:
        """Σ (D/d) log S0, then h_0, h_1 and g_0, g_1, g_2."""
        tied = self.tied
        h0 = self.event_weight / total
        g0 = h0 / total
        sums = total[tied.times][tied.tie] - tied.fraction * tied_total[tied.tie]
        h = tied.weight / sums
        g = h / sums
        h0[tied.times], g0[tied.times] = tied.total(h), tied.total(g)
        h *= tied.fraction
        g *= tied.fraction
        loss = self.event_weight @ np.log(total) + tied.weight @ np.log(sums)
        loss -= self.event_weight[tied.times] @ np.log(total[tied.times])
        return float(loss), (h0, tied.total(h)), (g0, tied.total(g), tied.total(g * tied.fraction))

    def drift(self, at: Evaluation) -> Floats:
        """Minus the derivative of h_0 in the coefficients, shape (p, m)."""
        drift = at.moment * at.g[0]
        drift[:, self.tied.times] -= at.tied_moment * at.g[1]
        return drift

    def mean(self, at: Evaluation) -> Floats:
        """Mean of the covariates of those at risk, over the steps of each time, shape (p, m)."""
        mean = at.moment * at.h[0]
        mean[:, self.tied.times] -= at.tied_moment * at.h[1]
        mean /= self.event_weight
        return mean

    def score_residuals(self, at: Evaluation, factor: Floats | None = None) -> Floats:
        """Weighted score residual of each row, shape (p, n); they sum to the score.

        With each event time counted ``factor`` (m,) times where it is given.
        """
        tied, mean, drift = self.tied, self.mean(at), self.drift(at)
        tied_drift = at.moment[:, tied.times] * at.g[1] - at.tied_moment * at.g[2]
        exposure, weight = at.exposure, self.weight[self.events]
        if factor is not None:
            drift *= factor
            tied_drift *= factor[tied.times]
            exposure = self._exposure(at.h, factor)
            weight = weight * factor[self.event_time]
        residuals = np.empty_like(self.covariates)
        for j, (residual, x) in enumerate(zip(residuals, self.covariates, strict=True)):
            np.multiply(x, exposure, out=residual)
            np.subtract(self.risk.accumulate(drift[j]), residual, out=residual)
            residual[tied.events] -= tied_drift[j][tied.tie]
            residual *= at.hazard
            own = x[self.events] - mean[j][self.event_time]
            residual[self.events] += weight * own
        return residuals

    def martingale_residuals(self, at: Evaluation) -> Floats:
        """Weighted martingale residual of each row, events minus expected events, shape (n,)."""
        residuals = -at.hazard * at.exposure
        residuals[self.events] += self.weight[self.events]
        return residuals


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
    round_off : ndarray, shape (p,)
        Relative round-off of double numbers, on the scale of the information's diagonal.
    hazard : ndarray, shape (n,)
        r.
    exposure : ndarray, shape (n,)
        Baseline hazard that each row has passed through.
    moment : ndarray, shape (p, m)
        A1.
    tied_moment : ndarray, shape (p, q)
        B1.
    h, g : tuple of ndarray
        h_0 (m,), h_1 (q,) and g_0 (m,), g_1 (q,), g_2 (q,) of the module's docstring.
    """

    log_likelihood: float
    score: Floats
    information: Floats
    round_off: Floats
    hazard: Floats
    exposure: Floats
    moment: Floats
    tied_moment: Floats
    h: tuple[Floats, Floats]
    g: tuple[Floats, Floats, Floats]


def _tied_events(
    events: Indices, event_time: Indices, total: Floats, *, is_efron: bool
) -> TiedEvents:
    """Find the event times with several events; ``event_time`` is increasing."""
    n_events = np.bincount(event_time, minlength=len(total))
    is_tied = (n_events > 1) & is_efron
    times = np.flatnonzero(is_tied)
    own = np.flatnonzero(is_tied[event_time])
    tie = (np.cumsum(is_tied) - 1)[event_time[own]]
    n_tied = n_events[times]
    first = np.cumsum(n_tied) - n_tied
    fraction = (np.arange(len(own)) - first[tie]) / n_tied[tie]
    return TiedEvents(times, events[own], tie, fraction, (total[times] / n_tied)[tie])


def _stacked(rows: list[Floats], m: int) -> Floats:
    """Stack rows of length m, none included."""
    return np.array(rows).reshape(len(rows), m)


def _gram(x: Floats, weight: Floats) -> Floats:
    """X diag(weight) Xᵀ in blocks that stay in the cache."""
    gram = np.zeros((len(x), len(x)))
    for begin in range(0, len(weight), BLOCK):
        block = x[:, begin : begin + BLOCK]
        gram += (block * weight[begin : begin + BLOCK]) @ block.T
    return gram
