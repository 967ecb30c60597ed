"""Checks of a dictionary that are no rules: each kind names what exists and can be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.errors import DictionaryError
from spine_outcomes.study.load import load_dictionary

Change = Callable[..., Path]
OVERLAP = "overlap: {start: stage, end: stage, date: start"


def check(kind: str) -> str:
    """The text of a dictionary's block of checks, with one of them."""
    return f"checks:\n  - {{id: X1, severity: warning, {kind}}}\n"


@pytest.mark.parametrize(
    "kind",
    [
        OVERLAP + "}",
        OVERLAP + ", days: [15, null], unless: {column: event, equals: 1}}",
        "same_person: {columns: [sex, age]}",
        "differs_within_patient: {column: arm}",
        "heaping: {column: start, on_days: [1, 15], at_most: 0.1}",
        "heaping: {column: [start, event_date], on_days: [1], at_most: 0.1}",
        "largest_grade: {grade: pain, term: note}",
    ],
)
def test_each_kind_is_read_and_says_what_it_reads(dictionary_with: Change, kind: str) -> None:
    """A kind that is documented and refused sends the reader in circles."""
    (found,) = load_dictionary(dictionary_with(add=check(kind))).checks
    assert found.named
    assert found.severity == "warning"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("overlap: {start: stage, end: score, date: start}", "not ordered by the same codes"),
        ("overlap: {start: sex, end: sex, date: start}", "not ordered by the same codes"),
        ("overlap: {start: stage, end: stage, date: age}", "'age' is no date"),
        (OVERLAP + ", unless: {column: sex, equals: x}}", "'x' is not a code of 'sex'"),
        (OVERLAP + ", unless: {column: sax, equals: f}}", "did you mean 'sex'?"),
        ("same_person: {columns: [sex]}", "at least 2"),
        ("same_person: {columns: [sex, aeg]}", "did you mean 'age'?"),
        ("differs_within_patient: {column: amr}", "did you mean 'arm'?"),
        ("heaping: {column: age, on_days: [1], at_most: 0.1}", "'age' is no date"),
        ("heaping: {column: start, on_days: [1], at_most: 1.5}", "at_most"),
        ("largest_grade: {grade: sex, term: note}", "'sex' is no number"),
        ("largest_grade: {grade: pain, term: notes}", "did you mean 'note'?"),
        ("not_applicable: {column: pain, where: {column: sex, equals: f}}", "not applicable"),
        ("not_applicable: {column: pain, where: {column: sex, equals: x}}", "'x' is not a code"),
        ("same_person: {columns: [sex, age]}, differs_within_patient: {column: arm}",
         "exactly one"),
        ("same_persn: {columns: [sex, age]}", "did you mean 'same_person'?"),
    ],
)  # fmt: skip
def test_a_kind_that_cannot_be_checked_is_refused_at_its_place(
    dictionary_with: Change, kind: str, words: str
) -> None:
    """A check of a column that is not there, or of another type, would never find anything."""
    with pytest.raises(DictionaryError) as fault:
        load_dictionary(dictionary_with(add=check(kind)))
    assert words in str(fault.value)
    assert "checks[0]" in str(fault.value)
    assert fault.value.exit_code == 4
