"""Worst grades by window and cause, from records and from columns written by hand."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

from spine_outcomes.endpoints.toxicity import assessments, recurrences, severe_events, worst_grades
from spine_outcomes.errors import CohortError
from tests.toxic_study import cohort, plan

ROW = [{"id": "P", "arm": "a"}]


def worst(records: list[dict[str, Any]], *, n: int = 1, **asked: Any) -> list[float]:
    """Worst grades of n rows in a window, of a cause and term (any by default)."""
    rows = [{"id": f"P{i}", "arm": "a"} for i in range(n)]
    chosen = plan()
    assert chosen.toxicity is not None
    found = assessments(cohort(rows, records), chosen)
    keys = {"term": None, "window": "any", "cause": "any"} | asked
    return worst_grades(found, chosen.toxicity, **keys).tolist()


def test_grade_0_is_assessed_and_no_record_is_not():
    """Never assessed counted as without toxicity: the second row has no record at all."""
    found = worst([{"row": 0, "assessed": 40, "term": "Rash", "grade": 0}], n=2)
    np.testing.assert_array_equal(found, [0, np.nan])


@pytest.mark.parametrize(("onset", "acute", "late"), [(90, 2, 0), (91, 0, 2), (0, 2, 0)])
def test_day_90_is_acute_and_day_91_is_late(onset, acute, late):
    """A grade in the wrong window, or in both; assessed at day 200 without late events is 0."""
    records = [{"row": 0, "assessed": 200, "term": "Rash", "grade": 2, "onset": onset}]
    assert worst(records, window="acute") == [acute]
    assert worst(records, window="late") == [late]
    assert worst(records) == [2]


def test_a_row_last_assessed_in_the_acute_window_was_not_assessed_for_late_toxicity():
    """Whoever died at day 60 counted among those free of late toxicity."""
    records = [{"row": 0, "assessed": 60, "term": "Rash", "grade": 1, "onset": 10}]
    assert worst(records, window="acute") == [1]
    np.testing.assert_array_equal(worst(records, window="late"), [np.nan])


def test_related_is_attribution_3_or_more():
    """An unlikely grade 4 taken for related; its row was assessed and has none that is related."""
    records = [
        {"row": 0, "assessed": 30, "term": "Rash", "grade": 4, "onset": 5, "severe": 6,
         "attribution": 2},
        {"row": 0, "assessed": 30, "term": "Cough", "grade": 1, "onset": 5, "attribution": 3},
    ]  # fmt: skip
    assert worst(records, cause="related") == [1]
    assert worst(records) == [4]


def test_an_event_that_cannot_be_placed_is_not_known_unless_a_worse_one_is():
    """A grade 2 without attribution taken for unrelated, or hiding a related grade 3."""
    unplaced = {"row": 0, "assessed": 30, "term": "Rash", "grade": 2, "onset": 5}
    other = {"row": 1, "assessed": 30, "term": "Rash", "grade": 1, "onset": 5, "attribution": 5}
    np.testing.assert_array_equal(worst([unplaced, other], n=2, cause="related"), [np.nan, 1])
    placed = unplaced | {"term": "Cough", "grade": 3, "severe": 8, "attribution": 4}
    assert worst([unplaced, placed], cause="related") == [3]


def test_a_grade_above_the_largest_of_its_term_is_refused():
    """Fatigue has no grade 4 (CTCAE 5)."""
    records = [{"row": 0, "assessed": 30, "term": "Fatigue", "grade": 4, "onset": 5}]
    with pytest.raises(CohortError, match="Fatigue"):
        cohort(ROW, records)


def test_the_cut_off_hides_what_came_later():
    """Toxicity after the cut-off seen: an event at day 100, and grade 3 reached at day 100."""
    records = [
        {"row": 0, "assessed": 20, "term": "Rash", "grade": 1, "onset": 5},
        {"row": 0, "assessed": 40, "term": "Cough", "grade": 3, "onset": 30, "severe": 100},
    ]
    chosen = plan(cutoff=datetime.date(2020, 1, 1) + datetime.timedelta(days=50))
    assert chosen.toxicity is not None
    found = assessments(cohort(ROW, records), chosen)
    keys = {"window": "any", "cause": "any"}
    assert worst_grades(found, chosen.toxicity, term=None, **keys).tolist() == [2]
    assert found.follow_up.tolist() == [50]


COLUMNS = [{"term": "Rash", "grade": "rash_max", "date": "rash_date"}]


def of_columns(row: dict[str, Any], **asked: Any) -> float:
    """Worst grade of one row from its columns."""
    chosen = plan({"columns": COLUMNS})
    assert chosen.toxicity is not None
    found = assessments(cohort([ROW[0] | {"rash_date": None} | row]), chosen)
    keys = {"term": None, "window": "any", "cause": "any"} | asked
    return float(worst_grades(found, chosen.toxicity, **keys)[0])


def test_columns_of_the_cohort_stand_in_for_the_table():
    """The largest grade as a column, its date placing it; an empty one is not assessed."""
    row = {"rash_max": 2, "rash_date": "2020-04-11"}  # day 101
    assert of_columns(row) == 2
    assert of_columns(row, window="late") == 2
    assert of_columns({"rash_max": 0}, window="late") == 0
    assert np.isnan(of_columns({"rash_max": None}))


def test_columns_speak_of_the_time_until_the_last_contact_only():
    """Free of late toxicity, with the last contact at day 31."""
    assert np.isnan(of_columns({"rash_max": 0, "last": "2020-02-01"}, window="late"))


def test_a_column_of_one_window_says_nothing_of_the_other():
    """No acute toxicity taken for no late one."""
    chosen = plan({"columns": [COLUMNS[0] | {"window": "acute"}]})
    assert chosen.toxicity is not None
    found = assessments(cohort([ROW[0] | {"rash_max": 0, "rash_date": None}]), chosen)
    for window, expected in (("acute", 0), ("late", np.nan), ("any", 0)):
        value = worst_grades(found, chosen.toxicity, term=0, window=window, cause="any")[0]
        np.testing.assert_equal(value, expected)


def test_every_event_of_the_grade_counts_within_follow_up():
    """Second events of a row lost; an event after death put behind the end of the row."""
    rows = [{"id": "P", "arm": "a", "dead": 1, "death": "2020-03-01", "last": "2020-03-01"}]
    records = [
        {"row": 0, "assessed": 20, "term": "Rash", "grade": 2, "onset": 10},
        {"row": 0, "assessed": 40, "term": "Rash", "grade": 3, "onset": 30, "severe": 33},
        {"row": 0, "assessed": 40, "term": "Cough", "grade": 1, "onset": 30},
    ]
    chosen = plan()
    assert chosen.toxicity is not None
    found = assessments(cohort(rows, records), chosen)
    assert found.is_dead.tolist() == [True]
    row, day = recurrences(found, chosen.toxicity, 2)
    assert (row.tolist(), day.tolist(), found.follow_up.tolist()) == ([0, 0], [10, 30], [60])


def test_severe_events_have_the_day_grade_3_was_reached():
    """The onset of grade 1 printed as the day of grade 3."""
    records = [
        {"row": 0, "assessed": 90, "term": "Rash", "grade": 3, "onset": 10, "severe": 70},
        {"row": 0, "assessed": 90, "term": "Cough", "grade": 2, "onset": 5},
    ]
    found = assessments(cohort(ROW, records), plan())
    ((row, term, grade, attribution, day),) = severe_events(found, 3)
    assert (row, term, grade, day) == (0, "Rash", 3, 70)
    assert np.isnan(attribution)
