"""Toxicity, where the plan has the block: counts, proportions, rates, and what they depend on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from spine_outcomes.analysis.fitted import Fitted
from spine_outcomes.analysis.prepared import Prepared
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.result_rows import results_frame
from spine_outcomes.analysis.toxicity.counts import listing_frame, toxicity_frame
from spine_outcomes.analysis.toxicity.dose_response import dose_responses
from spine_outcomes.analysis.toxicity.estimates import (
    count_frame,
    count_rows,
    proportion_rows,
    rate_rows,
)
from spine_outcomes.analysis.toxicity.risk_factors import risk_factor_rows
from spine_outcomes.analysis.toxicity.rows import ToxicRows, toxic_rows
from spine_outcomes.errors import Finding, Severity, people

MANY_UNKNOWN = 0.1  # share of the rows from which their absence is serious


@dataclass(frozen=True, eq=False)
class ToxicityFound:
    """Rows of the results table, and frames of ``Results`` by the name of the field."""

    results: pd.DataFrame = field(default_factory=lambda: results_frame([]))
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def _findings(rows: ToxicRows) -> Iterator[Finding]:
    """What the record leaves open: attribution, and rows of which a grade cannot be placed."""
    if not rows.found.has_attribution:
        message = (
            "The record of toxicity has no attribution: nothing is shown as related to treatment."
        )
        yield Finding("N_NO_ATTRIBUTION", message, "note", "outcomes")
    n_unknown = int(np.isnan(rows.worst(None, "any", "any")).sum())
    if n_unknown:
        message = (
            f"{people(n_unknown)} of {people(rows.found.n)} rows were never assessed for toxicity: "
            "they are in no denominator of it. Where being assessed depends on the toxicity, "
            "proportions are too small or too large."
        )
        is_many = n_unknown > MANY_UNKNOWN * rows.found.n
        severity: Severity = "serious" if is_many else "caution"
        yield Finding("W_NOT_ASSESSED", message, severity, "outcomes", n=n_unknown)


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
    found = results_frame([*estimates, *responses, *factors])
    return ToxicityFound(found, frames, tuple(_findings(rows)))
