"""Cox's partial likelihood and its residuals at any value of the coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.partial_likelihood import PartialLikelihood, Ties
from spine_outcomes.survival.regression import no_event
from spine_outcomes.survival.risk_sets import Floats, arrange
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder


@dataclass(frozen=True, eq=False)
class CoxLikelihood:
    """The partial likelihood at given coefficients, row by row.

    Parameters
    ----------
    log_likelihood
        Weighted log partial likelihood.
    score : ndarray, shape (p,)
        Its derivative.
    information : ndarray, shape (p, p)
        Minus its second derivative.
    score_residuals : ndarray, shape (n, p)
        Contribution of each row to the score, not multiplied by its weight.
    martingale_residuals : ndarray, shape (n,)
        Events of each row minus those expected, not multiplied by its weight.
    time : ndarray, shape (m,)
        Event times.
    hazard : ndarray, shape (m,)
        Increments of the baseline cumulative hazard, of covariates 0.
    hazard_variance : ndarray, shape (m,)
        Variance of each increment at known coefficients, for weights 1.
    hazard_slope : ndarray, shape (m, p)
        Minus the derivative of each increment in the coefficients.
    """

    log_likelihood: float
    score: Floats
    information: Floats
    score_residuals: Floats
    martingale_residuals: Floats
    time: Floats
    hazard: Floats
    hazard_variance: Floats
    hazard_slope: Floats


def cox_likelihood(
    coefficients: ArrayLike,
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    cause: int = 1,
    entry: ArrayLike | None = None,
    ties: Ties = "efron",
) -> CoxLikelihood:
    """Evaluate the weighted log partial likelihood and its residuals at ``coefficients`` (p,).

    Parameters
    ----------
    coefficients : array_like (p,)
        Log hazard ratios.
    time, status, weight, covariates, cause, entry, ties
        As ``cox``.

    Raises
    ------
    SampleError
        For arrays that cannot be used, and where no row with weight has the event.

    References
    ----------
    Therneau and Grambsch (2000), Modeling Survival Data, chapter 4 and appendix E.

    Examples
    --------
    >>> cox_likelihood([0.0], [1, 2, 3], [1, 1, 0], covariates=[1, 0, 0]).score
    array([0.66666667])
    """
    sample = sample_of(time, status, weight, entry=entry)
    matrix, names = covariates_of(covariates, None, sample.n)
    reason = no_event(sample, cause)
    if reason is not None:
        raise SampleError(Problem("E_STATUS", reason))
    arrangement = arrange(sample, cause)
    rows = arrangement.rows
    likelihood = PartialLikelihood.of(
        matrix[rows].T, sample.weight[rows], arrangement.risk, arrangement.events, ties
    )
    at = likelihood.at(np.asarray(coefficients, dtype=np.float64))
    score_residuals, martingale = np.zeros((sample.n, len(names))), np.zeros(sample.n)
    score_residuals[rows] = (likelihood.score_residuals(at) / likelihood.weight).T
    martingale[rows] = likelihood.martingale_residuals(at) / likelihood.weight
    return CoxLikelihood(
        at.log_likelihood,
        at.score,
        at.information,
        score_residuals,
        martingale,
        sample.order.distinct[np.diff(arrangement.n_passed, prepend=0) > 0],
        at.h[0],
        at.g[0],
        likelihood.drift(at).T,
    )
