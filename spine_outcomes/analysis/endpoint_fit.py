"""One endpoint in one completed cohort: everything that is found under each set of weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from spine_outcomes.analysis.censoring_weighting import censoring_weight_findings
from spine_outcomes.analysis.curves import Curves, curves_of
from spine_outcomes.analysis.design import model_design
from spine_outcomes.analysis.effect_over_time import effect_rows
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.estimated import Estimated, Found, Tested
from spine_outcomes.analysis.instrument import instrument_findings
from spine_outcomes.analysis.interval_censoring import interval_findings
from spine_outcomes.analysis.penalised import MODEL as FIRTH
from spine_outcomes.analysis.penalised import firth_findings, profiled
from spine_outcomes.analysis.piecewise import MODEL as PIECEWISE
from spine_outcomes.analysis.resampling import Place, Resampled, resample
from spine_outcomes.analysis.uncertainty import by_influence, of_bootstrap
from spine_outcomes.analysis.weighted_estimates import weighted_estimates
from spine_outcomes.analysis.weighting import UNWEIGHTED, WeightedSet, counted_nuisance
from spine_outcomes.errors import Finding
from spine_outcomes.inference import Estimate, Nuisance
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.fine_gray_score import fine_gray_score_test
from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.log_rank import log_rank, score_test
from spine_outcomes.survival.proportional_hazards import ProportionalHazards, proportional_hazards
from spine_outcomes.survival.time_varying import constant_hazard_ratio_test
from spine_outcomes.weights.design import Design
from spine_outcomes.weights.estimands import Weights


@dataclass(frozen=True, eq=False)
class WeightedFit:
    """One endpoint under one set of weights.

    Parameters
    ----------
    weight : ndarray, shape (n,)
    found
        Estimates and tests, in the order of the results table.
    effect
        Rows of ``EFFECT_COLUMNS``.
    curves
        None where they were not asked for.
    """

    weight: NDArray[np.float64]
    found: tuple[Found, ...]
    effect: tuple[dict[str, Any], ...]
    curves: Curves | None = None


@dataclass(frozen=True, eq=False)
class EndpointFit:
    """One endpoint under every set of weights, by the name of the weights."""

    weighted: dict[str, WeightedFit]
    findings: tuple[Finding, ...]


def fit_endpoint(
    weighted: WeightedSet,
    sample: EndpointSample,
    plan: AnalysisPlan,
    dictionary: DataDictionary,
    *,
    with_curves: bool,
    place: Place,
) -> EndpointFit:
    """Estimate one endpoint under each set of weights; curves and their test where wanted.

    ``place`` says which of how many completed cohorts it is.
    """
    with threadpool_limits(limits=1):  # a worker has other threads than the main process
        return _fits(weighted, sample, plan, dictionary, with_curves=with_curves, place=place)


def _fits(
    weighted: WeightedSet,
    sample: EndpointSample,
    plan: AnalysisPlan,
    dictionary: DataDictionary,
    *,
    with_curves: bool,
    place: Place,
) -> EndpointFit:
    """The fit under every set of weights, and what was found on the way."""
    frame = weighted.analysis_set.frame
    designs = {
        key: model_design(terms, frame, dictionary)
        for key, terms in plan.estimation.modelled.items()
    }
    resampled = resample(weighted, sample, plan, designs, place)
    fits = {}
    for name, weights in weighted.weights.items():
        own = _by_influence(plan, weights)
        fitted = _fit(sample, weighted, name, own, designs, resampled)
        curves = _curves(sample, weights, name, own, resampled) if with_curves else None
        fits[name] = replace(fitted, curves=curves)
    everything = resampled.everything
    beside = (
        *firth_findings(sample, plan),
        *instrument_findings(sample, plan, designs.get("instrument")),
        *interval_findings(sample, plan),
        *censoring_weight_findings(sample, plan, designs.get("censoring_weights")),
    )
    return EndpointFit(fits, beside if everything is None else (*everything.findings(), *beside))


def _fit(
    sample: EndpointSample,
    weighted: WeightedSet,
    name: str,
    plan: AnalysisPlan,
    designs: Mapping[str, Design],
    resampled: Resampled,
) -> WeightedFit:
    """Estimate the endpoint under one set of weights, but for its curves."""
    weights, variance = weighted.weights[name], plan.estimation.variance
    nuisance = counted_nuisance(weights, plan)
    errors = _Errors(plan, nuisance, {"estimand": name}, resampled)
    of_own_models = replace(errors, nuisance=None)  # their labels count the propensity, too
    is_plain = name == UNWEIGHTED and plan.estimation.average == "rows"
    found: list[Found] = []
    for estimate, holds_propensity in weighted_estimates(
        sample, weights, name, plan, designs, propensity=weighted.propensity
    ):
        model = estimate.labels[0]["model"]
        if model == FIRTH and is_plain:
            found += profiled(sample, weights.value, plan)
            continue
        own = of_own_models if holds_propensity else errors
        corrected = estimate.corrected(own.nuisance)
        found.append(own(corrected))
        if model == PIECEWISE:
            constant = constant_hazard_ratio_test(corrected)
            found.append(Tested(constant, PIECEWISE, "chi_square", variance))
    found += _tests(sample, weights, plan)
    if plan.endpoints[sample.outcome.name].is_at_one_time:
        return WeightedFit(weights.value, tuple(found), ())
    proportional = _proportional(sample, weights, plan)
    found.append(Tested(proportional.robust_global, "proportional_hazards", "chi_square", variance))
    effect = tuple(effect_rows(proportional.residuals, sample, plan, name))
    return WeightedFit(weights.value, tuple(found), effect)


def _curves(
    sample: EndpointSample,
    weights: Weights,
    name: str,
    plan: AnalysisPlan,
    resampled: Resampled,
) -> Curves:
    """The curves under one set of weights, and the replicates of their difference."""
    labels = {"estimand": name, "part": "curve"}
    errors = _Errors(plan, counted_nuisance(weights, plan), labels, resampled)
    curves = curves_of(sample, weights, plan, errors)
    if resampled.everything is None:
        return curves
    drawn = resampled.everything.of(curves.difference.estimate.relabel(**labels))
    return curves._replace(resampled=drawn)


@dataclass(frozen=True, eq=False)
class _Errors:
    """The errors that the plan asks for: of the replicates, for few clusters, of the influence."""

    plan: AnalysisPlan
    nuisance: Nuisance | None
    labels: dict[str, str]  # of the replicates
    resampled: Resampled

    def __call__(self, estimate: Estimate) -> Estimated:
        estimation = self.plan.estimation
        resampled = self.resampled.of_model(estimate.labels[0]["model"])
        if resampled is not None:
            drawn = resampled.of(estimate.relabel(**self.labels))
            return Estimated(estimate, of_bootstrap(drawn, estimation.level), "bootstrap")
        found = by_influence(estimate, self.nuisance, is_small=estimation.small_sample)
        return Estimated(estimate, found, estimation.variance)


def _by_influence(plan: AnalysisPlan, weights: Weights) -> AnalysisPlan:
    """The plan with corrected errors, or robust ones where weights have nothing to correct by.

    Tests of hazards have them beside a bootstrap, too.
    """
    if plan.estimation.variance == "robust":
        return plan
    variance = "robust" if weights.are_taken_as_known else "corrected"
    estimation = plan.estimation.model_copy(update={"variance": variance})
    return plan.model_copy(update={"estimation": estimation})


def _tests(sample: EndpointSample, weights: Weights, plan: AnalysisPlan) -> Iterator[Tested]:
    """Robust score tests of both hazards, beside their classical forms where rows have weight 1."""
    arrays = (sample.order, sample.status, sample.weight_of_known(weights.value))
    arm, cluster, entry = sample.arm, sample.cluster, sample.entry
    is_corrected = plan.estimation.variance == "corrected"
    nuisance = counted_nuisance(weights, plan)
    is_weighted = weights.estimand != "unweighted" or plan.estimation.average != "rows"
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
    for model, test in tests.items():
        yield Tested(test, model, "chi_square", plan.estimation.variance)


def _proportional(
    sample: EndpointSample, weights: Weights, plan: AnalysisPlan
) -> ProportionalHazards:
    """Whether the cause-specific hazard ratio of the arms changes over time."""
    return proportional_hazards(
        sample.order, sample.status, sample.weight_of_known(weights.value),
        covariates=sample.arm, names=[plan.arms.column], entry=sample.entry,
        cluster=sample.cluster, ties=plan.estimation.ties,
        nuisance=counted_nuisance(weights, plan),
    )  # fmt: skip
