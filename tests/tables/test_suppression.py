"""Small cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandas.testing
import pytest

from spine_outcomes.report.exhibits import exhibits, tables
from spine_outcomes.report.notes import curve_notes, hidden_notes
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
    shown = protected(results).results
    is_shown = shown["reason"] != "hidden, as it would give back a small count"
    assert is_shown.mean() > 0.9
    pandas.testing.assert_frame_equal(
        shown.loc[is_shown, columns], results.results.loc[is_shown, columns]
    )


def test_small_cells_are_hidden_in_tables() -> None:
    """3 of 388 identifies people at one centre."""
    shown = protected(synthetic_results())
    assert texts(line(flow(shown), "Aged 18 to 90"))[2:4] == ["<5", "<5"]
    assert texts(line(imaging(shown), "Without any image, n (%)")) == ["21 (5.4%)", "<5"]
    assert texts(line(baseline(shown), "Grade", "High"))[:3] == ["<5", "<5", "<5"]
    [weighted] = weighted_baseline(shown)
    assert texts(line(weighted, "Grade", "High")) == ["–"] * 4


def test_no_tick_of_a_risk_table_gives_a_hidden_count_back() -> None:
    """At risk, events, competing events and censorings add up to the arm at every time."""
    shown = protected(synthetic_results()).risk_table
    states = ["n_risk", "n_event", "n_competing", "n_censored"]
    n_hidden = shown[states].map(lambda n: isinstance(n, str)).sum(axis=1)
    assert (n_hidden >= 2).any()
    assert not (n_hidden == 1).any()


def test_the_other_arm_and_both_together_do_not_give_an_arm_back() -> None:
    """Rare harm: 4 in one arm, 0 in the other; the row of both would say 4."""
    frame = protected(synthetic_results()).results
    of = frame[(frame["endpoint"] == "rare_harm") & (frame["time"] == 24.0)]
    few = of[of["arm"] == "narrow"]["n_event"]
    assert set(few) == {"<5"}
    assert set(of[of["arm"].isna()]["n_event"].dropna()) <= {"<5"}


def test_unweighted_risks_of_hidden_events_are_hidden_and_weighted_ones_stay() -> None:
    """Without censoring 4 of 388 is 1.03 %, and 1.03 % of 388 is 4."""
    frame = protected(synthetic_results()).results
    of = frame[(frame["endpoint"] == "rare_harm") & frame["measure"].isin(["cumulative_incidence"])]
    few = of[of["n_event"] == "<5"]
    plain = few["estimand"] == "unweighted"
    assert plain.any()
    assert few.loc[plain, ["estimate", "std_error", "lower", "upper"]].isna().all(axis=None)
    assert set(few.loc[plain, "reason"]) == {"hidden, as it would give back a small count"}
    assert few.loc[~plain, "estimate"].notna().all()


def test_steps_of_the_flow_do_not_give_an_exclusion_back() -> None:
    """760 − <5 = 757 says 3."""
    shown = protected(synthetic_results()).flow
    for unit in ("lesions", "patients"):
        steps = shown[[f"n_{unit}", f"excluded_{unit}"]].to_numpy(dtype=object)
        for before, (left, excluded) in zip(steps[:-1, 0], steps[1:], strict=True):
            texts_here = [isinstance(n, str) for n in (before, left, excluded)]
            assert sum(texts_here) != 1, (before, left, excluded)


def test_levels_of_the_baseline_do_not_give_one_of_them_back() -> None:
    """All levels and the missing values make up the arm."""
    shown = protected(synthetic_results()).baseline
    counted = shown[shown["kind"].isin(["proportion", "missing"])]
    is_category = counted.groupby("column")["kind"].transform(
        lambda kind: (kind == "proportion").any()
    )
    for key, rows in counted[is_category].groupby(["column", "estimand", "arm"]):
        assert sum(isinstance(n, str) for n in rows["n"]) != 1, key


def test_means_of_a_rare_level_do_not_stand_in_the_balance() -> None:
    """The unweighted mean of a level is its share, and its difference with the other share too."""
    results = synthetic_results()
    shown = protected(results)
    is_hidden = shown.baseline["n"].map(lambda n: isinstance(n, str)).astype(bool)
    rare = shown.baseline[is_hidden & (shown.baseline["kind"] == "proportion")]
    named = set(zip(rare["column"], rare["level"].fillna(""), strict=True))
    own = [
        key in named
        for key in zip(shown.balance["column"], shown.balance["level"].fillna(""), strict=True)
    ]
    hidden = shown.balance[own]
    plain = hidden[hidden["estimand"] == "unweighted"]
    assert len(plain)
    assert plain["smd"].isna().all()
    assert hidden[["mean_reference", "mean_comparator"]].isna().any(axis=1).all()


def test_few_missing_values_of_a_number_leave_its_mean_in_the_balance() -> None:
    """A hidden number of missing values is no share of the mean beside it."""
    results = synthetic_results()
    rows = results.baseline.loc[
        (results.baseline["column"] == "age") & (results.baseline["kind"] == "mean_sd")
    ]
    few = pd.concat([results.baseline, rows.assign(kind="missing", n=2, value=0.01)])
    shown = protected(synthetic_results(baseline=few.reset_index(drop=True)))
    assert shown.balance.loc[shown.balance["column"] == "age", "smd"].notna().all()


def test_unweighted_curves_are_not_shown_where_their_steps_count_hidden_events() -> None:
    """The first step of a curve of 388 is 1/388: one event."""
    shown = protected(synthetic_results())
    curve = shown.curves[
        (shown.curves["endpoint"] == "rare_harm") & (shown.curves["cause"] == "rare_harm")
        & (shown.curves["arm"] == "narrow") & (shown.curves["time"] == 24.0)
    ].set_index("estimand")["estimate"]  # fmt: skip
    assert pd.isna(curve["unweighted"])
    assert curve.drop("unweighted").notna().all()


def test_the_log_says_how_many_counts_are_hidden_where_and_no_value() -> None:
    """A reader must see that something is hidden, and cannot be told what."""
    shown = protected(synthetic_results())
    log = shown.suppressed
    assert {"risk_table", "baseline", "flow", "results"} <= set(log["product"])
    n_small = sum(int((frame == "<5").sum().sum()) for frame in (shown.flow, shown.risk_table))
    of = log[log["product"].isin(["flow", "risk_table"])]
    assert of["primary"].sum() == n_small
    n_more = sum(int((frame == "≥5").sum().sum()) for frame in (shown.flow, shown.risk_table))
    assert of["complementary"].sum() == n_more
    [table] = [table for table in tables(shown) if table.id == "suppressed"]
    stubs = {row.stub for row in table.rows}
    assert {"Rare harm", "Sex", "Narrow field"} & stubs
    assert not stubs & {"rare_harm", "sex", "lesion", "narrow", "read"}
    assert protected(
        synthetic_results(plan=synthetic_plan(report={"min_cell": 0}))
    ).suppressed.empty


def test_what_is_hidden_is_not_said_to_be_not_estimable() -> None:
    """A risk that is known but not shown is no NE: a reader would look for a fault of the data."""
    shown = exhibits(protected(synthetic_results()))
    table = shown.tables["risks-rare_harm"]
    hidden = [cell for row in table.rows for cell in row.cells if cell.text == "(hidden)"]
    assert hidden
    assert not any("hidden" in reason for reason in table.reasons)
    assert "(hidden): not shown, as it would give back a count from 1 to 4." in table.notes
    whole = exhibits(
        protected(synthetic_results(plan=synthetic_plan(report={"min_cell": 0})))
    ).tables["risks-rare_harm"]
    assert not [note for note in whole.notes if "hidden" in note]


def test_captions_say_which_pieces_of_curves_are_not_drawn() -> None:
    """A curve that starts in mid-air looks like a fault unless the caption says why."""
    shown = protected(synthetic_results())
    curves = shown.curves[
        (shown.curves["endpoint"] == "rare_harm") & (shown.curves["cause"] == "rare_harm")
        & (shown.curves["estimand"] == "unweighted") & shown.curves["arm"].notna()
    ]  # fmt: skip
    assert curves["estimate"].isna().any()
    [note] = hidden_notes(shown, curves)
    assert note.startswith("Not drawn, as it would give back a count from 1 to 4: Narrow")
    assert note in curve_notes(shown, curves)
    weighted = shown.curves[shown.curves["estimand"] != "unweighted"]
    assert hidden_notes(shown, weighted) == ()
