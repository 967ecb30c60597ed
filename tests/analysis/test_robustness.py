"""Unmeasured confounding, single patients and those lost, in a whole run and by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.analysis.e_values import bias_frame, e_value_frame
from spine_outcomes.analysis.influential import influence_findings
from spine_outcomes.analysis.results import RESULT_COLUMNS, TIPPING_COLUMNS, Results
from spine_outcomes.analysis.tipping_point import DELTAS, tipping_deltas, tipping_findings
from spine_outcomes.study.plan import AnalysisPlan

SmallRun = Callable[..., Results]

PLAN = AnalysisPlan.model_validate(
    {
        "arms": {"column": "arm", "reference": "a", "comparator": "b"},
        "endpoints": {
            "relapse": {
                "label": "Relapse", "level": "lesion",
                "time": {"column": "time", "unit": "months"},
                "status": {"column": "status", "censored": 0, "event": 1},
            }
        },
        "estimation": {"times": ["6 months", "12 months"], "horizon": "12 months"},
    }
)  # fmt: skip
ATE = {"propensity.terms": [{"column": "age"}], "propensity.estimands": ["unweighted", "ATE"]}


def results_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of the results of one endpoint under weights."""
    common = {"analysis": "primary", "endpoint": "relapse", "estimand": "ATE", "status": "ok"}
    filled = [common | {"model": "aalen_johansen", "n": 100} | row for row in rows]
    return pd.DataFrame(filled, columns=list(RESULT_COLUMNS))


def hazard_ratio(n_event: int) -> dict[str, Any]:
    """A hazard ratio of 0.60 (0.40 to 0.85) on 100 rows."""
    limits = {"estimate": 0.60, "lower": 0.40, "upper": 0.85}
    return {"model": "cox", "measure": "hazard_ratio", "n_event": n_event, **limits}


def risk_ratio(estimate: float, lower: float, upper: float, time: float = 12) -> dict[str, Any]:
    limits = {"estimate": estimate, "lower": lower, "upper": upper}
    return {"measure": "risk_ratio", "time": time, "n_event": 30, **limits}


def drawn(n: int, seed: int = 3) -> list[tuple[Any, ...]]:
    """Rows of arm, time, status, patient and age: two a patient, older patients more often in b."""
    rng = np.random.default_rng(seed)
    age = np.repeat(rng.integers(40, 80, n // 2), 2)
    arm = np.where(rng.random(n) < 1 / (1 + np.exp(-(age - 60) / 20)), "b", "a")
    time, status = rng.integers(1, 20, n), rng.choice([0, 1, 1, 2], n)
    rows = zip(arm, time, status, np.arange(n) // 2, age, strict=True)
    return [(str(a), int(t), int(s), int(p), int(y)) for a, t, s, p, y in rows]


@pytest.mark.parametrize(
    ("n_event", "outcome", "of_estimate", "of_limit"),
    [(15, "rare", 2.72, 1.63), (16, "common", 2.20, 1.48)],
)
def test_a_hazard_ratio_of_a_common_outcome_is_no_risk_ratio(
    n_event: int, outcome: str, of_estimate: float, of_limit: float
) -> None:
    """From more than 15 of 100 on. Published numbers, to two decimals."""
    [row] = e_value_frame(results_of(hazard_ratio(n_event))).to_dict("records")
    assert row["outcome"] == outcome
    assert row["e_value"] == pytest.approx(of_estimate, abs=5e-3)
    assert row["e_value_limit"] == pytest.approx(of_limit, abs=5e-3)


def test_e_values_are_of_the_last_time_and_keep_what_is_not_estimable() -> None:
    """A risk ratio with a 0 in it has no E-value, and says why."""
    missing = {"status": "not_estimable", "reason": "no ratio"}
    frame = e_value_frame(
        results_of(risk_ratio(3.9, 1.8, 8.7), risk_ratio(2, 1, 4, 6), hazard_ratio(5) | missing)
    )
    assert frame["measure"].tolist() == ["risk_ratio", "hazard_ratio"]
    assert frame["e_value"].iloc[0] == pytest.approx(7.263034, abs=5e-7)
    assert pd.isna(frame["e_value"].iloc[1])
    assert frame["reason"].iloc[1] == "no ratio"


@pytest.mark.parametrize(("ratio", "more_frequent"), [(2.0, "comparator"), (0.5, "reference")])
def test_the_bias_by_hand(ratio: float, more_frequent: str) -> None:
    """Fivefold risk, 75 % against 25 % carry it: (1 + 3)/(1 + 1) = 2 is all of a doubled risk."""
    frame = bias_frame(results_of(risk_ratio(ratio, ratio * 0.9, ratio * 1.1)), PLAN)
    strongest = frame.iloc[-1]
    assert strongest["outcome_ratio"] == 5
    assert strongest[f"prevalence_{more_frequent}"] == 0.75
    assert strongest["estimate"] == pytest.approx(1, rel=1e-12)
    assert strongest["explains"] == "estimate"
    assert abs(strongest["explaining_difference"]) == pytest.approx(0.5, rel=1e-12)
    weakest = frame.iloc[0]
    assert weakest["explains"] is None
    assert np.isnan(weakest["explaining_difference"])


def test_a_bias_that_takes_the_interval_but_not_the_estimate() -> None:
    """A limit close to 1 is gone first: 1.1 / bias is below 1, 2 / bias is not."""
    frame = bias_frame(results_of(risk_ratio(2.0, 1.1, 3.6)), PLAN)
    third = frame[(frame["outcome_ratio"] == 3) & np.isclose(frame["prevalence_comparator"], 0.6)]
    assert third["explains"].tolist() == ["interval"]
    assert third["bias"].tolist() == pytest.approx([2.2 / 1.8], rel=1e-12)


def test_left_out_exactly_is_a_run_without_the_patient(small_run: SmallRun) -> None:
    """Propensity and all: the second run never heard of the patient."""
    rows = drawn(40)
    everybody = small_run(rows, ATE)
    shown = everybody.influential
    [estimand] = set(shown["estimand"])
    runs = [small_run([row for row in rows if row[3] != one], ATE) for one in range(20)]
    changes = np.array([estimates(run, estimand) for run in runs]) - estimates(everybody, estimand)
    exact = shown[["log_hazard_ratio_change_exact", "risk_difference_change_exact"]].to_numpy(float)
    apart = np.abs(changes[:, None] - exact).max(axis=2)  # of every patient from every line
    assert apart.min(axis=0).max() < 1e-7
    assert apart[np.abs(changes[:, 0]).argmax()].min() < 1e-7  # the first order finds the largest
    first_order = shown["log_hazard_ratio_change"].to_numpy(float)
    assert (np.sign(first_order) == np.sign(exact[:, 0])).all()


def estimates(results: Results, estimand: str) -> tuple[float, float]:
    """Log hazard ratio, and risk difference at 12 months."""
    frame = results.results[results.results["estimand"] == estimand]
    hazard = frame[(frame["model"] == "cox") & (frame["measure"] == "hazard_ratio")]
    risk = frame[(frame["measure"] == "risk_difference") & (frame["time"] == 12)]
    return float(np.log(hazard["estimate"].item())), float(risk["estimate"].item())


def test_one_patient_who_moves_the_ratio_is_a_finding(small_run: SmallRun) -> None:
    """Few rows hang on each of them; in a large cohort without extremes nobody is named."""
    few = small_run(drawn(40), {})
    assert "W_ONE_PATIENT" in set(few.findings["code"])
    frame = few.influential.assign(log_hazard_ratio_change_exact=np.log(1.09))
    assert not list(influence_findings(frame))
    frame.loc[3, "log_hazard_ratio_change_exact"] = -np.log(2)
    [finding] = influence_findings(frame.assign(hazard_ratio=0.8))
    assert "is 0.40 in place of 0.80" in finding.message


def test_patients_are_counted_by_what_they_have_in_common(small_run: SmallRun) -> None:
    """Three patients with a row in each arm, one with two in b: alike are 3 and 1."""
    rows = [
        ("a", 2, 1, 0, 50), ("b", 3, 1, 0, 50), ("a", 4, 1, 1, 50), ("b", 13, 0, 1, 50),
        ("a", 6, 1, 2, 50), ("b", 14, 0, 2, 50), ("b", 5, 1, 3, 50), ("b", 15, 0, 3, 50),
        ("a", 16, 0, 4, 50),
    ]  # fmt: skip
    frame = small_run(rows, {}).influential
    alike = dict(
        zip(zip(frame["n_rows"], frame["arms"], strict=True), frame["n_alike"], strict=True)
    )
    assert alike == {(2, "both"): 3, (2, "b"): 1, (1, "a"): 1}


def test_at_the_ratio_of_one_the_tipping_point_is_the_primary_result(
    complete_cases: Results,
) -> None:
    """Estimate, error and limits: delta adjustment changes nothing where nothing is adjusted."""
    tipping = complete_cases.tipping_point
    same = tipping[(tipping["delta_reference"] == 1) & (tipping["delta_comparator"] == 1)]
    frame = complete_cases.results
    own = frame[
        (frame["endpoint"] == "local_failure")
        & (frame["measure"] == "risk_difference")
        & (frame["time"] == 24)
        & (frame["estimand"] != "unweighted")
    ].set_index("estimand")
    for column in ("estimate", "std_error", "lower", "upper"):
        expected = own.loc[same["estimand"], column].to_numpy(float)
        assert same[column].to_numpy(float) == pytest.approx(expected, rel=1e-9)


def test_few_clusters_are_counted_there_too(small_run: SmallRun) -> None:
    """Wider limits of Student's t in the results would contradict those of the tipping point."""
    found = small_run(drawn(40), ATE | {"estimation.small_sample": True})
    tipping, results = found.tipping_point, found.results
    same = tipping[(tipping["delta_reference"] == 1) & (tipping["delta_comparator"] == 1)]
    own = results[(results["measure"] == "risk_difference") & (results["time"] == 12)]
    own = own[own["estimand"] == "ATE"]
    columns = ["estimate", "std_error", "lower", "upper"]
    np.testing.assert_allclose(same[columns], own[columns].astype(float), rtol=1e-9)


def test_the_conclusion_tips_where_it_first_changes() -> None:
    """By hand: from 0 to −1 below 0.5, to 1 above 3, in the comparator; never in the reference."""
    rows = [
        {"endpoint": "relapse", "estimand": "ATE", "delta_reference": r, "delta_comparator": c,
         "conclusion": 0 if r != 1 else -1 if c < 0.5 else 1 if c > 3 else 0}
        for r in DELTAS for c in DELTAS
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(TIPPING_COLUMNS))
    assert tipping_deltas(frame, "delta_comparator") == [0.25, 5.0]
    assert tipping_deltas(frame, "delta_reference") == []
    [finding] = tipping_findings(frame, PLAN)
    assert "no difference shown with arm b" in finding.message
    assert "is 0.25 or 5 in arm b alone" in finding.message
    assert finding.severity == "note"
    near = frame.assign(conclusion=(frame["delta_comparator"] > 1).astype(int))
    [finding] = tipping_findings(near, PLAN)
    assert finding.severity == "caution"
    [finding] = tipping_findings(frame.assign(conclusion=0), PLAN)
    assert "stays, whatever" in finding.message


def test_nothing_is_made_up_where_nothing_is_estimable(small_run: SmallRun) -> None:
    """No event in one arm; and late entry, which no delta adjustment here allows for."""
    empty = small_run([("a", 20, 0)] * 6 + [("b", 3, 1)] * 3 + [("b", 20, 0)] * 3, {})
    assert empty.influential.empty
    assert empty.tipping_point.empty
    assert empty.bias_grid.empty
    assert empty.e_values["e_value"].isna().all()
    short = small_run([("a", 5, 0), ("a", 3, 1), ("b", 4, 1), ("b", 5, 0)] * 3, {})
    assert short.tipping_point.empty
    entry = {"endpoints.relapse.entry": "entry"}
    assert small_run(drawn(40), entry).tipping_point.empty
