"""Small cells of a look: what leaves holds no count from 1 to k − 1, nor a share beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from spine_outcomes.analysis.look.results import InterimResults
from spine_outcomes.tables import suppression
from spine_outcomes.tables.toxicity_suppression import hide_rare_events

COUNTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{name: suppression.COUNTS[name] for name in ("results", "flow", "baseline")},
        "accrual_summary": ("n",),
        "follow_up": ("n",),
        "visits": ("n_expected", "n_in_window"),
        "events": ("n", "n_event", "n_competing"),
        "grades": ("n",),
        "deaths": ("n", "n_event"),
        "deviations": ("n", "n_event"),
        "limits": ("n", "n_event"),
    }
)
SHARES = ("value", "lower", "upper", "share")
COUNTED = ("count", "exact")  # models whose estimate is a count or a share


def protected_look(results: InterimResults) -> InterimResults:
    """The results of a look as they may leave: small counts as "<5", their shares blank.

    ``plan.report.min_cell`` is k (0 or 1: nothing is hidden). Patients enrolled while they were few
    are not drawn. Counts of queries stay: they are the work to be done.
    """
    k = results.plan.report.min_cell
    frames = {name: getattr(results, name) for name in COUNTS}
    hidden = {name: _hidden(frame, COUNTS[name], k) for name, frame in frames.items()}
    drawn = results.accrual
    is_small = (drawn["kind"] == "enrolled") & drawn["n"].between(1, k - 1)
    hidden |= {"accrual": drawn[~is_small], "severe": hide_rare_events(results.severe, k)}
    return replace(results, **hidden)  # type: ignore[arg-type]  # frames


def _hidden(frame: pd.DataFrame, columns: tuple[str, ...], k: int) -> pd.DataFrame:
    """A frame without small counts, and without what gives them back."""
    shown = suppression.hide_counts(frame, columns, k)
    counts = [name for name in columns if name in shown]
    if shown.empty or not counts:
        return shown
    is_hidden = shown[counts].map(lambda value: isinstance(value, str)).any(axis=1)
    if "model" in shown:  # of the results: estimates of models are no counts
        is_hidden &= shown["model"].isin(COUNTED)
        names = ["estimate", "lower", "upper"]
    else:
        names = [name for name in SHARES if name in shown]
    if not is_hidden.any():
        return shown
    return shown.assign(**{name: shown[name].astype(float).mask(is_hidden) for name in names})
