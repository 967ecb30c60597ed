"""Small cells of a look: what leaves holds no count from 1 to k − 1, nor a share beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from spine_outcomes.analysis.look.results import EVERYBODY, InterimResults
from spine_outcomes.tables import suppression
from spine_outcomes.tables.hidden_shares import hide_levels, hide_risks
from spine_outcomes.tables.look_sums import GROUPED, POOLED_MODELS, given_back
from spine_outcomes.tables.numbers import HIDDEN
from spine_outcomes.tables.toxicity_suppression import hide_rare_events

COUNTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{name: suppression.COUNTS[name] for name in ("results", "flow", "baseline", "findings")},
        **{name: columns for name, (_, columns) in GROUPED.items()},
        "grades": ("n",),
    }
)
SHARES = ("value", "lower", "upper", "share", "posterior")


def protected_look(results: InterimResults) -> InterimResults:
    """The results of a look as they may leave: small counts as "<5", their shares blank.

    ``plan.report.min_cell`` is k (0 or 1: nothing is hidden). Counts that would give a small one
    back read "≥5". Patients enrolled while they were few are not drawn, nor those of the other arm
    then. Counts of queries stay: they are the work to be done.
    """
    k = results.plan.report.min_cell
    if k < 2:
        return results
    further, unsaid = given_back(results, k)
    hidden = {}
    for name, columns in COUNTS.items():
        shown = suppression.hide_counts(getattr(results, name), columns, k, further.get(name, ()))
        hidden[name] = _without_shares(_without(shown, unsaid.get(name, ())), columns)
    hidden["findings"] = suppression.hide_told(hidden["findings"], k)
    hidden |= {"accrual": _drawn(results.accrual, k), "severe": hide_rare_events(results.severe, k)}
    if len(results.balance):
        arms = results.plan.arms.codes
        hidden["balance"] = hide_levels(results.balance, hidden["baseline"], arms)
    return replace(results, **hidden)  # type: ignore[arg-type]  # frames


def _drawn(accrual: pd.DataFrame, k: int) -> pd.DataFrame:
    """Enrolment without small numbers; with one arm's at a time goes the other's."""
    is_small = (accrual["kind"] == "enrolled") & accrual["n"].between(1, k - 1)
    is_arm = accrual["code"] != EVERYBODY
    times = set(accrual.loc[is_small & is_arm, "time"])
    return accrual[~(is_small | (is_arm & accrual["time"].isin(times)))]


def _without(frame: pd.DataFrame, places: tuple[tuple[int, str], ...]) -> pd.DataFrame:
    """A frame that says nothing of the counts at some places."""
    columns = {column: frame[column].astype(object) for _, column in places}
    for row, column in places:
        columns[column].iloc[row] = HIDDEN
    return frame.assign(**columns)


def _without_shares(shown: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """A frame without the shares and estimates that stand beside a hidden count."""
    counts = [name for name in columns if name in shown]
    if shown.empty or not counts:
        return shown
    is_hidden = shown[counts].map(lambda value: isinstance(value, str)).any(axis=1)
    if "model" in shown:  # of the results: estimates of models are no counts
        shown = hide_risks(shown)
        is_hidden &= shown["model"].isin(POOLED_MODELS)
        names = ["estimate", "lower", "upper"]
    else:
        names = [name for name in SHARES if name in shown]
    if not is_hidden.any():
        return shown
    return shown.assign(**{name: shown[name].astype(float).mask(is_hidden) for name in names})
