"""Small cells of toxicity: neither a total nor a proportion beside a hidden count gives it back."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.toxicity_counts import ASSESSED, NOT_ASSESSED

GROUP = ["term", "window", "cause", "level_unit", "arm"]
PLAIN = ("proportion", "event_rate")
NUMBERS = ("estimate", "std_error", "lower", "upper", "statistic", "p_value")


def hide_complements(full: pd.DataFrame, shown: pd.DataFrame, k: int) -> pd.DataFrame:
    """Hide one more count wherever a single hidden one would follow from the total.

    Parameters
    ----------
    full, shown
        ``TOXICITY_COLUMNS`` before and after small counts were hidden.
    k
        Smallest count that is shown.

    Notes
    -----
    The second one is the nearest lower grade that somebody has, as "≥k": then the numbers of rows
    with some grade or more do not give the first back either.
    """
    is_hidden = shown["n"].map(lambda n: isinstance(n, str)).astype(bool)
    counts = shown["n"].astype(object)
    for _, rows in full.groupby(GROUP, sort=False):
        parts = rows[rows["grade"] != ASSESSED]
        hidden = [i for i in parts.index if is_hidden[i]]
        if len(hidden) != 1:
            continue
        for other in _beside(parts, hidden[0])[:1]:
            counts[other] = f"≥{k}"
    return shown.assign(n=counts)


def _beside(parts: pd.DataFrame, hidden: int) -> list[int]:
    """Other counts above 0 of a distribution, the nearest lower grade first."""
    others = parts[(parts["n"] > 0) & (parts.index != hidden)]
    grade = parts["grade"].replace(NOT_ASSESSED, "6").astype(int)
    own = grade[hidden]
    order = sorted(others.index, key=lambda i: (grade[i] > own, abs(grade[i] - own)))
    return [int(i) for i in order]


def hide_plain_proportions(results: pd.DataFrame) -> pd.DataFrame:
    """Blank unweighted proportions and rates of a hidden number of events, and contrasts of them.

    Weighted ones are estimates of a model and stay.
    """
    is_own = results["measure"].astype(str).str.startswith(PLAIN)
    is_few = results["n_event"].map(lambda n: isinstance(n, str)).astype(bool)
    is_plain = is_own & (results["estimand"] == "unweighted")
    keys = ["endpoint", "term"]
    few = (
        results[is_plain & is_few & results["arm"].notna()][keys].astype(str).agg("/".join, axis=1)
    )
    of_few = results[keys].astype(str).agg("/".join, axis=1).isin(set(few))
    is_blank = is_plain & of_few & (is_few | results["arm"].isna())
    if not is_blank.any():
        return results
    blank: dict[str, Any] = {name: results[name].mask(is_blank) for name in NUMBERS}
    reason = results["reason"].mask(is_blank, "not shown: the number of events is small")
    return results.assign(
        **blank, reason=reason, status=results["status"].mask(is_blank, "not_estimable")
    )


def hide_rare_events(listing: pd.DataFrame, k: int) -> pd.DataFrame:
    """Drop listed events that fewer than k others are like, and blank what tells those left apart.

    Alike are events of one arm, term and grade; their attribution and days are shown where k of
    them share both.
    """
    if k < 2 or listing.empty:
        return listing
    kind = ["arm", "term", "grade"]
    n_alike = listing.groupby(kind)["number"].transform("size")
    kept = listing[n_alike >= k].copy()
    n_same = kept.groupby([*kind, "attribution", "days"], dropna=False)["number"].transform("size")
    kept["attribution"] = kept["attribution"].mask(n_same < k)
    kept["days"] = kept["days"].astype(object).mask(n_same < k)
    return kept.assign(number=range(1, len(kept) + 1))
