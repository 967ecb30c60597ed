"""Risks that a population would have in each arm: by a model of the outcome, by weights, by both.

For arm a, row i with multiplicity m, propensity e, tilt h of the target population (1, or e (1 − e)
for the overlap population), w = m h 1{a_i = a}/P(a | x) and predicted risk F(t | a, x):

    g-formula   Σ m h F / Σ m h
    weighted    Σ w Y* / N            Y* = 1{T ≤ t, d = cause}/G(T−)
    augmented   Σ m h F / Σ m h + Σ w (Y* + I − F) / N

with G the Kaplan–Meier of censoring in the arm, I = ∫ (F(t) − F(s))/(S(s−) G(s−)) dM(s) over the
censoring martingale up to min(t, T), and N = Σ w (normalised) or Σ m h.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from numpy.typing import ArrayLike

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.partial_likelihood import Ties
from spine_outcomes.survival.standardized_risk import (
    LogisticPropensity,
    Target,
    outcome_of,
    standardised_risks,
    study_of,
)
from spine_outcomes.survival.time_order import TimeOrder


def g_formula(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    *,
    arm: ArrayLike,
    covariates: ArrayLike,
    propensity: LogisticPropensity,
    names: Sequence[str] | None = None,
    cause: int = 1,
    cluster: ArrayLike | None = None,
    ties: Ties = "efron",
    times: ArrayLike,
    target: Target = "ATE",
) -> Estimate:
    """Mean predicted risk with everybody in each arm, from Cox models of all causes.

    Parameters
    ----------
    time, status, cluster, times
        As ``aalen_johansen``.
    arm : array_like (n,)
        0 reference, 1 comparator.
    covariates : array_like (n, p)
        Covariates of the hazard of every cause, beside the arm.
    propensity
        Its ``weight`` is the multiplicity of each row; the overlap population rests on its score.
    names : sequence of str, length p, optional
        Names of the covariates, for reasons.
    cause
        Cause whose risk is wanted; the others compete with it.
    ties
        Ties of the Cox models, ``efron`` or ``breslow``.
    target
        ``ATE``: the whole population. ``ATO``: the overlap population, weights e (1 − e).

    Returns
    -------
    Estimate
        Labels ``{"measure": "risk", "arm": code, "time": t, "cause": cause}``, with the influence
        of every row through all models that were fitted.

    Raises
    ------
    SampleError
        For arrays that cannot be used, with every fault.
    DefinitionError
        A target that is not known.

    References
    ----------
    Robins (1986), Mathematical Modelling 7; Ozenne et al. (2020), Biometrical Journal 62.

    Examples
    --------
    >>> import numpy as np
    >>> from spine_outcomes.weights.design import assemble, linear
    >>> from spine_outcomes.weights.propensity import fit_propensity
    >>> arm = np.array([0, 1, 1, 0, 0, 1, 1, 0])
    >>> male = np.array([1.0, 0, 1, 0, 1, 0, 1, 0])
    >>> propensity = fit_propensity(assemble([linear("male", male)]), arm)
    >>> time, status = [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 1, 2, 0, 1, 1]
    >>> g_formula(
    ...     time, status, arm=arm, covariates=male, propensity=propensity, times=[4]
    ... ).value.round(3)
    array([0.415, 0.316])
    """
    study = study_of(
        time, status, arm=arm, propensity=propensity, target=target, cause=cause, cluster=cluster,
        times=times,
    )  # fmt: skip
    return standardised_risks(study, outcome_of(study, covariates, names, ties))


def iptw_risk(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    *,
    arm: ArrayLike,
    propensity: LogisticPropensity,
    cause: int = 1,
    cluster: ArrayLike | None = None,
    times: ArrayLike,
    target: Target = "ATE",
    normalise: bool = True,
) -> Estimate:
    """Risk in each arm by inverse weights of the arm and of being uncensored.

    Parameters
    ----------
    time, status, arm, propensity, cause, cluster, times, target
        As ``g_formula``.
    normalise
        Divide by the weights of the arm, Σ w, in place of what they stand for, Σ m h.

    Returns
    -------
    Estimate
        Labels and influence as ``g_formula``. Not kept below 1.

    Notes
    -----
    Not normalised (Horvitz and Thompson) it is what R's ``riskRegression::ate`` gives, which may be
    far above 1 where the arms hardly overlap.

    References
    ----------
    Robins and Rotnitzky (1992); Ozenne et al. (2020), Biometrical Journal 62.
    """
    study = study_of(
        time, status, arm=arm, propensity=propensity, target=target, cause=cause, cluster=cluster,
        times=times,
    )  # fmt: skip
    return standardised_risks(replace(study, is_weighted=True, is_normalised=normalise), None)


def aiptw(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    *,
    arm: ArrayLike,
    covariates: ArrayLike,
    propensity: LogisticPropensity,
    names: Sequence[str] | None = None,
    cause: int = 1,
    cluster: ArrayLike | None = None,
    ties: Ties = "efron",
    times: ArrayLike,
    target: Target = "ATE",
    normalise: bool = True,
) -> Estimate:
    """Doubly robust risk in each arm: the outcome models, corrected by weighted residuals.

    Parameters
    ----------
    time, status, arm, covariates, propensity, names, cause, cluster, ties, times, target, normalise
        As ``g_formula`` and ``iptw_risk``.

    Returns
    -------
    Estimate
        Labels and influence as ``g_formula``. Not kept between 0 and 1.

    Notes
    -----
    For the ATE it is consistent where either the propensity or the outcome models are right, given
    that censoring depends on the arm only. The overlap population is itself defined by the
    propensity: there augmentation can make the estimate more precise, no more.

    References
    ----------
    Scharfstein, Rotnitzky and Robins (1999), J. Am. Stat. Assoc. 94; Ozenne et al. (2020),
    Biometrical Journal 62; for the overlap population Mao, Li and Greene (2019), Stat. Methods Med.
    Res. 28.
    """
    study = study_of(
        time, status, arm=arm, propensity=propensity, target=target, cause=cause, cluster=cluster,
        times=times,
    )  # fmt: skip
    outcome = outcome_of(study, covariates, names, ties)
    return standardised_risks(replace(study, is_weighted=True, is_normalised=normalise), outcome)
