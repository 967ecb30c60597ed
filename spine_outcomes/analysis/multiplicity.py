"""p values of several endpoints, adjusted for one another."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.inference.multiplicity import adjust_p_values
from spine_outcomes.study.plan import AnalysisPlan


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
    The family is one test an endpoint: that of the marginal (cause-specific) hazard ratio under the
    first weighted estimand. Several families side by side, one a measure or a time, would each
    spend the whole error. Other measures, estimands and models have no adjusted p value.
    """
    method = plan.multiplicity.method
    if method == "none":
        return results
    adjusted = results.copy()
    estimands = list(dict.fromkeys(results["estimand"]))
    headline = next((name for name in estimands if name != "unweighted"), estimands[0])
    order = list(plan.multiplicity.order or plan.endpoints)
    family = results[
        (results["analysis"] == "primary")
        & (results["estimand"] == headline)
        & (results["model"] == "cox")
    ]
    rows = pd.Series(family.index, index=family["endpoint"]).reindex(order).dropna()
    index = rows.to_numpy(dtype=int)
    p_values = results.loc[index, "p_value"].to_numpy(dtype=float)
    adjusted.loc[index, "p_adjusted"] = adjust_p_values(p_values, method)
    return adjusted
