"""Arrays that no estimator can use are refused, all at once; all others are read by position."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder

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
    "cluster", [["a", None, "b"], [1.0, np.nan, 2.0], pd.array([1, pd.NA, 2], dtype="Int64")]
)
def test_missing_cluster_is_refused(cluster):
    """Rows without a patient silently made one patient."""
    assert "row 1" in str(refusal(TIME, STATUS, cluster=cluster))


def test_all_faults_are_named_together():
    """Faults found one run at a time."""
    error = refusal([-1, 2, 3], [0, 9.5, 1], [1, np.nan, -2], entry=[0, 5, 0])
    assert {p.code for p in error.problems} == {"E_TIME", "E_STATUS", "E_WEIGHT", "E_ENTRY"}
    assert "rows 1, 2" in str(error)


def test_many_faulty_rows_are_counted():
    """A message as long as the cohort."""
    assert "and 40 more" in str(refusal(np.arange(50.0), np.ones(50), -np.ones(50)))


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
