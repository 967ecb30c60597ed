"""Absolute risk of one cause given covariates, from Fine and Gray's model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.absolute_risk import follow_up_reasons
from spine_outcomes.survival.baseline_hazard import HazardModel
from spine_outcomes.survival.by_arm import display_times
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.regression import no_event, not_estimable, regress
from spine_outcomes.survival.risk_sets import Floats
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.subdistribution import subdistribution
from spine_outcomes.survival.time_order import TimeOrder


def subdistribution_risk(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    new_covariates: ArrayLike,
    times: ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    cluster: ArrayLike | None = None,
    censoring_term: bool = True,
    censoring_strata: ArrayLike | None = None,
    censoring_survival: ArrayLike | None = None,
) -> Estimate:
    """Risk of one cause at given covariates by Fine and Gray's model, with its influence.

    Parameters
    ----------
    time, status, weight, covariates, names, cause, cluster : array_like
        As ``fine_gray``.
    censoring_term, censoring_strata, censoring_survival
        As ``fine_gray``.
    new_covariates : array_like (q, p)
        Covariates for which the risk is wanted.
    times : array_like (k,)
        Times at which the risk is wanted.

    Returns
    -------
    Estimate
        Labels ``{"measure": "risk", "row": r, "time": t, "cause": cause}``, by row of
        ``new_covariates``. Not estimable after the last time of the sample, and where a coefficient
        of the model is not.

    Notes
    -----
    F(t | x) = 1 − exp(−Λ₀(t) exp(xβ)) with Breslow's Λ₀ of the subdistribution (Fine and Gray,
    1999), as R's ``predict.crr``.

    Examples
    --------
    >>> time, status = [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 1, 2, 0, 1, 1]
    >>> male = [0, 1, 1, 0, 0, 1, 1, 0]
    >>> risk = subdistribution_risk(
    ...     time, status, covariates=male, new_covariates=[0, 1], times=[4]
    ... )
    >>> bool((0 < risk.value).all() and (risk.value < 1).all())
    True
    """
    sample = sample_of(time, status, weight, strata=censoring_strata, cluster=cluster)
    matrix, terms = covariates_of(covariates, names, sample.n)
    wanted, _ = covariates_of(new_covariates, terms, np.shape(new_covariates)[0])
    grid = display_times("times", times)
    labels = _labels(len(wanted), grid, cause)
    reason = no_event(sample, cause)
    if reason is not None:
        return not_estimable(sample, labels, reason)
    studied = subdistribution(sample, cause, None, censoring_survival)
    fit = regress(studied.arrangement, sample.weight, matrix, terms, "breslow")
    model = HazardModel.of(sample, matrix, fit, studied.arrangement)
    reasons = [model.reason or reason for reason in follow_up_reasons(sample, grid)[0]]
    is_event_time = np.diff(studied.arrangement.n_passed, prepend=0) > 0
    of_censoring = fit.influence(studied.censoring_scores(fit.likelihood, fit.at))
    cumulative = np.append(np.cumsum(model.hazard), 0.0)

    def one(row: Floats, position: int) -> tuple[float, Floats, Floats]:
        relative = float(model.relative_hazard(row[None])[0])
        survival = np.exp(-relative * cumulative[position])
        slope = survival * relative * (np.arange(len(model.hazard)) <= position)
        in_coefficients = survival * relative * cumulative[position] * (row - model.centre)
        own, event_slope = model.influence(slope, in_coefficients), slope[is_event_time]
        gradient = model.slope_in_coefficients(event_slope, in_coefficients)
        beside = gradient @ of_censoring + studied.censoring_influence(fit.at, event_slope)
        return 1.0 - survival, own, beside * censoring_term

    value = np.full(len(labels), np.nan)
    influence, beside = np.zeros((2, sample.n, len(labels)))
    positions = sample.order.position(grid)
    for j in range(len(labels)):
        row, place = divmod(j, len(grid))
        if reasons[place] is None:
            value[j], own, through = one(wanted[row], int(positions[place]))
            influence[:, j], beside[:, j] = own + through, through
    return Estimate(
        value, influence, labels, sample.cluster, tuple(reasons) * len(wanted),
        beside if censoring_term else None,
    )  # fmt: skip


def _labels(n: int, grid: Floats, cause: int) -> tuple[dict[str, Any], ...]:
    """What each risk is of: a row of new covariates, and a time."""
    return tuple(
        {"measure": "risk", "row": row, "time": float(time), "cause": cause}
        for row in range(n)
        for time in grid
    )
