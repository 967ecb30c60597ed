"""Cox's model for the cause-specific hazard: competing events are censored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Estimate
from spine_outcomes.inference.hypothesis_tests import TestResult, no_test
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.likelihood_ratio import likelihood_ratio_test
from spine_outcomes.survival.partial_likelihood import Ties
from spine_outcomes.survival.regression import Regression, no_event, not_estimable, regress
from spine_outcomes.survival.risk_sets import Floats, arrange
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder


@dataclass(frozen=True, eq=False)
class CoxFit:
    """A fitted Cox model.

    Parameters
    ----------
    estimate
        Log hazard ratios (p,), labels ``{"measure": "log_hazard_ratio", "term": name}``, with the
        influence of every row: robust and clustered errors follow from it.
    log_likelihood, null_log_likelihood
        Weighted log partial likelihood at the estimate (its limit where a coefficient is infinite)
        and at coefficients 0; NaN without events.
    information : ndarray, shape (p, p)
        Observed information; NaN for covariates that were left out.
    model_covariance : ndarray, shape (p, p)
        Its inverse, NaN where not estimable. Right for rows that are independent and have weight 1
        only: it shrinks as weights grow.
    likelihood_ratio
        Test that all coefficients are 0. It needs rows that are independent and have weight 1, and
        holds where a coefficient is infinite.
    iterations
        Newton steps.
    ties
        ``efron`` or ``breslow``.
    """

    estimate: Estimate
    log_likelihood: float
    null_log_likelihood: float
    information: Floats
    model_covariance: Floats
    likelihood_ratio: TestResult
    iterations: int
    ties: Ties


def cox(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    ties: Ties = "efron",
) -> CoxFit:
    """Log hazard ratios of a weighted Cox model, with the influence of every row.

    Parameters
    ----------
    time : array_like (n,) or TimeOrder
        Time of the event or of the end of observation, in any unit.
    status : array_like (n,)
        0 censored, 1, 2, … causes. Every cause but ``cause`` is censored.
    weight : array_like (n,), optional
        Weights ≥ 0; a row with weight 0 is as if absent.
    covariates : array_like (n, p)
        Covariates; a constant one is left out and has its reason in the estimate.
    names : sequence of str, length p, optional
        Names of the covariates; ``x1``, ``x2``, … if left out.
    cause
        Cause whose hazard is modelled.
    entry : array_like (n,), optional
        Time from which a row is at risk: at t if entry < t ≤ time. A subject may have more rows.
    cluster : array_like (n,), optional
        Patient of each row: influences are summed within patients.
    strata : array_like (n,) of int, optional
        Codes 0, 1, … of strata, each with a baseline hazard of its own; one if left out. A stratum
        with one arm, or without an event, says nothing about the arm.
    subject : array_like (n,), optional
        Whom each row follows: rows of one subject must not overlap in time. Not checked if left
        out.
    ties
        ``efron`` or ``breslow``.

    Returns
    -------
    CoxFit

    Raises
    ------
    SampleError
        For arrays that cannot be used, with every fault.

    Notes
    -----
    Efron's likelihood with weights uses the mean weight of the events that are tied, as R's
    ``coxph`` does: a weight of k is then not the same as k rows; with Breslow's it is. The robust
    variance is that of Lin and Wei (1989) and Binder (1992).

    References
    ----------
    Cox (1972), J. R. Stat. Soc. B 34; Efron (1977), J. Am. Stat. Assoc. 72; Therneau and Grambsch
    (2000), Modeling Survival Data, chapters 3 and 7.

    Examples
    --------
    >>> fit = cox([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], covariates=[1, 1, 1, 0, 0, 0])
    >>> round(float(fit.estimate.value[0]), 4)
    1.6769
    """
    sample = sample_of(
        time, status, weight, entry=entry, cluster=cluster, strata=strata, subject=subject
    )
    matrix, terms = covariates_of(covariates, names, sample.n)
    labels = tuple({"measure": "log_hazard_ratio", "term": term} for term in terms)
    reason = no_event(sample, cause)
    if reason is not None:
        nothing = np.full((len(terms),) * 2, np.nan)
        estimate = not_estimable(sample, labels, reason)
        return CoxFit(estimate, np.nan, np.nan, nothing, nothing, no_test(reason), 0, ties)
    arrangement = arrange(sample, cause, by_stratum=True)
    fit = regress(arrangement, sample.weight, matrix, terms, ties)
    influence = arrangement.spread(fit.influence(fit.likelihood.score_residuals(fit.at)), sample.n)
    return CoxFit(
        Estimate(fit.coefficients, influence.T, labels, sample.cluster, fit.reasons),
        fit.log_likelihood,
        fit.null_log_likelihood,
        fit.information,
        fit.covariance,
        _likelihood_ratio(sample, fit),
        fit.n_steps,
        ties,
    )


def _likelihood_ratio(sample: Sample, fit: Regression) -> TestResult:
    """Test that all coefficients are 0, also where one of them is infinite."""
    if fit.n_free == 0:
        return no_test("no covariate varies among the rows at risk")
    if np.isnan(fit.log_likelihood):
        return no_test("the likelihood has no maximum within reach")
    return likelihood_ratio_test(sample, fit.log_likelihood - fit.null_log_likelihood, fit.n_free)
