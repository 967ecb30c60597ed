"""The analysis from start to end: read this page and you have read the methods section."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from threadpoolctl import threadpool_limits

from spine_outcomes.analysis.description import description, description_findings
from spine_outcomes.analysis.findings import findings_frame, outcome_findings
from spine_outcomes.analysis.fitted import Fitted, fit
from spine_outcomes.analysis.multiplicity import adjust_tests
from spine_outcomes.analysis.negative_control import negative_control_findings
from spine_outcomes.analysis.prepared import prepare
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.results import Results, provenance, stack
from spine_outcomes.analysis.robustness import robustness
from spine_outcomes.analysis.sensitivity import departures, sensitivity_results
from spine_outcomes.analysis.subgroups import subgroup_results
from spine_outcomes.analysis.toxicity.overview import toxicity_found
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.errors import Finding
from spine_outcomes.study.plan import AnalysisPlan

SecondEngine = Callable[[Fitted, AnalysisPlan], pd.DataFrame]


def run(
    plan: AnalysisPlan,
    cohort: Cohort,
    *,
    findings: Sequence[Finding] = (),
    step: Step = silent,
    second_engine: SecondEngine | None = None,
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
    second_engine
        Gives ``quality_control``: numbers of the primary analysis computed once more, elsewhere.

    Raises
    ------
    CohortError
        If the plan needs a column that is not there, a time is negative, or an arm is missing.
    NotEstimableError
        If an arm is empty or the propensity cannot be fitted.
    """
    with threadpool_limits(limits=1):  # another number of threads gives other last digits
        return _run(plan, cohort, findings, step, second_engine)


def _run(
    plan: AnalysisPlan,
    cohort: Cohort,
    findings: Sequence[Finding],
    step: Step,
    second_engine: SecondEngine | None,
) -> Results:
    step("Deriving endpoints")
    prepared = prepare(plan, cohort, step)
    fitted = fit(prepared, step)
    step("Describing the rows")
    frames = description(prepared, fitted)
    results = adjust_tests(fitted.results, plan)
    robust = robustness(fitted, plan, step)
    beside, further = sensitivity_results(cohort, prepared, fitted, step)
    toxicity = toxicity_found(prepared, fitted, step)
    everything = stack([results, *beside, *subgroup_results(prepared, step), toxicity.results])
    checked = _checked(fitted, plan, step, second_engine)
    all_findings = [
        *findings,
        *description_findings(prepared, fitted, frames),
        *outcome_findings(results),
        *negative_control_findings(results, plan),
        *robust.findings,
        *toxicity.findings,
        *further,
        *departures(everything, plan),
    ]
    return Results(
        plan=plan,
        dictionary=cohort.dictionary,
        results=everything,
        curves=stack(endpoint.curves for endpoint in fitted.found),
        risk_table=stack(endpoint.risk_table for endpoint in fitted.found),
        weighted_risk_table=stack(endpoint.weighted_risk_table for endpoint in fitted.found),
        effect_over_time=stack(endpoint.effect_over_time for endpoint in fitted.found),
        e_values=robust.e_values,
        bias_grid=robust.bias_grid,
        influential=robust.influential,
        tipping_point=robust.tipping_point,
        findings=findings_frame(all_findings, plan.report.min_cell),
        provenance=provenance(prepared.cohort, fitted.sets[fitted.described_level].analysis_set),
        **frames,
        **toxicity.frames,
        **checked,
    )


def _checked(
    fitted: Fitted, plan: AnalysisPlan, step: Step, second_engine: SecondEngine | None
) -> dict[str, pd.DataFrame]:
    """The frame of the second engine, where there is one."""
    if second_engine is None:
        return {}
    step("Computing once more with other packages")
    return {"quality_control": second_engine(fitted, plan)}
