"""What goes blank beside a hidden count, because it is a share of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import RISK_FACTORS
from spine_outcomes.tables.numbers import HIDDEN_REASON

NUMBERS = ("estimate", "std_error", "lower", "upper", "statistic", "p_value")
CURVE_NUMBERS = ("estimate", "std_error", "lower", "upper", "band_lower", "band_upper")
BALANCE_NUMBERS = ("smd", "variance_ratio", "ks", "smd_largest")
SHARES = (
    "survival", "cumulative_incidence", "one_minus_cumulative_incidence", "risk_difference",
    "risk_ratio", "number_needed_to_treat", "mean_cumulative_count", "mean_count_difference",
    "mean_count_ratio",
)  # fmt: skip
# Of totals that nothing censors: few weighted events give their number back, too.
UNCENSORED = (
    "proportion", "proportion_difference", "proportion_ratio", "event_rate", "rate_difference",
    "rate_ratio",
)  # fmt: skip


def hide_shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank the values and limits that stand beside a hidden count, but for means of many."""
    is_mean = frame.get("kind", pd.Series("", index=frame.index)).isin(["mean_sd", "median_iqr"])
    is_many = frame["n"].astype(str).str.startswith("≥")
    is_hidden = _is_text(frame["n"]) & ~(is_mean & is_many)
    values = frame[["value", "lower", "upper"]].astype(float).mask(is_hidden, axis=0)
    return frame.assign(value=values["value"], lower=values["lower"], upper=values["upper"])


def hide_known(imaging: pd.DataFrame) -> pd.DataFrame:
    """Leave out of how many rows a median is: the others are those without an image."""
    is_share = imaging["measure"].astype(str).str.startswith("share")
    return imaging.assign(n=imaging["n"].where(is_share | _is_text(imaging["n"])))


def hide_observed(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank the share observed in a group whose events are hidden."""
    if "n_event" not in frame:
        return frame
    is_hidden = _is_text(frame["n_event"]) | _is_text(frame["n"])
    shares = {name: frame[name].mask(is_hidden) for name in ("estimate", "lower", "upper")}
    return frame.assign(**shares) if is_hidden.any() else frame


def hide_rare_kinds(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank what a patient has in common with too few others."""
    kinds = frame[["n_rows", "arms"]].astype(object).mask(_is_text(frame["n_alike"]), axis=0)
    return frame.assign(n_rows=kinds["n_rows"], arms=kinds["arms"])


def hide_risks(results: pd.DataFrame) -> pd.DataFrame:
    """Blank risks of a hidden number of events, and the contrasts that hold them.

    Without censoring such a risk is the number over that of the rows: unweighted it gives it back,
    and of proportions and rates also weighted. Effective sizes of unweighted rows are their number,
    and go with it. A factor's level of few rows or events has no hazard ratio either.
    """
    is_plain = results["estimand"] == "unweighted"
    is_share = results["measure"].isin(UNCENSORED) | (is_plain & results["measure"].isin(SHARES))
    keys = ["analysis", "subgroup", "endpoint", "term", "time", "estimand"]
    named = results[keys].astype(str).agg("/".join, axis=1)
    is_of_group = results["arm"].notna() | (results["analysis"] == RISK_FACTORS)
    is_few = is_share & is_of_group & _is_text(results["n_event"])
    is_blank = is_few | (is_share & results["arm"].isna() & named.isin(set(named[is_few])))
    is_blank |= _of_few(results)
    ess = results["ess"].mask(is_plain & _is_text(results["n"]))
    if not is_blank.any():
        return results.assign(ess=ess)
    blank: dict[str, Any] = {name: results[name].mask(is_blank) for name in NUMBERS}
    return results.assign(
        **blank,
        ess=ess,
        status=results["status"].mask(is_blank, "not_estimable"),
        reason=results["reason"].mask(is_blank, HIDDEN_REASON),
    )


def _of_few(results: pd.DataFrame) -> pd.Series[bool]:
    """Hazard ratios of levels of a factor that few rows have, or few of those with the event."""
    is_factor = results["analysis"] == RISK_FACTORS
    is_level = is_factor & (results["measure"] == "cumulative_incidence")
    few = results[["n", "n_event"]].apply(lambda n: n.astype(str).str.startswith("<")).any(axis=1)
    named = results["endpoint"].astype(str) + "/" + results["term"].astype(str)
    is_ratio = is_factor & (results["measure"] == "hazard_ratio")
    return is_ratio & named.isin(set(named[is_level & few]))


def hide_checks(checks: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Leave out the comparisons of risks that are no longer shown.

    Parameters
    ----------
    checks
        ``QUALITY_COLUMNS``.
    before, after
        The results before and after ``hide_risks``.
    """
    gone = before.loc[before["estimate"].notna() & after["estimate"].isna(), "estimate"]
    is_gone = [
        bool(np.isclose(ours, gone.astype(float), rtol=1e-9).any()) for ours in checks["ours"]
    ]
    return checks[~np.array(is_gone, dtype=bool)] if any(is_gone) else checks


def hide_curves(curves: pd.DataFrame, risk_table: pd.DataFrame) -> pd.DataFrame:
    """Blank unweighted curves between the ticks around a hidden number of events.

    Their steps would count the events one by one. The difference of the arms goes where either is.
    """
    is_blank = np.zeros(len(curves), dtype=bool)
    is_plain = (curves["estimand"] == "unweighted").to_numpy(dtype=bool)
    times = curves["time"].to_numpy(dtype=float)
    for (endpoint, arm), own in risk_table.groupby(["endpoint", "arm"], sort=False):
        is_curve = is_plain & (curves["endpoint"] == endpoint).to_numpy()
        is_curve &= (curves["arm"].isna() | (curves["arm"] == arm)).to_numpy(dtype=bool)
        is_own = (curves["cause"] == endpoint).to_numpy()
        for state, is_cause in (("n_event", is_own), ("n_competing", ~is_own)):
            for low, high in _spans(own["time"].to_numpy(dtype=float), _is_text(own[state])):
                is_blank |= is_curve & is_cause & (times > low) & (times < high)
    if not is_blank.any():
        return curves
    return curves.assign(**{name: curves[name].mask(is_blank) for name in CURVE_NUMBERS})


def _spans(times: Any, is_hidden: pd.Series[bool]) -> Iterator[tuple[float, float]]:
    """The times between the nearest shown ones around each run of hidden ones."""
    padded = np.concatenate(([False], is_hidden.to_numpy(), [False])).astype(int)
    starts, ends = np.flatnonzero(np.diff(padded) == 1), np.flatnonzero(np.diff(padded) == -1)
    for start, end in zip(starts, ends, strict=True):
        low = times[start - 1] if start else -np.inf
        yield low, times[end] if end < len(times) else np.inf


def hide_levels(
    balance: pd.DataFrame, baseline: pd.DataFrame, arms: tuple[str, str]
) -> pd.DataFrame:
    """Blank the means of a level whose count is hidden in an arm: a mean there is a share.

    Unweighted differences go too: with the other arm's share they give it back.
    """
    is_level = (baseline["kind"] == "proportion") & (baseline["estimand"] == "unweighted")
    is_hidden = is_level & _is_text(baseline["n"])
    keys = _named(balance)
    is_plain = balance["estimand"] == "unweighted"
    is_rare = pd.Series(False, index=balance.index)
    blank: dict[str, Any] = {}
    for arm, mean in zip(arms, ("mean_reference", "mean_comparator"), strict=True):
        found = set(_named(baseline[is_hidden & (baseline["arm"] == arm)]))
        is_here = keys.isin(found)
        blank[mean] = balance[mean].mask(is_here)
        is_rare |= is_here
    blank |= {name: balance[name].mask(is_rare & is_plain) for name in BALANCE_NUMBERS}
    return balance.assign(**blank) if is_rare.any() else balance


def _named(frame: pd.DataFrame) -> pd.Series[str]:
    """Column and level of each row as one name."""
    return frame["column"].astype(str) + "/" + frame["level"].fillna("").astype(str)


def _is_text(counts: pd.Series[Any]) -> pd.Series[bool]:
    """Which counts are hidden."""
    return counts.map(lambda n: isinstance(n, str)).astype(bool)


def hide_weighted(weighted: pd.DataFrame, risk_table: pd.DataFrame) -> pd.DataFrame:
    """Sums of weights without those of hidden people: the mark of the count stands for them."""
    keys = ["endpoint", "arm", "time"]
    people = weighted[keys].merge(risk_table, on=keys, how="left", validate="many_to_one")
    shown = {}
    for name in ("n_risk", "n_event", "n_competing", "n_censored"):
        is_hidden = people[name].map(lambda n: isinstance(n, str)).to_numpy(dtype=bool)
        if is_hidden.any():
            marks = people[name].set_axis(weighted.index)
            shown[name] = weighted[name].astype(object).mask(is_hidden, marks)
    return weighted.assign(**shown)
