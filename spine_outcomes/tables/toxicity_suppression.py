"""Listed events of toxicity that too few others are like."""

from __future__ import annotations

import pandas as pd


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
