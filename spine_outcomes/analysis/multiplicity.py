"""p values of several endpoints, adjusted for one another."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.inference.multiplicity import adjust_p_values
from spine_outcomes.study.plan import AnalysisPlan

ADJUSTED = (
    (("cox",), "hazard_ratio"),
    (("kaplan_meier", "aalen_johansen"), "risk_difference"),
)


def adjust_tests(results: pd.DataFrame, plan: AnalysisPlan) -> pd.DataFrame:
    """Fill ``p_adjusted`` as ``multiplicity`` of the plan says.

    Parameters
    ----------
    results
        ``RESULT_COLUMNS`` of all endpoints.
    plan
        ``order`` lists the endpoints of the family, all where it is empty.

    Notes
    -----
    A family is one measure under the first weighted estimand: the marginal hazard ratios, and the
    risk differences at each time. Only the comparison of the arms is adjusted, never adjusted
    models, other estimands, subgroups or sensitivity analyses.
    """
    method = plan.multiplicity.method
    if method == "none":
        return results
    adjusted = results.copy()
    estimands = list(dict.fromkeys(results["estimand"]))
    headline = next((name for name in estimands if name != "unweighted"), estimands[0])
    order = list(plan.multiplicity.order or plan.endpoints)
    is_shown = (results["analysis"] == "primary") & (results["estimand"] == headline)
    for models, measure in ADJUSTED:
        is_measure = is_shown & (results["measure"] == measure) & results["contrast"].notna()
        is_measure &= results["model"].isin(models)
        for _, family in results[is_measure].groupby("time", dropna=False, sort=False):
            rows = pd.Series(family.index, index=family["endpoint"]).reindex(order).dropna()
            index = rows.to_numpy(dtype=int)
            p_values = results.loc[index, "p_value"].to_numpy(dtype=float)
            adjusted.loc[index, "p_adjusted"] = adjust_p_values(p_values, method)
    return adjusted
