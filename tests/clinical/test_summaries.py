"""What long tables are summarised to, record by record worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.clinical.formula import Derived
from spine_outcomes.clinical.records import Records
from spine_outcomes.clinical.summaries import SUMMARIES

NAN = float("nan")
START = 100.0


def summarised(
    name: str, rows: list[int], n: int, until: float = np.inf, **columns: Any
) -> Derived:
    """One summary of records of n rows; lists of text are codes, lists of numbers are numbers."""
    given = {
        key: pd.Categorical(values) if isinstance(values[0], str) else np.array(values, float)
        for key, values in columns.items() if isinstance(values, list)
    }  # fmt: skip
    constants = {key: value for key, value in columns.items() if key not in given}
    constants = {k: list(v) if isinstance(v, tuple) else v for k, v in constants.items()}
    records = Records(np.array(rows), n, until)
    found = SUMMARIES[name].compute(records, **given, **constants)
    assert isinstance(found, Derived)
    return found


IMAGES = {
    "date": [90.0, 130.0, 160.0, 190.0, 150.0, 130.0],
    "since": [START] * 6,
    "status": ["2", "0", "1", "2", "9", "1"],
}
ROWS = [0, 0, 0, 0, 1, 2]
"""Row 0: progression before the start, clean, suspicious, progression; 1 not evaluable; 2 doubt."""


@pytest.mark.parametrize(
    ("name", "value", "is_known"),
    [
        ("last_image", [190, NAN, 130, NAN], [True, True, True, True]),
        ("failure", [1, NAN, 0, NAN], [True, False, True, False]),
        ("failure_date", [160, NAN, NAN, NAN], [True, False, True, False]),
        ("failure_confirmed", [190, NAN, NAN, NAN], [True, False, True, False]),
        ("last_clean_image", [130, NAN, NAN, NAN], [True, False, True, False]),
    ],
)
def test_images(name: str, value: list[float], is_known: list[bool]) -> None:
    """An image before the start, or one nobody could judge, would date a failure or free it."""
    found = summarised(name, ROWS, 4, **IMAGES)
    np.testing.assert_array_equal(found.value, value)
    np.testing.assert_array_equal(found.is_known, is_known)


def test_a_biopsy_or_a_salvage_confirms_and_the_earlier_of_both_counts() -> None:
    """A failure seen once and treated would never count, or count a year late."""
    given = {"date": [130.0, 130.0], "since": [START] * 2, "status": ["2", "2"]}
    found = summarised("failure_confirmed", [0, 1], 2, **given,
                       biopsy=[150.0, NAN], salvage=[140.0, 170.0])  # fmt: skip
    np.testing.assert_array_equal(found.value, [140, 170])


def test_images_of_some_kind_are_counted_and_looked_for() -> None:
    """A CT counted as MRI, or a scan beside the level as one of it, would make up follow-up."""
    given = {"date": [90.0, 130.0, 160.0], "since": [START] * 3}
    found = summarised("n_images", [0] * 3, 2, **given, modality=["1", "1", "2"], modalities=(1,))
    np.testing.assert_array_equal(found.value, [1, 0])
    covered = summarised("last_image", [0] * 3, 1, **given, status=["0"] * 3,
                         where=[1.0, 1.0, 0.0])  # fmt: skip
    np.testing.assert_array_equal(covered.value, [130])


TOXICITY = {
    "term": ["Myelitis", "myelitis", "Fatigue", "Fatigue", "Myelitis"],
    "grade": [1.0, 3.0, 2.0, 0.0, 0.0],
    "onset": [110.0, 200.0, 195.0, NAN, NAN],
    "severe": [NAN, 260.0, NAN, NAN, NAN],
    "since": [START] * 5,
    "attribution": [4.0, 3.0, 1.0, NAN, NAN],
}
TOXIC = [0, 0, 0, 1, 2]


@pytest.mark.parametrize(
    ("name", "asked", "value"),
    [
        ("worst_grade", {}, [3, 0, 0]),
        ("worst_grade", {"terms": ("Fatigue",)}, [2, 0, NAN]),
        ("worst_grade", {"other_than": ("myelitis",)}, [2, 0, NAN]),
        ("worst_grade", {"last_day": 90}, [1, 0, 0]),
        ("worst_grade", {"first_day": 91, "other_than": ("Myelitis",)}, [2, 0, NAN]),
        ("worst_grade", {"related_at_least": 4}, [1, 0, 0]),
        ("worst_grade_date", {"terms": ("Myelitis",)}, [260, NAN, NAN]),
        ("worst_grade_date", {"terms": ("Myelitis",), "last_day": 90}, [110, NAN, NAN]),
        ("severe", {}, [1, 0, 0]),
        ("severe_date", {}, [260, NAN, NAN]),
        ("severe", {"last_day": 90}, [0, 0, 0]),
    ],
)
def test_toxicity(name: str, asked: dict[str, Any], value: list[float]) -> None:
    """Another term, window or cause counted, or grade 3 dated by its onset, moves the endpoint."""
    np.testing.assert_array_equal(summarised(name, TOXIC, 3, **TOXICITY, **asked).value, value)


def test_trap_23_no_row_for_a_term_is_not_assessed() -> None:
    """Nobody asked about fatigue there: a 0 would be made up, and would contradict a record."""
    found = summarised("worst_grade", TOXIC, 3, **TOXICITY, terms=("Fatigue",))
    np.testing.assert_array_equal(found.is_known, [True, True, False])


def test_a_grade_3_reached_after_the_cut_off_was_a_grade_2_at_most() -> None:
    """An interim look would know the future."""
    found = summarised("worst_grade", TOXIC, 3, until=250.0, **TOXICITY, terms=("Myelitis",))
    np.testing.assert_array_equal(found.value, [2, NAN, 0])
    seen = summarised("worst_grade", TOXIC, 3, until=260.0, **TOXICITY, terms=("Myelitis",))
    np.testing.assert_array_equal(seen.value, [3, NAN, 0])


def test_an_event_without_onset_leaves_limited_days_open() -> None:
    """Whether it was acute is not known: neither the grade nor its absence may be compared."""
    given = {"term": ["Pain"] * 2, "grade": [2.0, 1.0], "onset": [NAN, 110.0],
             "severe": [NAN] * 2, "since": [START] * 2}  # fmt: skip
    limited = summarised("worst_grade", [0, 1], 2, **given, last_day=90)
    np.testing.assert_array_equal(limited.is_known, [False, True])
    whole = summarised("worst_grade", [0, 1], 2, **given)
    np.testing.assert_array_equal(whole.value, [2, 1])


def test_the_visit_nearest_to_three_months() -> None:
    """Day 91 wins over 85; of two as near the earlier; of one day the worse; 122 is too late."""
    days = [85.0, 91.0, 92.0, 90.0, 91.0, 91.0, 122.0]
    given = {"date": [START + day for day in days], "since": [START] * 7,
             "value": [7.0, 3.0, 5.0, 4.0, 2.0, 6.0, 1.0]}  # fmt: skip
    found = summarised("value_near", [0, 0, 1, 1, 2, 2, 3], 5, **given)
    np.testing.assert_array_equal(found.value, [3, 4, 6, NAN, NAN])
    np.testing.assert_array_equal(found.is_known, [True, True, True, True, False])


def test_the_first_response_is_a_visit_after_the_start() -> None:
    """The assessment of the first day cannot respond to treatment; the last is not the first."""
    given = {
        "date": [100.0, 130.0, 160.0, 190.0], "since": [START] * 4,
        "pain": [0.0, 5.0, 4.0, 0.0], "opioid": [0.0] * 4,
        "pain_before": [6.0] * 4, "opioid_before": [0.0] * 4,
    }  # fmt: skip
    found = summarised("response_date", [0] * 4, 2, **given)
    np.testing.assert_array_equal(found.value, [160, NAN])
    last = summarised("last_date", [0] * 4, 2, date=given["date"], since=given["since"])
    np.testing.assert_array_equal(last.value, [190, NAN])


def test_the_first_event_of_some_kinds() -> None:
    """A biopsy is no treatment again; a row without one has had none, since all are listed."""
    given = {"date": [90.0, 150.0, 140.0, 120.0], "since": [START] * 4,
             "kind": ["1", "2", "1", "5"], "kinds": (1, 2)}  # fmt: skip
    rows = [0, 0, 0, 0]
    np.testing.assert_array_equal(summarised("event", rows, 2, **given).value, [1, 0])
    np.testing.assert_array_equal(summarised("event_date", rows, 2, **given).value, [140, NAN])
    assert summarised("event_kind", rows, 2, **given).value.tolist() == ["1", ""]
    known = summarised("event_date", rows, 2, **given).is_known
    np.testing.assert_array_equal(known, [True, True])


def test_the_order_of_the_records_does_not_matter() -> None:
    """A table sorted otherwise would give another cohort."""
    rng = np.random.default_rng(4)
    n, k = 30, 300
    rows = rng.integers(0, n, k)
    columns = {
        "date": rng.integers(90, 300, k).astype(float), "since": np.full(k, START),
        "status": rng.choice(["0", "1", "2", "9"], k),
        "value": rng.integers(0, 10, k).astype(float),
    }  # fmt: skip
    order = rng.permutation(k)
    images = ("date", "since", "status")
    asked = {
        "failure_date": images,
        "last_clean_image": images,
        "value_near": ("date", "since", "value"),
    }
    for name, keys in asked.items():
        one, two = (
            summarised(
                name, rows[at].tolist(), n, **{key: columns[key][at].tolist() for key in keys}
            )
            for at in (np.arange(k), order)
        )
        np.testing.assert_array_equal(one.value, two.value)


def test_definitions_say_their_rule() -> None:
    """A toxicity without its window and cause is another endpoint."""
    words = SUMMARIES["worst_grade"].words
    assert words is not None
    given = SUMMARIES["worst_grade"].defaults | {"last_day": 90, "related_at_least": 3}
    assert "day 0 to 90" in words(given)
    assert "attribution 3 or more" in words(given)
    late = SUMMARIES["severe"].defaults | {"first_day": 91}
    assert "from day 91" in words(late)
    assert "of any cause" in words(late)
    failure = SUMMARIES["failure"]
    assert failure.words is not None
    assert "biopsy" in failure.words(failure.defaults | {"biopsy": "biopsy_date"})
    assert failure.needed == ("date", "since", "status")


def failure_by_hand(
    images: list[tuple[float, int]], others: list[float]
) -> tuple[float, float, float]:
    """Day, confirmation and last clean day of one lesion, image by image."""
    by_day: dict[float, int] = {}
    for day, status in images:
        by_day[day] = max(by_day.get(day, 0), status)
    days = sorted(by_day)
    for i, first in enumerate(days):
        if by_day[first] == 0 or (i > 0 and by_day[days[i - 1]] > 0):
            continue  # clean, or inside a run
        run = [first]
        for later in days[i + 1 :]:
            if by_day[later] == 0:
                break
            run.append(later)
        next_clean = next((d for d in days if d > run[-1]), np.inf)
        progressions = [d for d in run if by_day[d] == 2]
        ways = [d for d in others if first <= d < next_clean]
        if progressions and len(run) > 1:
            ways.append(max(run[1], progressions[0]))
        if ways:
            clean = [d for d in days if by_day[d] == 0 and d < first]
            return first, min(ways), max(clean, default=NAN)
    return NAN, NAN, max((d for d in days if by_day[d] == 0), default=NAN)


@pytest.mark.parametrize("seed", range(5))
def test_failures_are_those_of_a_walk_along_the_images(seed: int) -> None:
    """The vectorised runs of images against a second version that walks them one by one."""
    rng = np.random.default_rng(seed)
    n = 400
    rows = np.repeat(np.arange(n), rng.integers(0, 8, n))
    date = START + rng.integers(0, 12, len(rows)).astype(float)
    status = rng.choice([0, 0, 1, 2], len(rows))
    biopsy = np.where(rng.random(n) < 0.3, START + rng.integers(0, 12, n), NAN)
    salvage = np.where(rng.random(n) < 0.2, START + rng.integers(0, 12, n), NAN)
    order = rng.permutation(len(rows))
    given = {
        "date": date[order].tolist(), "since": [START] * len(rows),
        "status": [str(code) for code in status[order]],
        "biopsy": biopsy[rows[order]].tolist(), "salvage": salvage[rows[order]].tolist(),
    }  # fmt: skip
    found = np.column_stack([
        summarised(name, rows[order].tolist(), n, **given).value
        for name in ("failure_date", "failure_confirmed", "last_clean_image")
    ])  # fmt: skip
    expected = [
        failure_by_hand(
            list(zip(date[rows == row], status[rows == row], strict=True)),
            [day for day in (biopsy[row], salvage[row]) if not np.isnan(day)],
        )
        for row in range(n)
    ]
    np.testing.assert_array_equal(found, expected)
    assert np.isfinite(found[:, 0]).sum() > 50
