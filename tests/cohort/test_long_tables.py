"""Long tables beside a cohort: whose rows they are, what is wrong with them, what they give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import cohort_from_frame, inspect_cohort, read_cohort
from spine_outcomes.errors import CohortError, InputOutputError, Problem, UsageError
from spine_outcomes.study.dictionary import DataDictionary

LAST = {"name": "last_image", "table": "scans", "date": "day", "since": "start", "status": "status",
        "check": "X62", "severity": "warning"}  # fmt: skip
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "level": "patient", "phase": "identifier", "required": True},
    {"name": "part", "type": "string", "level": "lesion", "phase": "identifier"},
    {"name": "start", "type": "date", "level": "lesion", "phase": "baseline"},
    {"name": "death", "type": "date", "level": "patient", "phase": "post_baseline"},
    {"name": "last", "type": "date", "level": "lesion", "phase": "post_baseline",
     "derivation": LAST},
    {"name": "visits", "type": "date", "level": "lesion", "phase": "post_baseline",
     "derivation": {"name": "last_date", "table": "calls", "date": "called", "since": "start"}},
]  # fmt: skip
SCANS: dict[str, Any] = {
    "name": "scans", "label": "Scans", "level": "lesion", "date": "day", "unique": ["day"],
    "columns": [
        {"name": "day", "label": "Day", "type": "date", "required": True},
        {"name": "status", "label": "Status", "type": "category", "codes": ["0", "1", "2", "9"]},
    ],
    "checks": [{"id": "X07", "severity": "error", "rule": {"column": "day", "at_most": "death"}}],
}  # fmt: skip
CALLS: dict[str, Any] = {
    "name": "calls", "label": "Calls", "level": "patient", "date": "called",
    "columns": [{"name": "called", "label": "Called", "type": "date", "required": True},
                {"name": "by", "label": "By", "type": "string"}],
}  # fmt: skip
COHORT = """\
id,part,start,death,last
P1,1,2020-01-01,,2020-06-01
P1,2,2020-02-01,,2020-06-01
P2,1,2020-01-01,2020-09-01,2020-08-01
"""
SCAN_ROWS = """\
id,part,day,status
P1,1,2020-06-01,0
P1,1,2020-03-01,0
P1,2,2020-06-01,1
P2,1,2020-08-01,0
"""

Read = Callable[..., Cohort]


def dictionary(*, columns: list[dict[str, Any]] | None = None, **scans: Any) -> DataDictionary:
    """The dictionary with its long tables, that of scans changed."""
    described = [{"label": c["name"].capitalize(), **c} for c in columns or COLUMNS]
    keys = {"row": "lesion", "patient": "id", "lesion": "part"}
    tables = [SCANS | scans, CALLS]
    return DataDictionary.model_validate({"table": keys, "columns": described, "tables": tables})


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reader of the cohort with some long tables, each given as text."""

    def read_texts(cohort: str = COHORT, *, described: DataDictionary | None = None,
                   **tables: str) -> Cohort:  # fmt: skip
        paths = {name: tmp_path / f"{name}.csv" for name in ("cohort", *tables)}
        for name, text in {"cohort": cohort, **tables}.items():
            paths[name].write_text(text, encoding="utf-8")
        path = paths.pop("cohort")
        return read_cohort(path, described or dictionary(), paths)

    return read_texts


@pytest.fixture
def problems(read: Read) -> Callable[..., tuple[Problem, ...]]:
    """Problems that reading raises; there must be some."""

    def problems_of(*texts: str, **tables: str) -> tuple[Problem, ...]:
        with pytest.raises(CohortError) as caught:
            read(*texts, **tables)
        return caught.value.problems

    return problems_of


def test_the_rows_are_there_sorted_with_their_places(read: Read) -> None:
    """A table in another order, or with lines of another, would send people to the wrong row."""
    rows = read(scans=SCAN_ROWS).long["scans"]
    assert rows.frame["day"].dt.strftime("%m").tolist() == ["03", "06", "06", "08"]
    assert rows.lines is not None
    assert rows.lines.tolist() == [3, 2, 4, 5]
    assert (rows.source, len(rows.sha256), rows.table.label) == ("scans.csv", 64, "Scans")
    assert read().long == {}


def test_a_record_that_agrees_says_nothing_and_one_that_does_not_is_a_warning(read: Read) -> None:
    """A last scan taken from a phone call would carry the row on as if it had been seen."""
    assert not [f for f in read(scans=SCAN_ROWS).findings if f.code == "W_X62"]
    later = COHORT.replace("1,2020-01-01,,2020-06-01", "1,2020-01-01,,2020-07-01")
    cohort = read(later, scans=SCAN_ROWS)
    (finding,) = [f for f in cohort.findings if f.code == "W_X62"]
    assert finding.n == 1
    assert cohort.frame["last"].dt.strftime("%m-%d").tolist() == ["07-01", "06-01", "08-01"]


def test_a_record_of_what_never_was_and_a_missing_one_disagree(read: Read) -> None:
    """No scan in the table and one on record, or the other way round, is not agreement."""
    scans = SCAN_ROWS.replace("P2,1,2020-08-01,0\n", "")
    cohort = COHORT.replace(",2020-06-01\nP2", ",\nP2")
    (finding,) = [f for f in read(cohort, scans=scans).findings if f.code == "W_X62"]
    assert finding.n == 2


def test_the_words_of_a_disagreement_name_both_sides_and_the_table(
    tmp_path: Path,
) -> None:
    """Without the other side the data manager searches."""
    for name, text in {
        "cohort": COHORT,
        "scans": SCAN_ROWS.replace("2020-08-01", "2020-07-01"),
    }.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    found = inspect_cohort(tmp_path / "cohort.csv", dictionary(), {"scans": tmp_path / "scans.csv"})
    (breach,) = [b for b in found.breaches if b.rule == "X62"]
    assert found.places is not None
    (problem,) = found.places.shown(breach)
    text = str(problem)
    assert (problem.line, problem.row, breach.severity) == (4, "P2/1", "warning")
    assert "2020-08-01 recorded, 2020-07-01 derived" in text
    assert "table scans" in text


def test_what_the_cohort_lacks_is_filled_in_from_the_table_that_is_given(read: Read) -> None:
    """A derived column that needs a table must not appear, or be demanded, without it."""
    bare = (
        COHORT.replace(",last\n", "\n")
        .replace(",2020-06-01\n", "\n")
        .replace(",2020-08-01\n", "\n")
    )
    assert "last" not in read(bare).frame
    found = read(bare, scans=SCAN_ROWS)
    assert found.frame["last"].dt.strftime("%m-%d").tolist() == ["06-01", "06-01", "08-01"]
    assert "visits" not in found.frame
    (note,) = [f for f in found.findings if f.code == "N_DERIVED"]
    assert "last" in note.message


def test_a_required_column_may_come_from_a_table(read: Read) -> None:
    """Demanded of the cohort's file it would be refused though it follows; else it is missing."""
    columns = [c | {"required": True} if c["name"] == "last" else c for c in COLUMNS]
    described = dictionary(columns=columns)
    bare = "id,part,start,death\nP1,1,2020-01-01,\n"
    scans = "id,part,day,status\nP1,1,2020-06-01,0\n"
    assert read(bare, described=described, scans=scans).frame["last"].notna().all()
    with pytest.raises(CohortError, match=r"E_MISSING_COLUMN.*last"):
        read(bare, described=described)
    with pytest.raises(CohortError, match=r"E_MISSING_COLUMN.*last"):
        read(bare, described=described, scans="id,part,day\nP1,1,2020-06-01\n")


def test_a_record_of_a_patient_belongs_to_each_of_the_patients_rows(read: Read) -> None:
    """Given to the first lesion alone, the others would end their follow-up at once."""
    calls = "id,called\nP1,2020-05-01\nP1,2020-04-01\nP2,2020-03-01\n"
    cohort = read(calls=calls)
    assert cohort.frame["visits"].dt.strftime("%m-%d").tolist() == ["05-01", "05-01", "03-01"]


def test_r02_rows_of_nobody_in_the_cohort(problems: Callable[..., tuple[Problem, ...]]) -> None:
    """An unknown patient, and a lesion that the patient does not have, each at its own column."""
    extra = "P3,1,2020-06-01,0\nP1,3,2020-06-01,0\n,1,2020-06-01,0\n"
    found = problems(scans=SCAN_ROWS + extra)
    assert [(p.code, p.line, p.column, p.value) for p in found] == [
        ("E_UNKNOWN_KEY", 6, "id", "P3"),
        ("E_UNKNOWN_KEY", 7, "part", "3"),
        ("E_REQUIRED", 8, "id", None),
    ]
    assert all(p.file == "scans.csv" for p in found)
    assert "3 is no part of P1" in str(found[1])
    assert "P1" not in found[1].text(redact=True).split("column part")[1]


def test_r01_a_row_that_stands_twice(problems: Callable[..., tuple[Problem, ...]]) -> None:
    """Two statuses of one day cannot both be; without unique columns only a whole repetition is."""
    (found,) = problems(scans=SCAN_ROWS + "P1,1,2020-06-01,2\n")
    assert (found.code, found.line) == ("E_DUPLICATE", 6)
    assert "line 2" in str(found)
    (found,) = problems(calls="id,called,by\nP1,2020-05-01,\nP1,2020-05-01,A\nP1,2020-05-01,\n")
    assert (found.code, found.line) == ("E_DUPLICATE", 4)
    assert "identical" in str(found)


def test_x07_rules_may_name_the_cohort(problems: Callable[..., tuple[Problem, ...]]) -> None:
    """A scan after death belongs to somebody else; both dates stand in the message."""
    (found,) = problems(scans=SCAN_ROWS + "P2,1,2020-09-02,0\n")
    assert (found.code, found.line, found.row) == ("E_X07", 6, "P2/1")
    assert "death = 2020-09-01" in str(found)
    assert "1 days off" in str(found)


def test_values_and_names_are_checked_as_those_of_the_cohort(
    problems: Callable[..., tuple[Problem, ...]],
) -> None:
    """A code that is none, a missing date, a missing column: with file and line."""
    found = problems(scans=SCAN_ROWS + "P1,1,,3\n")
    assert sorted((p.code, p.line, p.column) for p in found) == [
        ("E_CODE", 6, "status"), ("E_REQUIRED", 6, "day"),
    ]  # fmt: skip
    (found_name,) = problems(scans="id,part,status\nP1,1,0\n")
    assert (found_name.code, found_name.column) == ("E_MISSING_COLUMN", "day")
    (empty,) = problems(scans="id,part,day,status\n")
    assert (empty.code, empty.file) == ("E_NO_ROWS", "scans.csv")


def test_problems_come_file_by_file(problems: Callable[..., tuple[Problem, ...]]) -> None:
    """Lines of two files in one sequence would be looked for in the wrong one."""
    cohort = COHORT + "P4,1,2020-13-01,,\nP5,1,2020-14-01,,\n"
    found = problems(
        cohort, scans=SCAN_ROWS.replace("2020-03-01", "2020-03-32"), calls="id,called\nP9,x\n"
    )
    assert [(p.file, p.line) for p in found] == [
        ("cohort.csv", 5), ("cohort.csv", 6), ("scans.csv", 3), ("calls.csv", 2), ("calls.csv", 2),
    ]  # fmt: skip


def test_nothing_is_derived_from_a_table_that_is_wrong(
    problems: Callable[..., tuple[Problem, ...]],
) -> None:
    """Disagreements with a table under repair would bury what is wrong with it."""
    scans = SCAN_ROWS.replace("P2,1,2020-08-01,0", "P2,1,2020-08-99,0")
    assert [p.code for p in problems(scans=scans)] == ["E_DATE"]


def test_tables_that_nobody_described_and_files_that_are_not_there(
    read: Read, tmp_path: Path
) -> None:
    """A table under a wrong name would be left out in silence."""
    with pytest.raises(UsageError, match="no table 'scan'; did you mean 'scans'"):
        read(scan=SCAN_ROWS)
    read()
    with pytest.raises(InputOutputError):
        read_cohort(tmp_path / "cohort.csv", dictionary(), {"scans": tmp_path / "scams.csv"})


def test_data_frames_are_read_alike(read: Read) -> None:
    """The same rows by another door must be the same cohort."""
    frames = {
        name: pd.DataFrame([line.split(",") for line in text.splitlines()[1:]],
                           columns=text.splitlines()[0].split(","))
        for name, text in {"cohort": COHORT, "scans": SCAN_ROWS}.items()
    }  # fmt: skip
    found = cohort_from_frame(frames["cohort"], dictionary(), tables={"scans": frames["scans"]})
    whole = read(scans=SCAN_ROWS)
    pd.testing.assert_frame_equal(found.frame, whole.frame)
    pd.testing.assert_frame_equal(found.long["scans"].frame, whole.long["scans"].frame)


def test_the_order_of_the_lines_changes_nothing(read: Read) -> None:
    """Same data, same bytes: the rows of a long table too."""
    head, *rows = SCAN_ROWS.splitlines()
    turned = "\n".join([head, *reversed(rows)]) + "\n"
    one, two = read(scans=SCAN_ROWS), read(scans=turned)
    pd.testing.assert_frame_equal(one.frame, two.frame)
    pd.testing.assert_frame_equal(one.long["scans"].frame, two.long["scans"].frame)


def test_findings_of_a_table_say_which(read: Read) -> None:
    """Columns of two files in one list would be looked for in the wrong one."""
    cohort = read(scans="".join(f"{line},x\n" for line in SCAN_ROWS.splitlines()))
    (finding,) = [f for f in cohort.findings if f.code == "W_EXTRA_COLUMN"]
    assert finding.message.startswith("Scans: ")
