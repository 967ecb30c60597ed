"""A cohort as it stood on a day: what is there, what is not, and that nothing later shows."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.known_by import known_by
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.study.dictionary import DataDictionary

DICTIONARY = DataDictionary.model_validate(
    {
        "table": {"row": "patient", "patient": "id"},
        "columns": [
            {"name": "id", "label": "Id", "level": "patient", "type": "string",
             "phase": "identifier", "required": True},
            {"name": "start", "label": "Start", "level": "patient", "type": "date",
             "phase": "treatment"},
            {"name": "extract", "label": "Extract", "level": "patient", "type": "date",
             "phase": "identifier"},
            {"name": "contact", "label": "Contact", "level": "patient", "type": "date",
             "phase": "post_baseline"},
            {"name": "vital", "label": "Vital", "level": "patient", "type": "category",
             "codes": {"0": "Alive", "1": "Dead"}, "phase": "post_baseline"},
            {"name": "death", "label": "Death", "level": "patient", "type": "date",
             "phase": "post_baseline"},
            {"name": "cause", "label": "Cause", "level": "patient", "type": "string",
             "phase": "post_baseline"},
            {"name": "relapse", "label": "Relapse", "level": "patient", "type": "boolean",
             "phase": "post_baseline"},
            {"name": "relapse_date", "label": "Date", "level": "patient", "type": "date",
             "phase": "post_baseline"},
            {"name": "relapse_site", "label": "Site", "level": "patient", "type": "string",
             "phase": "post_baseline"},
            {"name": "lost", "label": "Lost", "level": "patient", "type": "boolean",
             "phase": "post_baseline"},
        ],
        "checks": [
            {"id": "C1", "severity": "error",
             "rule": {"column": "death", "present_iff": {"column": "vital", "equals": "1"}}},
            {"id": "C2", "severity": "error",
             "rule": {"column": "relapse_date", "present_iff": {"column": "relapse", "equals": 1}}},
            {"id": "C3", "severity": "warning",
             "rule": {"column": "relapse_site", "present": False,
                      "when": {"column": "relapse_date", "present": False}}},
        ],
        "tables": [
            {"name": "visits", "label": "Visits", "level": "patient", "date": "day",
             "columns": [
                 {"name": "day", "label": "Day", "type": "date", "required": True},
                 {"name": "ended", "label": "Ended", "type": "date"},
             ]},
        ],
    }
)  # fmt: skip
DAY = datetime.date(2021, 6, 30)

ROWS = [
    # id, start, contact, vital, death, cause, relapse, relapse_date, site, lost
    ("a", "2021-01-01", "2022-05-01", "1", "2022-05-01", "x", "1", "2021-03-01", "hip", "0"),
    ("b", "2021-02-01", "2022-01-01", "0", "", "", "1", "2021-12-01", "rib", "1"),
    ("c", "2021-03-01", "2021-05-05", "1", "2021-05-05", "y", "0", "", "", "0"),
    ("d", "2021-07-01", "2022-01-01", "0", "", "", "0", "", "", "0"),
]
VISITS = [
    ("a", "2021-02-01", "2021-02-03"), ("a", "2021-06-01", "2021-07-04"), ("a", "2022-02-01", ""),
    ("b", "2021-12-01", ""), ("d", "2021-06-15", ""),
]  # fmt: skip
NAMES = ["id", "start", "contact", "vital", "death", "cause", "relapse", "relapse_date",
         "relapse_site", "lost"]  # fmt: skip


def cohort(rows: list[tuple[str, ...]], visits: list[tuple[str, ...]], extract: str) -> Cohort:
    """An extract of this day."""
    frame = pd.DataFrame(rows, columns=NAMES).assign(extract=extract)
    tables = {"visits": pd.DataFrame(visits, columns=["id", "day", "ended"])}
    return cohort_from_frame(frame, DICTIONARY, tables=tables)


def cut(whole: Cohort) -> Cohort:
    """The extract as it would have been on the day."""
    return known_by(whole, DAY, started=("start",), contact="contact")


@pytest.fixture(name="known")
def known_fixture() -> Cohort:
    """The whole extract, cut."""
    return cut(cohort(ROWS, VISITS, "2022-12-31"))


def column(known: Cohort, name: str) -> list[object]:
    """Values of a column, dates as text, what is missing as None."""
    return [
        None if pd.isna(v) else v.date().isoformat() if isinstance(v, pd.Timestamp) else v
        for v in known.frame[name]
    ]


def test_who_had_not_started_is_not_there(known: Cohort) -> None:
    """A later patient in a count tells that enrolment went on."""
    assert column(known, "id") == ["a", "b", "c"]
    assert known.long["visits"].frame["id"].tolist() == ["a", "a"]


def test_later_events_are_unseen_with_their_flags_and_what_depends_on_them(known: Cohort) -> None:
    """A flag without its date would be an event that happened on no day."""
    assert column(known, "vital") == ["0", "0", "1"]
    assert column(known, "death") == [None, None, "2021-05-05"]
    assert column(known, "relapse") == [True, False, False]
    assert column(known, "relapse_date") == ["2021-03-01", None, None]
    assert column(known, "relapse_site") == ["hip", None, None]


def test_what_no_date_dates_is_not_known(known: Cohort) -> None:
    """Being lost may have been found out later; nobody can say."""
    assert column(known, "lost") == [None, None, None]
    assert column(known, "cause") == [None, None, None]


def test_a_later_contact_is_the_last_record_that_is_left(known: Cohort) -> None:
    """Alive at the cut-off because seen a year later would be looking ahead."""
    assert column(known, "contact") == ["2021-06-01", "2021-02-01", "2021-05-05"]


def test_dates_added_to_a_record_later_are_unseen(known: Cohort) -> None:
    """A record is as it was: it had begun and not ended."""
    assert known.long["visits"].frame["ended"].isna().tolist() == [False, True]


def test_the_extract_is_of_that_day(known: Cohort) -> None:
    """The day of a later extract would differ in every later cut of the same day."""
    assert column(known, "extract") == ["2021-06-30"] * 3


@pytest.mark.parametrize(
    ("rows", "visits", "extract"),
    [
        (ROWS[:3], VISITS[:4], "2022-12-31"),
        (ROWS, VISITS[:2], "2022-12-31"),
        (ROWS, VISITS, "2024-01-01"),
        ([(*ROWS[0][:2], "2023-01-01", "0", "", "z", *ROWS[0][6:]), *ROWS[1:]], VISITS,
         "2023-01-02"),
        ([ROWS[0], (*ROWS[1][:6], "0", "", "", "0"), *ROWS[2:]], VISITS, "2022-12-31"),
        ([*ROWS, ("e", "2022-01-01", "2022-02-02", "0", "", "", "0", "", "", "0")], VISITS,
         "2022-12-31"),
    ],
    ids=["row", "records", "extract", "no later death", "no later relapse", "one more"],
)  # fmt: skip
def test_what_is_recorded_later_changes_nothing(
    known: Cohort, rows: list[tuple[str, ...]], visits: list[tuple[str, ...]], extract: str
) -> None:
    """The data of a look are those of its day, whatever is recorded, changed or lost later."""
    assert cut(cohort(rows, visits, extract)).sha256 == known.sha256


def test_what_was_recorded_before_changes_the_hash(known: Cohort) -> None:
    """A hash that never changes would prove nothing."""
    rows = [("a", "2021-01-02", *ROWS[0][2:]), *ROWS[1:]]
    assert cut(cohort(rows, VISITS, "2022-12-31")).sha256 != known.sha256
