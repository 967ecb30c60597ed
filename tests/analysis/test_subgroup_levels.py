"""Subgroups that numbers divide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes import Results
from spine_outcomes.analysis.subgroup_levels import subgroup_levels
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import Subgroup

SmallRun = Callable[..., Results]


def levels(values: list[Any], **keys: Any) -> dict[str, list[int]]:
    """Rows of each level of a column with these values."""
    frame = pd.DataFrame({"id": [f"P{i}" for i in range(len(values))], "size": values})
    columns = [
        {"name": "id", "label": "Patient", "level": "patient", "type": "string",
         "phase": "identifier"},
        {"name": "size", "label": "Size", "level": "patient", "type": "float", "unit": "cc",
         "phase": "baseline"},
    ]  # fmt: skip
    table = {"row": "patient", "patient": "id"}
    dictionary = DataDictionary.model_validate({"table": table, "columns": columns})
    cohort = cohort_from_frame(frame.astype("string"), dictionary, source="rows")
    found = subgroup_levels(Subgroup(name="size", column="size", **keys), cohort)
    return {name: rows.tolist() for name, rows in found.items()}


def test_a_value_at_a_cut_is_above_it() -> None:
    """A patient of 65 among those below 65."""
    assert levels([64.9, 65, 66, 50, 49], cuts=[50, 65]) == {
        "Below 50": [4], "50 to below 65": [0, 3], "65 or more": [1, 2],
    }  # fmt: skip


def test_the_median_is_that_of_the_recorded_values() -> None:
    """A missing value counted as small, or put in a level. Of 1, 2, 4, 8 the median is 3."""
    assert levels([8, None, 1, 4, None, 2], cuts="median") == {
        "Below the median (3)": [2, 5], "The median (3) or more": [0, 3],
    }  # fmt: skip


def test_a_value_at_the_median_is_above_it() -> None:
    """DOMAIN: at or above the median; of an odd number of rows the middle one is above."""
    assert levels([1, 2, 3], cuts="median") == {
        "Below the median (2)": [0], "The median (2) or more": [1, 2],
    }  # fmt: skip


def test_the_label_is_the_cut() -> None:
    """A row on the other side of the number that people read; 2020.55342 is no month of a year."""
    found = levels([2020.1, 2020.55342, 2020.58, 2023.4, 2019], cuts="median")
    assert found == {"Below the median (2020.6)": [0, 1, 2, 4], "The median (2020.6) or more": [3]}


def test_nobody_recorded_is_in_a_level() -> None:
    """An internal fault where a column is empty."""
    assert list(levels([None, None], cuts="median").values()) == [[], []]


def test_cuts_are_the_codes_that_they_divide(small_run: SmallRun) -> None:
    """Estimates and test of interaction of other rows than the label says."""
    rng = np.random.default_rng(8)
    rows = [
        ("ab"[int(rng.integers(2))], int(rng.integers(1, 30)), i % 3, i // 2, (50, 70)[i % 2])
        for i in range(240)
    ]
    change = {"propensity.estimands": ["unweighted"]}
    by_code = {"name": "age", "column": "age", "levels": {"Below 60": "50", "60 or more": "70"}}
    by_cut = {"name": "age", "column": "age", "cuts": [60]}
    coded, cut = (small_run(rows, change, subgroups=[one]).results for one in (by_code, by_cut))
    assert (cut["measure"] == "interaction").sum() == 1
    pd.testing.assert_frame_equal(cut, coded)


@pytest.mark.parametrize("cut", [51, 200])
def test_a_level_of_nobody_keeps_its_line(small_run: SmallRun, cut: float) -> None:
    """A cut beyond all values must not keep the report from being written."""
    rows = [("ab"[i % 2], 1 + i % 20, i % 3, i, 51 + i % 30) for i in range(90)]
    subgroup = {"name": "age", "column": "age", "cuts": [cut]}
    found = small_run(rows, {}, subgroups=[subgroup]).results
    hazard = found[(found["measure"] == "hazard_ratio") & (found["analysis"] == "subgroup:age")]
    empty = hazard[hazard["n"] == 0]
    assert list(empty["status"]) == ["not_estimable"]
    assert (found["measure"] == "interaction").sum() == 1
