"""Who is analysed: steps in order, each counted; what cannot be compared is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.eligibility import FLOW_COLUMNS, select
from spine_outcomes.errors import CohortError, NotEstimableError, PlanError
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

Read = Callable[..., Cohort]

HEADER = "id,part,arm,age,grade,start\n"
ROWS = (
    "P1,1,a,50,0,2023-01-01\n"
    "P1,2,b,50,1a,2023-02-01\n"
    "P2,1,b,17,2,2023-01-01\n"
    "P3,1,c,60,0,2023-01-01\n"
    "P4,1,a,,0,2023-01-01\n"
    "P5,1,b,70,,2024-01-01\n"
)


def make_plan(*rules: dict[str, Any], **keys: Any) -> AnalysisPlan:
    """A plan with these criteria."""
    steps = [{"id": f"E{i + 1}", "label": f"Step {i + 1}", "rule": r} for i, r in enumerate(rules)]
    return AnalysisPlan.model_validate(
        {
            "population": {"eligibility": steps},
            "arms": {"column": "arm", "reference": "a", "comparator": "b"},
            "origin": "start",
            "endpoints": {
                "death": {
                    "label": "Death",
                    "level": "patient",
                    "event": [{"date": "death"}],
                    "censor": {"date": "death"},
                }
            },
            "estimation": {"times": ["12 months"], "horizon": "12 months"},
        }
        | keys
    )


@pytest.fixture
def cohort(read: Read, dictionary: Callable[..., DataDictionary]) -> Cohort:
    """Six rows of five patients, one in a third arm."""
    three_arms = dictionary(checks=[]).model_dump(by_alias=True)
    for column in three_arms["columns"]:
        if column["name"] == "arm":
            column["codes"] = {"a": "A", "b": "B", "c": "C"}
    return read(HEADER + ROWS, DataDictionary.model_validate(three_arms))


def test_steps_in_the_plans_order_counted_in_rows_and_patients(cohort: Cohort) -> None:
    """A flow chart whose numbers do not add up to the rows read hides a loss."""
    plan = make_plan({"column": "age", "between": [18, 90]}, {"column": "grade", "in": ["0", "1a"]})
    flow = select(cohort, plan).flow
    assert tuple(flow.columns) == FLOW_COLUMNS
    assert flow.to_numpy().tolist() == [
        ["read", "Rows read", 6, 5, 0, 0, 2, 3],
        ["E1", "Step 1", 4, 3, 2, 2, 1, 2],
        ["E2", "Step 2", 3, 2, 1, 1, 1, 1],
        ["arms", "In one of the two arms compared", 2, 1, 1, 1, 1, 1],
    ]


def test_a_missing_value_does_not_pass_and_is_counted(cohort: Cohort) -> None:
    """Counted with those who fail, a missing value would look like a known one."""
    selection = select(cohort, make_plan({"column": "age", "at_least": 18}))
    (found,) = [f for f in selection.findings if f.code == "W_ELIGIBILITY_MISSING"]
    assert found.n == 1
    assert "P4" not in selection.cohort.frame["id"].to_list()


def test_r17_rows_of_another_arm_are_a_step_only_where_they_are_left(cohort: Cohort) -> None:
    """A plan that excludes the third arm itself needs no second step for it."""
    flow = select(cohort, make_plan({"column": "arm", "in": ["a", "b"]})).flow
    assert flow["id"].to_list() == ["read", "E1"]
    assert select(cohort, make_plan()).flow["id"].to_list() == ["read", "arms"]


def test_the_rows_left_keep_their_lines_and_start_at_0(cohort: Cohort) -> None:
    """Positions and lines that slip apart would put a message on another patient."""
    left = select(cohort, make_plan({"column": "age", "equals": 50})).cohort
    assert left.frame.index.to_list() == [0, 1]
    assert left.lines is not None
    assert left.lines.tolist() == [2, 3]


def test_rows_that_started_after_the_cut_off_are_a_step(cohort: Cohort) -> None:
    """At an interim look those treated later are not there yet."""
    selection = select(cohort, make_plan(cutoff="2023-06-30"))
    assert selection.flow["id"].to_list() == ["read", "cutoff", "arms"]
    assert selection.flow["n_lesions"].to_list() == [6, 5, 4]


def test_a_cut_off_before_everybody_is_the_plans_fault(cohort: Cohort) -> None:
    """Nobody enrolled: the date is wrong, not the data."""
    with pytest.raises(PlanError, match="no row is left"):
        select(cohort, make_plan(cutoff="2020-01-01"))


def test_r04_patients_in_both_arms_are_counted(cohort: Cohort) -> None:
    """At row level it is allowed, and it must be known."""
    (found,) = [f for f in select(cohort, make_plan()).findings if f.code == "N_BOTH_ARMS"]
    assert found.n == 1


def test_r04_patients_in_both_arms_are_a_fault_where_the_arm_is_the_patients(
    cohort: Cohort,
) -> None:
    """A patient randomised once has one arm."""
    arms = {"column": "arm", "reference": "a", "comparator": "b", "level": "patient"}
    with pytest.raises(CohortError) as caught:
        select(cohort, make_plan(arms=arms))
    (found,) = caught.value.problems
    assert (found.line, found.row) == (3, "P1/2")
    assert "b here and a in line 2, for one patient" in str(found)


def test_r16_an_arm_that_is_missing(read: Read, dictionary: Callable[..., DataDictionary]) -> None:
    """An arm is never imputed and never "other"."""
    optional = dictionary(checks=[]).model_dump(by_alias=True)
    for column in optional["columns"]:
        column["required"] = False
    cohort = read(HEADER + "P1,1,,50,0,2023-01-01\n", DataDictionary.model_validate(optional))
    with pytest.raises(CohortError, match="E_ARM_MISSING"):
        select(cohort, make_plan())


def test_r49_a_cluster_that_is_missing(read: Read) -> None:
    """A row without a cluster dropped in silence leaves another sample than the one printed."""
    cohort = read("id,part,arm,note,start\nP1,1,a,x,2023-01-01\nP2,1,b,,2023-01-01\n")
    with pytest.raises(CohortError) as caught:
        select(cohort, make_plan(cluster="note"))
    assert [(p.code, p.line) for p in caught.value.problems] == [("E_CLUSTER_MISSING", 3)]


def test_r18_one_arm_alone_is_no_comparison(read: Read) -> None:
    """A contrast with nobody has no estimate; exit 5."""
    cohort = read(HEADER + "P1,1,a,50,0,2023-01-01\n")
    with pytest.raises(NotEstimableError, match="arm b: no comparison possible") as caught:
        select(cohort, make_plan())
    assert caught.value.exit_code == 5


def test_nobody_left_names_the_step(cohort: Cohort) -> None:
    """Without the step's name the reader tries them one by one."""
    with pytest.raises(NotEstimableError, match=r"step E1 \(Step 1\)"):
        select(cohort, make_plan({"column": "age", "at_least": 100}))


def test_all_columns_that_the_file_lacks(read: Read) -> None:
    """A dictionary may describe what a file does not hold; a plan that needs it must say so."""
    cohort = read("id,part,arm\nP1,1,a\nP2,1,b\n")
    with pytest.raises(CohortError) as caught:
        select(cohort, make_plan({"column": "age", "at_least": 18}))
    assert [p.column for p in caught.value.problems] == ["start", "age"]


def test_a_column_that_the_file_lacks_comes_with_the_nearest_name(read: Read) -> None:
    """The file has it under a name nobody described: that name is what the reader must find."""
    cohort = read("id,part,arm,age_y,start,other\nP1,1,a,50,2023-01-02,1\nP2,1,b,60,2023-01-03,1\n")
    with pytest.raises(CohortError) as caught:
        select(cohort, make_plan({"column": "age", "at_least": 18}))
    assert "Rename 'age_y' in the file to it" in str(caught.value)


def step(identifier: str, rule: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """One criterion."""
    return {"id": identifier, "label": f"Step {identifier}", "rule": rule, **keys}


def test_an_optional_step_is_left_out_and_said_where_the_file_lacks_its_column(
    cohort: Cohort,
) -> None:
    """Passed in silence, a criterion of the trial that nobody applied would look applied."""
    adults = step("E1", {"column": "age", "at_least": 18})
    able = step("E2", {"column": "able", "equals": 1}, optional=True)
    selection = select(cohort, make_plan(population={"eligibility": [adults, able]}))
    assert "E2" not in selection.flow["id"].to_list()
    (finding,) = [f for f in selection.findings if f.code == "W_STEP_NOT_APPLIED"]
    assert "E2 (Step E2)" in finding.message
    assert "no column able" in finding.message
    assert finding.severity == "caution"


def test_an_optional_step_counts_as_any_other_where_the_column_is_there(cohort: Cohort) -> None:
    """Optional means that the file need not say it, not that what it says does not count."""
    rule = {"column": "age", "at_least": 18}
    flows = [
        select(cohort, make_plan(population={"eligibility": [step("E1", rule, **keys)]})).flow
        for keys in ({}, {"optional": True})
    ]
    assert flows[0].equals(flows[1])
    assert flows[0]["excluded_lesions"].sum() > 0
