"""Fine and Gray's model for the subdistribution hazard, weighted and clustered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.regression import no_event, not_estimable, regress
from spine_outcomes.survival.risk_sets import Floats
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.subdistribution import subdistribution
from spine_outcomes.survival.time_order import TimeOrder


@dataclass(frozen=True, eq=False)
class FineGrayFit:
    """A fitted Fine–Gray model.

    Parameters
    ----------
    estimate
        Log subdistribution hazard ratios (p,), labels ``{"measure":
        "log_subdistribution_hazard_ratio", "term": name}``, with the influence of every row.
    log_likelihood, null_log_likelihood
        Weighted log pseudo-likelihood at the estimate and at coefficients 0; NaN without events.
    information : ndarray, shape (p, p)
        Minus its second derivative; NaN for covariates that were left out.
    iterations
        Newton steps.
    censoring_term
        Whether the influence includes the estimation of the censoring distribution.
    """

    estimate: Estimate
    log_likelihood: float
    null_log_likelihood: float
    information: Floats
    iterations: int
    censoring_term: bool


def fine_gray(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    cluster: ArrayLike | None = None,
    censoring_term: bool = True,
    censoring_strata: ArrayLike | None = None,
    censoring_weight: ArrayLike | None = None,
    censoring_survival: ArrayLike | None = None,
) -> FineGrayFit:
    """Log subdistribution hazard ratios, with the influence of every row.

    Parameters
    ----------
    time : array_like (n,) or TimeOrder
        Time of the event or of the end of observation, in any unit.
    status : array_like (n,)
        0 censored, 1, 2, … causes; every cause but ``cause`` competes with it.
    weight : array_like (n,), optional
        Weights ≥ 0 of the regression; a row with weight 0 is as if absent.
    covariates : array_like (n, p)
        Covariates; a constant one is left out and has its reason in the estimate.
    names : sequence of str, length p, optional
        Names of the covariates; ``x1``, ``x2``, … if left out.
    cause
        Cause whose subdistribution is modelled.
    cluster : array_like (n,), optional
        Patient of each row: influences are summed within patients.
    censoring_term
        Whether the influence includes the estimation of the censoring distribution G.
    censoring_strata : array_like (n,) of int, optional
        Codes 0, 1, … within which G is estimated, the arm for example; one G if left out.
    censoring_weight : array_like (n,), optional
        Weights of the rows in G; 1 if left out, for G is a nuisance of who was followed, not of the
        population that the weights stand for.
    censoring_survival : array_like (n,), optional
        A known G just before each row's time, in place of an estimate.

    Returns
    -------
    FineGrayFit

    Raises
    ------
    SampleError
        For arrays that cannot be used, with every fault.

    Notes
    -----
    A row with a competing event at T stays at risk at t > T with the factor G(t−)/G(T−), G the
    Kaplan–Meier of the censoring time (events come first at ties). Ties are Breslow's. Without
    ``censoring_term`` the robust error is that of R's ``finegray`` followed by ``coxph`` with
    clusters; with it that of Fine and Gray (1999), up to 1/n. Delayed entry is not available.

    References
    ----------
    Fine and Gray (1999), J. Am. Stat. Assoc. 94; Geskus (2011), Biometrics 67.

    Examples
    --------
    >>> fit = fine_gray([1, 2, 3, 4, 5, 6], [1, 2, 1, 2, 1, 1], covariates=[1, 1, 0, 0, 1, 0])
    >>> round(float(fit.estimate.value[0]), 6)
    0.273948
    """
    sample = sample_of(time, status, weight, strata=censoring_strata, cluster=cluster)
    matrix, terms = covariates_of(covariates, names, sample.n)
    labels = tuple({"measure": "log_subdistribution_hazard_ratio", "term": t} for t in terms)
    reason = no_event(sample, cause)
    if reason is not None:
        nothing = np.full((len(terms),) * 2, np.nan)
        estimate = not_estimable(sample, labels, reason)
        return FineGrayFit(estimate, np.nan, np.nan, nothing, 0, censoring_term)
    studied = subdistribution(sample, cause, censoring_weight, censoring_survival)
    arrangement = studied.arrangement
    fit = regress(arrangement, sample.weight, matrix, terms, "breslow")
    scores = fit.likelihood.score_residuals(fit.at)
    influence = arrangement.spread(fit.influence(scores), sample.n).T
    beside = None
    if censoring_term:
        beside = fit.influence(studied.censoring_scores(fit.likelihood, fit.at)).T
        influence += beside
    return FineGrayFit(
        Estimate(fit.coefficients, influence, labels, sample.cluster, fit.reasons, beside),
        fit.log_likelihood,
        fit.null_log_likelihood,
        fit.information,
        fit.n_steps,
        censoring_term,
    )
