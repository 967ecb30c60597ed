"""What moved between the results of two runs, or of two looks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spine_outcomes.analysis.result_rows import IDENTIFYING

DIFFERENCE_COLUMNS = (
    "analysis", "subgroup", "endpoint", "estimand", "model", "measure", "arm", "contrast", "term",
    "time", "old", "new", "difference", "change",
)  # fmt: skip
MOVED, ADDED, GONE, SAME = "moved", "added", "gone", "same"
ROUND_OFF = 1e-9


def moved_estimates(old: pd.DataFrame, new: pd.DataFrame, *, are_looks: bool) -> pd.DataFrame:
    """Every number that is not the same in both, ``DIFFERENCE_COLUMNS``.

    Parameters
    ----------
    old, new
        Results as ``RESULT_COLUMNS``, texts or numbers. Without an estimate the statistic counts.
    are_looks
        Whether the two are looks: their analyses have other names and are compared all the same.

    Returns
    -------
    DataFrame
        ``change`` is ``moved``, ``added`` (only in the new), ``gone`` (only in the old); what is
        estimable in one of them only has one of the two values. Differences relative to 1e-9 are
        round-off and left out.
    """
    keys = [name for name in (*IDENTIFYING, "contrast") if not (are_looks and name == "analysis")]
    before, after = _numbered(old, keys), _numbered(new, keys)
    both = before.merge(after, how="outer", on=keys, suffixes=("_old", "_new"), indicator=True)
    value, value_new = both["number_old"], both["number_new"]
    is_same = np.isclose(value, value_new, rtol=ROUND_OFF, atol=0.0, equal_nan=True)
    where = both["_merge"].astype(str)
    change = np.select(
        [where == "left_only", where == "right_only", is_same], [GONE, ADDED, SAME], MOVED
    )
    found = both[keys].assign(old=value, new=value_new, difference=value_new - value, change=change)
    return found[found["change"] != SAME].reindex(columns=list(DIFFERENCE_COLUMNS))


def _numbered(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The number of each row, under its keys as text; of rows with the same keys the first."""
    estimate = pd.to_numeric(frame["estimate"], errors="coerce")
    number = estimate.fillna(pd.to_numeric(frame["statistic"], errors="coerce"))
    named = frame[keys].astype("string").fillna("")
    return named.assign(number=number).drop_duplicates(keys)
