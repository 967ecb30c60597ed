"""Small cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandas.testing
import pytest

from spine_outcomes.tables.baseline import baseline, weighted_baseline
from spine_outcomes.tables.flow import flow
from spine_outcomes.tables.imaging import imaging
from spine_outcomes.tables.suppression import COUNTS, hide_counts, protected
from tests.report.synthetic import synthetic_plan, synthetic_results
from tests.tables.reading import line, texts


def test_counts_below_the_threshold_are_hidden_zero_and_missing_stay() -> None:
    """A 3 in a table of a small centre is a person; a 0 is nobody."""
    frame = pd.DataFrame({"n": [0, 1, 4, 5, np.nan], "x": [1, 1, 1, 1, 1]})
    hidden = hide_counts(frame, ("n",), 5)
    assert list(hidden["n"][:4]) == [0, "<5", "<5", 5]
    assert pd.isna(hidden["n"][4])
    assert list(hidden["x"]) == [1, 1, 1, 1, 1]


def test_nothing_small_is_left_in_any_frame() -> None:
    """One frame forgotten gives back what the others hide."""
    shown = protected(synthetic_results())
    for name, columns in COUNTS.items():
        frame = getattr(shown, name)
        for column in columns:
            numbers = [n for n in frame[column] if not isinstance(n, str) and pd.notna(n)]
            assert not [n for n in numbers if 0 < n < 5], f"{name}.{column}"


def test_the_percentage_beside_a_hidden_count_is_hidden_too() -> None:
    """0.6 % of 317 is 2: a percentage gives the count back."""
    shown = protected(synthetic_results())
    for frame in (shown.baseline, shown.imaging):
        is_hidden = frame["n"].map(lambda n: isinstance(n, str)).astype(bool)
        assert is_hidden.any()
        assert frame.loc[is_hidden, ["value", "lower", "upper"]].isna().all(axis=None)


@pytest.mark.parametrize("k", [0, 1])
def test_without_a_threshold_nothing_changes(k: int) -> None:
    """An internal report must be able to show every count."""
    results = synthetic_results(plan=synthetic_plan(report={"min_cell": k}))
    shown = protected(results)
    for name in COUNTS:
        pandas.testing.assert_frame_equal(
            getattr(shown, name), getattr(results, name), check_dtype=False
        )


def test_estimates_keep_all_their_digits() -> None:
    """Hiding must not round or reorder what it does not hide."""
    results = synthetic_results()
    columns = ["id", "estimate", "lower", "upper", "p_value"]
    pandas.testing.assert_frame_equal(protected(results).results[columns], results.results[columns])


def test_small_cells_are_hidden_in_tables() -> None:
    """3 of 388 identifies people at one centre."""
    shown = protected(synthetic_results())
    assert texts(line(flow(shown), "Aged 18 to 90"))[2:4] == ["<5", "<5"]
    assert texts(line(imaging(shown), "Without any image, n (%)")) == ["21 (5.4%)", "<5"]
    assert texts(line(baseline(shown), "Grade", "High"))[:3] == ["<5", "<5", "<5"]
    [weighted] = weighted_baseline(shown)
    assert texts(line(weighted, "Grade", "High")) == ["–"] * 4
