"""Deaths, deviations, limits and listed events of a look, on rows made by hand."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.analysis.look.results import Group, LookFacts
from spine_outcomes.analysis.look.safety import (
    deaths_frame,
    deviations_frame,
    limit_findings,
    limits_frame,
    severe_frame,
)
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.interim import Interim
from spine_outcomes.study.plan import AnalysisPlan

DICTIONARY = DataDictionary.model_validate(
    {
        "table": {"row": "lesion", "patient": "id", "lesion": "lesion"},
        "columns": [
            {"name": "id", "label": "Id", "level": "patient", "type": "string",
             "phase": "identifier", "required": True},
            {"name": "lesion", "label": "Lesion", "level": "lesion", "type": "string",
             "phase": "identifier", "required": True},
            {"name": "arm", "label": "Arm", "level": "lesion", "type": "category",
             "codes": {"a": "A", "b": "B"}, "phase": "exposure"},
            {"name": "start", "label": "Start", "level": "lesion", "type": "date",
             "phase": "treatment"},
            {"name": "contact", "label": "Contact", "level": "patient", "type": "date",
             "phase": "post_baseline"},
            {"name": "death", "label": "Death", "level": "patient", "type": "date",
             "phase": "post_baseline"},
            {"name": "days", "label": "Days", "level": "lesion", "type": "float",
             "phase": "treatment"},
        ],
        "tables": [
            {"name": "toxicity", "label": "Toxicity", "level": "lesion", "date": "assessed",
             "columns": [
                 {"name": "assessed", "label": "Assessed", "type": "date", "required": True},
                 {"name": "term", "label": "Term", "type": "string", "required": True},
                 {"name": "grade", "label": "Grade", "type": "integer"},
                 {"name": "onset", "label": "Onset", "type": "date"},
                 {"name": "grade3_date", "label": "Grade 3", "type": "date"},
                 {"name": "attribution", "label": "Attribution", "type": "integer"},
             ]},
        ],
    }
)  # fmt: skip
INTERIM = {
    "looks": [{"patients": 10}],
    "accrual": {"date": "start", "patients": 10, "start": "2020-01-01", "duration": "1 year"},
    "safety": {
        "early_deaths": ["30 days"],
        "death": "death",
        "limits": [{"name": "m", "label": "Cough of grade 2 or more", "term": "Cough", "grade": 2,
                    "rate": 0.05, "posterior": 0.9}],
    },
    "deviations": [{"name": "long", "label": "Long", "rule": {"column": "days", "after": 21}}],
}  # fmt: skip
PLAN = AnalysisPlan.model_validate(
    {
        "arms": {"column": "arm", "reference": "a", "comparator": "b"},
        "origin": "start",
        "cluster": "id",
        "cutoff": "2020-12-31",
        "endpoints": {"death": {"label": "Death", "level": "patient",
                                "event": [{"date": "death"}], "censor": {"date": "contact"}}},
        "estimation": {"times": ["6 months"], "horizon": "6 months"},
        "toxicity": {"until": "contact", "death": "death"},
        "interim": INTERIM,
    }
)  # fmt: skip
LOOK = LookFacts(1, datetime.date(2020, 12, 31), "open", None, is_last=True)


def interim() -> Interim:
    """The block of the plan."""
    assert PLAN.interim is not None
    return PLAN.interim


def cohort(n: int, **columns: list[str]) -> Cohort:
    """Patients p0, p1, … of one lesion each, treated on 1 January."""
    frame = pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(n)],
            "lesion": "L1",
            "arm": ["ab"[i % 2] for i in range(n)],
            "start": "2020-01-01",
            "contact": "2020-12-01",
            "death": "",
            "days": "10",
            **columns,
        }
    )
    records = [(f"p{i}", "L1", "2020-02-01", "Cough", "0", "", "", "") for i in range(n)]
    records += [
        ("p0", "L1", "2020-03-01", "Cough", "3", "2020-02-10", "2020-02-15", "4"),
        ("p1", "L1", "2020-03-01", "Cough", "2", "2020-02-20", "", "2"),
        ("p2", "L1", "2020-03-01", "Cough", "2", "2020-02-20", "", "5"),
    ]
    names = ["id", "lesion", "assessed", "term", "grade", "onset", "grade3_date", "attribution"]
    tables = {"toxicity": pd.DataFrame(records, columns=names)}
    return cohort_from_frame(frame, DICTIONARY, tables=tables)


def all_of(own: Cohort) -> list[Group]:
    """All rows together."""
    return [Group("all", np.ones(len(own.frame), dtype=bool))]


def test_early_deaths_count_those_who_could_be_watched_for_so_long() -> None:
    """Twenty patients: three died by day 30 (one on it), one on day 31; of the last two, who began
    in December, one died at once, and neither was there for 30 days."""
    death = ["2020-01-05", "2020-01-31", "2020-01-20", "2020-02-01", *[""] * 17, "2020-12-12"]
    start = [*["2020-01-01"] * 20, "2020-12-10", "2020-12-10"]
    contact = [day or "2020-12-31" for day in death]
    own = cohort(22, death=death, start=start, contact=contact)
    (row,) = deaths_frame(own, PLAN, interim(), all_of(own), LOOK).to_dict("records")
    assert (row["n"], row["n_event"], row["value"]) == (20, 3, pytest.approx(0.15))
    # Published limits of 3 in 20 (Clopper and Pearson): 3.207 % to 37.893 %.
    assert (row["lower"], row["upper"]) == (
        pytest.approx(0.03207, abs=5e-6), pytest.approx(0.37893, abs=5e-6)
    )  # fmt: skip


def test_no_death_in_many_has_the_exact_upper_limit() -> None:
    """None in 500: at most 0.74 %, two-sided 95 %."""
    own = cohort(500)
    (row,) = deaths_frame(own, PLAN, interim(), all_of(own), LOOK).to_dict("records")
    assert (row["n_event"], row["lower"]) == (0, 0.0)
    assert row["upper"] == pytest.approx(0.0074, abs=5e-5)


def test_deviations_are_of_rows_with_a_value() -> None:
    """A missing duration is no short one; the limit itself is allowed."""
    own = cohort(5, days=["21", "22", "", "40", "3"])
    (row,) = deviations_frame(own, PLAN, interim(), all_of(own)).to_dict("records")
    assert (row["n"], row["n_event"]) == (4, 2)


def test_a_limit_is_crossed_by_its_posterior_and_named() -> None:
    """Three of twenty with a limit of 5 %: P(rate > 5 %) is 0.964115 from Jeffreys' prior."""
    own = cohort(20)
    frame = limits_frame(own, PLAN, interim(), all_of(own))
    (row,) = frame.to_dict("records")
    assert (row["n"], row["n_event"], row["n_crossing"]) == (20, 3, 3)
    assert row["posterior"] == pytest.approx(0.964115, abs=5e-7)  # R: pbeta(0.05, 3.5, 17.5)
    assert row["is_crossed"]
    (finding,) = limit_findings(frame)
    assert finding.severity == "serious"
    many = cohort(200)
    assert not list(limit_findings(limits_frame(many, PLAN, interim(), all_of(many))))


def test_a_late_limit_counts_those_assessed_late() -> None:
    """Ten patients were seen in the first 90 days; two of them later too, one with the toxicity.
    Of the others nobody knows: 1 of 2, and not 1 of 10."""
    late = interim().safety.limits[0].model_copy(update={"window": "late"})
    safety = interim().safety.model_copy(update={"limits": (late,)})
    plain = cohort(10)
    records = plain.long["toxicity"].frame.astype("string").fillna("")
    assessed_late = records.iloc[:2].assign(
        id=["p7", "p8"], assessed="2020-06-01", grade=["0", "2"], onset=["", "2020-05-20"],
        grade3_date="",
    )  # fmt: skip
    tables = {"toxicity": pd.concat([records, assessed_late])}
    own = cohort_from_frame(plain.frame.astype("string").fillna(""), DICTIONARY, tables=tables)
    block = interim().model_copy(update={"safety": safety})
    (row,) = limits_frame(own, PLAN, block, all_of(own)).to_dict("records")
    assert (row["n"], row["n_event"]) == (2, 1)


def test_severe_events_are_listed_without_whose_they_are() -> None:
    """One event of grade 3, reached on day 45, probably caused by treatment."""
    own = cohort(5)
    frame = severe_frame(own, PLAN, all_of(own))
    assert frame.to_dict("records") == [
        {"number": 1, "arm": "all", "term": "Cough", "grade": 3, "attribution": 4.0,
         "days": "31 to 90"},
    ]  # fmt: skip
    arm = own.frame["arm"].astype(str).to_numpy()
    by_arm = [Group("all", arm != ""), Group("x", arm == "b"), Group("y", arm == "a")]
    assert severe_frame(own, PLAN, by_arm)["arm"].tolist() == ["y"]
