"""What the primary result withstands: confounding not measured, single patients, those lost."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from spine_outcomes.analysis.e_values import bias_frame, e_value_frame, primary_endpoint
from spine_outcomes.analysis.fitted import Fitted
from spine_outcomes.analysis.influential import influence_findings, influential_frame
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.tipping_point import tipping_findings, tipping_point_frame
from spine_outcomes.errors import Finding
from spine_outcomes.study.plan import AnalysisPlan


class Robustness(NamedTuple):
    """Frames with the columns that ``Results`` says, and what was found."""

    e_values: pd.DataFrame
    bias_grid: pd.DataFrame
    influential: pd.DataFrame
    tipping_point: pd.DataFrame
    findings: tuple[Finding, ...]


def robustness(fitted: Fitted, plan: AnalysisPlan, step: Step = silent) -> Robustness:
    """E-values of every endpoint; bias, influence and tipping point of the primary one."""
    step("Asking what the primary result withstands")
    primary = primary_endpoint(plan)
    sample = next(own for own in fitted.samples if own[1].outcome.name == primary)
    plan = plan.of_endpoint(primary)
    influential = influential_frame(*sample, plan)
    tipping = tipping_point_frame(*sample, plan)
    return Robustness(
        e_value_frame(fitted.results),
        bias_frame(fitted.results, plan),
        influential,
        tipping,
        (*influence_findings(influential), *tipping_findings(tipping, plan)),
    )
