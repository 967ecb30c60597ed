"""The analysis from start to end: read this page and you have read the methods section."""

from __future__ import annotations

from collections.abc import Sequence

from threadpoolctl import threadpool_limits

from spine_outcomes.analysis.analysis_set import covariates
from spine_outcomes.analysis.balance_at_risk import balance_at_risk
from spine_outcomes.analysis.baseline import (
    balance_findings,
    balance_frame,
    baseline_frame,
    propensity_frame,
    weight_findings,
    weights_frame,
)
from spine_outcomes.analysis.findings import cluster_findings, findings_frame, outcome_findings
from spine_outcomes.analysis.fitted import fit
from spine_outcomes.analysis.flow import complete_flow
from spine_outcomes.analysis.imaging import imaging_findings, imaging_frame
from spine_outcomes.analysis.imaging_end import imaging_end_findings
from spine_outcomes.analysis.misclassification import misclassification_findings
from spine_outcomes.analysis.missing import missing_findings, missing_frame, pattern_frame
from spine_outcomes.analysis.multiplicity import adjust_tests
from spine_outcomes.analysis.prepared import prepare
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.results import Results, provenance, stack
from spine_outcomes.analysis.robustness import robustness
from spine_outcomes.analysis.sensitivity import departures, sensitivity_results
from spine_outcomes.analysis.subgroups import subgroup_results
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.errors import Finding
from spine_outcomes.study.plan import AnalysisPlan


def run(
    plan: AnalysisPlan,
    cohort: Cohort,
    *,
    findings: Sequence[Finding] = (),
    step: Step = silent,
) -> Results:
    """Analyse a cohort as its plan says.

    Parameters
    ----------
    plan
        From ``load_plan``.
    cohort
        From ``read_cohort``.
    findings
        What was found before and a reader must know: departures from a locked plan.
    step
        Is told the name of each part when it starts.

    Raises
    ------
    PlanError
        If the plan asks for what no run does yet.
    CohortError
        If the plan needs a column that is not there, a time is negative, or an arm is missing.
    NotEstimableError
        If an arm is empty or the propensity cannot be fitted.
    """
    with threadpool_limits(limits=1):  # another number of threads gives other last digits
        return _run(plan, cohort, findings, step)


def _run(plan: AnalysisPlan, cohort: Cohort, findings: Sequence[Finding], step: Step) -> Results:
    step("Deriving endpoints")
    dictionary = cohort.dictionary
    prepared = prepare(plan, cohort, step)
    selection, outcomes = prepared.selection, prepared.outcomes
    fitted = fit(prepared, step)
    weighted, sets, found = fitted.weighted, fitted.sets, fitted.found
    step("Describing the rows")
    level = plan.arms.level if plan.arms.level in sets else next(iter(sets))
    described = sets[level]
    balance = stack(balance_frame(w, plan, dictionary) for w in weighted.values())
    weights = stack(weights_frame(w, plan) for w in weighted.values())
    missing = missing_frame(selection.cohort, plan)
    imaging = imaging_frame(described.analysis_set, plan)
    results = adjust_tests(fitted.results, plan)
    robust = robustness(fitted, plan, step)
    beside, failures = sensitivity_results(cohort, prepared, step)
    everything = stack([results, *beside, *subgroup_results(prepared, step)])
    all_findings = [
        *findings,
        *prepared.cohort.findings,
        *selection.findings,
        *misclassification_findings(selection.cohort, plan, outcomes),
        *prepared.data.findings,
        *missing_findings(missing),
        *(f for w in sets.values() for f in (*w.analysis_set.findings, *w.findings)),
        *weight_findings(weights, plan),
        *(f for outcome in outcomes for f in outcome.findings),
        *(f for endpoint in found for f in endpoint.findings),
        *(f for w in sets.values() for f in cluster_findings(w.analysis_set)),
        *balance_findings(balance, covariates(plan)),
        *imaging_findings(imaging, described.analysis_set, plan),
        *imaging_end_findings(selection.cohort, plan, outcomes),
        *outcome_findings(results),
        *robust.findings,
        *failures,
        *departures(everything, plan),
    ]
    return Results(
        plan=plan,
        dictionary=dictionary,
        results=everything,
        curves=stack(endpoint.curves for endpoint in found),
        risk_table=stack(endpoint.risk_table for endpoint in found),
        balance=balance,
        weights=weights,
        propensity=stack(propensity_frame(w, plan) for w in weighted.values()),
        baseline=baseline_frame(
            weighted[level],
            selection.cohort.frame.iloc[described.analysis_set.rows],
            plan,
            dictionary,
        ),
        flow=complete_flow(
            selection.flow, described, dictionary, is_imputed=plan.missing.is_imputed
        ),
        imaging=imaging,
        balance_at_risk=stack(
            balance_at_risk(*sample, plan, dictionary) for sample in fitted.samples
        ),
        missing=missing,
        missing_patterns=pattern_frame(selection.cohort, plan),
        imputation=prepared.data.trace,
        effect_over_time=stack(endpoint.effect_over_time for endpoint in found),
        e_values=robust.e_values,
        bias_grid=robust.bias_grid,
        influential=robust.influential,
        tipping_point=robust.tipping_point,
        findings=findings_frame(all_findings, plan.report.min_cell),
        provenance=provenance(prepared.cohort, described.analysis_set),
    )
