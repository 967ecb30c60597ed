"""Worries that come out of the numbers, and all findings ranked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import numpy as np
import pandas as pd

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.analysis.results import FINDING_COLUMNS
from spine_outcomes.errors import Finding
from spine_outcomes.study.plan import AnalysisPlan

FEW_CLUSTERS = 30
FEW_EVENTS = 10

_RANK = {"serious": 0, "caution": 1, "note": 2}


def cluster_findings(rows: AnalysisSet, plan: AnalysisPlan) -> tuple[Finding, ...]:
    """Few clusters, and clusters with rows in both arms."""
    if rows.cluster is None:
        return ()
    findings = []
    n_clusters = len(np.unique(rows.cluster))
    if n_clusters < FEW_CLUSTERS:
        findings.append(
            Finding(
                "W_FEW_CLUSTERS",
                f"Standard errors rest on {n_clusters} clusters; below {FEW_CLUSTERS} they are "
                "too small.",
                severity="serious",
                section="outcomes",
                n=n_clusters,
            )
        )
    arms = pd.Series(rows.arm).groupby(rows.cluster).nunique()
    n_both = int((arms > 1).sum())
    if n_both:
        findings.append(
            Finding(
                "W_CLUSTERS_IN_BOTH_ARMS",
                f"{n_both} of {n_clusters} clusters ({plan.cluster}) have rows in both arms; the "
                "covariance between arms is part of every contrast.",
                severity="note",
                section="outcomes",
                n=n_both,
            )
        )
    return tuple(findings)


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
                    f"{row.n_event} events in {row.n} rows: large-sample intervals are not to be "
                    "trusted.",
                    severity="serious",
                    section="outcomes",
                    endpoint=str(row.endpoint),
                    n=int(row.n_event),
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


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """All findings, each once, the serious first, ``FINDING_COLUMNS``."""
    ranked = sorted(dict.fromkeys(findings), key=lambda finding: _RANK[finding.severity])
    frame = pd.DataFrame([asdict(finding) for finding in ranked])
    frame["rank"] = range(1, len(frame) + 1)
    return frame.reindex(columns=list(FINDING_COLUMNS))
