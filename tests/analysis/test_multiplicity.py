"""Adjusted p values of the packaged study: which rows, in which order, by which method."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spine_outcomes.analysis.multiplicity import adjust_tests
from spine_outcomes.study.plan import Multiplicity

ORDER = ["local_failure", "marginal_failure", "vertebral_fracture"]


def family(results, **wanted) -> pd.DataFrame:
    for column, value in wanted.items():
        results = results[results[column] == value]
    return results[results["contrast"].notna()].set_index("endpoint")


def test_the_sequence_of_the_plan_adjusts_one_test_an_endpoint(demo):
    """In its order, the largest p so far; a second family would spend the error twice."""
    rows = family(demo.results, estimand="ATE", model="cox", measure="hazard_ratio")
    largest = np.maximum.accumulate(rows.loc[ORDER, "p_value"])
    np.testing.assert_array_equal(rows.loc[ORDER, "p_adjusted"], largest)
    assert demo.results["p_adjusted"].notna().sum() == len(ORDER)


def test_without_an_order_all_endpoints_share_the_error(demo):
    """A family of the endpoints that happen to be listed elsewhere; nothing where none is asked."""
    before = demo.results.assign(p_adjusted=np.nan)
    plan = demo.plan.model_copy(update={"multiplicity": Multiplicity(method="holm")})
    rows = family(adjust_tests(before, plan), estimand="ATE", model="cox", measure="hazard_ratio")
    assert len(rows) == len(plan.endpoints)
    smallest = rows["p_value"].idxmin()
    assert rows.loc[smallest, "p_adjusted"] == min(1, len(rows) * rows.loc[smallest, "p_value"])
    none = demo.plan.model_copy(update={"multiplicity": Multiplicity()})
    assert adjust_tests(before, none)["p_adjusted"].isna().all()
