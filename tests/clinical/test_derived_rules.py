"""Rules of the field worked by hand: pattern, fracture, coverage, images, toxicity, terms."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.clinical.coverage import arm_by_coverage, sector_sets
from spine_outcomes.clinical.ctcae import is_acute, is_late, largest_grades
from spine_outcomes.clinical.failure_pattern import by_distance, by_isodose, by_level
from spine_outcomes.clinical.fracture import fracture_type, height_loss
from spine_outcomes.clinical.images import confirmed_failure, last_clean, last_look, looks
from spine_outcomes.clinical.levels import level_positions
from spine_outcomes.clinical.toxicity import Toxicities, severe_day, within, worst_day, worst_grade

NAN = np.nan


@pytest.mark.parametrize(
    ("status", "failed", "confirmed"),
    [
        ([1, 0], NAN, NAN),
        ([1, 2], 10, 20),
        ([1], NAN, NAN),
        ([1, 1], NAN, NAN),
        ([2], NAN, NAN),
        ([2, 1], 10, 20),
        ([1, 1, 2], 10, 30),
        ([1, 0, 1, 2], 30, 40),
        ([0, 0], NAN, NAN),
    ],
)
def test_trap_21_one_suspicious_image_is_no_failure(
    status: list[int], failed: float, confirmed: float
) -> None:
    """Swelling that goes is no failure; a confirmed one is dated at its first image."""
    day = 10.0 * np.arange(1, len(status) + 1)
    seen = looks(np.zeros(len(status), int), day, np.array(status))
    found = confirmed_failure(seen, 1)
    np.testing.assert_array_equal([found.day[0], found.confirmed[0]], [failed, confirmed])


def test_trap_21_a_biopsy_confirms_the_run_it_falls_into() -> None:
    """A biopsy after a clean image confirms nothing that came before."""
    lesion, day = np.array([0, 1, 1]), np.array([10.0, 10.0, 20.0])
    seen = looks(lesion, day, np.array([1, 1, 0]))
    found = confirmed_failure(seen, 2, [np.array([15.0, 25.0])])
    np.testing.assert_array_equal(found.day, [10, NAN])
    np.testing.assert_array_equal(found.confirmed, [15, NAN])


def test_runs_do_not_reach_from_one_lesion_into_the_next() -> None:
    """Two lesions with one suspicious image each would confirm each other."""
    seen = looks(np.array([0, 1]), np.array([10.0, 20.0]), np.array([1, 2]))
    assert np.isnan(confirmed_failure(seen, 2).day).all()
    empty = looks(np.zeros(0, int), np.zeros(0), np.zeros(0, int))
    assert np.isnan(confirmed_failure(empty, 2).day).all()


def test_trap_10_last_image_and_last_clean_image() -> None:
    """The left end of the interval is the last clean image before the failure, not after."""
    lesion = np.array([0, 0, 0, 0, 2])
    day = np.array([30.0, 10.0, 20.0, 40.0, 5.0])
    seen = looks(lesion, day, np.array([2, 0, 1, 0, 0]))
    failure = confirmed_failure(seen, 3)
    np.testing.assert_array_equal(failure.day, [20, NAN, NAN])
    np.testing.assert_array_equal(last_clean(seen, failure.day), [10, NAN, 5])
    np.testing.assert_array_equal(last_look(seen, 3), [40, NAN, 5])


def test_order_of_images_does_not_matter() -> None:
    """A table sorted otherwise would give other dates."""
    rng = np.random.default_rng(1)
    lesion, day = rng.integers(0, 50, 400), rng.integers(0, 900, 400).astype(float)
    status = rng.integers(0, 3, 400)
    order = rng.permutation(400)
    one = confirmed_failure(looks(lesion, day, status), 50)
    two = confirmed_failure(looks(lesion[order], day[order], status[order]), 50)
    np.testing.assert_array_equal(one.day, two.day)
    np.testing.assert_array_equal(one.confirmed, two.confirmed)


def events(lesion: list[int], **columns: list[float]) -> Toxicities:
    """Events with what is not given unknown."""
    names = ("grade", "onset", "severe", "attribution")
    given = {name: np.array(columns.get(name, [NAN] * len(lesion)), float) for name in names}
    return Toxicities(np.array(lesion), **given)


def test_trap_23_not_assessed_is_not_grade_0() -> None:
    """A blank counted as 0 would hide who was never asked; all cycles count."""
    found = worst_grade(events([0, 0, 1, 3], grade=[1, 2, NAN, 0]), 4)
    np.testing.assert_array_equal(found, [2, NAN, NAN, 0])


def test_trap_23_grade_3_counts_from_the_day_it_was_reached() -> None:
    """The onset of grade 1 in place of it would shift the event to the left."""
    seen = events([0, 1, 2], grade=[3, 3, 1], onset=[10, 10, 10], severe=[50, NAN, NAN])
    found = severe_day(seen, 4)
    np.testing.assert_array_equal(found.value, [50, NAN, NAN, NAN])
    np.testing.assert_array_equal(found.is_known, [True, False, True, False])
    worst = worst_day(seen, 4)
    np.testing.assert_array_equal(worst.value, [50, NAN, 10, NAN])
    np.testing.assert_array_equal(worst.is_known, [True, False, True, False])


def test_acute_and_late_and_related() -> None:
    """Day 90 is acute, day 91 late; an event without what decides it leaves its lesion open."""
    np.testing.assert_array_equal(is_acute([-1, 0, 90, 91]), [False, True, True, False])
    np.testing.assert_array_equal(is_late([90, 91]), [False, True])
    seen = events([0, 1, 2, 3], grade=[2, 2, 0, 1], onset=[90, 91, NAN, NAN],
                  attribution=[3, 2, NAN, 5])  # fmt: skip
    acute, undecided = within(seen, first_day=0, last_day=90, related_at_least=None)
    assert acute.lesion.tolist() == [0, 2]
    assert undecided.tolist() == [False, False, False, True]
    related, _ = within(seen, first_day=0, last_day=np.inf, related_at_least=3)
    assert related.lesion.tolist() == [0, 2, 3]


def test_trap_23_pain_has_no_grade_4() -> None:
    """A grade that the term does not have is an error of the record."""
    terms = ["Tumor pain", "Fatigue", "brachial plexopathy", "Myelitis", "Something else"]
    assert largest_grades(terms).tolist() == [3, 3, 3, 5, 5]


def test_trap_28_one_failure_three_patterns() -> None:
    """One failure is in the field, marginal or outside by the rule alone."""
    at, first, last = (level_positions([name]) for name in ("T9", "T10", "T11"))
    assert by_isodose([85.0]).tolist() == ["1"]
    assert by_isodose([85.0], in_field_at_least=95).tolist() == ["2"]
    assert by_level(at, first, last).tolist() == ["2"]
    assert by_distance([12.0]).tolist() == ["3"]
    assert by_level(np.array([-1]), first, last).tolist() == [""]


def test_fracture_thresholds_include_their_value() -> None:
    """25.7 % before and 30.6 % now are 4.9 points: no progression where 10 are asked."""
    before, now = height_loss([18.2, 17.0], 24.5)
    assert (round(before, 1), round(now, 1), round(now - before, 1)) == (25.7, 30.6, 4.9)
    found = fracture_type(
        [now, 35.7, 20, 19.9, 40, NAN], [before, 25.7, 0, 0, NAN, 0], [1, 1, 0, 0, 1, 0]
    )
    assert found.tolist() == ["0", "2", "1", "0", "", ""]
    assert fracture_type([now], [before], [1], progression_at_least=4).tolist() == ["2"]


def test_arm_by_what_was_covered() -> None:
    """Focal needs everything known; one sector or level more is extended whatever is missing."""
    involved, covered = sector_sets(["1"] * 5), sector_sets(["1", "1;2", "1", "", ""])
    found = arm_by_coverage(involved, covered, [0, NAN, NAN, 1, 0], [0, 0, 0, NAN, 0])
    assert found.tolist() == ["focal", "extended", "", "extended", ""]
    assert sector_sets(["1;7", "1; 2", "²"]).tolist() == [-1, 3, -1]
