"""Rows of the results frame by what they are about."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import Results

STANDARDISED = ("censoring_weighted", "turnbull", "instrument", "g_formula", "iptw", "aipw")


def main_analysis(results: Results) -> pd.DataFrame:
    """Rows of the primary analysis of everybody, without the estimates that stand beside it.

    No sensitivity analysis, no subgroup, no risk standardised by another method.
    """
    frame = of_everybody(results)
    return frame[~frame["model"].isin(STANDARDISED)]


def standardised(results: Results) -> pd.DataFrame:
    """Risks of the primary analysis of everybody by other methods, which stand beside it."""
    frame = of_everybody(results)
    return frame[frame["model"].isin(STANDARDISED)]


def of_everybody(results: Results) -> pd.DataFrame:
    """Rows of the primary analysis that are of no subgroup."""
    frame = results.results
    is_everybody = frame["subgroup"].isna() | frame["subgroup"].isin(["", "all"])
    return frame[(frame["analysis"] == "primary") & is_everybody]


def where(frame: pd.DataFrame, **keys: object) -> pd.DataFrame:
    """Rows whose columns equal ``keys``; a time is matched up to rounding."""
    keep = np.ones(len(frame), dtype=bool)
    for name, value in keys.items():
        column = frame[name]
        if name == "time":
            keep &= np.isclose(column.to_numpy(dtype=float), float(str(value)), rtol=1e-9)
        else:
            keep &= (column == value).to_numpy()
    return frame[keep]


def one(frame: pd.DataFrame, **keys: object) -> pd.Series[Any] | None:
    """The row whose columns equal ``keys``; None where there is none.

    Raises
    ------
    ValueError
        If several rows fit: a table would show whichever came first.
    """
    rows = where(frame, **keys)
    if len(rows) > 1:
        raise ValueError(f"{len(rows)} rows of the results have {keys}")
    return rows.iloc[0] if len(rows) else None


def in_order(values: pd.Series[Any]) -> list[Any]:
    """Distinct values, missing ones left out, in order of appearance."""
    return list(dict.fromkeys(values.dropna()))


def headline_estimand(results: Results) -> str:
    """The estimand shown first: the first weighted one of the plan, else the first."""
    estimands = results.plan.propensity.estimands
    return next((name for name in estimands if name != "unweighted"), estimands[0])


def headline_rows(results: Results, endpoint: str) -> pd.DataFrame:
    """Rows of the main analysis of an endpoint under the estimand shown first."""
    estimand = headline_estimand(results)
    return where(main_analysis(results), endpoint=endpoint, estimand=estimand)


def endpoints_beside(results: Results, prefix: str) -> list[str]:
    """Endpoints of the analyses whose name begins so: ``SENSITIVITY`` or ``SUBGROUP``."""
    frame = results.results
    return in_order(frame.loc[frame["analysis"].str.startswith(prefix), "endpoint"])


def absolute_measure(frame: pd.DataFrame) -> str:
    """What the curves of these rows show: ``survival`` or ``cumulative_incidence``."""
    return "survival" if (frame["measure"] == "survival").any() else "cumulative_incidence"


def headline_time(results: Results, endpoint: str | None = None) -> float:
    """The latest of the plan's times, or of those of one endpoint, in display units."""
    plan = results.plan
    estimation = (plan if endpoint is None else plan.of_endpoint(endpoint)).estimation
    return max(time.to(estimation.unit) for time in estimation.times)
