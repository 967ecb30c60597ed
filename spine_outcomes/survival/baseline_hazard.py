"""A Cox model with its baseline hazard, and the influence of each row on any function of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spine_outcomes.survival.partial_likelihood import Ties
from spine_outcomes.survival.regression import Regression, no_event, regress
from spine_outcomes.survival.risk_sets import Arrangement, Floats, arrange
from spine_outcomes.survival.sample import Sample


@dataclass(frozen=True, eq=False)
class HazardModel:
    """Cause-specific hazard λ(t | z) = λ₀(t) exp((z − centre) β) on the sample's distinct times.

    Parameters
    ----------
    coefficients : ndarray, shape (p,)
        β; 0 for covariates without a value.
    centre : ndarray, shape (p,)
        Covariates of the baseline, taken as fixed: predictions do not depend on it.
    hazard : ndarray, shape (m,)
        Increments of the baseline at the distinct times of the sample: Breslow's, or Efron's steps
        summed where the model has Efron's ties.
    reason
        Why some coefficient has no value; None where all have.
    """

    coefficients: Floats
    centre: Floats
    hazard: Floats
    reason: str | None
    _n: int
    _parts: tuple[Regression, Arrangement] | None

    def relative_hazard(self, covariates: Floats) -> Floats:
        """Return exp((z − centre) β) of rows z (b, p), shape (b,)."""
        return np.asarray(np.exp((covariates - self.centre) @ self.coefficients))

    def influence(self, hazard_slope: Floats, coefficient_slope: Floats) -> Floats:
        """Influence of each row on a function of the model, shape (n,).

        Parameters
        ----------
        hazard_slope : ndarray, shape (m,)
            Its derivative in each increment of the baseline.
        coefficient_slope : ndarray, shape (p,)
            Its derivative in each coefficient.

        Notes
        -----
        An increment D/S0 has the influence w 1{event}/S0 − r D/S0² of a row at risk, r = w exp(zβ),
        and moves with β; Efron's ties sum the same over their steps.
        """
        influence = np.zeros(self._n)
        if self._parts is None:
            return influence
        fit, arrangement = self._parts
        likelihood, at = fit.likelihood, fit.at
        slope = hazard_slope[np.flatnonzero(np.diff(arrangement.n_passed, prepend=0) > 0)]
        tied = likelihood.tied
        passed = likelihood.risk.accumulate(slope * at.g[0])
        passed[tied.events] -= (slope[tied.times] * at.g[1])[tied.tie]
        own = -at.hazard * passed
        mean_step = slope * at.h[0] / likelihood.event_weight
        events = likelihood.events
        own[events] += likelihood.weight[events] * mean_step[likelihood.event_time]
        gradient = self.slope_in_coefficients(slope, coefficient_slope)
        own += gradient @ fit.influence(likelihood.score_residuals(at))
        influence[arrangement.rows] = own
        return influence

    def slope_in_coefficients(self, event_slope: Floats, coefficient_slope: Floats) -> Floats:
        """Derivative in each coefficient, the baseline moving with it, shape (p,).

        ``event_slope`` holds the derivatives in the increments at the event times only.
        """
        gradient = coefficient_slope.copy()
        if self._parts is not None:
            fit, _ = self._parts
            gradient[fit.kept] -= fit.unit * (fit.likelihood.drift(fit.at) @ event_slope)
        return gradient

    @classmethod
    def of(
        cls, sample: Sample, covariates: Floats, fit: Regression, arrangement: Arrangement
    ) -> HazardModel:
        """Model of a fitted regression, with the mean covariates of its rows as the centre."""
        hazard = np.zeros(len(sample.order.distinct))
        rows = arrangement.rows
        centre = np.average(covariates[rows], axis=0, weights=sample.weight[rows])
        hazard[np.flatnonzero(np.diff(arrangement.n_passed, prepend=0) > 0)] = fit.at.h[0]
        reason = next((reason for reason in fit.reasons if reason is not None), None)
        coefficients = np.nan_to_num(fit.coefficients)
        return cls(coefficients, centre, hazard, reason, sample.n, (fit, arrangement))


def hazard_model(
    sample: Sample, covariates: Floats, names: Sequence[str], cause: int, ties: Ties
) -> HazardModel:
    """Fit the hazard of one cause, the others censored; cause 0 is censoring itself.

    Parameters
    ----------
    sample
        n rows with their weights.
    covariates : ndarray, shape (n, p)
        May have no column: the hazard is then that of Nelson and Aalen.
    names
        Names of the covariates, for the reason.
    cause
        Event that is modelled. Without one the hazard is 0.
    ties
        ``efron`` or ``breslow``.

    References
    ----------
    Breslow (1974), Biometrics 30; Efron (1977), J. Am. Stat. Assoc. 72.
    """
    if no_event(sample, cause) is not None:
        hazard, p = np.zeros(len(sample.order.distinct)), covariates.shape[1]
        return HazardModel(np.zeros(p), np.zeros(p), hazard, None, sample.n, None)
    arrangement = arrange(sample, cause)
    fit = regress(arrangement, sample.weight, covariates, names, ties)
    return HazardModel.of(sample, covariates, fit, arrangement)
