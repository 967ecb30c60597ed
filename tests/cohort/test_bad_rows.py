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
from tests.commanding import Told, told
from tests.commands.conftest import DICTIONARY, PLAN, cohort_lines

Spoil = Callable[..., Told]
Row = dict[str, str]
Change = Callable[[int, Row], Row | None]
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


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Report on a small study with rows changed, or its plan or dictionary."""
    monkeypatch.chdir(tmp_path)

    def run(change: Change, *words: object, plan: str = PLAN, dictionary: str = DICTIONARY) -> Told:
        header, *rows = (line.split(",") for line in cohort_lines())
        found = (change(i, dict(zip(header, row, strict=True))) for i, row in enumerate(rows))
        lines = [",".join(header), *(",".join(row.values()) for row in found if row is not None)]
        Path("cohort.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        Path("dictionary.yaml").write_text(dictionary, encoding="utf-8")
        Path("plan.yaml").write_text(plan, encoding="utf-8")
        return told("report", "plan.yaml", "--out", "out", *words)

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


# --- Rows that are right, and too few or too alike ------------------------------------------------


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
    assert re.search(r"E_SEPARATION column stage=2: .*(comparator|reference) arm", found.text)
    assert "Merge the level" in found.text


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
    """No line of the baseline table, and no column of the model."""
    found = small(
        lambda i, row: row, dictionary=DICTIONARY.replace('"2": Two}', '"2": Two, "3": Three}')
    )
    assert found.code == 0
    baseline = (Path("out") / "tables" / "baseline.csv").read_text(encoding="utf-8")
    assert "Stage: Two" in baseline
    assert "Three" not in baseline
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


def test_r53_entry_after_the_end(small: Callable[..., Told]) -> None:
    """Observed for no time: both numbers and the row."""
    plan = PLAN.replace("time: {column", "entry: age\n    time: {column", 1)
    found = small(lambda i, row: {**row, "age": "30" if i == 3 else "0"}, plan=plan)
    assert found.code == 3
    assert re.search(r"E_ENTRY cohort\.csv, line 5, row P003.*enters at 30", found.text)


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
