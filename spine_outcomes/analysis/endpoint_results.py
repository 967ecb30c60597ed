"""One endpoint under every estimand: numbers, curves and the people under them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.censoring import censoring_findings
from spine_outcomes.analysis.curves import (
    Errors,
    curve_rows,
    curves_frame,
    curves_of,
    risk_table_frame,
    risk_table_rows,
    supremum,
)
from spine_outcomes.analysis.design import model_design
from spine_outcomes.analysis.doubly_robust import doubly_robust_estimates
from spine_outcomes.analysis.effect_over_time import effect_frame, effect_rows
from spine_outcomes.analysis.endpoint_estimates import endpoint_estimate
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.piecewise import MODEL as PIECEWISE
from spine_outcomes.analysis.piecewise import piecewise_estimates
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.resampling import resample
from spine_outcomes.analysis.result_rows import Setting, estimate_rows, results_frame, test_row
from spine_outcomes.analysis.uncertainty import (
    Uncertainty,
    of_bootstrap,
    of_few_clusters,
    of_influence,
)
from spine_outcomes.analysis.weighting import WeightedSet, counted_nuisance
from spine_outcomes.errors import Finding
from spine_outcomes.inference import Bootstrap, Estimate
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.fine_gray_score import fine_gray_score_test
from spine_outcomes.survival.follow_up import emptied_risk_sets
from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.log_rank import log_rank, score_test
from spine_outcomes.survival.proportional_hazards import ProportionalHazards, proportional_hazards
from spine_outcomes.survival.time_varying import constant_hazard_ratio_test
from spine_outcomes.weights.estimands import Weights


@dataclass(frozen=True, eq=False)
class EndpointResults:
    """Frames of one endpoint, columns as ``Results`` says."""

    results: pd.DataFrame
    curves: pd.DataFrame
    risk_table: pd.DataFrame
    effect_over_time: pd.DataFrame
    findings: tuple[Finding, ...]


def endpoint_results(
    weighted: WeightedSet,
    sample: EndpointSample,
    plan: AnalysisPlan,
    dictionary: DataDictionary,
    step: Step = silent,
) -> EndpointResults:
    """Estimate one endpoint under each set of weights."""
    rows = weighted.analysis_set
    outcome = sample.outcome
    adjusted = plan.estimation.adjusted_models
    adjustment = None if adjusted is None else model_design(adjusted.terms, rows.frame, dictionary)
    results: list[dict[str, Any]] = []
    curves: list[dict[str, Any]] = []
    effect: list[dict[str, Any]] = []
    resampled = None
    if plan.estimation.variance == "bootstrap":
        step(f"Resampling {outcome.name}")
        resampled = resample(weighted, sample, plan, adjustment)
    step(f"Estimating {outcome.name}")
    for estimand, weights in weighted.weights.items():
        followed = _by_influence(plan, weights)
        common = {
            "analysis": "primary",
            "population": plan.population.name,
            "endpoint": outcome.name,
            "level_unit": outcome.level,
            "estimand": estimand,
        }
        setting = Setting(
            sample,
            weights.value,
            followed,
            common | {"level": plan.estimation.level, "variance": followed.estimation.variance},
        )
        nuisance = counted_nuisance(weights, followed)
        estimate = endpoint_estimate(sample, weights.value, followed, adjustment)
        results += _estimated(estimate.corrected(nuisance), weights, setting, resampled)
        for found in piecewise_estimates(sample, weights.value, followed):
            pieces = found.corrected(nuisance)
            results += _estimated(pieces, weights, setting, resampled)
            constant = constant_hazard_ratio_test(pieces)
            results.append(test_row(constant, PIECEWISE, setting, "chi_square"))
        for beside in doubly_robust_estimates(sample, weighted.propensity, estimand, plan):
            results += estimate_rows(beside, setting)
        proportional = _proportional(sample, weights, setting)
        results += _tests(sample, weights, setting)
        results.append(
            test_row(proportional.robust_global, "proportional_hazards", setting, "chi_square")
        )
        effect += effect_rows(proportional.residuals, sample, followed, common)
        rows_of_curves, test = _curves(sample, weights, setting, resampled)
        curves += rows_of_curves
        results.append(test)
    return EndpointResults(
        results_frame(results),
        curves_frame(curves),
        risk_table_frame(risk_table_rows(sample, plan)),
        effect_frame(effect),
        (
            *_entry_findings(sample),
            *censoring_findings(sample),
            *_resampling_findings(sample, resampled),
        ),
    )


def _by_influence(plan: AnalysisPlan, weights: Weights) -> AnalysisPlan:
    """The plan with corrected errors, or robust ones where weights have nothing to correct by.

    Tests of hazards and doubly robust estimates have them beside a bootstrap, too.
    """
    if plan.estimation.variance == "robust":
        return plan
    variance = "robust" if weights.are_taken_as_known else "corrected"
    estimation = plan.estimation.model_copy(update={"variance": variance})
    return plan.model_copy(update={"estimation": estimation})


def _estimated(
    estimate: Estimate, weights: Weights, setting: Setting, resampled: Bootstrap | None
) -> list[dict[str, Any]]:
    """Rows of what was estimated, with the errors that the plan asks for."""
    estimation = setting.plan.estimation
    if resampled is not None:
        own = resampled.of(estimate.relabel(estimand=setting.common["estimand"]))
        setting = replace(setting, common={**setting.common, "variance": "bootstrap"})
        return estimate_rows(estimate, setting, of_bootstrap(own, estimation.level))
    if not estimation.small_sample:
        return estimate_rows(estimate, setting)
    n_nuisance = _n_nuisance(weights, setting.plan)
    return estimate_rows(estimate, setting, of_few_clusters(estimate, n_nuisance))


def _curves(
    sample: EndpointSample, weights: Weights, setting: Setting, resampled: Bootstrap | None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of the curves and of the test of their difference, with the errors of the plan."""
    plan, estimation = setting.plan, setting.plan.estimation
    drawn = curves_of(sample, weights, plan)
    errors: Errors = of_influence
    matched: Callable[[Estimate], Bootstrap] | None = None
    if resampled is not None:
        matched = partial(_replicates, resampled, str(setting.common["estimand"]))
        errors = partial(_of_replicates, matched, level=estimation.level)
        setting = replace(setting, common={**setting.common, "variance": "bootstrap"})
    elif estimation.small_sample:
        errors = partial(of_few_clusters, n_nuisance=_n_nuisance(weights, plan))
    model = "aalen_johansen" if sample.outcome.competing else "kaplan_meier"
    test = supremum(drawn, plan, errors, matched)
    rows = curve_rows(drawn, sample, plan, setting.common, errors)
    return rows, test_row(test, model, setting, "supremum")


def _replicates(resampled: Bootstrap, estimand: str, curve: Estimate) -> Bootstrap:
    """Replicates of a curve under one set of weights."""
    return resampled.of(curve.relabel(estimand=estimand, part="curve"))


def _of_replicates(
    matched: Callable[[Estimate], Bootstrap], curve: Estimate, level: float
) -> Uncertainty:
    """Errors and percentile limits of a curve."""
    return of_bootstrap(matched(curve), level)


def _n_nuisance(weights: Weights, plan: AnalysisPlan) -> int:
    """Number of parameters of the propensity that errors count as estimated."""
    counted = counted_nuisance(weights, plan)
    return 0 if counted is None else counted.influence.shape[1]


def _resampling_findings(
    sample: EndpointSample, resampled: Bootstrap | None
) -> tuple[Finding, ...]:
    """Few or failed replicates of the bootstrap."""
    found = () if resampled is None else resampled.findings()
    return tuple(replace(finding, endpoint=sample.outcome.name) for finding in found)


def _entry_findings(sample: EndpointSample) -> tuple[Finding, ...]:
    """Arms whose risk set empties while rows are still to enter."""
    if sample.entry is None:
        return ()
    known = sample.is_known.astype(np.float64)
    emptied = emptied_risk_sets(
        sample.order, sample.status, known, entry=sample.entry, arm=sample.arm
    )
    return tuple(replace(finding, endpoint=sample.outcome.name) for finding in emptied)


def _tests(sample: EndpointSample, weights: Weights, setting: Setting) -> list[dict[str, Any]]:
    """Robust score tests of both hazards, beside their classical forms where rows have weight 1."""
    arrays = (sample.order, sample.status, sample.weight_of_known(weights.value))
    arm, cluster, entry = sample.arm, sample.cluster, sample.entry
    is_corrected = setting.plan.estimation.variance == "corrected"
    nuisance = counted_nuisance(weights, setting.plan)
    average = setting.plan.estimation.average
    is_weighted = weights.estimand != "unweighted" or average != "rows"
    score = score_test(*arrays, arm=arm, entry=entry, cluster=cluster, nuisance=nuisance)
    tests = {"score": score}
    if not is_weighted:
        tests["log_rank"] = log_rank(*arrays, arm=arm, entry=entry)
    if sample.outcome.competing and entry is None:
        tests["fine_gray_score"] = fine_gray_score_test(
            *arrays, arm=arm, cluster=cluster, censoring_term=is_corrected, nuisance=nuisance
        )
        if not is_weighted:
            tests["gray"] = gray_test(*arrays, arm=arm)
    return [test_row(test, model, setting, "chi_square") for model, test in tests.items()]


def _proportional(
    sample: EndpointSample, weights: Weights, setting: Setting
) -> ProportionalHazards:
    """Whether the cause-specific hazard ratio of the arms changes over time."""
    return proportional_hazards(
        sample.order, sample.status, sample.weight_of_known(weights.value),
        covariates=sample.arm, names=[setting.plan.arms.column], entry=sample.entry,
        cluster=sample.cluster, ties=setting.plan.estimation.ties,
        nuisance=counted_nuisance(weights, setting.plan),
    )  # fmt: skip
