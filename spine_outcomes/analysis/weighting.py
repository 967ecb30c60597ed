"""Propensity and weights of an analysis set, one set of weights an estimand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.analysis.design import model_design
from spine_outcomes.errors import Finding
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan, PropensityPlan
from spine_outcomes.weights.balance import effective_sample_size
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.estimands import Weights, weigh
from spine_outcomes.weights.propensity import Propensity, fit_propensity
from spine_outcomes.weights.trimming import fit_trimmed

LOW_EFFECTIVE_SIZE = 0.6
LARGE_WEIGHT = 10.0


@dataclass(frozen=True, eq=False)
class WeightedSet:
    """An analysis set with its propensity score and the weights of each estimand.

    Parameters
    ----------
    analysis_set
        The rows.
    propensity
        None where the plan asks for unweighted results only.
    weights
        By estimand, in the plan's order.
    """

    analysis_set: AnalysisSet
    propensity: Propensity | None
    weights: dict[str, Weights]
    findings: tuple[Finding, ...]


def weigh_set(rows: AnalysisSet, dictionary: DataDictionary, plan: AnalysisPlan) -> WeightedSet:
    """Fit the propensity on the rows of a set and weigh them for every estimand of the plan."""
    chosen = plan.propensity
    findings: list[Finding] = []
    propensity = None
    if any(estimand != "unweighted" for estimand in chosen.estimands):
        design = model_design(chosen.terms, rows.frame, dictionary)
        findings += design.findings
        propensity = _fit(design, rows, chosen)
    weights: dict[str, Weights] = {
        estimand: weigh(
            propensity,
            rows.arm,
            estimand,
            stabilise=chosen.stabilise,
            truncate=None if chosen.truncate is None else chosen.truncate.percentiles,
        )
        for estimand in chosen.estimands
    }
    for estimand, weight in weights.items():
        findings += _weight_findings(rows, estimand, weight.value)
    return WeightedSet(rows, propensity, weights, tuple(findings))


def _fit(design: Design, rows: AnalysisSet, chosen: PropensityPlan) -> Propensity:
    """The propensity model, of the rows within the bounds where the plan trims."""
    if chosen.trim is None:
        return fit_propensity(design, rows.arm)
    bounds = chosen.trim if isinstance(chosen.trim, str) else chosen.trim.bounds
    return fit_trimmed(design, rows.arm, bounds)


def _weight_findings(
    rows: AnalysisSet, estimand: str, weight: NDArray[np.float64]
) -> list[Finding]:
    """Weights so unequal that few rows carry the result."""
    findings = []
    for arm in (0, 1):
        own = weight[(rows.arm == arm) & (weight > 0)]
        share = effective_sample_size(own) / len(own)
        largest = float(own.max() / own.mean())
        if share < LOW_EFFECTIVE_SIZE or largest > LARGE_WEIGHT:
            findings.append(
                Finding(
                    "W_EXTREME_WEIGHTS",
                    f"{estimand} weights at {rows.level} level, "
                    f"{'comparator' if arm else 'reference'} arm: the effective sample size is "
                    f"{share:.0%} of {len(own)} rows and the largest weight {largest:.1f} times "
                    "the mean.",
                    severity="serious" if share < LOW_EFFECTIVE_SIZE / 2 else "caution",
                    section="propensity",
                )
            )
    return findings
