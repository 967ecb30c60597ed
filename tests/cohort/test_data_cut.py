"""A cohort as it was known on some day, worked out by hand from its long tables."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.data_cut import cohort_as_of
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.errors import said
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

SEEN = {"table": "scans", "date": "day", "since": "start", "status": "status",
        "severity": "warning"}  # fmt: skip
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "level": "patient", "phase": "identifier"},
    {"name": "part", "type": "string", "level": "lesion", "phase": "identifier"},
    {"name": "arm", "type": "category", "codes": ["a", "b"], "level": "lesion",
     "phase": "exposure"},
    {"name": "start", "type": "date", "level": "lesion", "phase": "baseline"},
    {"name": "died", "type": "boolean", "level": "patient", "phase": "post_baseline"},
    {"name": "death", "type": "date", "level": "patient", "phase": "post_baseline"},
    {"name": "last", "type": "date", "derivation": {"name": "last_image", **SEEN}},
    {"name": "failed", "type": "boolean", "derivation": {"name": "failure", **SEEN}},
    {"name": "failure", "type": "date", "derivation": {"name": "failure_date", **SEEN}},
    {"name": "clean", "type": "date", "derivation": {"name": "last_clean_image", **SEEN}},
    {"name": "pattern", "type": "category", "codes": ["1", "2"]},
    {"name": "grade", "type": "integer", "hard": [0, 5], "derivation": {
        "name": "worst_grade", "table": "toxicity", "term": "term", "grade": "ctcae",
        "onset": "onset", "severe": "reached", "since": "start"}},
    {"name": "waited", "type": "float", "unit": "months", "derivation": {
        "name": "months_between", "start": "start", "end": "last", "tolerance": 0.1}},
]  # fmt: skip
TABLES = [
    {"name": "scans", "label": "Scans", "level": "lesion", "date": "day", "columns": [
        {"name": "day", "label": "Day", "type": "date", "required": True},
        {"name": "status", "label": "Status", "type": "category", "codes": ["0", "1", "2", "9"]}]},
    {"name": "toxicity", "label": "Toxicity", "level": "lesion", "date": "onset", "columns": [
        {"name": "term", "label": "Term", "type": "string"},
        {"name": "ctcae", "label": "Grade", "type": "integer"},
        {"name": "onset", "label": "Onset", "type": "date", "required": True},
        {"name": "reached", "label": "Grade 3", "type": "date"}]},
]  # fmt: skip
CHECKS = [
    {"id": "A", "severity": "warning",
     "rule": {"column": "pattern", "present": False,
              "when": {"column": "failure", "present": False}}},
]  # fmt: skip
COHORT = """\
id,part,arm,start,died,death,last,failed,failure,clean,pattern,grade
P1,1,a,2024-01-01,0,,2024-12-01,1,2024-06-01,2024-03-01,2,3
P2,1,b,2024-01-01,1,2024-10-01,2024-09-01,0,,2024-09-01,,1
P3,1,a,2024-01-01,0,,2024-12-01,0,,2024-12-01,,
"""
SCANS = """\
id,part,day,status
P1,1,2024-03-01,0
P1,1,2024-06-01,1
P1,1,2024-09-01,2
P1,1,2024-12-01,2
P2,1,2024-06-01,0
P2,1,2024-09-01,0
P3,1,2024-12-01,0
"""
TOXICITY = """\
id,part,term,ctcae,onset,reached
P1,1,Myelitis,3,2024-05-01,2024-10-01
P2,1,Myelitis,1,2024-02-01,
"""
PLAN: dict[str, Any] = {
    "schema_version": 1, "cohort": "demo", "dictionary": "d.yaml",
    "arms": {"column": "arm", "reference": "a", "comparator": "b"},
    "cluster": "id", "origin": "start",
    "endpoints": {"local": {
        "label": "Failure", "level": "lesion",
        "event": [{"flag": "failed", "equals": 1, "date": "failure"}],
        "competing": {"death": [{"flag": "died", "equals": 1, "date": "death"}]},
        "censor": {"date": "last"}}},
    "propensity": {"terms": ["start"]},
    "estimation": {"times": ["6 months"], "horizon": "6 months"},
}  # fmt: skip

Make = Callable[..., Cohort]


def text_frame(text: str) -> pd.DataFrame:
    """A table of text."""
    return pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)


@pytest.fixture
def make() -> Make:
    """Maker of the cohort with its long tables, each given as text."""
    columns = [{"label": c["name"], "level": "lesion", "phase": "post_baseline", **c}
               for c in COLUMNS]  # fmt: skip
    described = DataDictionary.model_validate({
        "table": {"row": "lesion", "patient": "id", "lesion": "part"},
        "columns": columns, "tables": TABLES, "checks": CHECKS,
    })  # fmt: skip

    def made(cohort: str = COHORT, scans: str = SCANS) -> Cohort:
        tables = {"scans": text_frame(scans), "toxicity": text_frame(TOXICITY)}
        return cohort_from_frame(text_frame(cohort), described, tables=tables)

    return made


def dates(cohort: Cohort, name: str) -> list[str]:
    """Dates of a column; empty where missing."""
    return cohort.frame[name].dt.strftime("%Y-%m-%d").fillna("").tolist()


def test_without_a_cut_off_or_long_tables_nothing_changes(make: Make) -> None:
    """The default report of a cohort alone must stay what it is."""
    cohort = make()
    assert cohort_as_of(cohort, None) is cohort
    alone = cohort_from_frame(text_frame(COHORT), cohort.dictionary.coming_with(()))
    assert cohort_as_of(alone, datetime.date(2024, 7, 1)) is alone


def test_a_cut_off_after_everything_changes_nothing(make: Make) -> None:
    """Deriving again from all records must give what was there."""
    cohort = make()
    cut = cohort_as_of(cohort, datetime.date(2024, 12, 31))
    pd.testing.assert_frame_equal(cut.frame, cohort.frame)
    assert cut.findings == cohort.findings


def test_a_failure_not_yet_confirmed_is_none(make: Make) -> None:
    """Its first image lies before the cut-off, what makes it a failure after it."""
    cut = cohort_as_of(make(), datetime.date(2024, 7, 1))
    assert dates(cut, "last") == ["2024-06-01", "2024-06-01", ""]
    assert cut.frame["failed"].astype("Int8").fillna(9).tolist() == [0, 0, 9]
    assert dates(cut, "failure") == ["", "", ""]
    assert dates(cut, "clean") == ["2024-03-01", "2024-06-01", ""]
    assert cut.frame["pattern"].isna().all()
    assert cut.frame["waited"].round(1).tolist()[:2] == [5.0, 5.0]
    assert np.isnan(cut.frame["waited"].iloc[2])


def test_once_confirmed_it_is_dated_at_its_first_image(make: Make) -> None:
    """The day of the second image belongs to the study."""
    cut = cohort_as_of(make(), datetime.date(2024, 9, 1))
    assert dates(cut, "failure")[0] == "2024-06-01"
    assert dates(cut, "last") == ["2024-09-01", "2024-09-01", ""]
    assert cut.frame["pattern"].tolist()[0] == "2"


def test_a_grade_not_yet_reached_is_not_known(make: Make) -> None:
    """Grade 3 from October on was at most grade 2 in July; before its onset nothing was known."""
    cohort = make()
    july = cohort_as_of(cohort, datetime.date(2024, 7, 1)).frame["grade"]
    march = cohort_as_of(cohort, datetime.date(2024, 3, 1)).frame["grade"]
    assert july.fillna(9).tolist() == [2, 1, 9]
    assert march.fillna(9).tolist() == [9, 1, 9]


def test_a_record_that_no_table_gave_is_kept(make: Make) -> None:
    """Failure seen by other means: nobody knows when the rest of that row was known."""
    cohort = make(COHORT.replace("1,2024-06-01,2024-03-01", "1,2024-05-15,2024-03-01"))
    cut = cohort_as_of(cohort, datetime.date(2024, 7, 1))
    assert dates(cut, "failure")[0] == "2024-05-15"
    assert dates(cut, "last") == ["2024-12-01", "2024-06-01", ""]
    assert cut.frame["grade"].tolist()[0] == 2  # of the other table
    assert "1 rows keep a record" in plain(cut)


def plain(cohort: Cohort) -> str:
    """Words of the finding of a data cut."""
    (finding,) = [f for f in cohort.findings if f.code == "N_DATA_CUT"]
    return said(finding.text())


def test_what_was_unseen_and_derived_again_is_said(make: Make) -> None:
    """A reader must know that these are not the columns of the file."""
    text = plain(cohort_as_of(make(), datetime.date(2024, 7, 1)))
    assert "Data cut-off 2024-07-01" in text
    assert "4 of Scans" in text
    assert "failure (1)" in text
    assert "last (3)" in text
    assert "Toxicity" not in text
    assert "keep" not in text


def test_the_records_after_it_are_gone(make: Make) -> None:
    """What draws a table of images must not show those to come."""
    cut = cohort_as_of(make(), datetime.date(2024, 7, 1))
    rows = cut.long["scans"]
    assert rows.frame["day"].max() == pd.Timestamp("2024-06-01")
    assert rows.lines is not None
    assert len(rows.lines) == len(rows.frame) == 3


@pytest.mark.parametrize(
    ("cutoff", "time", "status"),
    [
        ("2024-07-01", [152, 152, 0], [0, 0, 0]),
        ("2024-09-01", [152, 244, 0], [1, 0, 0]),
        ("2024-10-01", [152, 274, 0], [1, 2, 0]),
        ("2024-12-31", [152, 274, 335], [1, 2, 0]),
    ],
)
def test_trap_4_endpoints_at_a_cut_off(
    make: Make, cutoff: str, time: list[float], status: list[int]
) -> None:
    """Censored at the last image seen by then, not at the cut-off and not at a scan to come."""
    plan = AnalysisPlan.model_validate(PLAN | {"cutoff": datetime.date.fromisoformat(cutoff)})
    outcome = derive(cohort_as_of(make(), plan.cutoff), plan, "local")
    np.testing.assert_array_equal(outcome.time, time)
    np.testing.assert_array_equal(outcome.status, status)


def test_a_cut_of_a_cut_is_the_earlier_of_both(make: Make) -> None:
    """An interim look made from the data of a later one must be the look of its own day."""
    cohort = make()
    early, late = datetime.date(2024, 7, 1), datetime.date(2024, 9, 1)
    twice = cohort_as_of(cohort_as_of(cohort, late), early)
    pd.testing.assert_frame_equal(twice.frame, cohort_as_of(cohort, early).frame)
    assert twice.as_of == early
    assert cohort_as_of(twice, late) is twice
    assert cohort_as_of(twice, early) is twice
