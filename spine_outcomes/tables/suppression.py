"""Small cells: what leaves holds no count from 1 to k − 1, nor what would give one back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from spine_outcomes.analysis.e_values import primary_endpoint
from spine_outcomes.analysis.results import SUPPRESSED_COLUMNS, Results
from spine_outcomes.tables.count_sums import (
    Places,
    by_frame,
    hidden_counts,
    of_baseline,
    of_flow,
    of_missing,
    of_propensity,
    of_toxicity,
)
from spine_outcomes.tables.hidden_shares import (
    hide_checks,
    hide_curves,
    hide_known,
    hide_levels,
    hide_observed,
    hide_rare_kinds,
    hide_risks,
    hide_shares,
    hide_weighted,
)
from spine_outcomes.tables.outcome_sums import of_outcomes
from spine_outcomes.tables.toxicity_suppression import hide_rare_events

COUNTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "results": ("n", "n_event", "n_competing"),
        "risk_table": ("n_risk", "n_event", "n_competing", "n_censored", "n_to_enter"),
        "weights": ("n", "n_truncated"),
        "propensity": ("n",),
        "baseline": ("n",),
        "flow": (
            "n_lesions", "n_patients", "excluded_lesions", "excluded_patients", "n_reference",
            "n_comparator",
        ),
        "imaging": ("n",),
        "missing": ("n", "n_missing"),
        "missing_patterns": ("n",),
        "influential": ("n_alike",),
        "findings": ("n",),
        "toxicity": ("n",),
        "dose_response": ("n", "n_event"),
    }
)  # fmt: skip

# The column that says in the log where counts were hidden.
_PLACE = MappingProxyType(
    {
        "results": "endpoint", "risk_table": "endpoint", "weights": "level_unit",
        "propensity": "level_unit", "baseline": "column", "flow": "id", "imaging": "measure",
        "missing": "column", "missing_patterns": "arm", "influential": "endpoint",
        "findings": "code", "toxicity": "term", "dose_response": "response",
    }
)  # fmt: skip


def protected(results: Results) -> Results:
    """The results as they may leave: small counts as "<5", others that give them back as "≥5".

    Notes
    -----
    ``plan.report.min_cell`` is k (0 or 1: nothing is hidden); a zero stays a zero. What is a share
    of a hidden count is blank: percentages, unweighted risks, balance of a rare level. Estimates
    under weights stay: the weights, which nobody is shown, stand between them and the counts.
    ``suppressed`` says how many counts were hidden where.
    """
    k = results.plan.report.min_cell
    if k < 2:
        return results
    further = _further(results, k)
    frames = {
        name: hide_counts(getattr(results, name), columns, k, further.get(name, ()))
        for name, columns in COUNTS.items()
    }
    frames["findings"] = hide_told(frames["findings"], k)
    log = pd.DataFrame(_log(frames, k), columns=list(SUPPRESSED_COLUMNS))
    frames["baseline"] = hide_shares(frames["baseline"])
    frames["imaging"] = hide_shares(hide_known(frames["imaging"]))
    frames["dose_response"] = hide_observed(frames["dose_response"])
    frames["influential"] = hide_rare_kinds(frames["influential"])
    frames["results"] = hide_risks(frames["results"])
    frames["quality_control"] = hide_checks(
        results.quality_control, results.results, frames["results"]
    )
    frames["curves"] = hide_curves(results.curves, frames["risk_table"])
    frames["weighted_risk_table"] = hide_weighted(results.weighted_risk_table, frames["risk_table"])
    for name in ("balance", "balance_at_risk"):
        frames[name] = hide_levels(
            getattr(results, name), frames["baseline"], results.plan.arms.codes
        )
    frames["toxicity_listing"] = hide_rare_events(results.toxicity_listing, k)
    return replace(
        results,
        **frames,  # type: ignore[arg-type]  # only frames are replaced
        suppressed=log,
        provenance=_hide_read(results.provenance, frames["flow"]),
    )


def hide_counts(
    frame: pd.DataFrame,
    columns: tuple[str, ...],
    k: int,
    further: tuple[tuple[int, str], ...] = (),
) -> pd.DataFrame:
    """Counts from 1 to ``k − 1`` as the text "<k", those ``further`` as "≥k"; others as they were.

    Parameters
    ----------
    frame, columns, k
        What is shown, which of its columns hold counts, and the smallest that is shown.
    further
        Position and column of counts that would give small ones back.
    """
    hidden = {}
    for name in columns:
        if name in frame:
            rows = [row for row, column in further if column == name]
            hidden[name] = _hidden(frame[name], k, rows)
    return frame.assign(**hidden)


def _hidden(counts: pd.Series[Any], k: int, further: list[int]) -> pd.Series[Any]:
    """One column of counts; its type changes only where something is hidden."""
    is_small = counts.between(1, k - 1)
    if not is_small.any() and not further:
        return counts
    shown = counts.astype(object).mask(is_small, f"<{k}")
    shown.iloc[further] = shown.iloc[further].where(is_small.iloc[further], f"≥{k}")
    return shown


def _further(results: Results, k: int) -> Places:
    """Rows and columns of each frame that would give small counts back."""
    parts = (
        of_flow(results.flow),
        of_outcomes(results.results, results.risk_table, primary_endpoint(results.plan)),
        of_baseline(results.baseline),
        of_missing(results.missing, results.missing_patterns),
        of_propensity(results.propensity),
        of_toxicity(results.toxicity),
    )
    told = {count.what for count in hidden_counts(parts, k)}
    places = [place for part in parts for place in part.places.items()]
    return by_frame(place for place, count in places if count.what in told and count.n >= k)


def _hide_read(provenance: dict[str, Any], flow: pd.DataFrame) -> dict[str, Any]:
    """Hide the number of rows read where the flow hides it."""
    read = flow["n_lesions"].iloc[0] if len(flow) else None
    return provenance | {"n_rows_read": read} if isinstance(read, str) else provenance


def hide_told(findings: pd.DataFrame, k: int) -> pd.DataFrame:
    """Hide the number of rows of a finding whose message hides a part of them."""
    is_told = findings["message"].astype(str).str.contains(f"<{k}", regex=False)
    is_number = findings["n"].map(lambda n: not isinstance(n, str) and pd.notna(n)).astype(bool)
    told = findings["n"].astype(object).mask(is_told & is_number, f"≥{k}")
    return findings.assign(n=told) if (is_told & is_number).any() else findings


def _log(frames: Mapping[str, pd.DataFrame], k: int) -> Iterator[tuple[str, str, int, int]]:
    """Product, place, and how many counts were hidden there as small and for the sake of others."""
    for name, frame in frames.items():
        columns = [column for column in COUNTS[name] if column in frame]
        for place, rows in frame.groupby(_PLACE[name], sort=False, dropna=False):
            counts = [int((rows[columns] == text).sum().sum()) for text in (f"<{k}", f"≥{k}")]
            if any(counts):
                yield name, str(place), counts[0], counts[1]
