"""Effects inside pre-listed levels, and whether they differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes import Results
from spine_outcomes.survival.cox import cox

SmallRun = Callable[..., Results]
OLD = {"name": "age", "column": "age", "levels": {"young": "50", "old": "70"}}
WEIGHTED: dict[str, object] = {"propensity.estimands": ["unweighted"]}


def rows_of(n: int = 240) -> list[tuple[Any, ...]]:
    """Two rows a patient, one of each age, in both arms; the effect differs by age."""
    rng = np.random.default_rng(8)
    rows = []
    for i in range(n):
        age = (50, 70)[i % 2]
        arm = "ab"[int(rng.integers(2))]
        rate = 0.08 * (0.4 if (arm, age) == ("b", 70) else 1.0)
        time = max(1, round(float(rng.exponential(1 / rate))))
        rows.append(
            (arm, min(time, 30), int(time < 30) * (1 + int(rng.random() < 0.2)), i // 2, age)
        )
    return rows


def found(small_run: SmallRun, rows: list[tuple[Any, ...]], *subgroups: object) -> pd.DataFrame:
    """Results of the small study with subgroups."""
    return small_run(rows, WEIGHTED, subgroups=list(subgroups)).results


def test_a_level_is_the_plan_on_its_rows(small_run: SmallRun) -> None:
    """Rows of another level, or weights of everybody, under the estimates of a level."""
    results = found(small_run, rows_of(), OLD)
    alone = small_run([row for row in rows_of() if row[4] == 70], WEIGHTED).results
    mine = results[(results["analysis"] == "subgroup:age") & (results["subgroup"] == "old")]
    alone = alone[~alone["measure"].isin(("supremum", "median_follow_up"))]
    columns = [
        "endpoint",
        "model",
        "measure",
        "arm",
        "time",
        "estimate",
        "std_error",
        "n",
        "n_event",
    ]
    pd.testing.assert_frame_equal(
        mine[columns].reset_index(drop=True), alone[columns].reset_index(drop=True)
    )
    assert results["id"].is_unique


def test_a_level_may_be_several_codes(small_run: SmallRun) -> None:
    """Rows of a second code left out of the level, or counted in the other one."""
    rows = [(a, t, s, p, 75 if age == 70 and p % 2 else age) for a, t, s, p, age in rows_of()]
    listed = OLD | {"levels": {"young": "50", "old": ["70", "75"]}}
    pd.testing.assert_frame_equal(
        found(small_run, rows, listed), found(small_run, rows_of(), OLD), check_exact=True
    )


def test_interaction_is_that_of_one_model_with_patients_in_both_levels(small_run: SmallRun) -> None:
    """Levels taken as independent: a patient who is in both would count twice."""
    rows = rows_of()
    results = found(small_run, rows, OLD)
    (test,) = results[results["measure"] == "interaction"].to_dict("records")
    arm = np.array([row[0] == "b" for row in rows], dtype=float)
    old = np.array([row[4] == 70 for row in rows], dtype=float)
    both = cox(
        [row[1] for row in rows], [row[2] for row in rows], strata=old.astype(int),
        covariates=np.column_stack([arm, arm * old]), cluster=[row[3] for row in rows],
    ).estimate  # fmt: skip
    assert test["statistic"] == pytest.approx((both.value[1] / both.std_error()[1]) ** 2, rel=1e-8)
    assert test["df"] == 1
    assert test["n"] == len(rows)


def test_few_events_keep_their_line(small_run: SmallRun) -> None:
    """An estimate from three events, or a subgroup that silently is not there."""
    rows = [(a, t, s if age == 50 or i < 8 else 0, p, age)
            for i, (a, t, s, p, age) in enumerate(rows_of())]  # fmt: skip
    results = found(small_run, rows, OLD)
    old = results[results["subgroup"] == "old"]
    assert set(old["status"]) == {"not_estimable"}
    assert old["estimate"].isna().all()
    assert set(old["reason"]) == {"fewer than 10 events in the subgroup"}
    (test,) = results[results["measure"] == "interaction"].to_dict("records")
    assert test["status"] == "not_estimable"
    assert set(results[results["subgroup"] == "young"]["status"]) == {"ok"}


def test_a_level_without_weights_keeps_its_line(small_run: SmallRun) -> None:
    """A level with one arm only must not keep the report from being written."""
    rows = [("a" if age == 70 else a, t, s, p, age) for a, t, s, p, age in rows_of()]
    results = found(small_run, rows, OLD)
    old = results[results["subgroup"] == "old"]
    hazard = old[old["measure"] == "hazard_ratio"]
    assert list(hazard["status"]) == ["not_estimable"]
    assert hazard["n"].iloc[0] == 120


def test_the_primary_analysis_is_what_it_was(small_run: SmallRun) -> None:
    """Results of everybody that change with the list of subgroups."""
    results = found(small_run, rows_of(), OLD)
    alone = small_run(rows_of(), WEIGHTED).results
    primary = results[results["analysis"] == "primary"].reset_index(drop=True)
    pd.testing.assert_frame_equal(primary, alone)


@pytest.mark.parametrize("n", [0, 1])
def test_a_level_of_nobody_or_one_patient_keeps_its_line(small_run: SmallRun, n: int) -> None:
    """C15: an internal fault, or an estimate from one patient."""
    rows = [(a, t, s, p, 50 if age == 70 and i // 2 >= n else age)
            for i, (a, t, s, p, age) in enumerate(rows_of())]  # fmt: skip
    results = found(small_run, rows, OLD)
    old = results[(results["subgroup"] == "old") & (results["measure"] == "hazard_ratio")]
    assert list(old["status"]) == ["not_estimable"]
    assert old["n"].iloc[0] == n
