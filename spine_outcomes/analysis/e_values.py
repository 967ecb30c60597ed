"""How strong an unmeasured confounder would have to be: E-values, and the bias of a binary one."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import BIAS_COLUMNS, CURVE_MODELS, E_VALUE_COLUMNS
from spine_outcomes.inference.e_value import (
    approximate_risk_ratio,
    e_value_of_hazard_ratio,
    e_value_of_risk_ratio,
)
from spine_outcomes.inference.unmeasured_confounding import bias_factor, explaining_difference
from spine_outcomes.study.plan import AnalysisPlan

COMMON = 0.15
"""Share of rows with the event above which a hazard ratio is no risk ratio."""

OUTCOME_RATIOS = (1.25, 1.5, 2.0, 3.0, 5.0)
DIFFERENCES = (0.1, 0.2, 0.3, 0.4, 0.5)


def primary_endpoint(plan: AnalysisPlan) -> str:
    """The endpoint that the plan calls primary, else its first."""
    return plan.multiplicity.primary or next(iter(plan.endpoints))


def e_value_frame(results: pd.DataFrame) -> pd.DataFrame:
    """E-values of every endpoint: of the hazard ratio, and of the risk ratio at the last time.

    Parameters
    ----------
    results
        ``RESULT_COLUMNS``; the weighted rows of the primary analysis are taken.

    Returns
    -------
    DataFrame
        ``E_VALUE_COLUMNS``. A hazard ratio of a common outcome (events in more than 15 % of the
        rows) counts as the risk ratio that it approximately is.
    """
    weighted = _weighted(results)
    hazard = weighted[(weighted["model"] == "cox") & (weighted["measure"] == "hazard_ratio")]
    rows = pd.concat([hazard, _last_risk_ratios(weighted)]).sort_index()
    return pd.DataFrame([_e_values(row) for _, row in rows.iterrows()], columns=[*E_VALUE_COLUMNS])


def bias_frame(results: pd.DataFrame, plan: AnalysisPlan) -> pd.DataFrame:
    """The risk ratio of the primary endpoint at the last time, adjusted for one more confounder.

    Returns
    -------
    DataFrame
        ``BIAS_COLUMNS``: estimate and limits for each strength and imbalance of a confounder that
        is more frequent where it makes the ratio look further from 1 than it is; ``explains`` says
        what of the effect is gone: ``estimate`` (at or beyond 1), ``interval`` (holds 1), or
        nothing. ``explaining_difference`` is the least imbalance that takes all of it, empty where
        none does.
    """
    ratios = _last_risk_ratios(_weighted(results))
    own = ratios[(ratios["endpoint"] == primary_endpoint(plan)) & (ratios["status"] == "ok")]
    rows = [
        _adjusted(row, outcome_ratio, difference)
        for _, row in own.iterrows()
        for outcome_ratio, difference in product(OUTCOME_RATIOS, DIFFERENCES)
    ]
    return pd.DataFrame(rows, columns=[*BIAS_COLUMNS])


def _weighted(results: pd.DataFrame) -> pd.DataFrame:
    """Rows of the primary analysis of everybody under weights, or as they are without any."""
    main = results[(results["analysis"] == "primary") & results["subgroup"].isna()]
    weighted = main[main["estimand"] != "unweighted"]
    return weighted if len(weighted) else main


def _last_risk_ratios(weighted: pd.DataFrame) -> pd.DataFrame:
    is_curve = weighted["model"].isin(CURVE_MODELS)
    ratios: pd.DataFrame = weighted[is_curve & (weighted["measure"] == "risk_ratio")]
    last: pd.DataFrame = ratios[
        ratios["time"] == ratios.groupby("endpoint")["time"].transform("max")
    ]
    return last


def _e_values(row: pd.Series[Any]) -> dict[str, Any]:
    """One row of ``E_VALUE_COLUMNS``."""
    found = {name: row[name] for name in E_VALUE_COLUMNS if name in row}
    is_hazard = row["measure"] == "hazard_ratio"
    is_common = is_hazard and row["n_event"] > COMMON * row["n"]
    if is_hazard:
        found["outcome"] = "common" if is_common else "rare"
    if row["status"] != "ok":
        return found
    estimate, lower, upper = (float(row[name]) for name in ("estimate", "lower", "upper"))
    of = e_value_of_hazard_ratio if is_common else e_value_of_risk_ratio
    found["risk_ratio"] = approximate_risk_ratio(estimate) if is_common else estimate
    found["e_value"], found["e_value_limit"] = of(estimate, lower, upper)
    return found


def _adjusted(row: pd.Series[Any], outcome_ratio: float, difference: float) -> dict[str, Any]:
    """One row of ``BIAS_COLUMNS``."""
    ratio = float(row["estimate"])
    signed = difference if ratio >= 1 else -difference
    comparator, reference = 0.5 + signed / 2, 0.5 - signed / 2
    bias = float(bias_factor(outcome_ratio, comparator, reference))
    estimate, lower, upper = (float(row[name]) / bias for name in ("estimate", "lower", "upper"))
    is_gone = estimate <= 1 if ratio >= 1 else estimate >= 1
    holds_one = lower <= 1 <= upper
    least = float(explaining_difference(ratio, outcome_ratio))
    return {
        **{name: row[name] for name in ("endpoint", "level_unit", "estimand", "time")},
        "outcome_ratio": outcome_ratio,
        "prevalence_reference": reference,
        "prevalence_comparator": comparator,
        "bias": bias,
        "estimate": estimate,
        "lower": lower,
        "upper": upper,
        "explains": "estimate" if is_gone else "interval" if holds_one else None,
        "explaining_difference": least if abs(least) <= 1 else np.nan,
    }
