"""The named changes to a plan, each run like the plan itself and set against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_results import Who
from spine_outcomes.analysis.fitted import Fitted, fit
from spine_outcomes.analysis.interval_censoring import MODEL as WEIBULL
from spine_outcomes.analysis.interval_censoring import RISK_MODEL as TURNBULL
from spine_outcomes.analysis.prepared import Prepared, prepare
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.results import CURVE_MODELS, SENSITIVITY
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.errors import CohortError, Finding, NotEstimableError
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.variants import variants


def sensitivity_results(
    cohort: Cohort, primary: Prepared, fitted: Fitted, step: Step = silent
) -> tuple[list[pd.DataFrame], list[Finding]]:
    """Run every sensitivity analysis of the plan.

    Parameters
    ----------
    cohort
        As it was read: a change may select other rows of it, or cut it at another date.
    primary
        What the primary analysis stands on; its imputations are used again where a change draws
        none of its own.
    fitted
        What the primary analysis found.

    Returns
    -------
    frames
        ``RESULT_COLUMNS`` of each, ``analysis`` being ``sensitivity:NAME``.
    findings
        Analyses that could not be made, and why; and of the others what the primary analysis has
        no finding of, such as events without the date that a definition asks for.
    """
    plan = primary.plan
    known, said = [primary], {_subject(finding) for finding in _found(fitted)}
    frames: list[pd.DataFrame] = []
    findings: list[Finding] = []
    for chosen, variant in zip(plan.sensitivity, variants(plan).values(), strict=True):
        step(f"Sensitivity analysis: {chosen.name}")
        try:
            prepared = prepare(variant, cohort, like=known)
            who = Who(f"{SENSITIVITY}{chosen.name}")
            changed = fit(prepared, who=who, endpoints=chosen.endpoints)
        except (CohortError, NotEstimableError) as fault:
            reason = "; ".join(problem.message for problem in fault.problems)
            message = f"The sensitivity analysis {chosen.label or chosen.name} failed: {reason}"
            findings.append(Finding("W_SENSITIVITY_FAILED", message, "serious", "outcomes"))
            continue
        known.append(prepared)
        frames.append(changed.results)
        findings += [
            replace(finding, message=f"{chosen.label or chosen.name}: {finding.message}")
            for finding in _found(changed)
            if _subject(finding) not in said
        ]
    return frames, findings


def _found(fitted: Fitted) -> Iterator[Finding]:
    """What was found in deriving and estimating the endpoints."""
    for (_, sample), own in zip(fitted.samples, fitted.found, strict=True):
        yield from (*sample.outcome.findings, *own.findings)


def _subject(finding: Finding) -> tuple[str, str | None]:
    """What a finding is of."""
    return finding.code, finding.endpoint


def departures(results: pd.DataFrame, plan: AnalysisPlan) -> Iterator[Finding]:
    """Sensitivity analyses further from the primary one than the plan's margins.

    Compared are hazard ratios, and risk differences at the last time, of one endpoint and estimand;
    interval-censored ones with those of the first look at the event.
    """
    margins = plan.sensitivity_margins
    is_ratio = results["model"].isin(("cox", WEIBULL))
    hazard = results[is_ratio & (results["measure"] == "hazard_ratio")]
    is_curve = results["model"].isin((*CURVE_MODELS, TURNBULL))
    risk = results[is_curve & (results["measure"] == "risk_difference")]
    last = risk[risk["time"] == risk["time"].max()]
    labels = {
        f"{SENSITIVITY}{chosen.name}": chosen.label or chosen.name for chosen in plan.sensitivity
    }
    for frame, quantity in ((hazard, "hazard ratio"), (last, "risk difference")):
        beside = frame[frame["analysis"].isin(labels)]
        primary = _primary(frame, beside)
        own = beside["estimate"].to_numpy(np.float64)
        if quantity == "hazard ratio":
            is_far = np.abs(np.log(own / primary)) > np.log(margins.hazard_ratio)
        else:
            is_far = np.abs(own - primary) > margins.risk_difference
        far = zip(beside[is_far].itertuples(), own[is_far], primary[is_far], strict=True)
        for row, here, there in far:
            yield Finding(
                "W_SENSITIVE",
                f"{labels[str(row.analysis)]}: the {quantity} ({row.estimand}) is "
                f"{_shown(here, quantity)}, {_shown(there, quantity)} in the primary analysis; "
                "the plan's margin is passed.",
                "caution",
                "outcomes",
                str(row.endpoint),
            )


def _primary(frame: pd.DataFrame, beside: pd.DataFrame) -> NDArray[np.float64]:
    """The primary estimate of the endpoint and estimand of each row; NaN where there is none."""
    is_main = (frame["analysis"] == "primary") & ~frame["model"].isin((WEIBULL, TURNBULL))
    main = frame[is_main].set_index(["endpoint", "estimand"])["estimate"]
    estimand = beside["estimand"].str.split(":").str[0]  # ATE:entropy is another way to the ATE
    keys = pd.MultiIndex.from_arrays([beside["endpoint"], estimand])
    return main.reindex(keys).to_numpy(np.float64)


def _shown(value: float, quantity: str) -> str:
    """A ratio with two decimals, a difference in percentage points."""
    return f"{value:.2f}" if quantity == "hazard ratio" else f"{100 * value:.1f} points"
