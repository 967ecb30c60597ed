"""A raw REDCap export gives the cohort of its instances; labels and contradictions are refused."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.errors import CohortError, DictionaryError
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.load import load_dictionary
from tests.cohort.conftest import make_dictionary, refused

Make = Callable[..., DataDictionary]
Write = Callable[..., Path]

HEADER = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,"
    "redcap_data_access_group,age,smoker,site___1,site___2,site____9,patient_complete,"
    "arm,dose,start,lesion_complete,img_date,imaging_complete\n"
)
EXPORT = (
    HEADER + "P1,enrol_arm_1,,,puth,50,1,1,0,0,2,,,,,,\n"
    "P1,enrol_arm_1,lesion,1,puth,,,0,0,0,,a,24.5,2023-01-02,2,,\n"
    "P1,enrol_arm_1,lesion,2,puth,,,0,0,0,,b,30,2023-01-09,2,,\n"
    "P1,enrol_arm_1,imaging,1,puth,,,0,0,0,,,,,,2023-03-01,2\n"
    "P2,enrol_arm_1,,,puth,-999,0,0,0,0,0,,,,,,\n"
    "P2,enrol_arm_1,lesion,1,puth,,,0,0,0,,b,NASK,2023-03-01,1,,\n"
)
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "level": "patient", "phase": "identifier", "phi": "direct"},
    {"name": "part", "type": "string", "level": "lesion", "phase": "identifier"},
    {"name": "arm", "type": "category", "level": "lesion", "phase": "exposure",
     "codes": {"a": "A", "b": "B"}, "required": True},
    {"name": "years", "type": "integer", "level": "patient", "phase": "baseline", "unit": "years",
     "hard": [0, 120], "redcap_field": "age"},
    {"name": "smoker", "type": "boolean", "level": "patient", "phase": "baseline"},
    {"name": "lung", "type": "boolean", "level": "patient", "phase": "baseline",
     "redcap_field": "site___1"},
    {"name": "dose", "type": "float", "level": "lesion", "phase": "treatment", "unit": "Gy",
     "hard": [6, 80]},
    {"name": "start", "type": "date", "level": "lesion", "phase": "baseline"},
]  # fmt: skip
REDCAP = {"record_id": "record_id", "row": "lesion", "missing_codes": ("-999", "NASK")}


@pytest.fixture
def described(dictionary: Make) -> Callable[..., DataDictionary]:
    """The dictionary of EXPORT, or one with other keys of ``redcap``."""

    def make(columns: list[dict[str, Any]] = COLUMNS, **redcap: Any) -> DataDictionary:
        return dictionary(columns=columns, checks=[], redcap={**REDCAP, **redcap})

    return make


def codes(cohort: Cohort) -> dict[str, str]:
    """Text of each finding by its code."""
    return {finding.code: finding.text() for finding in cohort.findings}


def test_each_instance_is_a_row_with_the_values_of_its_record(
    write: Write, described: Make
) -> None:
    """A record's age stands on its own line; every lesion needs it."""
    found = read_cohort(write(EXPORT), described())
    frame = found.frame
    assert frame["id"].tolist() == ["P1", "P1", "P2"]
    assert frame["part"].tolist() == ["1", "2", "1"]
    assert frame["arm"].tolist() == ["a", "b", "b"]
    assert frame["years"].tolist()[:2] == [50, 50]
    assert frame["smoker"].tolist() == [True, True, False]
    assert frame["start"].dt.strftime("%Y-%m-%d").tolist() == [
        "2023-01-02", "2023-01-09", "2023-03-01",
    ]  # fmt: skip
    assert found.lines is not None
    assert found.lines.tolist() == [3, 4, 7]
    assert "imaging 1" in codes(found)["N_REDCAP_OTHERS"]


def test_missing_data_codes_are_missing_in_every_field_and_counted(
    write: Write, described: Make
) -> None:
    """-999 years and a dose of NASK: why a value is missing stays to be seen."""
    found = read_cohort(write(EXPORT), described())
    assert found.frame["years"].isna().tolist() == [False, False, True]
    assert found.frame["dose"].isna().tolist() == [False, False, True]
    assert "years -999 (1)" in codes(found)["N_MISSING_CODES"]
    assert "dose NASK (1)" in codes(found)["N_MISSING_CODES"]
    problem = refused(write(EXPORT), described(missing_codes=["-999"]))["E_NUMBER"]
    assert (problem.column, problem.value, problem.line) == ("dose", "NASK", 7)


def test_a_wrong_value_is_on_the_line_where_it_stands(write: Write, described: Make) -> None:
    """The age of a lesion's patient is not on the line of the lesion."""
    problem = refused(write(EXPORT.replace("puth,50,", "puth,150,")), described())["E_RANGE"]
    assert (problem.line, problem.row, problem.column) == (2, "P1/1", "years")
    problem = refused(write(EXPORT.replace(",30,", ",300,")), described())["E_RANGE"]
    assert (problem.line, problem.row, problem.column) == (4, "P1/2", "dose")


@pytest.mark.parametrize(
    ("boxes", "status", "lung"),
    [
        ("1,0,0", "0", True),
        ("0,1,0", "0", False),
        ("0,0,0", "2", False),
        ("0,0,0", "1", False),
        ("0,0,0", "0", None),
        ("0,0,0", "", None),
        ("0,0,1", "2", None),
    ],
)
def test_boxes_nobody_ticked_are_missing_unless_the_form_was_filled(
    write: Write, described: Make, boxes: str, status: str, lung: bool | None
) -> None:
    """REDCap writes 0 for a box whether it was left empty or never shown; -9 is a reason."""
    text = EXPORT.replace("50,1,1,0,0,2,", f"50,1,{boxes},{status},")
    found = read_cohort(write(text), described(missing_codes=["-999", "NASK", "-9"]))
    value = found.frame["lung"].iloc[0]
    assert (value is not None and value == lung) if lung is not None else value is not True
    assert found.frame["lung"].isna().iloc[0] == (lung is None)


def test_boxes_of_an_export_without_status_are_kept(write: Write, described: Make) -> None:
    """Where the file does not say whether a form was filled, 0 is what it says."""
    text = EXPORT.replace("_complete", "_x").replace("puth,,,0,0,0", "puth,,,,,")
    found = read_cohort(write(text), described())
    assert found.frame["lung"].tolist() == [True, True, False]


LABELLED = (
    "Record ID,Event Name,Repeat Instrument,Repeat Instance,Age,Arm\n"
    "P1,Enrolment,,,50,\nP1,Enrolment,Lesion,1,,A\n"
)


@pytest.mark.parametrize(
    "text",
    [
        LABELLED,
        EXPORT.replace("enrol_arm_1", "Enrolment (Arm 1: All)"),
        EXPORT.replace(",lesion,", ",Treated Lesion,"),
        EXPORT.replace("24.5,2023-01-02,2", "24.5,2023-01-02,Complete"),
        EXPORT.replace("50,1,1,0,0,2", "50,1,Checked,Unchecked,Unchecked,2"),
    ],
)
def test_an_export_of_labels_is_refused(write: Write, described: Make, text: str) -> None:
    """Labels are edited; codes are what the dictionary knows."""
    problem = refused(write(text), described())["E_REDCAP_LABELS"]
    assert "not of raw data" in problem.message
    assert "raw" in str(problem.fix)


def test_an_export_that_is_not_declared_is_named(write: Write, dictionary: Make) -> None:
    """Without the key, three lines of a patient would be three patients, or duplicates."""
    problem = refused(write(EXPORT), dictionary(columns=COLUMNS, checks=[]))["E_REDCAP"]
    assert "table.redcap" in str(problem.fix)


def test_an_instrument_that_does_not_repeat_is_named_with_those_that_do(
    write: Write, described: Make
) -> None:
    problem = refused(write(EXPORT), described(row="lesions"))["E_REDCAP_ROW"]
    assert "did you mean 'lesion'" in problem.message
    assert "imaging, lesion" in str(problem.fix)


EVENTS = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,age,arm,dose\n"
    "P1,enrol_arm_1,,,50,,\n"
    "P1,visit_arm_1,,,51,,\n"
    "P1,treat_arm_1,,1,,a,24\n"
    "P1,treat_arm_1,,2,,b,30\n"
    "P2,enrol_arm_1,,,60,,\n"
)


def test_instances_of_a_repeating_event_are_rows(write: Write, described: Make) -> None:
    """A whole event may repeat; who has no instance gives no row, and is counted."""
    made = described(COLUMNS[:4] + COLUMNS[6:7], row="treat_arm_1", events=["enrol_arm_1"])
    found = read_cohort(write(EVENTS), made)
    assert found.frame["part"].tolist() == ["1", "2"]
    assert found.frame["years"].tolist() == [50, 50]
    assert "1 records have no instance" in codes(found)["W_REDCAP_NO_INSTANCE"]


def test_an_event_that_no_line_has_is_a_fault(write: Write, described: Make) -> None:
    """A typo in its name would leave everything that does not repeat missing."""
    made = described(COLUMNS[:4] + COLUMNS[6:7], row="treat_arm_1", events=["enrol_arm1"])
    problem = refused(write(EVENTS), made)["E_REDCAP_EVENT"]
    assert "did you mean 'enrol_arm_1'" in problem.message
    assert "treat_arm_1, visit_arm_1" in str(problem.fix)


def test_instances_without_a_record_are_said(write: Write, described: Make) -> None:
    """An export of one instrument alone has no ages; nobody would ask why."""
    text = "".join(
        line for line in EXPORT.splitlines(True) if not line.startswith("P2,enrol_arm_1,,")
    )
    found = read_cohort(write(text), described())
    assert "1 records have instances of lesion" in codes(found)["W_REDCAP_NO_RECORD"]
    assert found.frame["years"].isna().tolist() == [False, False, True]


def test_two_values_of_what_does_not_repeat_are_a_fault(write: Write, described: Make) -> None:
    """Which of two ages is meant, only the study knows: it names the event."""
    made = described(COLUMNS[:4] + COLUMNS[6:7], row="treat_arm_1")
    problem = refused(write(EVENTS), made)["E_REDCAP_VALUES"]
    assert (problem.line, problem.column, problem.value) == (3, "years", "51")
    assert "redcap.events" in str(problem.fix)


def test_a_field_of_the_instances_is_not_filled_from_elsewhere(
    write: Write, described: Make
) -> None:
    """A form that also stands in another event must not lend its values."""
    text = EVENTS.replace("50,,\n", "50,a,18\n").replace("2,,b,30", "2,,b,")
    made = described(COLUMNS[:4] + COLUMNS[6:7], row="treat_arm_1", events=["enrol_arm_1"])
    found = read_cohort(write(text), made)
    assert found.frame["dose"].isna().tolist() == [False, True]
    assert "dose is read from the instances" in codes(found)["W_REDCAP_OTHER_VALUES"]
    unnamed = described(COLUMNS[:3] + COLUMNS[6:7], row="treat_arm_1")
    assert refused(write(text), unnamed)["E_REDCAP_VALUES"].line == 2


def test_rows_may_be_the_records(write: Write, dictionary: Make) -> None:
    """A patient-level study has no instances; events are put together."""
    columns = [COLUMNS[0], COLUMNS[3], COLUMNS[4] | {"name": "died"}]
    text = (
        "record_id,redcap_event_name,age,died\n"
        "P1,enrol_arm_1,50,\nP1,end_arm_1,,1\nP2,enrol_arm_1,60,\nP2,end_arm_1,,0\n"
    )
    made = dictionary(
        columns=columns, checks=[], row="patient", lesion=None, redcap={"record_id": "record_id"}
    )
    found = read_cohort(write(text), made).frame
    assert found["id"].tolist() == ["P1", "P2"]
    assert found["years"].tolist() == [50, 60]
    assert found["died"].tolist() == [True, False]


def test_a_field_of_the_instrument_may_name_the_lesion(write: Write, described: Make) -> None:
    """A key that people gave is kept; the number of the instance is only the second choice."""
    text = EXPORT.replace("arm,dose", "lesion_no,dose").replace(",a,24.5", ",T5,24.5")
    text = text.replace(",b,30,", ",T7,30,").replace(",b,NASK", ",L1,NASK")
    columns = [c for c in COLUMNS if c["name"] != "arm"]
    columns[1] = columns[1] | {"redcap_field": "lesion_no"}
    found = read_cohort(write(text), described(columns)).frame
    assert found["part"].tolist() == ["T5", "T7", "L1"]
    problem = refused(write(EXPORT), described(columns))["E_MISSING_COLUMN"]
    assert problem.column == "part"


def test_a_workbook_of_an_export_is_refused(write: Write, described: Make) -> None:
    """A spreadsheet program has changed dates and codes by then."""
    problem = refused(write(b"PK\x03\x04", "export.xlsx"), described())["E_REDCAP"]
    assert "CSV" in str(problem.fix)


def test_the_dictionary_of_an_export_says_what_repeats(write: Write) -> None:
    """Lesions without an instrument, and a missing-data code that is a value, are refused."""
    text = (
        "table: {row: lesion, patient: id, lesion: part, redcap: {missing_codes: [-9, 1]}}\n"
        "columns:\n"
        "  - {name: id, label: I, level: patient, type: string, phase: identifier}\n"
        "  - {name: part, label: P, level: lesion, type: string, phase: identifier}\n"
        "  - {name: s, label: S, level: patient, type: category, codes: {0: F, 1: M},"
        " phase: baseline}\n"
    )
    with pytest.raises(DictionaryError) as caught:
        load_dictionary(write(text, "dictionary.yaml"))
    assert caught.value.exit_code == 4
    assert "table.redcap.row" in str(caught.value)
    assert "'1' may be a value of 's'" in str(caught.value)


IMAGES = {
    "name": "imaging", "label": "Images", "level": "lesion", "date": "img_date",
    "lesion_field": "img_lesion",
    "columns": [
        {"name": "img_date", "label": "Date", "type": "date", "required": True},
        {"name": "modality", "label": "Modality", "type": "category", "codes": ["1", "2"]},
    ],
}  # fmt: skip
WITH_IMAGES = (
    "record_id,redcap_repeat_instrument,redcap_repeat_instance,age,arm,dose,"
    "img_lesion,img_date,modality\n"
    "P1,,,50,,,,,\n"
    "P1,lesion,1,,a,24,,,\n"
    "P1,lesion,2,,b,30,,,\n"
    "P1,imaging,1,,,,2,2023-05-01,1\n"
    "P1,imaging,2,,,,1,2023-06-01,2\n"
    "P1,imaging,3,,,,2,2023-07-01,\n"
)


def test_a_long_table_is_the_instrument_of_its_name(write: Write, dictionary: Make) -> None:
    """Images repeat in the same export: each belongs to the lesion that its field names."""
    columns = [{"label": c["name"], **c} for c in COLUMNS[:4] + COLUMNS[6:7]]
    made = DataDictionary.model_validate(
        {
            "table": {
                "row": "lesion",
                "patient": "id",
                "lesion": "part",
                "redcap": REDCAP,
                "unknown_columns": "error",
            },
            "columns": columns,
            "tables": [IMAGES],
        }
    )
    path = write(WITH_IMAGES)
    found = read_cohort(path, made, {"imaging": path})
    assert codes(found) == {}  # nothing was left unread
    assert found.frame["arm"].tolist() == ["a", "b"]
    images = found.long["imaging"].frame
    assert images["part"].tolist() == ["1", "2", "2"]
    assert images["img_date"].dt.month.tolist() == [6, 5, 7]
    assert found.long["imaging"].lines is not None
    assert found.long["imaging"].lines.tolist() == [6, 5, 7]
    path = write(WITH_IMAGES.replace("img_lesion", "img_x"))
    with pytest.raises(CohortError, match="E_MISSING_COLUMN"):
        read_cohort(path, made, {"imaging": path})


@given(st.permutations(EXPORT.splitlines()[1:]))
def test_the_order_of_the_lines_means_nothing(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    """REDCap sorts by record, a spreadsheet program by whatever was clicked."""
    made = make_dictionary(columns=COLUMNS, checks=[], redcap=REDCAP)
    frames = []
    for body in (EXPORT.splitlines()[1:], lines):
        path = tmp_path_factory.getbasetemp() / "export.csv"
        path.write_text(HEADER + "\n".join(body) + "\n", encoding="utf-8")
        frames.append(read_cohort(path, made).frame)
    pd.testing.assert_frame_equal(*frames)


def test_an_instance_that_stands_twice_is_a_duplicate(write: Write, described: Make) -> None:
    """Two exports put below each other count everybody twice."""
    body = EXPORT.removeprefix(HEADER)
    problem = refused(write(EXPORT + body), described())["E_DUPLICATE"]
    assert (problem.line, problem.row) == (9, "P1/1")
    assert "line 3" in problem.message


JUNK = st.text("\"',;\n\r\t\x00\ufeff-0129aP_ ", max_size=60)


@given(st.lists(st.tuples(st.integers(0, len(EXPORT)), JUNK), max_size=6), st.floats(0, 1))
def test_a_damaged_export_is_refused_or_read_and_never_more(
    tmp_path_factory: pytest.TempPathFactory, inserted: list[tuple[int, str]], kept: float
) -> None:
    """Whatever the text, nothing but a fault of the cohort comes out."""
    text = EXPORT
    for at, junk in inserted:
        text = text[:at] + junk + text[at:]
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(text[: int(len(text) * max(kept, 0.3))].encode())
    made = make_dictionary(columns=COLUMNS, checks=[], redcap=REDCAP)
    with contextlib.suppress(CohortError):
        assert len(read_cohort(path, made).frame)


def test_lesions_without_instances_are_a_fault(write: Write, dictionary: Make) -> None:
    """Nothing repeats in the file: no line is a lesion."""
    made = dictionary(columns=COLUMNS[:4], checks=[], redcap={"record_id": "record_id"})
    assert (
        "nothing repeats"
        in refused(write("record_id,age,arm\nP1,50,a\n"), made)["E_REDCAP_ROW"].message
    )
    only = "record_id,redcap_repeat_instrument,redcap_repeat_instance,age,arm\nP1,lesion,1,,a\n"
    assert "no line that does not repeat" in refused(write(only), made)["E_REDCAP_ROW"].message
