"""Arrays that no estimator can use are refused, all at once; all others are read by position."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.firth import firth, firth_interval
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.profile_likelihood import profile_interval
from spine_outcomes.survival.proportional_hazards import proportional_hazards
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder
from spine_outcomes.survival.time_varying import hazard_ratio_along, piecewise_hazard_ratios

TIME, STATUS = [1, 2, 3], [1, 1, 1]


def refusal(*arrays, **keys):
    with pytest.raises(SampleError) as raised:
        sample_of(*arrays, **keys)
    return raised.value


@pytest.mark.parametrize("weight", [[1, -1, 2], [1, np.nan, 2], [1, np.inf, 2], [1, None, 2]])
def test_impossible_weight_is_refused_with_its_row(weight):
    """A curve that rises, or an event that vanishes without a word."""
    error = refusal(TIME, STATUS, weight)
    assert [(p.code, p.row) for p in error.problems] == [("E_WEIGHT", "1")]
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("time", [[-1, 2, 3], [np.nan, 2, 3], [np.inf, 2, 3]])
def test_impossible_time_is_refused_with_its_row(time):
    """A curve that starts at −1."""
    assert [(p.code, p.row) for p in refusal(time, STATUS).problems] == [("E_TIME", "0")]


@pytest.mark.parametrize("entry", [[0, 2, 0], [0, 2.5, 0], [0, np.nan, 0], [0, 2 - 1e-12, 0]])
def test_entry_not_before_time_is_refused(entry):
    """A row that is never at risk, the last one by round-off."""
    assert [(p.code, p.row) for p in refusal(TIME, STATUS, entry=entry).problems] == [
        ("E_ENTRY", "1")
    ]


@pytest.mark.parametrize("status", [[1, 0.5, 1], [1, -1, 1], [1, np.nan, 1], [1, "relapse", 1]])
def test_status_that_is_no_code_is_refused(status):
    """A missing or half event truncated to an integer."""
    assert [p.code for p in refusal(TIME, status).problems] == ["E_STATUS"]


@pytest.mark.parametrize(
    "cluster",
    [
        ["a", None, "b"],
        ["a", np.nan, "b"],  # numpy makes it the text nan
        [1.0, np.nan, 2.0],
        pd.array([1, pd.NA, 2], dtype="Int64"),
        np.array(["2020-01-01", "NaT", "2020-01-02"], dtype="datetime64[ns]"),
    ],
)
def test_missing_cluster_is_refused(cluster):
    """Rows without a patient silently made one patient."""
    assert "row 1" in str(refusal(TIME, STATUS, cluster=cluster))


def test_all_faults_are_named_together():
    """Faults found one run at a time."""
    error = refusal([-1, 2, 3], [0, 9.5, 1], [1, np.nan, -2], entry=[0, 5, 0])
    assert {p.code for p in error.problems} == {"E_TIME", "E_STATUS", "E_WEIGHT", "E_ENTRY"}
    assert "rows 1, 2" in str(error)
    (weight,) = (p for p in error.problems if p.code == "E_WEIGHT")
    assert (weight.row, weight.value) == ("1", "nan")


def test_many_faulty_rows_are_counted():
    """A message as long as the cohort."""
    error = refusal(np.arange(50.0), np.ones(50), -np.ones(50))
    assert "rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 40 more (" in str(error)


def test_text_is_told_from_an_impossible_number():
    """A unit left in a cell, said to be too large or too small."""
    error = refusal([1, "2 months", 3], STATUS)
    assert "time holds values that are not numbers in row 1 (" in str(error)
    assert error.problems[0].value == "2 months"


@pytest.mark.parametrize(
    "arrays", [([], []), (TIME, [1, 1]), (TIME, STATUS, [0, 0, 0]), ([TIME], [STATUS])]
)
def test_sizes_that_cannot_be_are_refused(arrays):
    """Broadcast of a short column, an empty sample, weights that count nobody, a matrix."""
    refusal(*arrays)


def test_dates_are_refused_as_times():
    """Nanoseconds since 1970 taken for times."""
    refusal(pd.to_datetime(["2024-01-01", "2024-02-01"]), [1, 0])


def test_pandas_columns_with_different_indexes_are_refused():
    """Rows paired by position although their labels differ."""
    time = pd.Series([1.0, 2.0, 3.0])
    shuffled = pd.Series([1, 0, 1], index=[2, 0, 1])
    assert [p.code for p in refusal(time, shuffled).problems] == ["E_INDEX"]


def test_foreign_index_and_nullable_types_read_by_position():
    """Values lost or reordered by a repeated index, a nullable, boolean, category or text type."""
    time = [1, 1, 1, 2, 2, 3, 3, 3, 4, 4]
    status = [1, 1, 0, 1, 1, 1, 1, 0, 1, 0]
    arm = [1, 0, 1, 1, 0, 1, 0, 1, 0, 0]
    weight = [1.5, 0.8, 1.2, 2, 0.6, 1, 1.7, 0.9, 1.1, 0.5]
    cluster = [1, 1, 2, 3, 3, 4, 5, 5, 6, 6]
    index = [0] * 5 + [1] * 5
    keys = {"times": [1, 2, 3]}
    plain = kaplan_meier(time, status, weight, arm=arm, cluster=cluster, **keys)
    odd = kaplan_meier(
        pd.Series(time, index=index, dtype="Int64"),
        pd.Series(status, index=index, dtype="boolean"),
        pd.Series(weight, index=index, dtype="Float64"),
        arm=pd.Series(arm, index=index, dtype="category"),
        cluster=pd.Series([f"p{c}" for c in cluster], index=index, dtype="string[pyarrow]"),
        **keys,
    )
    np.testing.assert_array_equal(odd.value, plain.value)
    np.testing.assert_array_equal(odd.std_error(), plain.std_error())
    as_text = sample_of(time, pd.Series([str(s) for s in status]))
    np.testing.assert_array_equal(as_text.status, status)


@pytest.mark.parametrize(
    "labels", [[7, 7, -3], ["x", "x", "y"], [10**12, 10**12, 5], [2.5, 2.5, 1]]
)
def test_cluster_labels_become_codes(labels):
    """Codes with gaps that allocate a table as long as the largest id."""
    codes = sample_of(TIME, STATUS, cluster=labels).cluster
    assert set(codes) == {0, 1}
    assert codes[0] == codes[1] != codes[2]


def test_arms_without_a_weighted_row_are_no_arms():
    """An arm that only rows of weight 0 belong to counts in a test."""
    assert sample_of(TIME, STATUS, [1, 0, 1], arm=[0, 1, 2]).arms == [0, 2]


def test_sorting_is_done_once():
    """A TimeOrder sorted again for each of its uses."""
    order = TimeOrder.of(TIME)
    assert sample_of(order, STATUS).order is order


def test_overlapping_rows_of_a_subject_are_refused():
    """A patient at risk twice at once: her event would be divided by a risk set she fills twice."""
    time, entry = [5, 9, 12, 4, 8], [0, 4, 9, 0, 4]
    error = refusal(time, [0, 0, 1, 0, 1], entry=entry, subject=list("aaabb"))
    assert [(p.code, p.row) for p in error.problems] == [("E_SUBJECT", "0")]
    assert "1 subject(s)" in str(error)
    assert "rows 0 (0, 5] and 1 (4, 9]" in str(error)


def test_row_within_another_is_found_in_any_order():
    """An overlap that only a sort by subject and entry brings side by side."""
    keys = {"entry": [6, 0, 2, 0], "subject": [1, 2, 2, 1]}
    assert "rows 1 (0, 9] and 2 (2, 3]" in str(refusal([7, 9, 3, 6], [0, 0, 0, 0], **keys))
    assert "rows 0 " not in str(refusal([7, 9, 3, 6], [0, 0, 0, 0], **keys))


def test_rows_without_entry_begin_together():
    """Two rows of a subject, both from the start, taken for start–stop rows."""
    assert "(0, 1]" in str(refusal(TIME, STATUS, subject=[1, 1, 2]))


@pytest.mark.parametrize("touching", [4.0, 4 + 1e-12, 4 - 1e-12])
def test_touching_rows_are_no_overlap(touching):
    """Start–stop rows refused where one begins as the other ends, up to round-off."""
    sample_of([4, 9], [0, 1], entry=[0, touching], subject=[7, 7])


def test_row_of_weight_0_overlaps_nothing():
    """A row that is as if absent refused."""
    sample_of([5, 9], [0, 1], [0, 1], entry=[0, 4], subject=[7, 7])


def test_many_overlapping_subjects_are_counted():
    """A message as long as the cohort."""
    error = refusal(np.tile(5.0, 60), np.zeros(60), subject=np.repeat(np.arange(30), 2))
    assert "30 subject(s)" in str(error)
    assert "those of 20 more" in str(error)
    ten = refusal(np.tile(5.0, 20), np.zeros(20), subject=np.repeat(np.arange(10), 2))
    assert "more" not in str(ten)


def test_missing_subject_is_refused():
    """Rows of nobody taken for one patient's."""
    assert "subject is missing in row 1" in str(refusal(TIME, STATUS, subject=["a", None, "b"]))


@pytest.mark.parametrize(
    "regression",
    [cox, firth, firth_interval, profile_interval, proportional_hazards,
     partial(piecewise_hazard_ratios, cuts=[3.0]), hazard_ratio_along],
)  # fmt: skip
def test_every_regression_with_entry_refuses_overlaps(regression):
    """A regression that takes start–stop rows and does not look whether they can be."""
    arrays = {"entry": [0, 4, 0, 0], "covariates": [0, 1, 1, 0]}
    regression([5, 9, 7, 8], [0, 1, 1, 1], subject=[1, 2, 3, 4], **arrays)
    with pytest.raises(SampleError, match="twice at once"):
        regression([5, 9, 7, 8], [0, 1, 1, 1], subject=[1, 1, 3, 4], **arrays)
