"""Worries that come out of the numbers, and all findings ranked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.analysis.results import FINDING_COLUMNS
from spine_outcomes.errors import Finding, people

FEW_CLUSTERS = 30
FEW_EVENTS = 10
NOT_PROPORTIONAL = 0.05

_RANK = {"serious": 0, "caution": 1, "note": 2}


def cluster_findings(rows: AnalysisSet) -> tuple[Finding, ...]:
    """Too few clusters for large-sample standard errors."""
    n_clusters = len(rows) if rows.cluster is None else len(np.unique(rows.cluster))
    if n_clusters >= FEW_CLUSTERS:
        return ()
    message = (
        f"All rows at {rows.level} level are of one cluster: there are no standard errors."
        if n_clusters == 1
        else f"Standard errors at {rows.level} level rest on {n_clusters} clusters; below "
        f"{FEW_CLUSTERS} they are too small. estimation.small_sample counts what was estimated "
        "from them."
    )
    return (Finding("W_FEW_CLUSTERS", message, "serious", "outcomes", n=n_clusters),)


def outcome_findings(results: pd.DataFrame) -> tuple[Finding, ...]:
    """Endpoints with few events, and what could not be estimated."""
    findings = []
    tests = results[
        (results["model"] == "score") & (results["estimand"] == results["estimand"].iloc[0])
    ]
    for row in tests.itertuples():
        if row.n_event < FEW_EVENTS:
            findings.append(
                Finding(
                    "W_NO_EVENTS" if row.n_event == 0 else "W_FEW_EVENTS",
                    f"{people(row.n_event)} events in {people(row.n)} rows: large-sample "
                    "intervals are not to be trusted.",
                    severity="serious",
                    section="outcomes",
                    endpoint=str(row.endpoint),
                    n=int(row.n_event),
                )
            )
    differences = results[results["measure"] == "risk_difference"]
    cut = differences[(differences["lower"] == -1) | (differences["upper"] == 1)]
    for name, group in cut.groupby("endpoint", sort=False):
        findings.append(
            Finding(
                "W_CLIPPED",
                f"{len(group)} intervals of risk differences passed −1 or 1 and are cut there: the "
                "large-sample error is not to be trusted.",
                section="outcomes",
                endpoint=str(name),
            )
        )
    changing = results[
        (results["model"] == "proportional_hazards") & (results["p_value"] < NOT_PROPORTIONAL)
    ]
    for name, group in changing.groupby("endpoint", sort=False):
        findings.append(
            Finding(
                "W_NON_PROPORTIONAL",
                f"The hazard ratio changes over time ({', '.join(group['estimand'])}; robust test, "
                f"p < {NOT_PROPORTIONAL:g}): one number for the whole follow-up is an average. "
                "Read the risks and the restricted means in its place.",
                section="outcomes",
                endpoint=str(name),
            )
        )
    missing = results[results["status"] == "not_estimable"]
    for (endpoint, reason), group in missing.groupby(["endpoint", "reason"], sort=False):
        findings.append(
            Finding(
                "W_NOT_ESTIMABLE",
                f"{len(group)} results are not estimable: {reason}.",
                severity="caution",
                section="outcomes",
                endpoint=str(endpoint),
                n=len(group),
            )
        )
    return tuple(findings)


def findings_frame(findings: Iterable[Finding], min_cell: int) -> pd.DataFrame:
    """All findings, each once with the endpoints it concerns, ranked, ``FINDING_COLUMNS``."""
    endpoints: dict[Finding, list[str]] = {}
    for finding in findings:
        concerned = endpoints.setdefault(replace(finding, endpoint=None), [])
        concerned += [finding.endpoint] if finding.endpoint else []
    ranked = sorted(endpoints, key=lambda finding: _RANK[finding.severity])
    records = [
        {
            **asdict(finding),
            "rank": rank,
            "message": finding.text(min_cell),
            "endpoint": ", ".join(endpoints[finding]) or None,
        }
        for rank, finding in enumerate(ranked, start=1)
    ]
    return pd.DataFrame(records, columns=list(FINDING_COLUMNS))
