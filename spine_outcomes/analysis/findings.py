"""Worries that come out of the numbers, and all findings ranked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.analysis.results import FINDING_COLUMNS
from spine_outcomes.errors import Finding, people

FEW_CLUSTERS = 30
ENOUGH_FOR_TESTS = 100
FEW_EVENTS = 10
NOT_PROPORTIONAL = 0.05

_RANK = {"serious": 0, "caution": 1, "note": 2}


def cluster_findings(rows: AnalysisSet) -> Iterator[Finding]:
    """Too few clusters for large-sample standard errors, or for tests that rest on them.

    How often the tests reject is measured in ``benchmarks/size.py``, on 4000 cohorts of 80.
    """
    n_clusters = len(rows) if rows.cluster is None else len(np.unique(rows.cluster))
    if n_clusters == 1:
        message = (
            f"All rows at {rows.level} level are of one cluster: there are no standard errors."
        )
        yield Finding("W_FEW_CLUSTERS", message, "serious", "outcomes", n=n_clusters)
        return
    if n_clusters < FEW_CLUSTERS:
        message = (
            f"Standard errors at {rows.level} level rest on {n_clusters} clusters; below "
            f"{FEW_CLUSTERS} they are too small. estimation.small_sample counts what was estimated "
            "from them."
        )
        yield Finding("W_FEW_CLUSTERS", message, "serious", "outcomes", n=n_clusters)
    if n_clusters < ENOUGH_FOR_TESTS:
        message = (
            f"Robust tests at {rows.level} level rest on {n_clusters} clusters: with 80, those of "
            "the weighted log-rank and Gray type and of proportional hazards reject at 5 % in 7 % "
            "of simulated cohorts without an effect, the supremum test in 10 %. p values just "
            "below 0.05 prove less than they say; classical tests of unweighted rows keep 5 %."
        )
        yield Finding("W_FEW_FOR_TESTS", message, "caution", "outcomes", n=n_clusters)


def outcome_findings(results: pd.DataFrame) -> Iterator[Finding]:
    """Few events, intervals cut, hazard ratios that change, and what could not be estimated."""
    yield from _few_events(results)
    yield from _no_event_in_an_arm(results)
    yield from _cut_intervals(results)
    yield from _changing_hazard_ratios(results)
    yield from _not_estimable(results)


def _few_events(results: pd.DataFrame) -> Iterator[Finding]:
    """Endpoints with fewer than ten events in both arms together."""
    is_first = results["estimand"] == results["estimand"].iloc[0]
    for row in results[(results["model"] == "score") & is_first].itertuples():
        if row.n_event < FEW_EVENTS:
            code = "W_NO_EVENTS" if row.n_event == 0 else "W_FEW_EVENTS"
            message = (
                f"{people(row.n_event)} events in {people(row.n)} rows: large-sample intervals are "
                "not to be trusted."
            )
            yield Finding(code, message, "serious", "outcomes", str(row.endpoint), int(row.n_event))


def _no_event_in_an_arm(results: pd.DataFrame) -> Iterator[Finding]:
    """Arms without an event at the last time asked for: their rows show no spread."""
    risks = results[results["measure"].isin(["survival", "cumulative_incidence"])]
    last = risks[(risks["time"] == risks["time"].max()) & (risks["n_event"] == 0)]
    for (endpoint, arm), _ in last.groupby(["endpoint", "arm"], sort=False):
        message = (
            f"No event in arm {arm}: its risk has an exact limit, which the risk difference "
            "counts; a difference of restricted means has the error of the other arm alone and "
            "is too sure."
        )
        yield Finding("W_NO_EVENT_IN_ARM", message, "serious", "outcomes", str(endpoint))


def _cut_intervals(results: pd.DataFrame) -> Iterator[Finding]:
    """Risk differences whose large-sample limits left [−1, 1]."""
    differences = results[results["measure"] == "risk_difference"]
    cut = differences[(differences["lower"] == -1) | (differences["upper"] == 1)]
    for endpoint, group in cut.groupby("endpoint", sort=False):
        message = (
            f"{len(group)} intervals of risk differences passed −1 or 1 and are cut there: the "
            "large-sample error is not to be trusted."
        )
        yield Finding("W_CLIPPED", message, section="outcomes", endpoint=str(endpoint))


def _changing_hazard_ratios(results: pd.DataFrame) -> Iterator[Finding]:
    """Hazard ratios that the test of proportional hazards finds to change over time."""
    is_tested = results["model"] == "proportional_hazards"
    changing = results[is_tested & (results["p_value"] < NOT_PROPORTIONAL)]
    for endpoint, group in changing.groupby("endpoint", sort=False):
        message = (
            f"The hazard ratio changes over time ({', '.join(group['estimand'])}; robust test, "
            f"p < {NOT_PROPORTIONAL:g}): one number for the whole follow-up is an average. "
            "Read the risks and the restricted means in its place."
        )
        yield Finding("W_NON_PROPORTIONAL", message, section="outcomes", endpoint=str(endpoint))


def _not_estimable(results: pd.DataFrame) -> Iterator[Finding]:
    """Numbers that do not exist, by their reason."""
    missing = results[results["status"] == "not_estimable"]
    for (endpoint, reason), group in missing.groupby(["endpoint", "reason"], sort=False):
        n = len(group)
        message = f"{n} result{'s are' if n > 1 else ' is'} not estimable: {reason}."
        yield Finding("W_NOT_ESTIMABLE", message, section="outcomes", endpoint=str(endpoint))


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
