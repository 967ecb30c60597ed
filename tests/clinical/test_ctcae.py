"""Largest grades against the published table (CTCAE 5.0, November 2017), and acute against late."""

from __future__ import annotations

import pytest

from spine_outcomes.clinical.ctcae import LARGEST_GRADE, british, is_acute, is_late, largest_grades


@pytest.mark.parametrize(
    ("term", "largest"),
    [
        ("Skin hyperpigmentation", 2),
        ("Back pain", 3),
        ("Brachial plexopathy", 3),
        ("Fatigue", 3),
        ("Nausea", 3),
        ("Tumor pain", 3),
        ("Myositis", 4),
        ("Platelet count decreased", 4),
        ("Peripheral sensory neuropathy", 4),
        ("Peripheral motor neuropathy", 5),
        ("Dermatitis radiation", 5),
        ("Esophageal stenosis", 5),
        ("Myelitis", 5),
        ("Osteonecrosis", 5),
        ("Radiculitis", 5),
        ("Spinal fracture", 5),
        ("Vomiting", 5),
    ],
)
def test_the_largest_grade_is_the_last_that_the_table_describes(term: str, largest: int) -> None:
    """One too small refuses a true death; one too large lets pain of grade 4 pass."""
    assert largest_grades([term, term.upper()]).tolist() == [largest, largest]


def test_every_term_stands_once() -> None:
    """A term under two grades would have the one that happens to come last."""
    folded = [term.casefold() for term in LARGEST_GRADE]
    assert len(set(folded)) == len(folded) == 66


def test_a_term_that_is_not_listed_may_have_any_grade() -> None:
    """A term of another part of the table must not be refused for want of a line here."""
    assert largest_grades(["Hiccups of a kind"]).tolist() == [5]


def test_the_windows_touch_without_gap_or_overlap() -> None:
    """An onset of day 90 in both, or of day 91 in none, would count twice or never."""
    days = range(-1, 93)
    both = is_acute(days).astype(int) + is_late(days).astype(int)
    assert both.tolist() == [0, *[1] * 93]


def test_a_term_that_is_british_stays() -> None:
    """ "Ooesophageal toxicity" under a figure."""
    assert british("Oesophageal toxicity") == "Oesophageal toxicity"
    assert british("Limb edema") == british("Limb oedema") == "Limb oedema"
