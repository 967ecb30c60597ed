"""The levels of a subgroup as rows: by codes, or by numbers that divide a column."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_numbers, is_one_of
from spine_outcomes.study.plan import Subgroup

DIGITS = 5
"""Significant digits of a median: the level holds what its label says."""


def subgroup_levels(subgroup: Subgroup, cohort: Cohort) -> dict[str, NDArray[np.intp]]:
    """Rows of each level, by the name of the level.

    Parameters
    ----------
    cohort
        The rows analysed, as they were recorded: a row without a value is in no level.

    Returns
    -------
    dict
        Names as the plan gives them, or made of the cuts: below the first, from one to the next,
        from the last on. A median is that of the recorded values, to five digits.
    """
    recorded = cohort.frame[subgroup.column]
    if subgroup.cuts is None:
        return {
            name: np.flatnonzero(is_one_of(recorded, codes))
            for name, codes in subgroup.codes.items()
        }
    value = as_numbers(recorded)
    is_known = np.isfinite(value)
    cuts = _cuts(subgroup, value[is_known])
    place = np.digitize(value, cuts)
    names = _names(cuts, is_median=subgroup.cuts == "median")
    return {name: np.flatnonzero(is_known & (place == i)) for i, name in enumerate(names)}


def _cuts(subgroup: Subgroup, known: NDArray[np.float64]) -> list[float]:
    """The numbers of the plan, or the median of the known values."""
    if subgroup.cuts is None or subgroup.cuts == "median":
        return [float(f"{np.median(known):.{DIGITS}g}")] if len(known) else [np.inf]
    return list(subgroup.cuts)


def _names(cuts: list[float], *, is_median: bool) -> list[str]:
    """Below the first cut, from one to the next, from the last on."""
    shown = [f"{cut:.12g}" for cut in cuts]
    if is_median:
        return [f"Below the median ({shown[0]})", f"The median ({shown[0]}) or more"]
    between = [f"{low} to below {high}" for low, high in pairwise(shown)]
    return [f"Below {shown[0]}", *between, f"{shown[-1]} or more"]
