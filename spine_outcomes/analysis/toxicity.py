"""Toxicity, where the plan has the block: counts, proportions, rates, and what they depend on."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from spine_outcomes.analysis.dose_response import dose_responses
from spine_outcomes.analysis.fitted import Fitted
from spine_outcomes.analysis.prepared import Prepared
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.result_rows import results_frame
from spine_outcomes.analysis.risk_factors import risk_factor_rows
from spine_outcomes.analysis.toxicity_counts import listing_frame, toxicity_frame
from spine_outcomes.analysis.toxicity_estimates import (
    count_frame,
    count_rows,
    proportion_rows,
    rate_rows,
)
from spine_outcomes.analysis.toxicity_rows import toxic_rows
from spine_outcomes.errors import Finding


@dataclass(frozen=True, eq=False)
class ToxicityFound:
    """Rows of the results table, and frames of ``Results`` by the name of the field."""

    results: pd.DataFrame = field(default_factory=lambda: results_frame([]))
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def toxicity_found(prepared: Prepared, fitted: Fitted, step: Step = silent) -> ToxicityFound:
    """Everything about toxicity that the plan asks for; nothing where it has no such block."""
    plan = prepared.plan
    if plan.toxicity is None:
        return ToxicityFound()
    step("Counting toxicity")
    rows = toxic_rows(prepared, fitted)
    frames = {"toxicity": toxicity_frame(rows), "toxicity_listing": listing_frame(rows)}
    estimates = (*proportion_rows(rows, plan), *rate_rows(rows, plan), *count_rows(rows, plan))
    frames["mean_count"] = count_frame(rows, plan)
    step("Relating toxicity to factors and doses")
    responses, frames["dose_response"] = dose_responses(rows, prepared)
    factors = risk_factor_rows(prepared, fitted)
    return ToxicityFound(results_frame([*estimates, *responses, *factors]), frames)
