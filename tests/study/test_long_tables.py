"""Long tables in a dictionary: their form, and what contradicts them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.errors import DictionaryError, PlanError, RefusedError
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan
from spine_outcomes.study.lock import plan_hash
from spine_outcomes.study.plan_file import read_plan_file

Change = Callable[..., Path]

TABLES = """\
tables:
  - name: scans
    label: Scans
    level: lesion
    date: day
    unique: [day]
    columns:
      - {name: day, label: Day, type: date, required: true}
      - {name: status, label: Status, type: category, codes: ["0", "1"]}
    checks:
      - {id: T1, severity: error, rule: {column: day, at_least: start}}
  - {name: calls, label: Calls, level: patient, date: called, columns: [
     {name: called, label: Called, type: date, required: true}]}
"""
LAST = "derivation: {name: last_image, table: scans, date: day, since: start, status: status}"


def faults(path: Path) -> str:
    """Every fault of a dictionary, as said."""
    with pytest.raises(DictionaryError) as fault:
        load_dictionary(path)
    return str(fault.value)


def test_columns_take_level_and_phase_from_their_table(dictionary_with: Change) -> None:
    """What is recorded after treatment must not pass for baseline by a forgotten key."""
    dictionary = load_dictionary(dictionary_with(add=TABLES))
    scans, calls = dictionary.tables
    assert {(c.level, c.phase, c.propensity) for c in scans.columns} == {
        ("lesion", "post_baseline", "forbidden")
    }
    assert [c.level for c in calls.columns] == ["patient"]
    assert scans.names == ("day", "status")


def test_a_long_table_is_read_by_the_keys_of_the_cohort(dictionary_with: Change) -> None:
    """Keys of another name could not be joined; the table's form is the cohort's."""
    dictionary = load_dictionary(dictionary_with(add=TABLES))
    scans, calls = (dictionary.beside(table) for table in dictionary.tables)
    assert scans.names == ("id", "row_id", "day", "status")
    assert (scans.table.row, scans.table.lesion) == ("lesion", "row_id")
    assert calls.names == ("id", "called")
    assert (calls.table.row, calls.table.lesion) == ("patient", None)
    assert scans.table.delimiter == dictionary.table.delimiter


def test_without_a_table_nothing_is_derived_from_it(dictionary_with: Change) -> None:
    """A column would be compared with a table that nobody gave."""
    path = dictionary_with("name: last_scan, ", f"name: last_scan, {LAST}, ", add=TABLES)
    dictionary = load_dictionary(path)
    assert dictionary["last_scan"].derivation is not None
    assert dictionary.coming_with(["scans"])["last_scan"].derivation is not None
    bare = dictionary.coming_with(["calls"])
    assert bare["last_scan"].derivation is None
    assert [table.name for table in bare.tables] == ["calls"]
    assert bare.names == dictionary.names


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("date: day", "date: dya", "tables[0].date: no column 'dya'; did you mean 'day'?"),
        ("date: day", "date: status", "tables[0].date: 'status' must be a date"),
        ("type: date, required: true}\n", "type: date}\n", "must be a date that is required"),
        ("unique: [day]", "unique: [dy]", "tables[0].unique: no column 'dy'"),
        ("unique: [day]", "unique: [status]", "tables[0].unique: 'status' must be required"),
        ("name: status", "name: age", "tables[0].columns[1].name: 'age' is a column of the cohort"),
        ("name: status", "name: day", "tables[0].columns[1].name: the column 'day' is defined"),
        ("name: calls", "name: scans", "tables[1].name: the table 'scans' is defined twice"),
        ("type: category", "level: patient, type: category", "tables[0].columns[1].level: patient"),
        ("type: category", "derivation: {name: x}, type: category", "only columns of the cohort"),
        ('codes: ["0", "1"]', "hard: [0, 1]", "tables[0].columns[1].codes"),
        ("at_least: start", "at_least: strat", "tables[0].checks[0].rule: no column 'strat'"),
        ("at_least: start", "at_least: status", "cannot be compared"),
        ("label: Calls", "lable: Calls", "did you mean 'label'?"),
    ],
)
def test_a_contradiction_is_named_at_its_key(
    dictionary_with: Change, old: str, new: str, words: str
) -> None:
    """A table that cannot be joined or dated must not wait for its first reading."""
    assert words in faults(dictionary_with(add=TABLES.replace(old, new, 1)))


def test_rules_of_a_patients_table_know_no_lesion(dictionary_with: Change) -> None:
    """Which of the patient's lesions would be meant is not said."""
    rule = "checks: [{id: T2, severity: error, rule: {column: called, at_least: start}}]"
    text = TABLES.replace("date: called, columns", f"date: called, {rule}, columns")
    assert "tables[1].checks[0].rule: no column 'start'" in faults(dictionary_with(add=text))


def test_a_check_between_rows_is_not_for_a_long_table(dictionary_with: Change) -> None:
    """It would be declared, and never made."""
    rule = "rule: {column: day, at_least: start}"
    between = "differs_within_patient: {column: status}"
    path = dictionary_with(add=TABLES.replace(rule, between))
    assert "tables[0].checks[0]: a long table has checks of the kinds rule" in faults(path)
    heaping = "heaping: {column: day, on_days: [1, 15], at_most: 0.1}"
    load_dictionary(dictionary_with(add=TABLES.replace(rule, heaping)))


def test_tables_of_lesions_need_lesions(dictionary_with: Change) -> None:
    """Beside a cohort of patients there is no key to join by."""
    path = dictionary_with("row: lesion, patient: id, lesion: row_id", "row: patient, patient: id",
                           add=TABLES)  # fmt: skip
    assert "tables[0].level: lesion, beside a cohort whose rows are patients" in faults(path)


@pytest.mark.parametrize(
    ("derivation", "words"),
    [
        (LAST.replace("scans", "scan"), "derivation.table: no table 'scan'; did you mean 'scans'?"),
        (LAST.replace("date: day", "date: dday"), "derivation.date: no column 'dday'"),
        (LAST.replace("since: start", "since: strat"), "did you mean 'start'?"),
        ("derivation: {name: n, at: day}", "derivation.at: no column 'day'"),
    ],
)
def test_a_derivation_names_what_is_there(
    dictionary_with: Change, derivation: str, words: str
) -> None:
    """Columns of a long table exist for what summarises it, and for nothing else."""
    path = dictionary_with("name: last_scan, ", f"name: last_scan, {derivation}, ", add=TABLES)
    assert words in faults(path)


def test_a_plan_names_the_tables_of_its_cohort(plan_with: Change, dictionary_with: Change) -> None:
    """By paths from the plan, as its cohort; a misspelt name is the plan's fault."""
    path = plan_with(add="tables: {scans: long/scans.csv}\n")
    assert read_plan_file(path).tables == {"scans": path.parent / "long/scans.csv"}
    dictionary = load_dictionary(dictionary_with(add=TABLES))
    plan = load_plan(path)
    check_plan(plan, dictionary)
    assert plan_hash(plan) == plan_hash(load_plan(plan_with()))
    with pytest.raises(PlanError, match=r"tables.scan: .*did you mean 'scans'"):
        check_plan(load_plan(plan_with(add="tables: {scan: scans.csv}\n")), dictionary)


def test_a_table_outside_the_study_is_refused(plan_with: Change) -> None:
    """A plan from someone else must not choose which file is read."""
    with pytest.raises(RefusedError, match="outside the study"):
        read_plan_file(plan_with(add="tables: {scans: ../../../scans.csv}\n"))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", {"scans": "a.csv", "calls": "b.csv"}),
        ("tables: {calls: c.csv}\n", {"scans": "a.csv", "calls": "c.csv"}),
        ("cohort: other.csv\n", {}),
        ("cohort: other.csv\ntables: {calls: c.csv}\n", {"calls": "c.csv"}),
    ],
)
def test_a_plan_that_extends_another_has_its_tables_with_its_cohort(
    plan_with: Change, keys: str, expected: dict[str, str]
) -> None:
    """Images of one cohort beside another would be those of other people."""
    base = plan_with(add="tables: {scans: a.csv, calls: b.csv}\n")
    child = base.with_name("child.yaml")
    child.write_text(f"schema_version: 1\nextends: plan\n{keys}", encoding="utf-8")
    found = read_plan_file(child)
    assert {name: path.name for name, path in found.tables.items()} == expected
    assert load_plan(child).tables == expected
