"""A dictionary that contradicts itself: every fault at once, each at its key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.errors import DictionaryError
from spine_outcomes.study.load import load_dictionary

Change = Callable[..., Path]
AGE = "hard: [18, 110]"
SEX = "codes: {f: Female, m: Male}"
STAGE = 'codes: {"0": None, "1a": Some, "2": Much}'


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        (AGE, "hard: [110, 18]", "columns[4].hard", "the lowest value 110"),
        (AGE, AGE + ", plausible: [10, 90]", "columns[4].plausible", "outside the hard range"),
        (AGE, "hard: [2000-01-01, null]", "columns[4].hard", "must be numbers"),
        (AGE, AGE + ", missing_codes: [99]", "columns[4].missing_codes", "may be a value"),
        (SEX, SEX + ", hard: [0, 1]", "columns[5].hard", "no range"),
        (SEX, "codes: {f: Female, m: Female}", "columns[5].codes", "the same label"),
        (SEX, SEX + ", missing_codes: [m]", "columns[5].codes.m", "a code and a missing value"),
        (STAGE, STAGE + ', not_applicable: ["2"]', "columns[8].codes",
         "stands before those that are ordered"),
        (SEX, SEX + ", spellings: {w: x}", "columns[5].spellings.w", "'x' is not a code"),
        (SEX, SEX + ", spellings: {m: f}", "columns[5].spellings.m", "is a code itself"),
        (AGE, AGE + ", spellings: {old: 90}", "columns[4].spellings", "has no codes"),
        (AGE, AGE + ", aliases: [sex]", "columns[4].aliases", "names 'sex' as well"),
        (SEX, "unit: x", "columns[5].codes", "needs codes"),
        (AGE, AGE + ", codes: [x]", "columns[4].codes", "has no codes"),
        ("unit: cc, ", "", "columns[6].unit", "needs a unit"),
        ("unit: mm, phase: treatment", "unit: mm, phase: treatment, propensity: allowed",
         "columns[12].propensity", "only a baseline column"),
        ("lesion: row_id", "lesion: rowid", "table.lesion", "did you mean 'row_id'?"),
        ("patient: id,", "patient: pid,", "table.patient", "did you mean 'id'?"),
        ("lesion: row_id}", "lesion: null}", "table.lesion", "must name a column"),
        ("row: lesion,", "row: patient,", "table.lesion", "must be null"),
        ("name: age,", "name: sex,", "columns[5].name", "defined twice"),
        (AGE, AGE + ", derivation: {name: n, at: strat}", "columns[4].derivation.at", "'start'?"),
        ("row_id}", "row_id, simulated: {column: sex, equals: x}}",
         "table.simulated.equals", "not a code"),
        ("row_id}", "row_id, simulated: {column: sx, equals: f}}",
         "table.simulated.column", "'sex'?"),
    ],
)  # fmt: skip
def test_a_contradiction_is_named_at_its_key(
    dictionary_with: Change, old: str, new: str, key: str, words: str
) -> None:
    """A contradiction that passes makes every row wrong, or none."""
    with pytest.raises(DictionaryError) as fault:
        load_dictionary(dictionary_with(old, new))
    found = [p for p in fault.value.problems if p.message.startswith(f"{key}: ")]
    assert found, fault.value
    assert words in found[0].message
    assert found[0].file == "data_dictionary.yaml"
    assert found[0].line is not None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("{column: event_dat, at_least: start}", "did you mean 'event_date'?"),
        ("{column: event_date, at_least: strat}", "did you mean 'start'?"),
        ("{column: event_date, present_iff: {column: evnt, equals: 1}}", "did you mean 'event'?"),
        ("{column: age, at_least: 1, when: {column: sax, equals: f}}", "did you mean 'sex'?"),
        ("{column: sex, equals: x}", "'x' is not a code of 'sex'"),
        ("{column: event, equals: 2}", "'2' is not a code of 'event'"),
        ("{column: age, at_least: 1, when: {column: sex, in: [f, x]}}", "'x' is not a code"),
        ("{column: age, at_least: start}", "cannot be compared"),
        ("{column: stage, at_least: score}", "cannot be compared"),
        ("{column: age, at_least: 1, at_most: 2}", "exactly one"),
        ("{column: age}", "exactly one"),
        ("{column: [], at_least: 1}", "needs at least 1"),
        ("{column: age, at_least: 1, whn: {column: sex, equals: f}}", "did you mean 'when'?"),
    ],
)
def test_a_rule_names_what_exists(dictionary_with: Change, rule: str, words: str) -> None:
    """A rule about a column that is not there would never be broken."""
    text = f"checks:\n  - {{id: X1, severity: error, rule: {rule}}}\n"
    with pytest.raises(DictionaryError) as fault:
        load_dictionary(dictionary_with(add=text))
    assert words in str(fault.value)
    assert "checks[0].rule" in str(fault.value)


def test_every_fault_is_reported_at_once(dictionary_with: Change) -> None:
    """One fault a run makes a correction take as many runs as there are faults."""
    path = dictionary_with(AGE, "hard: [110, 18], missing_codes: [50]")
    path.write_text(path.read_text().replace("unit: cc, ", "").replace("unit: mm, ", ""))
    with pytest.raises(DictionaryError) as fault:
        load_dictionary(path)
    assert len(fault.value.problems) == 3


def test_every_wrong_key_is_reported_at_once(dictionary_with: Change) -> None:
    """The same for keys: unknown, missing and wrong ones, in the order of the file."""
    path = dictionary_with("label: Age, level: patient, type: integer", "lable: Age, type: intger")
    with pytest.raises(DictionaryError) as fault:
        load_dictionary(path)
    codes = {p.code: p for p in fault.value.problems}
    assert "columns[4].label: this key is required" in str(fault.value)
    assert "columns[4].level: this key is required" in str(fault.value)
    assert "did you mean 'label'?" in codes["E_UNKNOWN_KEY"].message
    assert "'string', 'integer'" in codes["E_VALUE"].message
    assert "found 'intger'" in codes["E_VALUE"].message
    assert {p.line for p in fault.value.problems} == {8}
    assert fault.value.exit_code == 4


def test_another_schema_version_stops_with_a_note(dictionary_with: Change) -> None:
    """A file of another version must not be half understood."""
    path = dictionary_with("schema_version: 1", "schema_version: 0\nold_key: 1")
    with pytest.raises(DictionaryError, match=r"line 1: schema_version: version 0 .*CHANGELOG"):
        load_dictionary(path)
