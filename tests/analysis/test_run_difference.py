"""What moved between two tables of results."""

from __future__ import annotations

import pandas as pd
import pytest

from spine_outcomes.analysis.results import RESULT_COLUMNS
from spine_outcomes.analysis.run_difference import moved_estimates


def results(*rows: dict[str, object]) -> pd.DataFrame:
    """Rows of a results table, as its file holds them."""
    frame = pd.DataFrame(rows, columns=list(RESULT_COLUMNS))
    return frame.astype("string").fillna("").astype(object)


def row(estimate: object, **changes: object) -> dict[str, object]:
    """A hazard ratio."""
    return {"analysis": "interim:1", "endpoint": "relapse", "estimand": "ATE", "model": "cox",
            "measure": "hazard_ratio", "estimate": estimate, **changes}  # fmt: skip


def test_moved_added_and_gone_numbers_are_named_and_equal_ones_are_not() -> None:
    """0.8 became 0.9; the unweighted one is gone, that of the other endpoint came."""
    old = results(row(0.8), row(0.5, estimand="unweighted"), row(0.7, model="fine_gray"))
    new = results(row(0.9), row(0.6, endpoint="death"), row(0.7, model="fine_gray"))
    found = moved_estimates(old, new, are_looks=False).set_index("change")
    assert found.loc["moved", ["old", "new"]].tolist() == [0.8, 0.9]
    assert found.loc["moved", "difference"] == pytest.approx(0.1)
    assert found.loc["gone", "estimand"] == "unweighted"
    assert found.loc["added", "endpoint"] == "death"
    assert len(found) == 3


def test_looks_are_compared_although_their_analyses_have_other_names() -> None:
    """interim:1 and interim:2 hold the same quantity; two sensitivity analyses do not."""
    old, new = results(row(0.8)), results(row(0.9, analysis="interim:2"))
    assert moved_estimates(old, new, are_looks=True)["change"].tolist() == ["moved"]
    apart = moved_estimates(old, new, are_looks=False)["change"]
    assert sorted(apart) == ["added", "gone"]


def test_round_off_is_no_change_and_not_estimable_is_one() -> None:
    """Another machine's last digit is nothing; a number that became NE is something."""
    old = results(row(0.8), row(1.0, endpoint="death"))
    new = results(row(0.8 * (1 + 1e-12)), row(None, endpoint="death"))
    found = moved_estimates(old, new, are_looks=False)
    assert found["endpoint"].tolist() == ["death"]
    assert pd.isna(found["new"].iloc[0])


def test_tests_are_compared_by_their_statistic() -> None:
    """A chi-square has no estimate."""
    old = results(row(None, measure="chi_square", statistic=3.0))
    new = results(row(None, measure="chi_square", statistic=4.5))
    assert moved_estimates(old, new, are_looks=False)["difference"].tolist() == [1.5]
