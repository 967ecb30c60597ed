"""The supremum test of a run: of the curves that are shown, with their errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from spine_outcomes import Results

SmallRun = Callable[..., Results]
PLACE = ["endpoint", "estimand"]


def suprema(results: Results) -> pd.DataFrame:
    return results.results[results.results["measure"] == "supremum"].set_index(PLACE)


def test_the_statistic_is_the_largest_difference_of_the_curves_shown(demo: Results) -> None:
    """A test of other curves, of other errors, or past the time at which one of them ends."""
    tests = suprema(demo)
    curves = demo.curves[(demo.curves["cause"] == demo.curves["endpoint"])]
    assert len(tests) == len(curves[PLACE].drop_duplicates())
    for place, own in curves.groupby(PLACE):
        by_arm = own[own["arm"].notna() & (own["std_error"] > 0)]
        n_arms = by_arm.groupby("time").size()
        gap = own[own["arm"].isna() & own["time"].isin(n_arms.index[n_arms == 2])]
        largest = (gap["estimate"] / gap["std_error"]).abs().max()
        assert tests.loc[place, "statistic"] == pytest.approx(largest, rel=1e-12)
        assert tests.loc[place, "model"] == by_arm["model"].iloc[0]
        is_outside = (gap["band_lower"] > 0) | (gap["band_upper"] < 0)
        assert is_outside.any() == (tests.loc[place, "p_value"] < 0.05)


def test_one_step_in_each_arm_is_a_test_of_two_proportions(small_run: SmallRun) -> None:
    """5 of 20 against 10 of 20 events, all in the second month: z = .25/√(.009375 + .0125).

    The difference is the same from then on, so that its supremum is that of one normal number; the
    p value has the Monte-Carlo error of 10 000 draws.
    """
    rows = [(arm, 1.5, 1) for arm, n in (("a", 5), ("b", 10)) for _ in range(n)]
    rows += [(arm, 20, 0) for arm, n in (("a", 15), ("b", 10)) for _ in range(n)]
    row = suprema(small_run(rows, {"estimation.times": ["6 months"]})).iloc[0]
    z = 0.25 / np.sqrt(0.021875)
    assert row["statistic"] == pytest.approx(z, rel=1e-12)
    p = 2 * stats.norm.sf(z)
    assert abs(row["p_value"] - p) < 4 * np.sqrt(p * (1 - p) / 10_000)


def test_the_seed_of_the_plan_draws_and_the_detail_of_the_curves_does_not(
    small_run: SmallRun,
) -> None:
    """A p value that no seed moves is not drawn; hidden curves are tested all the same."""
    rng = np.random.default_rng(3)
    rows = [("ab"[i % 2], round(float(rng.exponential(9)) + 0.1, 1), i % 3) for i in range(80)]
    plain = suprema(small_run(rows, {})).iloc[0]
    hidden = small_run(rows, {"report.curve_detail": "none"})
    assert len(hidden.curves) == 0
    pd.testing.assert_series_equal(suprema(hidden).iloc[0], plain)
    other = suprema(small_run(rows, {"seed": 7})).iloc[0]
    assert other["statistic"] == plain["statistic"]
    assert 0 < abs(other["p_value"] - plain["p_value"]) < 0.03


def test_without_events_in_an_arm_there_is_no_test(small_run: SmallRun) -> None:
    """A difference in units of one arm's error alone: a p value too small by far."""
    rows = [("a", t, 1) for t in range(1, 13)] + [(arm, 14, 0) for arm in "ab" for _ in range(20)]
    row = suprema(small_run(rows, {})).iloc[0]
    assert row["status"] == "not_estimable"
    assert row["reason"] == "at no time shown have both arms had an event"
    assert np.isnan(row["p_value"])


def test_one_patient_is_no_test(small_run: SmallRun) -> None:
    """An error from the rows of one patient (R48)."""
    rows = [("ab"[i % 2], i + 1, i % 3, 0, 50) for i in range(24)]
    row = suprema(small_run(rows, {})).iloc[0]
    assert "all rows that it rests on are of one cluster" in row["reason"]
