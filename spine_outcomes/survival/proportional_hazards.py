"""Proportional hazards: score tests of a log hazard ratio that changes along a function of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Nuisance, TestResult
from spine_outcomes.inference.hypothesis_tests import no_test, quadratic_test
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.log_rank import robust_test
from spine_outcomes.survival.partial_likelihood import PartialLikelihood, Ties
from spine_outcomes.survival.regression import Regression, no_event, regress
from spine_outcomes.survival.risk_sets import Arrangement, Floats, arrange
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.schoenfeld import SchoenfeldResiduals, schoenfeld_residuals
from spine_outcomes.survival.time_order import TimeOrder
from spine_outcomes.survival.time_scale import TimeScale, scaled_time

CONSTANT = 1e-10


@dataclass(frozen=True, eq=False)
class ProportionalHazards:
    """Tests that hazard ratios do not change over time, and what they look like over time.

    Parameters
    ----------
    terms : tuple of str, length p
        Names of the covariates.
    model_based, robust : tuple of TestResult, length p
        χ² of each term on 1 degree of freedom. The model-based one is for independent rows with
        weight 1; the robust one holds for weighted and clustered rows.
    model_based_global, robust_global : TestResult
        χ² of all terms together.
    residuals
        Scaled Schoenfeld residuals; None where there is a reason that no term can be tested.
    """

    terms: tuple[str, ...]
    model_based: tuple[TestResult, ...]
    robust: tuple[TestResult, ...]
    model_based_global: TestResult
    robust_global: TestResult
    residuals: SchoenfeldResiduals | None


def proportional_hazards(
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
    scale: TimeScale = "km",
    nuisance: Nuisance | None = None,
) -> ProportionalHazards:
    """Grambsch and Therneau's tests of proportional hazards, model-based and robust.

    Parameters
    ----------
    time, status, weight, covariates, names, cause, entry, cluster, strata, subject, ties
        As ``cox``.
    scale
        Function g of time: ``km``, ``rank``, ``identity`` or ``log`` (``time_scale.py``).
    nuisance
        Estimated propensity, for the robust tests; None takes the weights as known.

    Returns
    -------
    ProportionalHazards
        No test, with the reason, where a coefficient is not estimable or all events are at one
        time.

    Notes
    -----
    Score test of γ = 0 in the Cox model with the covariates x and x g(t), at the estimated β. With
    U_γ = Σ_events w g(t) (x − x̄(t)), V(t) the information of each event time, and I the sums
    I_ββ = Σ V, I_βγ = Σ g V, I_γγ = Σ g² V, the model-based statistic is
    U_γᵀ (I_γγ − I_γβ I_ββ⁻¹ I_βγ)⁻¹ U_γ. This is the exact score test, that of R's ``cox.zph`` from
    survival 3 on, and not the approximation of 1994 with one V for all times.

    The robust statistic has Σ_c u_c u_cᵀ in the place of that variance, u_c the sum over the rows
    of a cluster of u_γ − I_γβ I_ββ⁻¹ u_β, where u_γ is the score residual with the factor g(t).
    That g is estimated adds nothing where hazards are proportional.

    References
    ----------
    Grambsch and Therneau (1994), Biometrika 81; Lin and Wei (1989), J. Am. Stat. Assoc. 84.

    Examples
    --------
    >>> test = proportional_hazards(
    ...     [1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 0, 1, 1, 0], covariates=[1, 0, 1, 1, 0, 1, 0]
    ... )
    >>> round(test.model_based[0].statistic, 6)
    0.071686
    """
    sample = sample_of(
        time, status, weight, entry=entry, cluster=cluster, strata=strata, subject=subject
    )
    matrix, terms = covariates_of(covariates, names, sample.n)
    reason = no_event(sample, cause)
    if reason is not None:
        return _none(terms, reason)
    arrangement = arrange(sample, cause, by_stratum=True)
    fit = regress(arrangement, sample.weight, matrix, terms, ties)
    along = scaled_time(sample, cause, scale)[arrangement.rows[arrangement.events]]
    factor = _factor(along, fit.likelihood)
    if isinstance(factor, str):
        return _none(terms, factor)
    return ProportionalHazards(
        terms,
        *_tests(fit, factor, sample, arrangement, nuisance),
        schoenfeld_residuals(fit, terms, sample.order.time[arrangement.rows], along),
    )


def _factor(along: Floats, likelihood: PartialLikelihood) -> Floats | str:
    """Values of g at the event times, with mean 0 and deviation 1 over the events; or why not."""
    if not np.isfinite(along).all():
        return "an event at time 0 has no logarithm of its time"
    weight = likelihood.weight[likelihood.events]
    mean = float(np.average(along, weights=weight))
    deviation = float(np.sqrt(np.average((along - mean) ** 2, weights=weight)))
    if deviation <= CONSTANT * max(abs(mean), 1.0):
        return "the events are at one time"
    factor = np.empty(likelihood.risk.n_times)
    factor[likelihood.event_time] = (along - mean) / deviation
    return factor


def _tests(
    fit: Regression,
    factor: Floats,
    sample: Sample,
    arrangement: Arrangement,
    nuisance: Nuisance | None,
) -> tuple[tuple[TestResult, ...], tuple[TestResult, ...], TestResult, TestResult]:
    """Model-based and robust tests of each term, then of all."""
    likelihood, at = fit.likelihood, fit.at
    cross = likelihood.information(at, factor)
    adjustment = np.linalg.solve(at.information, cross).T
    variance = likelihood.information(at, factor**2) - adjustment @ cross
    residuals = np.zeros((sample.n, len(fit.kept)))
    of_interaction = likelihood.score_residuals(at, factor)
    of_interaction -= adjustment @ likelihood.score_residuals(at)
    residuals[arrangement.rows] = of_interaction.T
    score = residuals.sum(axis=0)

    def model_based(columns: list[int]) -> TestResult:
        return quadratic_test(score[columns], variance[np.ix_(columns, columns)])

    def robust(columns: list[int]) -> TestResult:
        if sample.cluster is not None and np.ptp(sample.cluster[arrangement.rows]) == 0:
            return no_test("all rows are of one cluster")
        return robust_test(residuals[:, columns], sample, nuisance)

    places = {int(j): [place] for place, j in enumerate(fit.kept)}
    tested = [place for place, j in enumerate(fit.kept) if fit.reasons[j] is None]
    by_term = [
        tuple(
            kind(places[j]) if reason is None else no_test(reason)
            for j, reason in enumerate(fit.reasons)
        )
        for kind in (model_based, robust)
    ]
    if not tested:
        together = no_test("no coefficient is estimable")
        return by_term[0], by_term[1], together, together
    return by_term[0], by_term[1], model_based(tested), robust(tested)


def _none(terms: tuple[str, ...], reason: str) -> ProportionalHazards:
    """No test at all."""
    test = no_test(reason)
    return ProportionalHazards(terms, (test,) * len(terms), (test,) * len(terms), test, test, None)
