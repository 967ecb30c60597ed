"""One endpoint under every estimand: numbers, curves and the people under them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from spine_outcomes.analysis.censoring import censoring_findings
from spine_outcomes.analysis.curves import (
    curve_rows,
    curves_frame,
    pooled_curves,
    risk_table_frame,
    risk_table_rows,
    supremum,
)
from spine_outcomes.analysis.effect_over_time import effect_frame, pooled_effect
from spine_outcomes.analysis.endpoint_fit import EndpointFit, WeightedFit, fit_endpoint
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.estimated import Tested, pooled
from spine_outcomes.analysis.follow_up import follow_up_rows
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.resampling import Place
from spine_outcomes.analysis.result_rows import Setting, found_rows, results_frame
from spine_outcomes.analysis.results import WEIGHTED_RISK_COLUMNS
from spine_outcomes.analysis.weighted_counts import weighted_count_rows
from spine_outcomes.analysis.weighting import WeightedSet
from spine_outcomes.errors import Finding
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.follow_up import emptied_risk_sets


class Who(NamedTuple):
    """The analysis that results belong to, and the subgroup that they are of."""

    analysis: str = "primary"
    subgroup: str | None = None


EVERYBODY = Who()


@dataclass(frozen=True, eq=False)
class EndpointResults:
    """Frames of one endpoint, columns as ``Results`` says, and its fit in each completed cohort."""

    results: pd.DataFrame
    curves: pd.DataFrame
    risk_table: pd.DataFrame
    weighted_risk_table: pd.DataFrame
    effect_over_time: pd.DataFrame
    findings: tuple[Finding, ...]
    fits: tuple[EndpointFit, ...]


def endpoint_results(
    weighted: Sequence[WeightedSet],
    sample: EndpointSample,
    plan: AnalysisPlan,
    dictionary: DataDictionary,
    step: Step = silent,
    *,
    who: Who = EVERYBODY,
) -> EndpointResults:
    """Estimate one endpoint under each set of weights, pooled over the completed cohorts.

    Parameters
    ----------
    weighted
        The rows of the sample with their weights, once for each completed cohort.
    who
        The analysis that the rows of the results belong to; but for the primary one of everybody
        curves and the test of their difference are left out.
    """
    outcome = sample.outcome
    plan = plan.of_endpoint(outcome.name)
    step(f"Estimating {outcome.name}")
    has_curves = who == EVERYBODY and not plan.endpoints[outcome.name].is_at_one_time
    fits = _fits(weighted, sample, plan, dictionary, with_curves=has_curves)
    results: list[dict[str, Any]] = []
    curves: list[dict[str, Any]] = []
    effect: list[dict[str, Any]] = []
    counted: list[dict[str, Any]] = []
    common = {
        "analysis": who.analysis,
        "subgroup": who.subgroup,
        "population": plan.population.name,
        "endpoint": outcome.name,
        "level_unit": outcome.level,
    }
    for estimand in fits[0].weighted:
        own = [fit.weighted[estimand] for fit in fits]
        rows, drawn = _rows(own, sample, plan, {**common, "estimand": estimand})
        results += rows
        curves += drawn
        effect += pooled_effect([fit.effect for fit in own])
        counted += weighted_count_rows(sample, [fit.weight for fit in own], plan, estimand)
    if who == EVERYBODY:
        results += follow_up_rows(sample, plan, common)
    return EndpointResults(
        results_frame(results),
        curves_frame(curves),
        risk_table_frame(risk_table_rows(sample, plan)),
        pd.DataFrame(counted, columns=list(WEIGHTED_RISK_COLUMNS)),
        effect_frame(effect),
        (*_entry_findings(sample), *censoring_findings(sample), *_fit_findings(fits, sample)),
        tuple(fits),
    )


def _fits(
    weighted: Sequence[WeightedSet],
    sample: EndpointSample,
    plan: AnalysisPlan,
    dictionary: DataDictionary,
    *,
    with_curves: bool,
) -> Sequence[EndpointFit]:
    """The fit in each completed cohort, in processes of their own where there are several."""
    jobs = 1 if len(weighted) == 1 else None  # one task may have processes of its own
    one = delayed(fit_endpoint)
    fits: Sequence[EndpointFit] = Parallel(n_jobs=jobs)(
        one(own, sample, plan, dictionary, with_curves=with_curves, place=Place(i, len(weighted)))
        for i, own in enumerate(weighted)
    )
    return fits


def _rows(
    fits: Sequence[WeightedFit],
    sample: EndpointSample,
    plan: AnalysisPlan,
    common: Mapping[str, Any],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the results and of the curves under one set of weights."""
    of_results = {"level": plan.estimation.level}
    if len(fits) > 1:
        of_results["imputations"] = len(fits)
    setting = Setting(sample, [fit.weight for fit in fits], plan, {**common, **of_results})
    found = [pooled(parts) for parts in zip(*(fit.found for fit in fits), strict=True)]
    drawn = [fit.curves for fit in fits if fit.curves is not None]
    curves = pooled_curves(drawn) if drawn else None
    if curves is not None:
        model = "aalen_johansen" if sample.outcome.competing else "kaplan_meier"
        test = supremum(curves, plan)
        found.append(Tested(test, model, "supremum", curves.difference.variance))
    rows = [row for part in found for row in found_rows(part, setting)]
    return rows, [] if curves is None else curve_rows(curves, sample, plan, common)


def _fit_findings(fits: Sequence[EndpointFit], sample: EndpointSample) -> Iterator[Finding]:
    """What was found while fitting, once where several completed cohorts find it."""
    by_code = {finding.code: finding for fit in fits for finding in fit.findings}
    yield from (replace(finding, endpoint=sample.outcome.name) for finding in by_code.values())


def _entry_findings(sample: EndpointSample) -> tuple[Finding, ...]:
    """Arms whose risk set empties while rows are still to enter."""
    if sample.entry is None:
        return ()
    known = sample.is_known.astype(np.float64)
    emptied = emptied_risk_sets(
        sample.order, sample.status, known, entry=sample.entry, arm=sample.arm
    )
    return tuple(replace(finding, endpoint=sample.outcome.name) for finding in emptied)
