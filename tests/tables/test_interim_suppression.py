"""Small counts of a look: neither printed nor given back by everybody's, a sum or a share."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from spine_outcomes.analysis.look.results import (
    ACCRUAL_COLUMNS,
    COUNT_COLUMNS,
    EVENT_COLUMNS,
    GRADE_COLUMNS,
    LIMIT_COLUMNS,
    MEASURE_COLUMNS,
    InterimResults,
    LookFacts,
)
from spine_outcomes.analysis.look.rows import pooled_rows
from spine_outcomes.analysis.results import FINDING_COLUMNS, RESULT_COLUMNS
from spine_outcomes.study.load import load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan, packaged_file
from spine_outcomes.tables.interim_suppression import protected_look

GROUPS = ("all", "focal", "extended")
EVENTS = {  # everybody, focal, extended
    "local_failure": (10, 7, 3),
    "in_field_failure": (8, 5, 3),
    "marginal_failure": (2, 2, 0),
    "overall_survival": (30, 18, 12),
}


def look(codes: tuple[str, ...] = GROUPS, min_cell: int = 5) -> InterimResults:
    """A look written by hand, of 100 rows in the first arm and 60 in the second."""
    plan = load_plan(find_plan("interim"))
    report = plan.report.model_copy(update={"min_cell": min_cell})
    at = {code: GROUPS.index(code) for code in codes}
    size = (160, 100, 60)
    events = [
        {"endpoint": name, "code": code, "level_unit": "lesion", "n": size[i], "n_event": n[i],
         "n_competing": 0}
        for name, n in EVENTS.items() for code, i in at.items()
    ]  # fmt: skip
    deaths = [
        {"name": name, "label": name, "code": code, "n": size[i], "n_event": n[i],
         "value": n[i] / size[i], "lower": 0.0, "upper": 0.5}
        for name, n in (("30 days", (6, 5, 1)), ("90 days", (20, 17, 3))) for code, i in at.items()
    ]  # fmt: skip
    silent = [
        {"measure": "silent", "label": "Silent", "code": code, "n": (9, 7, 2)[i],
         "value": (9, 7, 2)[i] / size[i], "unit": "share"}
        for code, i in at.items()
    ]  # fmt: skip
    limits = [row | {"rate": 0.05, "posterior": 0.31, "threshold": 0.9, "n_crossing": 9,
                     "is_crossed": False} for row in deaths]  # fmt: skip
    graded = {"0": (120, 80, 40), "1": (30, 14, 16), "3": (3, 3, 0), "not_assessed": (7, 3, 4)}
    grades = [
        {"term": "any", "level_unit": "lesion", "code": code, "grade": grade, "n": n[i]}
        for grade, n in graded.items() for code, i in at.items()
    ]  # fmt: skip
    accrual = [
        {"code": code, "kind": "enrolled", "time": float(t), "n": n[i]}
        for t, n in enumerate([(4, 2, 2), (9, 6, 3), (20, 12, 8)]) for code, i in at.items()
    ]  # fmt: skip
    made = InterimResults(
        plan=plan.model_copy(update={"report": report}),
        dictionary=load_dictionary(packaged_file("data_dictionary.yaml")),
        look=LookFacts(1, datetime.date(2020, 1, 1), "unblinded", None, is_last=False),
        findings=pd.DataFrame(columns=list(FINDING_COLUMNS)),
        results=pd.DataFrame(columns=list(RESULT_COLUMNS)),
        events=frame(events, EVENT_COLUMNS),
        deaths=frame(deaths, COUNT_COLUMNS),
        follow_up=frame(silent, MEASURE_COLUMNS),
        limits=frame(limits, LIMIT_COLUMNS),
        grades=frame(grades, GRADE_COLUMNS),
        accrual=frame(accrual, ACCRUAL_COLUMNS),
    )
    return replace(made, results=frame(list(pooled_rows(made)), RESULT_COLUMNS))


def frame(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pd.DataFrame:
    """Rows as a frame of these columns."""
    return pd.DataFrame(rows, columns=list(columns))


def column(found: pd.DataFrame, of: str, **keys: str) -> list[Any]:
    """One column of the rows of everybody and of each arm."""
    rows = found
    for key, value in keys.items():
        rows = rows[rows[key] == value]
    return rows[of].tolist()


def test_an_arm_is_not_the_difference_of_everybody_and_the_other() -> None:
    """10 of both and 7 of one arm say 3 of the other."""
    shown = protected_look(look())
    assert column(shown.events, "n_event", endpoint="local_failure") == [10, "≥5", "<5"]
    assert column(shown.deaths, "n_event", name="90 days") == [20, "≥5", "<5"]
    assert column(shown.follow_up, "n", measure="silent") == [9, "≥5", "<5"]
    assert column(shown.events, "n_event", endpoint="overall_survival") == [30, 18, 12]


def test_where_few_values_are_left_nothing_is_said_of_either_arm() -> None:
    """Of 6 in all, "≥5" beside "<5" is 5 beside 1."""
    shown = protected_look(look())
    assert column(shown.deaths, "n_event", name="30 days") == [6, "(hidden)", "(hidden)"]


def test_the_parts_of_an_endpoint_do_not_give_a_small_one_back() -> None:
    """Failures of 10, 8 of them in the field, are 2 at its margin."""
    shown = protected_look(look(("all",)))
    events = dict(zip(shown.events["endpoint"], shown.events["n_event"], strict=True))
    assert events["marginal_failure"] == "<5"
    assert "≥5" in (events["local_failure"], events["in_field_failure"])


def test_grades_do_not_sum_up_to_the_small_one() -> None:
    """Of 100 rows 80, 14 and 3 leave 3."""
    shown = protected_look(look())
    focal = column(shown.grades, "n", code="focal")
    assert focal.count("<5") == 2
    everybody = column(shown.grades, "n", code="all")
    assert everybody.count("<5") == 1
    assert sum(isinstance(n, str) for n in everybody) >= 2


@pytest.mark.parametrize("name", ["events", "deaths", "follow_up", "grades", "limits"])
def test_everybody_is_hidden_alike_in_every_edition(name: str) -> None:
    """What the unblinded report hides, the blinded one beside it must not print."""
    whole, open_only = (getattr(protected_look(look(c)), name) for c in (GROUPS, ("all",)))
    both = whole[whole["code"] == "all"].reset_index(drop=True)
    counts = [c for c in ("n", "n_event", "n_competing") if c in both]
    assert both[counts].astype(str).equals(open_only[counts].astype(str))


def test_arms_without_everybody_are_hidden_as_if_it_were_there() -> None:
    """The coded supplement stands beside the blinded report, which has everybody's."""
    shown = protected_look(look(("focal", "extended")))
    assert column(shown.deaths, "n_event", name="90 days") == ["≥5", "<5"]
    assert column(shown.deaths, "n_event", name="30 days") == ["(hidden)", "(hidden)"]


def test_no_share_and_no_belief_stands_beside_a_hidden_count() -> None:
    """0.0333 of 60 is 2; and so is the posterior that two events leave."""
    shown = protected_look(look())
    for found in (shown.deaths, shown.follow_up, shown.limits):
        count = "n_event" if "n_event" in found else "n"
        is_hidden = found[count].map(lambda n: isinstance(n, str))
        assert is_hidden.any()
        for share in ("value", "posterior"):
            if share in found:
                assert found.loc[is_hidden, share].isna().all()
                assert found.loc[~is_hidden, share].notna().all()


def test_the_results_hide_what_the_tables_hide() -> None:
    """The same numbers once more, in the file that programs read."""
    found = protected_look(look()).results
    events = found[found["measure"] == "events"]
    assert column(events, "n_event", endpoint="local_failure") == [10, "≥5", "<5"]
    is_hidden = events["n_event"].map(lambda n: isinstance(n, str))
    assert events.loc[is_hidden, "estimate"].isna().all()
    silent = found[found["measure"] == "silent"]
    assert silent["n"].tolist() == [9, "≥5", "<5"]
    assert silent["estimate"].isna().tolist() == [False, True, True]


def test_enrolment_of_an_arm_is_not_what_the_other_leaves() -> None:
    """9 enrolled by then, 6 of them in one arm: 3 in the other."""
    drawn = protected_look(look()).accrual
    assert drawn.loc[drawn["time"] == 1, "code"].tolist() == ["all"]
    assert drawn.loc[drawn["time"] == 0].empty
    assert drawn.loc[drawn["time"] == 2, "code"].tolist() == list(GROUPS)


def test_without_a_threshold_everything_stands() -> None:
    """The committee must see single events."""
    whole = look(min_cell=0)
    assert protected_look(whole) is whole
