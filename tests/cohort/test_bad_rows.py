"""Rows that are wrong, through the command: its exit code, and what it says to mend them.

Each case spoils one cell of the packaged cohort, or a row of a small study, and reads what a person
reads. The ids are those of the table in ``docs/inputs.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from spine_outcomes.study.packaged import packaged_file
from tests.cohort.conftest import Row
from tests.commanding import Told, told
from tests.commands.conftest import DICTIONARY, PLAN

Spoil = Callable[..., Told]
LINE, ROW = "line 4", "row SIM-0002/L1"  # of the row that is spoilt


@pytest.fixture(scope="module")
def demo() -> pd.DataFrame:
    """Sixty rows of the packaged cohort, as text."""
    path = packaged_file("demo_cohort.csv")
    return pd.read_csv(path, dtype=str, keep_default_na=False, nrows=60)


@pytest.fixture
def spoil(demo: pd.DataFrame, tmp_path: Path) -> Spoil:
    """Report on the packaged cohort with cells of one row changed."""

    def run(*words: object, **cells: str) -> Told:
        frame = demo.copy()
        (row,) = frame.index[frame["patient_id"] == "SIM-0002"]
        for column, value in cells.items():
            frame.loc[row, column] = value
        frame.to_csv(tmp_path / "cohort.csv", index=False)
        cohort = ("--cohort", tmp_path / "cohort.csv", "--out", tmp_path / "out")
        return told("report", "primary", *cohort, *words)

    return run


def line_about(found: Told, code: str, column: str) -> str:
    """The message of one fault; its form is checked: code, file, line, row, column, a way out."""
    (line,) = [t for t in found.lines if t.startswith(f"{code} ") and f"column {column}" in t]
    assert re.match(rf"{code} cohort\.csv, {LINE}, {ROW}, column {column}", line), line
    assert re.search(r"\. [A-Z].*\.$", line), f"no way out in: {line}"
    return line


@pytest.mark.parametrize(
    ("cells", "code", "column", "said"),
    [
        # R05: before treatment, with both dates and the days between.
        ({"vcf_flag": "1", "vcf_date": "2021-11-02"}, "E_X05", "vcf_date",
         ["'2021-11-02'", "sbrt_start = 2021-12-02", "30 days"]),
        # R06: death before the last image.
        ({"vital_status": "1", "death_date": "2024-12-11"}, "E_X07", "last_imaging_date",
         ["'2024-12-21'", "at most death_date", "2024-12-11", "10 days"]),
        # R07: an event after the last contact.
        ({"vcf_flag": "1", "vcf_date": "2024-12-30", "last_contact_date": "2024-12-25"}, "E_X08",
         "vcf_date", ["at most last_contact_date", "2024-12-25", "5 days"]),
        # R08: after the cut-off of the extract.
        ({"vcf_flag": "1", "vcf_date": "2025-01-02"}, "E_X06", "vcf_date",
         ["at most data_cutoff", "2024-12-31", "2 days"]),
        # R09: a flag without its date, a date without its flag.
        ({"vcf_flag": "1", "vcf_date": ""}, "E_X12", "vcf_date", ["missing", "vcf_flag is 1"]),
        ({"vcf_flag": "0", "vcf_date": "2022-01-02"}, "E_X12", "vcf_date", ["here vcf_flag = 0"]),
        # R10: dead without a date.
        ({"vital_status": "1", "death_date": ""}, "E_X10", "death_date", ["vital_status is 1"]),
        # R13: doses that cannot be, with the unit that would fit.
        ({"dose_total_gy": "-3"}, "E_RANGE", "dose_total_gy", ["'-3'", "6 to 80 Gy"]),
        ({"dose_total_gy": "0"}, "E_RANGE", "dose_total_gy", ["'0'", "6 to 80 Gy"]),
        ({"dose_total_gy": "8000"}, "E_RANGE", "dose_total_gy", ["80 Gy if it is in cGy"]),
        ({"n_fractions": "0"}, "E_RANGE", "n_fractions", ["1 to 30"]),
        # R14: a total that is not its fractions.
        ({"dose_total_gy": "29.5"}, "E_X21", "dose_total_gy",
         ["29.5 recorded, 30 derived", "n_fractions = 3", "dose_per_fx_gy = 10"]),
        # R15: ages.
        ({"age_at_sbrt": "130"}, "E_RANGE", "age_at_sbrt", ["'130'", "0 to 120 years"]),
        ({"age_at_sbrt": "45.5"}, "E_INTEGER", "age_at_sbrt", ["'45.5'", "whole number"]),
        ({"age_at_sbrt": "81"}, "E_X20", "age_at_sbrt", ["81 recorded, 82 derived", "1939-11-08"]),
        # R16, R17: the arm.
        ({"arm": ""}, "E_REQUIRED", "arm", ["missing"]),
        ({"arm": "sib"}, "E_CODE", "arm", ["'sib'", "allowed: focal, extended, other"]),
        # R32: numbers that are none.
        ({"gtv_cc": "inf"}, "E_NUMBER", "gtv_cc", ["'inf'", "not a plain number"]),
        ({"gtv_cc": "NaN"}, "E_NUMBER", "gtv_cc", ["'NaN'", "missing_codes"]),
        # R55: grades, and the death that grade 5 is.
        ({"tox_other_max": "6"}, "E_RANGE", "tox_other_max", ["'6'", "0 to 5"]),
        ({"tox_other_max": "-1"}, "E_RANGE", "tox_other_max", ["'-1'", "0 to 5"]),
        ({"tox_other_max": "2.5"}, "E_INTEGER", "tox_other_max", ["'2.5'"]),
        ({"tox_other_max": "3a"}, "E_NUMBER", "tox_other_max", ["'3a'"]),
        ({"tox_other_max": "5", "tox_other_date": "2022-03-01"}, "E_X61", "vital_status",
         ["must be 1", "tox_other_max = 5"]),
        # R56: a grade without its day.
        ({"tox_other_max": "3", "tox_other_date": ""}, "E_X12", "tox_other_date",
         ["tox_other_max = 3"]),
        # R57: levels of the spine.
        ({"level_from": "T13"}, "E_CODE", "level_from", ["'T13'", "T11, T12, L1"]),
        ({"level_to": "L6"}, "E_CODE", "level_to", ["'L6'"]),
        ({"level_from": "thoracic"}, "E_CODE", "level_from", ["'thoracic'"]),
        # R61: units, where another one would fit.
        ({"weight_kg": "330"}, "E_RANGE", "weight_kg", ["149.7 kg if it is in lb"]),
        ({"hb_g_l": "12.4"}, "E_RANGE", "hb_g_l", ["124 g/L if it is in g/dL"]),
        ({"dx_to_sbrt_mo": "9000"}, "E_RANGE", "dx_to_sbrt_mo", ["295.7 months if it is in days"]),
    ],
)  # fmt: skip
def test_a_wrong_cell_says_how_to_mend_it(
    spoil: Spoil, tmp_path: Path, cells: Row, code: str, column: str, said: list[str]
) -> None:
    """A message without the line, the value or the rule sends the reader searching."""
    found = spoil(**cells)
    assert found.code == 3
    line = line_about(found, code, column)
    assert all(part in line for part in said), line
    assert not (tmp_path / "out").exists()
    assert found.paths == ""


def test_r01_r02_a_key_that_stands_twice(demo: pd.DataFrame, tmp_path: Path) -> None:
    """Both lines, whether the rows are alike or not."""
    twice = pd.concat([demo.iloc[:3], demo.iloc[[2]], demo.iloc[3:]])
    twice.to_csv(tmp_path / "cohort.csv", index=False)
    found = told("report", "primary", "--cohort", tmp_path / "cohort.csv", "--out", tmp_path / "o")
    assert found.code == 3
    (line,) = [t for t in found.lines if t.startswith("E_DUPLICATE")]
    assert "line 5" in line
    assert "line 4" in line


def test_r01_a_patient_twice_where_a_row_is_a_patient(small: Callable[..., Told]) -> None:
    """One row a patient: the second row is a fault even where it says the same."""
    found = small(lambda i, row: {**row, "id": "P001"} if i == 5 else row)
    assert found.code == 3
    assert re.search(r"E_DUPLICATE cohort\.csv, line 7, row P001.*line 3", found.text)


def test_r03_a_patients_value_that_differs(demo: pd.DataFrame, tmp_path: Path) -> None:
    """Both values and both lines; the patient's first row is not taken for the right one."""
    frame = demo.copy()
    second = frame.index[frame["patient_id"].duplicated()][0]
    frame.loc[second, "height_cm"] = "151"
    frame.to_csv(tmp_path / "cohort.csv", index=False)
    found = told("report", "primary", "--cohort", tmp_path / "cohort.csv", "--out", tmp_path / "o")
    assert found.code == 3
    (line,) = [t for t in found.lines if t.startswith("E_INCONSTANT") and "height_cm" in t]
    assert f"line {second + 2}," in line
    assert "151 here and" in line
    assert f"line {second + 1}," in line


def test_r49_a_patient_that_is_missing(spoil: Spoil) -> None:
    """A row of nobody is in no cluster."""
    found = spoil(patient_id="")
    assert found.code == 3
    assert re.search(rf"E_REQUIRED cohort\.csv, {LINE}, row /L1, column patient_id", found.text)


def test_faults_of_many_kinds_come_at_once(spoil: Spoil) -> None:
    """One fault a run would cost a run each."""
    found = spoil(age_at_sbrt="130", arm="sib", gtv_cc="12,5", vcf_date="2021-11-02")
    codes = {line.split()[0] for line in found.lines if line.startswith("E_")}
    assert codes >= {"E_RANGE", "E_CODE", "E_NUMBER", "E_X05", "E_X12"}
    assert found.code == 3


def test_hidden_values_stay_hidden(spoil: Spoil) -> None:
    """--redact: the place, the rule and the way out are said, and no value of the row."""
    found = spoil("--redact", vcf_flag="1", vcf_date="2021-11-02", age_at_sbrt="81")
    assert found.code == 3
    for value in ("2021-11-02", "2021-12-02", "81", "1939"):
        assert value not in found.text.replace("SIM-0002", "")
    assert "column vcf_date" in found.text


def test_r15_r17_what_the_protocol_leaves_out_is_counted_and_no_fault(
    demo: pd.DataFrame, tmp_path: Path
) -> None:
    """A minor, and a third strategy: rows that are right and not eligible."""
    frame = demo.copy()
    one, other = frame.drop_duplicates("patient_id", keep=False).index[:2]
    frame.loc[one, ["age_at_sbrt", "birth_year"]] = ["17", "2004"]
    frame.loc[one, "birth_date"] = "2004-11-08"
    frame.loc[one, ["diag_date", "mets_date", "dx_to_sbrt_mo"]] = ["2021-06-01", "2021-06-01", "-9"]
    frame.loc[other, ["arm", "ctv_sectors"]] = ["other", ""]
    frame.to_csv(tmp_path / "cohort.csv", index=False)
    (tmp_path / "analyses").mkdir()
    (tmp_path / "data_dictionary.yaml").write_bytes(
        packaged_file("data_dictionary.yaml").read_bytes()
    )
    (tmp_path / "analyses" / "plain.yaml").write_text(
        "schema_version: 1\nextends: primary\nmissing: {method: complete_case}\n"
        "propensity: {terms: [], estimands: [unweighted]}\n",
        encoding="utf-8",
    )
    words = ("--cohort", tmp_path / "cohort.csv", "--out", tmp_path / "out", "--min-cell", "0")
    found = told("report", tmp_path / "analyses" / "plain.yaml", *words)
    assert found.code == 0, found.text
    flow = pd.read_csv(tmp_path / "out" / "flow.csv").set_index("id")
    assert flow.loc[["E1", "E7"], "excluded_lesions"].tolist() == [1, 1]


def test_r27_a_state_that_the_plan_gives_no_meaning(small: Callable[..., Told]) -> None:
    """Named with its line and with the states that have one."""
    found = small(
        lambda i, row: {**row, "status": "9"} if i == 3 else row,
        dictionary=DICTIONARY.replace("hard: [0, 2]", "hard: [0, 9]"),
    )
    assert found.code == 3
    assert re.search(
        r"E_STATUS cohort\.csv, line 5, row P003, column status, value '9': .* it names 0, 1, 2",
        found.text,
    )


def test_r12_a_negative_time(small: Callable[..., Told]) -> None:
    """Nothing happens before it starts."""
    found = small(
        lambda i, row: {**row, "time": "-1"} if i == 3 else row,
        dictionary=DICTIONARY.replace("hard: [0, 200]", "hard: [-9, 200]"),
    )
    assert found.code == 3
    assert "E_NEGATIVE_TIME cohort.csv, line 5, row P003, column time, value '-1'" in found.text


def test_r34_a_time_that_is_missing(small: Callable[..., Told]) -> None:
    """An outcome is never filled in."""
    found = small(lambda i, row: {**row, "time": ""} if i == 3 else row)
    assert found.code == 3
    assert "E_REQUIRED cohort.csv, line 5, row P003, column time" in found.text


def test_r53_entry_after_the_end(small: Callable[..., Told]) -> None:
    """Observed for no time: both numbers and the row."""
    plan = PLAN.replace("time: {column", "entry: age\n    time: {column", 1)
    found = small(lambda i, row: {**row, "age": "30" if i == 3 else "0"}, plan=plan)
    assert found.code == 3
    assert re.search(r"E_ENTRY cohort\.csv, line 5, row P003.*enters at 30", found.text)
