"""How a log hazard ratio looks over time: scaled Schoenfeld residuals and a smooth through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spine_outcomes.survival.regression import Regression
from spine_outcomes.survival.risk_sets import Floats

N_POINTS = 40
N_KNOTS = 4


@dataclass(frozen=True, eq=False)
class SchoenfeldResiduals:
    """Scaled Schoenfeld residuals: each event's own guess at the log hazard ratios at its time.

    Parameters
    ----------
    terms : tuple of str, length p
        Names of the covariates.
    time : ndarray, shape (e,)
        Time of each event.
    along : ndarray, shape (e,)
        g of that time, the scale of the test.
    value : ndarray, shape (e, p)
        β + e I⁻¹ (x − x̄(t)) of each event; NaN for a covariate that is not estimable.
    covariance : ndarray, shape (p, p)
        e I⁻¹, the covariance of one residual for independent rows with weight 1.
    weighted : ndarray, shape (e, p)
        β + e I⁻¹ w (x − x̄(t)), w the weight of the event: their mean is β with Breslow's ties,
        whatever the scale of the weights.
    """

    terms: tuple[str, ...]
    time: Floats
    along: Floats
    value: Floats
    covariance: Floats
    weighted: Floats


@dataclass(frozen=True, eq=False)
class EffectOverTime:
    """A smooth through scaled Schoenfeld residuals.

    Parameters
    ----------
    along : ndarray, shape (k,)
        Values of g, evenly spaced from the first event to the last.
    time : ndarray, shape (k,)
        Times that belong to them, by linear interpolation between events.
    value : ndarray, shape (k, p)
        Log hazard ratios there.
    std_error : ndarray, shape (k, p)
        Standard errors for independent rows with weight 1.
    """

    along: Floats
    time: Floats
    value: Floats
    std_error: Floats


def schoenfeld_residuals(
    fit: Regression, terms: tuple[str, ...], time: Floats, along: Floats
) -> SchoenfeldResiduals:
    """Scaled Schoenfeld residuals of a fitted regression.

    Parameters
    ----------
    fit
        Cox model of r rows with e events.
    terms : tuple of str, length p
    time : ndarray, shape (r,)
        Times of the rows.
    along : ndarray, shape (e,)
        g at the times of the events.

    References
    ----------
    Grambsch and Therneau (1994), Biometrika 81, with the mean information of all event times, as
    R's ``cox.zph`` does.
    """
    likelihood = fit.likelihood
    events = likelihood.events
    own = likelihood.covariates[:, events] - likelihood.mean(fit.at)[:, likelihood.event_time]
    values, weighted = (
        (fit.coefficients[:, None] + len(events) * fit.influence(scores)).T
        for scores in (own, own * likelihood.weight[events])
    )
    covariance = len(events) * fit.covariance
    return SchoenfeldResiduals(terms, time[events], along, values, covariance, weighted)


def effect_over_time(residuals: SchoenfeldResiduals, n_points: int = N_POINTS) -> EffectOverTime:
    """Least-squares natural cubic spline through the residuals, along g.

    Notes
    -----
    Knots at the smallest and the largest g of an event and at the terciles: four degrees of
    freedom, fewer where these coincide.
    """
    along = residuals.along
    knots = np.unique(np.quantile(along, np.linspace(0, 1, N_KNOTS)))
    grid = np.linspace(along.min(), along.max(), n_points)
    hat = _natural_spline(grid, knots) @ np.linalg.pinv(_natural_spline(along, knots))
    error = np.sqrt(np.einsum("ke,ke->k", hat, hat))
    order = np.argsort(along, kind="stable")
    return EffectOverTime(
        grid,
        np.interp(grid, along[order], residuals.time[order]),
        hat @ residuals.value,
        error[:, None] * np.sqrt(np.diag(residuals.covariance)),
    )


def _natural_spline(x: Floats, knots: Floats) -> Floats:
    """Natural cubic splines between the end knots: functions that span them, shape (len(x), k)."""
    span = np.ptp(knots)
    x, knots = (x - knots[0]) / span, (knots - knots[0]) / span
    cubes = np.maximum(x[:, None] - knots[:-1], 0.0) ** 3
    slopes = cubes / (knots[-1] - knots[:-1])
    return np.column_stack([np.ones_like(x), x, slopes[:, :-1] - slopes[:, -1:]])
