"""The run as a whole: what every frame promises, on the demo cohort and on small ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from spine_outcomes import Results
from spine_outcomes.analysis.results import RESULT_COLUMNS

SmallRun = Callable[..., Results]

NO_EVENT_IN_NEW = [("a", t, 1) for t in (2, 4, 7)] + [("b", 24, 0)] * 20 + [("a", 24, 0)] * 17


def row(results: Results, **wanted: object) -> pd.Series:
    """The one row of the results table with these values."""
    frame = results.results
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1, f"{len(frame)} rows with {wanted}"
    return frame.iloc[0]


def test_the_results_table_keeps_its_contract(demo: Results) -> None:
    """Others read these columns in this order and find a row by its id."""
    assert tuple(demo.results.columns) == RESULT_COLUMNS
    assert demo.results["id"].is_unique
    assert set(demo.results["status"]) <= {"ok", "not_estimable"}
    assert set(demo.results["variance"]) == {"corrected"}


def test_a_number_or_a_reason_never_both_and_never_neither(demo: Results) -> None:
    """An empty cell would read as zero, a number beside a reason as an estimate."""
    frame = demo.results
    has_number = frame["estimate"].notna() | frame["statistic"].notna()
    assert (has_number == frame["reason"].isna()).all()


def test_survival_stands_on_one_row_a_patient(demo: Results) -> None:
    """Two rows of one patient would count one death twice (30 of 100 patients: 130 rows)."""
    n = demo.results[demo.results["endpoint"] == "overall_survival"].query("model == 'cox'")["n"]
    n_lesions = demo.results.query("endpoint == 'local_failure' and model == 'cox'")["n"]
    assert (n < n_lesions.iloc[0]).all()
    assert (n <= 500).all()


def test_every_row_read_is_analysed_or_counted_as_left_out(demo: Results) -> None:
    """A row that is lost between two steps biases what follows without a trace."""
    flow = demo.flow
    assert (flow["n_lesions"].shift().iloc[1:] - flow["excluded_lesions"].iloc[1:]).tolist() == (
        flow["n_lesions"].iloc[1:].tolist()
    )
    last = flow.iloc[-1]
    assert last["n_reference"] + last["n_comparator"] == last["n_lesions"]
    assert demo.results.query("endpoint == 'local_failure'")["n"].max() == last["n_lesions"]


def test_local_control_is_one_minus_the_incidence_of_failure(demo: Results) -> None:
    """The complement of a Kaplan–Meier estimate that censors deaths would be larger."""
    place = {"endpoint": "local_failure", "estimand": "ATE", "arm": "focal", "time": 24.0}
    control = row(demo, measure="one_minus_cumulative_incidence", **place)
    failure = row(demo, measure="cumulative_incidence", **place)
    assert control["estimate"] == pytest.approx(1 - failure["estimate"], rel=1e-12)
    assert control["std_error"] == pytest.approx(failure["std_error"], rel=1e-12)


def test_differences_and_ratios_are_those_of_the_printed_risks(complete_cases: Results) -> None:
    """Extended − focal and extended / focal: the other direction would turn the conclusion."""
    place = {"endpoint": "vertebral_fracture", "estimand": "ATO", "time": 12.0}
    risk = {
        arm: row(complete_cases, measure="cumulative_incidence", arm=arm, **place)["estimate"]
        for arm in ("focal", "extended")
    }
    difference = row(complete_cases, measure="risk_difference", **place)
    assert difference["contrast"] == "extended - focal"
    assert difference["estimate"] == pytest.approx(risk["extended"] - risk["focal"], rel=1e-12)
    ratio = row(complete_cases, measure="risk_ratio", **place)
    assert ratio["contrast"] == "extended / focal"
    assert ratio["estimate"] == pytest.approx(risk["extended"] / risk["focal"], rel=1e-12)


def test_people_at_risk_and_what_happened_to_the_others_add_up(demo: Results) -> None:
    """A row counted both at risk and as an event makes the table sum to more than the arm."""
    table = demo.risk_table
    total = table[["n_risk", "n_event", "n_competing", "n_censored", "n_to_enter"]].sum(axis=1)
    start = table.groupby(["endpoint", "arm"])["n_risk"].transform("first")
    assert (total == start).all()


def test_curves_end_at_the_numbers_of_the_table(demo: Results) -> None:
    """A figure that disagrees with its table shows that one of them is wrong."""
    curve = demo.curves.query(
        "endpoint == 'local_failure' and estimand == 'ATE' and cause == 'local_failure'"
    )
    at = curve[np.isclose(curve["time"], 24.0)].set_index("arm")
    for arm in ("focal", "extended"):
        number = row(
            demo,
            endpoint="local_failure",
            estimand="ATE",
            measure="cumulative_incidence",
            arm=arm,
            time=24.0,
        )
        for column in ("estimate", "std_error", "lower", "upper"):
            assert at.loc[arm, column] == pytest.approx(number[column], rel=1e-12)


def test_overlap_weights_balance_the_means_of_the_model(demo: Results) -> None:
    """They do so exactly in a logistic model; a difference says that design and weights differ."""
    balanced = demo.balance.query("estimand == 'ATO' and column in ('bilsky', 'sex')")
    assert balanced["smd"].abs().max() < 1e-9


def test_no_event_in_one_arm_gives_an_exact_limit_and_no_hazard_ratio(
    small_run: SmallRun,
) -> None:
    """Never 4e8 with a standard error of 25 000: the coefficient is infinite."""
    results: Results = small_run(NO_EVENT_IN_NEW, {})
    risk = row(results, measure="cumulative_incidence", arm="b", time=12.0)
    assert risk["estimate"] == 0
    assert risk["scale"] == "exact"
    assert risk["upper"] == pytest.approx(1 - 0.025 ** (1 / 20), rel=1e-12)  # 0 of 20
    for measure in ("hazard_ratio", "subdistribution_hazard_ratio"):
        ratio = row(results, measure=measure)
        assert ratio["status"] == "not_estimable"
        assert np.isnan(ratio["estimate"])
    difference = row(results, measure="risk_difference", time=12.0)
    assert difference["estimate"] == pytest.approx(-3 / 20, rel=1e-12)
    # Newcombe's limits: an arm without events is not known without error.
    old = row(results, measure="cumulative_incidence", arm="a", time=12.0)
    assert difference["upper"] == pytest.approx(
        -3 / 20 + np.hypot(risk["upper"], 3 / 20 - old["lower"]), rel=1e-12
    )
    assert np.isnan(difference["std_error"])
    assert np.isnan(difference["p_value"])
    assert (results.findings["code"] == "W_NO_EVENT_IN_ARM").any()
    assert row(results, measure="risk_ratio", time=12.0)["status"] == "not_estimable"
    assert (results.findings["code"] == "W_FEW_EVENTS").any()


def test_a_time_past_the_follow_up_of_one_arm_is_not_estimable_there(small_run: SmallRun) -> None:
    """The flat end of a curve is no estimate."""
    rows = [("a", 5, 1), ("a", 30, 0), ("a", 30, 0), ("b", 3, 1), ("b", 8, 0), ("b", 8, 0)]
    results: Results = small_run(rows, {})
    assert row(results, measure="cumulative_incidence", arm="a", time=12.0)["status"] == "ok"
    for measure in ("risk_difference", "risk_ratio", "number_needed_to_treat"):
        lost = row(results, measure=measure, time=12.0)
        assert "past the last follow-up (8)" in lost["reason"]
    assert "largest supported is 8" in row(results, measure="rmtl_difference")["reason"]


def test_nobody_has_an_event(small_run: SmallRun) -> None:
    """The whole run stands: curves at 0, one plain sentence for the ratios, no crash."""
    results: Results = small_run([("a", 24, 0), ("b", 24, 0)] * 10, {})
    assert row(results, measure="cumulative_incidence", arm="a", time=6.0)["estimate"] == 0
    assert row(results, measure="hazard_ratio")["status"] == "not_estimable"
    assert (results.findings["code"] == "W_NO_EVENTS").any()


def test_delayed_entry_offers_no_subdistribution_hazard(small_run: SmallRun) -> None:
    """Its risk sets would need weights for truncation: said, not guessed."""
    rows = [(a, t, s) for a in "ab" for t, s in ((3, 1), (7, 1), (9, 2), (24, 0), (24, 0))]
    change = {"endpoints.relapse.entry": "entry"}
    results: Results = small_run(rows, change)
    ratio = row(results, measure="subdistribution_hazard_ratio")
    assert "not available with delayed entry" in ratio["reason"]


def test_times_are_shown_in_the_unit_of_the_plan(small_run: SmallRun) -> None:
    """A year is 12 months whatever the data are in; a mean time scales, a probability does not."""
    rows = [(a, t, s) for a in "ab" for t, s in ((3, 1), (7, 1), (9, 2), (24, 0), (24, 0))]
    months: Results = small_run(rows, {})
    years: Results = small_run(rows, {"estimation.unit": "years"})
    lost = {"measure": "rmtl", "arm": "a"}
    for column in ("estimate", "std_error", "lower", "upper", "time"):
        assert row(years, **lost)[column] * 12 == pytest.approx(row(months, **lost)[column])
    risk = {"measure": "cumulative_incidence", "arm": "a"}
    assert row(years, time=1.0, **risk)["estimate"] == row(months, time=12.0, **risk)["estimate"]


def test_few_clusters_are_a_serious_finding(small_run: SmallRun) -> None:
    """Below thirty clusters a sandwich error is too small."""
    results: Results = small_run([("a", 3, 1), ("b", 8, 1), ("b", 9, 0)] * 3, {})
    assert (results.findings["code"] == "W_FEW_CLUSTERS").any()


def test_the_same_run_twice_gives_the_same_frames(small_run: SmallRun) -> None:
    """A report must not depend on the run it came from."""
    rows = [(a, t, s) for a in "ab" for t, s in ((3, 1), (7, 1), (9, 2), (24, 0), (24, 0))]
    first: Results = small_run(rows, {})
    again: Results = small_run(rows, {})
    for name in ("results", "curves", "risk_table", "balance", "weights", "baseline", "findings"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name), check_exact=True)


def test_bands_hold_the_pointwise_limits_and_the_curve_all_at_once(demo: Results) -> None:
    """A band that is narrower than its interval somewhere, or that changes from run to run."""
    curves = demo.curves
    has_band = curves["band_lower"].notna()
    assert (has_band == curves["lower"].notna()).all()
    banded = curves[has_band]
    assert (banded["band_lower"] <= banded["lower"]).all()
    assert (banded["band_upper"] >= banded["upper"]).all()
    assert (banded["band_upper"] > banded["upper"]).mean() > 0.99
    by_arm = banded[banded["arm"].notna()]
    assert by_arm["band_lower"].min() >= 0
    assert by_arm["band_upper"].max() <= 1


@pytest.mark.parametrize("endpoint", ["local_failure", "overall_survival"])
def test_the_difference_over_time_is_that_of_the_table(demo: Results, endpoint: str) -> None:
    """A difference of other curves, of another sign, or past the end of one of them."""
    curves, results = (
        frame[(frame["endpoint"] == endpoint) & (frame["estimand"] == "ATO")]
        for frame in (demo.curves, demo.results)
    )
    gap = curves[curves["arm"].isna()]
    assert set(gap["measure"]) == {"risk_difference"}
    at = gap[np.isclose(gap["time"], 24.0)].iloc[0]
    row = results[(results["measure"] == "risk_difference") & (results["time"] == 24.0)].iloc[0]
    for key in ("estimate", "std_error", "lower", "upper"):
        assert at[key] == pytest.approx(row[key], rel=1e-9)
    assert gap["time"].max() == curves.groupby("arm")["time"].max().min()


def test_rows_that_trimming_leaves_out_are_a_step_of_the_flow(demo_trimmed: Results) -> None:
    """The rows under every estimate are those at the end of the flow."""
    last = demo_trimmed.flow.iloc[-1]
    assert last["id"] == "trim"
    assert last["label"] == "Propensity score from 0.1 to 0.9"
    assert last["excluded_lesions"] > 0
    n = demo_trimmed.results.query("model == 'cox' and endpoint == 'local_failure'")["n"]
    assert set(n) == {last["n_lesions"]}
