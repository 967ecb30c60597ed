"""Interval-censored estimates where a plan asks for them and the columns tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes import Results, run
from spine_outcomes.analysis.sensitivity import departures
from spine_outcomes.errors import PlanError
from spine_outcomes.report.render import render_report
from spine_outcomes.study.plan import Sensitivity
from spine_outcomes.study.variants import changed
from spine_outcomes.survival.interval_censored import turnbull
from spine_outcomes.survival.weibull_interval import weibull_interval
from spine_outcomes.tables.sensitivity import sensitivity
from tests.analysis.conftest import FIRST_COLUMNS, read_study

DICTIONARY = (
    FIRST_COLUMNS
    + """\
  - {name: start, label: Start, level: lesion, type: date, phase: baseline}
  - {name: clean, label: Last clean look, level: lesion, type: date, phase: post_baseline}
  - {name: found, label: First look with it, level: lesion, type: date, phase: post_baseline}
  - {name: died, label: Death, level: lesion, type: date, phase: post_baseline}
  - {name: last, label: Last look, level: lesion, type: date, phase: post_baseline}
  - {name: entry, label: Entry, level: lesion, type: date, phase: post_baseline}
"""
)
PLAN = """\
schema_version: 1
cohort: cohort.csv
dictionary: dictionary.yaml
arms: {column: arm, reference: a, comparator: b}
cluster: id
origin: start
endpoints:
  relapse:
    label: Relapse
    level: lesion
    event: [{date: found, last_clean: clean}]
    competing: {death: [{date: died}]}
    censor: {date: last}
propensity: {terms: [age], estimands: [unweighted, ATE]}
estimation: {unit: days, times: [100 days, 300 days], horizon: 300 days, interval_censored: true}
report: {min_cell: 0}
"""
BEFORE = {"estimation.interval_censored": False}
START = np.datetime64("2020-01-01")
Rerun = Callable[..., Results]


def cohort(n: int = 160) -> pd.DataFrame:
    """Looks every 90 days in arm a, every 45 in arm b; two rows a patient; some die first."""
    rng = np.random.default_rng(5)
    age = rng.integers(40, 80, n).astype(float)
    arm = np.where(rng.random(n) < (age - 20) / 80, "b", "a")
    event = rng.weibull(1.3, n) * 260 * np.exp((60 - age) / 60)
    death, end = 2 + rng.exponential(600, n), rng.uniform(150, 700, n)
    gap = np.where(arm == "a", 90, 45)
    look = np.ceil(event / gap) * gap
    stop = np.floor(np.minimum(death, end))
    seen = look <= stop

    def date(day: Any, has: Any) -> list[str]:
        whole = np.where(has, np.round(day), 0).astype(int)
        return [str(d) if h else "" for d, h in zip(START + whole, has, strict=True)]

    last = np.where(seen, look, np.floor(stop / gap) * gap)
    return pd.DataFrame(
        {
            "id": np.arange(n) // 2, "part": np.arange(n), "arm": arm, "age": age,
            "start": str(START), "clean": date(look - gap, seen & (look > gap)),
            "found": date(look, seen), "died": date(stop, (death < end) & ~seen),
            "last": date(last, np.ones(n, dtype=bool)), "entry": "2019-12-01",
        }
    )  # fmt: skip


@pytest.fixture
def rerun(tmp_path: Path) -> Rerun:
    def run_changed(change: dict[str, object], frame: pd.DataFrame | None = None) -> Results:
        text = (cohort() if frame is None else frame).to_csv(index=False)
        plan, rows = read_study(tmp_path, text, dictionary=DICTIONARY, plan=PLAN)
        return run(changed(plan, change), rows)

    return run_changed


def beside(results: Results) -> pd.DataFrame:
    frame = results.results
    return frame[frame["model"].isin(["turnbull", "weibull_interval"])]


def test_rows_are_those_of_the_estimators(rerun: Rerun) -> None:
    """Bounds of other rows, deaths as failures, other times, or rows that move the main ones."""
    results, frame = rerun({}), cohort()
    days = {
        name: (pd.to_datetime(frame[name]) - START).dt.days.to_numpy(float)
        for name in ("clean", "found", "died", "last")
    }
    status = np.where(np.isfinite(days["found"]), 1, np.where(np.isfinite(days["died"]), 2, 0))
    arrays = (np.where(status == 2, days["died"], days["last"]), status)
    bounds = {
        "lower": np.where(status == 1, np.nan_to_num(days["clean"]), days["last"]),
        "upper": days["found"], "cluster": frame["id"],
    }  # fmt: skip
    arm = (frame["arm"] == "b").astype(int)
    own = beside(results)
    own = own[own["estimand"] == "unweighted"]
    risk = own[own["measure"] == "cumulative_incidence"]
    expected = turnbull(*arrays, **bounds, arm=arm, times=[100, 300])
    np.testing.assert_allclose(risk["estimate"], expected.value, rtol=1e-7)
    (ratio,) = own[own["measure"] == "hazard_ratio"].itertuples()
    fit = weibull_interval(*arrays, **bounds, covariates=arm).estimate
    assert np.log(ratio.estimate) == pytest.approx(fit.value[0], rel=1e-7)
    assert ratio.std_error == pytest.approx(fit.std_error()[0], rel=1e-7)
    main = results.results[~results.results.index.isin(beside(results).index)]
    unasked = rerun(BEFORE).results
    pd.testing.assert_frame_equal(main.reset_index(drop=True), unasked)
    assert results.results["id"].is_unique


def test_the_propensity_counts_as_estimated(rerun: Rerun) -> None:
    """A weighted hazard ratio whose error takes the weights as known whatever the plan says."""
    corrected = beside(rerun({})).set_index("id")["std_error"]
    known = beside(rerun({"estimation.variance": "robust"})).set_index("id")["std_error"]
    (weighted,) = [key for key in corrected.index if "/ATE/weibull" in key]
    (unweighted,) = [key for key in corrected.index if "/unweighted/weibull" in key]
    assert corrected[weighted] != known[weighted]
    assert corrected[unweighted] == known[unweighted]


@pytest.mark.parametrize("small_sample", [False, True])
def test_risks_have_the_error_of_resampled_patients(rerun: Rerun, small_sample: bool) -> None:
    """A risk without limits beside others with them would pass for a sure one."""
    own = beside(rerun({"estimation.small_sample": small_sample}))
    risks = own[(own["model"] == "turnbull") & (own["measure"] == "cumulative_incidence")]
    assert (risks["variance"] == "bootstrap").all()
    everything = {"estimation.variance": "bootstrap", "estimation.bootstrap": {"replicates": 200}}
    same = beside(rerun(everything)).set_index("id").loc[risks["id"]]
    np.testing.assert_allclose(risks["std_error"], same["std_error"], rtol=1e-12)
    np.testing.assert_allclose(risks["lower"], same["lower"], rtol=1e-12)
    ratios = own[own["model"] == "weibull_interval"]
    assert (ratios["variance"] != "bootstrap").all()


def test_a_bootstrap_gives_them_limits(rerun: Rerun) -> None:
    """Patients resampled for the main rows only."""
    change = {"estimation.variance": "bootstrap", "estimation.bootstrap": {"replicates": 20}}
    own = beside(rerun(change))
    risks = own[own["measure"].isin(["cumulative_incidence", "hazard_ratio"])]
    assert (risks["std_error"] > 0).all()
    assert (risks["lower"] < risks["upper"]).all()


def test_imputed_covariates_pool_them(rerun: Rerun) -> None:
    """A value lost, or a warning, where risks without errors are pooled."""
    frame = cohort()
    frame.loc[::7, "age"] = np.nan
    change = {"missing": {"method": "multiple_imputation", "imputations": 3, "iterations": 2}}
    own = beside(rerun(change, frame))
    risks = own[own["measure"] == "cumulative_incidence"]
    assert ((risks["lower"] > 0) & (risks["lower"] < risks["estimate"])).all()
    assert ((risks["estimate"] < risks["upper"]) & (risks["upper"] < 1)).all()
    assert (own.loc[own["measure"] == "hazard_ratio", "std_error"] > 0).all()


def test_without_bounds_nothing_is_added_and_that_is_said(rerun: Rerun) -> None:
    """Rows that repeat the main ones under another name, or a sensitivity analysis of nothing."""
    assert beside(rerun(BEFORE)).empty
    without = rerun({}, cohort().assign(clean="", found=""))
    assert beside(without).empty
    (finding,) = without.findings[without.findings["code"] == "W_NO_BOUNDS"].itertuples()
    assert finding.endpoint == "relapse"
    assert finding.message.startswith("Not estimated as interval-censored: no event has a last")
    assert "W_NO_BOUNDS" not in set(rerun({}).findings["code"])


def test_a_plan_that_names_no_last_clean_look_is_refused(rerun: Rerun) -> None:
    """Asked for what the plan itself makes impossible, a run would quietly leave it out."""
    with pytest.raises(PlanError, match="no source of an event has last_clean"):
        rerun({"endpoints.relapse.event": [{"date": "found"}]})


def test_late_entry_is_a_reason(rerun: Rerun) -> None:
    """Rows that enter late counted from the start."""
    own = beside(rerun({"endpoints.relapse.entry": "entry"}))
    assert set(own["reason"]) == {"not available where rows enter late"}


def test_the_report_shows_them(rerun: Rerun) -> None:
    """Rows in the results that no table shows, and a method that is not named."""
    page = render_report(rerun({}))
    assert "Interval-censored (Turnbull) (unweighted)" in page
    assert "Weibull, interval-censored" in page
    assert "between two looks" in page


def test_a_change_to_the_plan_sets_it_beside_the_primary_analysis(rerun: Rerun) -> None:
    """A sensitivity analysis whose table shows Cox's model once more, and nothing of its own."""
    results = rerun(BEFORE)
    asked = Sensitivity(name="between", change={"estimation.interval_censored": True})
    beside_it = rerun({}).results.assign(analysis="sensitivity:between")
    both = replace(
        results,
        results=pd.concat([results.results, beside_it], ignore_index=True),
        plan=results.plan.model_copy(update={"sensitivity": (asked,)}),
    )
    lines = {row.stub: row.cells for row in sensitivity(both, "relapse").rows}
    (key,) = [stub for stub in lines if stub.startswith("Unweighted") and "Turnbull" in stub]
    ratio = beside_it[(beside_it["model"] == "weibull_interval")].iloc[0]["estimate"]
    assert lines[key][2].text.startswith(f"{ratio:.2f} (")
    far = beside_it.assign(
        estimate=beside_it["estimate"].where(beside_it["model"] != "weibull_interval", 9.0)
    )
    (finding, *_) = departures(pd.concat([results.results, far], ignore_index=True), both.plan)
    assert "the hazard ratio (unweighted) is 9.00" in finding.message
