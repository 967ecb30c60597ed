"""Who the rows are: every frame of a run that is no estimate, and what is found in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from spine_outcomes.analysis.analysis_set import covariates
from spine_outcomes.analysis.balance_at_risk import balance_at_risk
from spine_outcomes.analysis.baseline import (
    balance_findings,
    balance_frame,
    baseline_frame,
    positivity_findings,
    propensity_frame,
    weight_findings,
    weights_frame,
)
from spine_outcomes.analysis.findings import cluster_findings
from spine_outcomes.analysis.fitted import Fitted
from spine_outcomes.analysis.flow import complete_flow
from spine_outcomes.analysis.imaging import imaging_findings, imaging_frame
from spine_outcomes.analysis.imaging_end import imaging_end_findings
from spine_outcomes.analysis.misclassification import misclassification_findings
from spine_outcomes.analysis.missing import missing_findings, missing_frame, pattern_frame
from spine_outcomes.analysis.prepared import Prepared
from spine_outcomes.analysis.results import stack
from spine_outcomes.errors import Finding

Frames = Mapping[str, pd.DataFrame]


def description(prepared: Prepared, fitted: Fitted) -> dict[str, pd.DataFrame]:
    """Frames of ``Results`` that describe the rows and their weights, by the name of the field."""
    plan, dictionary = prepared.plan, prepared.cohort.dictionary
    weighted, cohort = fitted.weighted.values(), prepared.selection.cohort
    described = fitted.weighted[fitted.described_level]
    rows = described[0].analysis_set
    return {
        "balance": stack(balance_frame(w, plan, dictionary) for w in weighted),
        "weights": stack(weights_frame(w, plan) for w in weighted),
        "propensity": stack(propensity_frame(w, plan) for w in weighted),
        "baseline": baseline_frame(described, cohort.frame.iloc[rows.rows], plan, dictionary),
        "flow": complete_flow(
            prepared.selection.flow, described[0], dictionary, is_imputed=plan.missing.is_imputed
        ),
        "imaging": imaging_frame(rows, plan),
        "balance_at_risk": stack(
            balance_at_risk(*sample, plan, dictionary) for sample in fitted.samples
        ),
        "missing": missing_frame(cohort, plan),
        "missing_patterns": pattern_frame(cohort, plan),
        "imputation": prepared.data.trace,
    }


def description_findings(prepared: Prepared, fitted: Fitted, frames: Frames) -> Iterator[Finding]:
    """What a reader must know of the rows, in the order in which they were made."""
    plan, cohort, outcomes = prepared.plan, prepared.selection.cohort, prepared.outcomes
    dictionary = cohort.dictionary
    sets = fitted.sets
    yield from prepared.cohort.findings
    yield from prepared.selection.findings
    yield from misclassification_findings(cohort, plan, outcomes)
    yield from prepared.data.findings
    yield from missing_findings(frames["missing"])
    yield from (f for w in sets.values() for f in (*w.analysis_set.findings, *w.findings))
    yield from positivity_findings(frames["baseline"], plan, dictionary)
    yield from weight_findings(frames["weights"], plan)
    yield from (finding for outcome in outcomes for finding in outcome.findings)
    yield from (finding for endpoint in fitted.found for finding in endpoint.findings)
    yield from (f for w in sets.values() for f in cluster_findings(w.analysis_set))
    yield from balance_findings(frames["balance"], covariates(plan), dictionary)
    rows = sets[fitted.described_level].analysis_set
    yield from imaging_findings(frames["imaging"], rows, plan)
    yield from imaging_end_findings(cohort, plan, outcomes)
