"""Small cells: what leaves holds no count from 1 to k − 1, nor the percentage beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables.toxicity_suppression import (
    hide_complements,
    hide_plain_proportions,
    hide_rare_events,
)

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
    }
)  # fmt: skip


def protected(results: Results) -> Results:
    """The results as they may leave: small counts as "<5", their percentages blank.

    Notes
    -----
    ``plan.report.min_cell`` is k (0 or 1: nothing is hidden); a zero stays a zero. Estimates from
    models stay: they are no counts.
    """
    k = results.plan.report.min_cell
    frames = {
        name: hide_counts(getattr(results, name), columns, k) for name, columns in COUNTS.items()
    }
    frames["baseline"] = _hide_shares(frames["baseline"])
    frames["imaging"] = _hide_shares(frames["imaging"])
    frames["influential"] = _hide_rare_kinds(frames["influential"])
    frames["results"] = hide_plain_proportions(frames["results"])
    frames["toxicity"] = hide_complements(results.toxicity, frames["toxicity"], k)
    frames["toxicity_listing"] = hide_rare_events(results.toxicity_listing, k)
    return replace(results, **frames)  # type: ignore[arg-type]  # only frames are replaced


def hide_counts(frame: pd.DataFrame, columns: tuple[str, ...], k: int) -> pd.DataFrame:
    """Counts from 1 to ``k − 1`` as the text "<k"; other values as they were."""
    hidden = {name: _hidden(frame[name], k) for name in columns if name in frame}
    return frame.assign(**hidden)


def _hidden(counts: pd.Series[Any], k: int) -> pd.Series[Any]:
    """One column of counts; its type changes only where something is hidden."""
    is_small = counts.between(1, k - 1)
    return counts.astype(object).mask(is_small, f"<{k}") if is_small.any() else counts


def _hide_shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank the values and limits that stand beside a hidden count."""
    is_hidden = frame["n"].map(lambda n: isinstance(n, str)).astype(bool)
    values = frame[["value", "lower", "upper"]].astype(float).mask(is_hidden, axis=0)
    return frame.assign(value=values["value"], lower=values["lower"], upper=values["upper"])


def _hide_rare_kinds(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank what a patient has in common with too few others."""
    is_hidden = frame["n_alike"].map(lambda n: isinstance(n, str)).astype(bool)
    kinds = frame[["n_rows", "arms"]].astype(object).mask(is_hidden, axis=0)
    return frame.assign(n_rows=kinds["n_rows"], arms=kinds["arms"])
