"""Propensity and weights of an analysis set, one set of weights an estimand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.analysis.design import model_design
from spine_outcomes.errors import Finding
from spine_outcomes.inference import Nuisance
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan, PropensityPlan, Trim
from spine_outcomes.weights.boosting import calibration, fit_boosting
from spine_outcomes.weights.cluster_average import cluster_average
from spine_outcomes.weights.covariate_balancing import fit_covariate_balancing
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.entropy_balancing import entropy_weights
from spine_outcomes.weights.estimands import Weights, truncated, weigh
from spine_outcomes.weights.firth_logistic import fit_firth_propensity
from spine_outcomes.weights.propensity import Propensity, fit_propensity
from spine_outcomes.weights.refit import PropensityRefit
from spine_outcomes.weights.separation import separation
from spine_outcomes.weights.trimming import ArmPercentiles, Rule, fit_trimmed

CALIBRATED = 0.25

UNWEIGHTED = "unweighted"

Fit = Callable[[NDArray[np.float64]], Propensity]


@dataclass(frozen=True, eq=False)
class WeightedSet:
    """An analysis set with its propensity score and the weights of each estimand.

    Parameters
    ----------
    analysis_set
        The rows.
    propensity
        That of the first weighted estimand; None where no score was fitted (unweighted only,
        entropy balancing).
    weights
        By name, in the plan's order: the estimand, and after a colon the learner unless it is
        logistic.
    design
        Columns of the propensity model; None where no estimand needs one.
    prior : ndarray, shape (n,)
        Weight of each row before any score: 1, or 1 / rows of its patient.
    """

    analysis_set: AnalysisSet
    propensity: Propensity | None
    weights: dict[str, Weights]
    findings: tuple[Finding, ...]
    design: Design | None
    prior: NDArray[np.float64]

    @property
    def is_kept(self) -> NDArray[np.bool_]:
        """Rows that trimming leaves some weight, shape (n,)."""
        return next(iter(self.weights.values())).value > 0


def weigh_sets(
    completed: Sequence[AnalysisSet], dictionary: DataDictionary, plan: AnalysisPlan
) -> list[WeightedSet]:
    """Weigh the same rows in each completed cohort; the mean score decides whom trimming leaves."""
    score = None
    if len(completed) > 1 and plan.propensity.trim is not None:
        designs = [model_design(plan.propensity.terms, c.frame, dictionary) for c in completed]
        arm = completed[0].arm
        score = np.mean([fit_propensity(design, arm).score for design in designs], axis=0)
    return [weigh_set(rows, dictionary, plan, score) for rows in completed]


def weigh_set(
    rows: AnalysisSet,
    dictionary: DataDictionary,
    plan: AnalysisPlan,
    score: NDArray[np.float64] | None = None,
) -> WeightedSet:
    """Weigh the rows of a set for every estimand of the plan, with the plan's learner.

    A ``score`` (n,) decides whom trimming leaves in place of the fitted one.
    """
    chosen = plan.propensity
    prior = np.ones(len(rows))
    if plan.estimation.average == "clusters" and rows.cluster is not None:
        prior = cluster_average(rows.cluster)
    design: Design | None = None
    findings: list[Finding] = []
    if chosen.is_weighted:
        design = model_design(chosen.terms, rows.frame, dictionary)
        findings += design.findings
    fit = None if design is None else _logistic(design, rows, plan, score)
    propensity, weights = _weighted(design, rows, plan, prior, fit)
    if chosen.learner == "boosting" and propensity is not None:
        findings += _boosting_findings(rows, propensity, plan)
    if chosen.learner == "firth" and design is not None:
        findings += _separation_findings(rows, design)
    return WeightedSet(rows, propensity, weights, tuple(findings), design, prior)


def counted_nuisance(weights: Weights, plan: AnalysisPlan) -> Nuisance | None:
    """The estimated propensity behind some weights, where the plan's errors count it as such."""
    return weights.nuisance if plan.estimation.variance == "corrected" else None


def reweighing(
    weighted: WeightedSet, plan: AnalysisPlan
) -> Callable[[NDArray[np.float64]], tuple[Propensity | None, dict[str, Weights]]]:
    """Score and weights as ``weigh_set``, when rows count ``multiplicity`` (n,) times."""
    rows, design = weighted.analysis_set, weighted.design
    is_plain = plan.propensity.learner == "logistic" and plan.propensity.trim is None
    fit: Fit | None = None
    if design is not None:
        refit = PropensityRefit.of(design, rows.arm) if is_plain else None
        fit = refit or _logistic(design, rows, plan)

    def reweigh(
        multiplicity: NDArray[np.float64],
    ) -> tuple[Propensity | None, dict[str, Weights]]:
        return _weighted(design, rows, plan, weighted.prior * multiplicity, fit)

    return reweigh


def _logistic(
    design: Design,
    rows: AnalysisSet,
    plan: AnalysisPlan,
    score: NDArray[np.float64] | None = None,
) -> Fit:
    """The logistic score of the rows that stay, as a function of their prior weights."""
    trim = plan.propensity.trim
    if trim is None:
        return partial(fit_propensity, design, rows.arm)
    return partial(fit_trimmed, design, rows.arm, _trimming(trim), score=score)


def _weighted(
    design: Design | None,
    rows: AnalysisSet,
    plan: AnalysisPlan,
    prior: NDArray[np.float64],
    fit: Fit | None,
) -> tuple[Propensity | None, dict[str, Weights]]:
    """The first score and the weights of every estimand, of rows with these prior weights."""
    chosen = plan.propensity
    propensities = {}
    if design is not None and fit is not None:
        propensities = _propensities(design, rows, plan, prior, fit)
    weights: dict[str, Weights] = {}
    for estimand in chosen.estimands:
        if estimand == UNWEIGHTED or design is None:
            kept = next(iter(propensities.values())).weight if propensities else prior
            weights[UNWEIGHTED] = Weights(kept, UNWEIGHTED)
            continue
        variant = "" if chosen.learner == "logistic" else f":{chosen.learner}"
        weights[estimand + variant] = (
            _entropy(design, rows, estimand, chosen, prior)
            if chosen.learner == "entropy"
            else weigh(
                propensities[estimand],
                rows.arm,
                estimand,
                stabilise=chosen.stabilise,
                truncate=_percentiles(chosen),
            )
        )
    return next(iter(propensities.values()), None), weights


def _propensities(
    design: Design,
    rows: AnalysisSet,
    plan: AnalysisPlan,
    prior: NDArray[np.float64],
    fit: Fit,
) -> dict[str, Propensity]:
    """The score of each weighted estimand: one for all, but for learners that tailor it."""
    chosen = plan.propensity
    estimands = [estimand for estimand in chosen.estimands if estimand != UNWEIGHTED]
    if chosen.learner == "entropy":
        return {}
    if chosen.learner == "cbps":
        return {e: fit_covariate_balancing(design, rows.arm, e, prior) for e in estimands}
    if chosen.learner == "boosting":
        fitted = fit_boosting(design, rows.arm, rows.cluster, seed=plan.seed, weight=prior)
    elif chosen.learner == "firth":
        fitted = fit_firth_propensity(design, rows.arm, prior)
    else:
        fitted = fit(prior)
    return dict.fromkeys(estimands, fitted)


def _entropy(
    design: Design,
    rows: AnalysisSet,
    estimand: str,
    chosen: PropensityPlan,
    prior: NDArray[np.float64],
) -> Weights:
    """Entropy-balancing weights, truncated where the plan says so."""
    weights = entropy_weights(design, rows.arm, estimand, prior)
    percentiles = _percentiles(chosen)
    return weights if percentiles is None else truncated(weights, prior, percentiles)


def _trimming(trim: Trim | Literal["crump"]) -> Rule:
    """The rule by which rows stay."""
    if isinstance(trim, str):
        return trim
    if trim.percentiles is not None:
        return ArmPercentiles(*trim.percentiles)
    return cast(tuple[float, float], trim.bounds)  # a plan has exactly one of the two


def _percentiles(chosen: PropensityPlan) -> tuple[float, float] | None:
    return None if chosen.truncate is None else chosen.truncate.percentiles


def _separation_findings(rows: AnalysisSet, design: Design) -> Iterator[Finding]:
    """Covariates that predict the arm: a penalised score of their rows is the penalty's."""
    for problem in separation(design.matrix, design.names, rows.arm):
        what = f"{problem.column}: " if problem.column else ""
        yield Finding(
            "W_SEPARATION",
            f"{what}{problem.message} There are no rows of the other arm to compare with: the "
            "penalised scores of these rows are finite by the penalty alone.",
            severity="serious",
            section="propensity",
        )


def _boosting_findings(
    rows: AnalysisSet, propensity: Propensity, plan: AnalysisPlan
) -> Iterator[Finding]:
    """How well a boosted score is calibrated, and what its standard errors leave out."""
    found = calibration(propensity, rows.arm)
    is_good = abs(found.slope - 1.0) <= CALIBRATED
    yield Finding(
        "N_CALIBRATION" if is_good else "W_CALIBRATION",
        f"The boosted propensity at {rows.level} level, cross-fitted by cluster: mean score "
        f"{found.mean_score:.3f} for a share of {found.share:.3f} in the comparator arm, "
        f"calibration slope {found.slope:.2f} (1 is right; below, scores are too extreme).",
        severity="note" if is_good else "caution",
        section="propensity",
    )
    if plan.estimation.variance == "corrected":
        yield Finding(
            "W_SCORE_AS_KNOWN",
            f"A boosted propensity has no influence: weighted standard errors at {rows.level} "
            "level take it as known (variance robust). Those of a bootstrap that refits it do not.",
            section="propensity",
        )
