"""Rows that are right, and too few or too alike: what is said, and what is not estimable.

Each case changes rows of a small study and reads what a person reads. The ids are those of the
table in ``docs/inputs.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.cohort.conftest import Change, Row
from tests.commanding import Told, told
from tests.commands.conftest import DICTIONARY, PLAN


def results_of(path: Path = Path("out")) -> pd.DataFrame:
    """What a run of the small study wrote."""
    return pd.read_csv(path / "results.csv")


def reasons(frame: pd.DataFrame, measure: str) -> list[str]:
    """Why a measure is not estimable, once each."""
    found = frame[(frame["measure"] == measure) & (frame["status"] == "not_estimable")]
    return sorted(set(found["reason"]))


def test_r16_r18_one_arm_alone(small: Callable[..., Told]) -> None:
    """No comparison: exit 5, with the arm that is missing."""
    found = small(lambda i, row: {**row, "arm": "a"})
    assert found.code == 5
    assert "E_ONE_ARM" in found.text
    assert "arm b" in found.text


def test_r20_nobody_has_an_event(small: Callable[..., Told]) -> None:
    """Incidence 0 with an exact limit, no ratio; under --strict exit 5 and no folder."""
    found = small(lambda i, row: {**row, "status": "0"}, "--strict")
    assert (found.code, Path("out").exists()) == (5, False)
    found = small(lambda i, row: {**row, "status": "0"})
    assert found.code == 0
    assert "W_NO_EVENTS" in found.text
    frame = results_of()
    assert reasons(frame, "hazard_ratio")
    risk = frame[frame["measure"] == "cumulative_incidence"]
    assert (risk["estimate"] == 0).all()
    assert (risk["upper"] > 0).all()


def test_r21_no_event_in_one_arm(small: Callable[..., Told]) -> None:
    """No ratio of any size; the tests, the difference and the restricted means are there."""

    def change(i: int, row: Row) -> Row:
        return {**row, "status": "0"} if (row["arm"], row["status"]) == ("a", "1") else row

    found = small(change)
    assert found.code == 0
    frame = results_of()
    assert reasons(frame, "hazard_ratio")
    for measure in ("risk_difference", "rmtl_difference"):
        assert (frame.loc[frame["measure"] == measure, "status"] == "ok").all()
    assert (frame.loc[frame["model"] == "score", "status"] == "ok").all()


def test_r22_one_event_in_all(small: Callable[..., Told]) -> None:
    """One event carries no error that could be trusted: it is said."""
    found = small(lambda i, row: {**row, "status": "1" if i == 5 else "0"})
    assert found.code == 0
    assert "W_FEW_EVENTS relapse: 1 events" in found.text


def test_r24_r26_heavy_ties_and_two_things_on_one_day(small: Callable[..., Told]) -> None:
    """Times in whole quarters: every number is there, and the handling of ties is printed."""
    found = small(lambda i, row: {**row, "time": str(3 * (1 + int(row["time"]) // 3))})
    assert found.code == 0
    frame = results_of()
    assert set(frame.loc[frame["model"] == "cox", "ties"]) == {"efron"}


def test_r28_the_last_row_has_the_event(small: Callable[..., Told]) -> None:
    """Survival ends at 0: no limits on its scale, and means and differences stay."""
    plan = PLAN.replace(", competing: {death: 2}", "").replace("12 months]", "24 months]")

    def change(i: int, row: Row) -> Row:
        return {**row, "status": "1", "time": "24" if i < 2 else row["time"]}

    found = small(change, plan=plan)
    assert found.code == 0
    frame = results_of()
    last = frame[(frame["measure"] == "survival") & (frame["time"] == 24)]
    assert (last["estimate"] == 0).all()
    assert (frame.loc[frame["measure"] == "rmst_difference", "status"] == "ok").all()


def test_r29_r30_past_the_follow_up_of_an_arm(small: Callable[..., Told]) -> None:
    """Not estimable, with the largest time that is; exit 5 where the plan requires it."""

    def change(i: int, row: Row) -> Row:
        return {**row, "time": str(min(int(row["time"]), 7))} if row["arm"] == "a" else row

    assert small(change).code == 0
    frame = results_of()
    (reason,) = reasons(frame, "rmtl_difference")
    assert "the largest supported is 7" in reason
    at_12 = frame[(frame["measure"] == "cumulative_incidence") & (frame["time"] == 12)]
    assert dict(zip(at_12["arm"], at_12["status"], strict=True)) == {
        "a": "not_estimable", "b": "ok",
    }  # fmt: skip
    required = "required: [{endpoint: relapse, measure: rmtl_difference}]\n"
    found = small(change, "--overwrite", plan=PLAN + required)
    assert found.code == 5
    assert "E_REQUIRED" in found.text


@pytest.mark.parametrize(
    ("is_missing", "code", "said"),
    [
        (lambda i, row: i % 5 < 3, 0, "W_COMPLETE_CASE 72 of 120"),
        (lambda i, row: True, 3, "E_NO_VALUE cohort.csv, column age"),
        (lambda i, row: row["arm"] == "a", 5, "E_NO_COMPLETE_ROW no row of arm a"),
        (lambda i, row: row["arm"] == "a" and i % 4 == 0, 0, "(Age 30"),
    ],
)
def test_r33_a_covariate_that_is_missing_often(
    small: Callable[..., Told], is_missing: Callable[[int, Row], bool], code: int, said: str
) -> None:
    """Left out and counted; a column without any value, or an arm without any row, stops."""
    found = small(lambda i, row: {**row, "age": ""} if is_missing(i, row) else row)
    assert found.code == code
    assert said in found.text


@pytest.mark.parametrize(
    "change",
    [
        lambda i, row: {**row, "stage": "1" if row["arm"] == "a" else "2"},  # R36
        lambda i, row: {**row, "stage": "1" if row["arm"] == "a" else row["stage"]},  # R37
        lambda i, row: {**row, "stage": "2" if i == 0 else "1"},  # R41
    ],
)
def test_r36_r37_r41_a_level_that_one_arm_alone_has(
    small: Callable[..., Told], change: Change
) -> None:
    """Weights without bound: refused with the column, the level and the arm."""
    found = small(change)
    assert found.code == 5
    assert re.search(
        r"E_SEPARATION column stage=2: all \d+ rows .*(comparator|reference) arm", found.text
    )
    assert "Merge the level" in found.text


def lone_level(i: int, row: Row) -> Row:
    """Stage 2 in arm b alone, in 30 of its 60 rows."""
    return {**row, "stage": "2" if row["arm"] == "b" and i % 4 == 1 else "1"}


def test_r19_a_level_in_one_arm_that_is_described_alone(small: Callable[..., Told]) -> None:
    """Not in the propensity, so weights exist: the level, its arm and its rows are a finding."""
    plan = PLAN.replace("[age, stage]", "[age]") + "baseline_table: [age, stage]\n"
    found = small(lone_level, plan=plan)
    assert found.code == 0
    assert "W_NONPOSITIVITY All 30 rows with Stage: Two are in arm b, none in arm a" in found.text


def test_r19_a_subgroup_in_one_arm(small: Callable[..., Told]) -> None:
    """No comparison inside it; the other level stands."""
    plan = PLAN.replace("[age, stage]", "[age]")
    plan += 'subgroups: [{name: stage, column: stage, levels: {One: "1", Two: "2"}}]\n'
    assert small(lone_level, plan=plan).code == 0
    frame = results_of().query("analysis == 'subgroup:stage' and measure == 'hazard_ratio'")
    by_level = {level: set(own["status"]) for level, own in frame.groupby("subgroup")}
    assert by_level == {"One": {"ok"}, "Two": {"not_estimable"}}


def test_r38_r39_columns_that_say_the_same(small: Callable[..., Told]) -> None:
    """Exactly: refused by name. Nearly: a finding with the condition number."""
    more = "  - {name: age2, label: Age again, level: patient, type: float, phase: baseline,\n"
    more += "     unit: years}\n"
    keys = {
        "plan": PLAN.replace("[age, stage]", "[age, age2, stage]"),
        "dictionary": DICTIONARY.replace("  - {name: stage", more + "  - {name: stage"),
    }

    def change(scale: float) -> Change:
        return lambda i, row: {
            **row,
            "stage": f"{row['stage']},{float(row['age']) + scale * (i % 7)}",
        }

    # The header gains the column, the cell of the stage carries both.
    def run(scale: float) -> Told:
        found = small(change(scale), **keys)
        assert "E_FIELDS" in found.text  # the header is as it was
        text = Path("cohort.csv").read_text(encoding="utf-8")
        Path("cohort.csv").write_text(text.replace("stage,time", "stage,age2,time", 1))
        return told("report", "plan.yaml", "--out", "out")

    exact = run(0.0)
    assert exact.code == 5
    assert "E_COLLINEAR age, age2 are exactly collinear" in exact.text
    near = run(1e-7)
    assert near.code == 0
    assert re.search(r"W_ILL_CONDITIONED .*condition number 1\.\de\+08", near.text)


def test_r40_a_constant_covariate(small: Callable[..., Told]) -> None:
    """Left out by name; the rest stands."""
    found = small(lambda i, row: {**row, "stage": "1"})
    assert found.code == 0
    assert "W_CONSTANT stage: constant in these rows, left out of the model" in found.text


def test_r42_a_level_that_no_row_has(small: Callable[..., Told]) -> None:
    """A line of zeros in the baseline table, and no column of the model."""
    found = small(
        lambda i, row: row, dictionary=DICTIONARY.replace('"2": Two}', '"2": Two, "3": Three}')
    )
    assert found.code == 0
    baseline = (Path("out") / "tables" / "baseline.csv").read_text(encoding="utf-8")
    assert re.search(r'^"?Stage: Three.*0 \(', baseline, flags=re.M)
    levels = pd.read_csv(Path("out") / "balance.csv", dtype=str).query("column == 'stage'")["level"]
    assert "3" not in set(levels)


def test_r44_extreme_weights_are_said_and_not_cut(small: Callable[..., Told]) -> None:
    """One row with a strange age in its arm: its weight, the effective size, and no truncation."""
    found = small(
        lambda i, row: {**row, "age": str(60 + 20 * (i % 2) - (19 if i == 1 else 0) + i // 2 % 19)}
    )
    assert found.code == 0
    assert "W_EXTREME_WEIGHTS" in found.text


@pytest.mark.parametrize(
    ("n", "code", "said"),
    [(1, 5, "E_ONE_ARM"), (2, 5, "E_TOO_MANY_COLUMNS"), (5, 5, "E_SEPARATION")],
)
def test_r47_hardly_any_rows(small: Callable[..., Told], n: int, code: int, said: str) -> None:
    """More coefficients than rows, or none to compare: said, and no number."""
    found = small(lambda i, row: row if i < n else None)
    assert (found.code, said in found.text) == (code, True)


def test_r47_r48_two_rows_without_weights(small: Callable[..., Told]) -> None:
    """Described, with what is not estimable; too few clusters is a finding."""
    plan = re.sub(r"propensity: .*", "propensity: {estimands: [unweighted]}", PLAN)
    found = small(lambda i, row: row if i < 2 else None, plan=plan)
    assert found.code == 0
    assert "W_FEW_CLUSTERS" in found.text
    assert reasons(results_of(), "hazard_ratio")


def test_r48_one_cluster_has_no_error(small: Callable[..., Told]) -> None:
    """All rows in one cluster: not 0, but not estimable."""
    plan = PLAN.replace("cluster: id", "cluster: ward")
    more = "  - {name: ward, label: Ward, level: patient, type: string, phase: identifier}\n"

    small(lambda i, row: {**row, "id": f"{row['id']},W"}, plan=plan, dictionary=DICTIONARY + more)
    text = Path("cohort.csv").read_text(encoding="utf-8")
    Path("cohort.csv").write_text(text.replace("id,arm", "id,ward,arm", 1))
    found = told("report", "plan.yaml", "--out", "out")
    if found.code == 0:
        errors = results_of().query("measure == 'risk_difference'")["std_error"]
        assert errors.isna().all()
    else:
        assert (found.code, "cluster" in found.text) == (5, True)


def test_r35_nothing_is_missing(small: Callable[..., Told]) -> None:
    """Imputation of nothing is the complete-case analysis, to the digit."""
    found = {}
    for method in ("complete_case", "multiple_imputation"):
        plan = PLAN.replace("report:", f"missing: {{method: {method}}}\nreport:")
        assert small(lambda i, row: row, "--overwrite", plan=plan).code == 0
        found[method] = results_of()
    numbers = ["estimate", "std_error", "lower", "upper", "p_value", "n", "n_event"]
    one, other = (frame[numbers] for frame in found.values())
    pd.testing.assert_frame_equal(one, other, check_exact=True)
