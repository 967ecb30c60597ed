"""A workbook gives the cohort of its text; what it hides is said, what could harm is refused."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.errors import CohortError, RefusedError
from spine_outcomes.study.dictionary import DataDictionary

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("python_calamine")

Make = Callable[..., DataDictionary]
HEADER = ["id", "part", "arm", "age", "dose", "smoker", "start", "died", "death"]
DAY = datetime.date
ROWS: list[list[Any]] = [
    ["P1", "1", "a", 50, 24.5, True, DAY(2023, 1, 2), 1, DAY(2023, 2, 3)],
    ["P1", "2", "b", 50, 30, True, DAY(2023, 1, 9), 1, DAY(2023, 2, 3)],
    ["P2", "1", "b", None, 6, False, DAY(2023, 3, 1), 0, None],
]
TEXT = (
    "id,part,arm,age,dose,smoker,start,died,death\n"
    "P1,1,a,50,24.5,1,2023-01-02,1,2023-02-03\n"
    "P1,2,b,50,30,1,2023-01-09,1,2023-02-03\n"
    "P2,1,b,,6,0,2023-03-01,0,\n"
)


def book() -> Any:
    """The rows of TEXT as the only sheet of a workbook."""
    made = openpyxl.Workbook()
    made.active.title = "cohort"
    for row in [HEADER, *ROWS]:
        made.active.append(row)
    return made


def saved(made: Any, folder: Path, name: str = "cohort.xlsx") -> Path:
    path = folder / name
    made.save(path)
    return path


def codes(cohort: Cohort) -> set[str]:
    return {finding.code for finding in cohort.findings}


def refused(path: Path, described: DataDictionary) -> dict[str, Any]:
    """The first problem of each code."""
    with pytest.raises((CohortError, RefusedError)) as caught:
        read_cohort(path, described)
    return {problem.code: problem for problem in reversed(caught.value.problems)}


def test_workbook_gives_the_cohort_of_its_text(tmp_path: Path, dictionary: Make) -> None:
    text = tmp_path / "cohort.csv"
    text.write_text(TEXT, encoding="utf-8")
    expected = read_cohort(text, dictionary())
    found = read_cohort(saved(book(), tmp_path), dictionary())
    assert found.frame.equals(expected.frame)
    assert found.lines is not None
    np.testing.assert_array_equal(found.lines, [2, 3, 4])
    assert found.source == "cohort.xlsx, sheet cohort"


def test_bare_number_in_a_column_of_dates_says_which_date(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.active["G2"] = 45351
    made.active["G2"].number_format = "General"
    problem = refused(saved(made, tmp_path), dictionary())["E_DATE"]
    assert problem.line == 2
    assert "2024-02-29" in f"{problem.message} {problem.fix}"  # trap 12


def test_system_of_1904_shifts_no_day_and_is_named(tmp_path: Path, dictionary: Make) -> None:
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in [HEADER, *ROWS]:
        made.active.append(row)
    path = saved(made, tmp_path)
    found = read_cohort(path, dictionary())
    assert found.frame["start"].dt.strftime("%Y-%m-%d").tolist()[0] == "2023-01-02"
    assert "W_DATES_1904" in codes(found)
    made.active["G2"] = 45292
    made.active["G2"].number_format = "General"
    problem = refused(saved(made, tmp_path), dictionary())["E_DATE"]
    assert "2028-01-02" in f"{problem.message} {problem.fix}"  # trap 12


def test_hidden_rows_are_read_and_named(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.active.row_dimensions[3].hidden = True
    made.active.column_dimensions["D"].hidden = True
    found = read_cohort(saved(made, tmp_path), dictionary())
    assert len(found.frame) == 3
    assert {"W_HIDDEN_ROWS", "W_HIDDEN_COLUMNS"} <= codes(found)


def test_merged_cells_are_refused(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.active.merge_cells("D2:D3")
    problem = refused(saved(made, tmp_path), dictionary())["E_MERGED"]
    assert "D2:D3" in problem.message
    assert problem.line == 2


def test_formula_without_a_stored_value_is_refused(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.active["E3"] = "=E2+5.5"  # openpyxl stores no value
    problem = refused(saved(made, tmp_path), dictionary())["E_FORMULA"]
    assert (problem.line, problem.column) == (3, "dose")


def test_stored_value_of_a_formula_is_read_and_named(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.active["E3"] = "=E2+5.5"
    path = saved(made, tmp_path)
    changed = _replaced(path, b"<f>E2+5.5</f><v></v>", b"<f>E2+5.5</f><v>30</v>")
    found = read_cohort(changed, dictionary())
    assert found.frame["dose"].tolist() == [24.5, 30.0, 6.0]
    assert "W_FORMULA_VALUE" in codes(found)


def test_error_of_the_spreadsheet_is_no_value(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.active["E3"].value = "#N/A"
    made.active["E3"].data_type = "e"
    assert refused(saved(made, tmp_path), dictionary())["E_CELL_ERROR"].line == 3


def test_several_filled_sheets_need_a_name(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.create_sheet("imaging").append(["id"])
    path = saved(made, tmp_path)
    assert "imaging" in refused(path, dictionary())["E_SHEET"].text()
    assert len(read_cohort(path, dictionary(sheet="cohort")).frame) == 3
    assert "'cohort'" in refused(path, dictionary(sheet="cohrt"))["E_SHEET"].text()


def test_hidden_sheet_is_not_read_and_named(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    other = made.create_sheet("old")
    other.append(["id"])
    other.sheet_state = "hidden"
    assert "W_HIDDEN_SHEET" in codes(read_cohort(saved(made, tmp_path), dictionary()))


def test_numbers_as_text_are_read_and_named(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.active["E2"] = "24.5"
    found = read_cohort(saved(made, tmp_path), dictionary())
    assert found.frame["dose"].tolist()[0] == 24.5
    assert "W_NUMBER_AS_TEXT" in codes(found)


def test_identifier_made_a_date_or_cut_is_refused(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.active["B2"] = DAY(2024, 2, 1)
    made.active["A4"] = 12345678901234567890
    found = refused(saved(made, tmp_path), dictionary())
    assert found["E_DATE_CELL"].line == 2
    assert found["E_DIGITS"].line == 4


def test_blank_row_between_rows_and_none_at_all(tmp_path: Path, dictionary: Make) -> None:
    made = book()
    made.active.insert_rows(3)
    assert refused(saved(made, tmp_path), dictionary())["E_BLANK_LINE"].line == 3
    made = openpyxl.Workbook()
    made.active.append(HEADER)
    assert "E_NO_ROWS" in refused(saved(made, tmp_path), dictionary())


def test_archive_that_inflates_beyond_measure_is_refused_unread(
    tmp_path: Path, dictionary: Make
) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 50_000_000)
    assert path.stat().st_size < 100_000
    assert "E_ZIP_BOMB" in refused(path, dictionary())


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        ("xl/vbaProject.bin", b"x", "E_MACROS"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "E_EXTERNAL_LINK"),
        ("xl/media/inner.bin", b"PK\x03\x04", "E_ZIP_NESTED"),
        ("xl/other.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hosts">]><x/>', "E_XML"),
    ],
)
def test_what_could_harm_is_refused(
    tmp_path: Path, dictionary: Make, part: str, content: bytes, code: str
) -> None:
    path = saved(book(), tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(part, content)
    assert code in refused(path, dictionary())


def test_workbook_with_macros_is_refused_by_its_name(tmp_path: Path, dictionary: Make) -> None:
    path = tmp_path / "cohort.xlsm"
    path.write_bytes(b"PK\x03\x04")
    assert "E_MACROS" in refused(path, dictionary())


@pytest.mark.parametrize("end", [10, 400, -30])
def test_damaged_workbook_is_a_fault_of_the_file(
    tmp_path: Path, dictionary: Make, end: int
) -> None:
    path = saved(book(), tmp_path)
    path.write_bytes(path.read_bytes()[:end])
    assert "E_WORKBOOK" in refused(path, dictionary())


def test_a_part_that_cannot_be_inflated_is_a_fault_of_the_file(
    tmp_path: Path, dictionary: Make
) -> None:
    """One bad byte in a packed sheet ends in an error of the unpacking, not of the archive."""
    path = saved(book(), tmp_path)
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    raw = bytearray(path.read_bytes())
    start = member.header_offset + 30 + len(member.filename)
    raw[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(raw))
    assert "E_WORKBOOK" in refused(path, dictionary())


def _replaced(path: Path, old: bytes, new: bytes) -> Path:
    """The workbook with other bytes in its first sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                changed = content.replace(old, new).replace(
                    old.replace(b"></v>", b" />").replace(b"<v", b"<v"), new
                )
                assert changed != content
                content = changed
            target.writestr(member, content)
    path.write_bytes(out.getvalue())
    return path
