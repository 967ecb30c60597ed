"""Risks standardised by other methods, where a plan asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spine_outcomes import Results
from spine_outcomes.report.render import render_report

SmallRun = Callable[..., Results]
MODELS = ["g_formula", "iptw", "aipw"]
ASKED = {
    "estimation.doubly_robust": True,
    "propensity.terms": ["age"],
    "propensity.estimands": ["unweighted", "ATE", "ATT", "ATO"],
}


def cohort(n: int = 120) -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(2)
    age = rng.integers(40, 80, n)
    arm = np.where(rng.random(n) < (age - 30) / 60, "b", "a")
    time, status = rng.integers(1, 24, n), rng.choice([0, 1, 1, 2], n)
    return list(zip(arm, time, status, range(n), age, strict=True))


@pytest.fixture
def asked(small_run: SmallRun) -> Results:
    return small_run(cohort(), ASKED)


def test_rows_beside_the_main_ones(asked: Results, small_run: SmallRun) -> None:
    """Rows that nobody asked for, for populations that are not offered, or that move the others."""
    frame = asked.results
    beside = frame[frame["model"].isin(MODELS)]
    assert set(beside["estimand"]) == {"ATE", "ATO"}
    assert set(beside["measure"]) == {
        "cumulative_incidence", "risk_difference", "number_needed_to_treat", "risk_ratio",
    }  # fmt: skip
    assert (beside["status"] == "ok").all()
    assert frame["id"].is_unique
    unasked = small_run(cohort(), ASKED | {"estimation.doubly_robust": False}).results
    main = frame[~frame["model"].isin(MODELS)].reset_index(drop=True)
    assert main.equals(unasked)


def test_methods_agree_where_models_are_nearly_right(asked: Results) -> None:
    """An arm, a time or a cause mixed up: the three methods and the main estimate lie close."""
    frame = asked.results.query("estimand == 'ATE' and measure == 'cumulative_incidence'")
    table = frame.pivot(index=["arm", "time"], columns="model", values="estimate")
    assert len(table) == 4
    assert (np.ptp(table.to_numpy(), axis=1) < 0.05).all()


def test_survival_where_nothing_competes(small_run: SmallRun) -> None:
    """A survival printed as an incidence: the rows have the measure of the main ones."""
    rows = [(arm, time, min(status, 1), who, age) for arm, time, status, who, age in cohort()]
    failure = {
        "label": "Failure",
        "level": "lesion",
        "time": {"column": "time", "unit": "months"},
        "status": {"column": "status", "censored": 0, "event": 1},
    }
    frame = small_run(rows, ASKED | {"endpoints": {"failure": failure}}).results
    frame = frame.query("estimand == 'ATE' and endpoint == 'failure'")
    by_arm = frame[frame["arm"].notna() & frame["measure"].isin(["survival"])]
    assert set(by_arm["model"]) == {"kaplan_meier", *MODELS}
    spread = by_arm.groupby(["arm", "time"])["estimate"].agg(np.ptp)
    assert (spread < 0.05).all()


def test_late_entry_is_a_reason(small_run: SmallRun) -> None:
    """Rows that enter late would be counted from the start."""
    frame = small_run(cohort(), ASKED | {"endpoints.relapse.entry": "entry"}).results
    beside = frame[frame["model"].isin(MODELS)]
    assert set(beside["reason"]) == {"not available where rows enter late"}


def test_the_report_shows_them_beside_the_main_ones(asked: Results) -> None:
    """A table that finds two rows for one cell."""
    page = render_report(asked)
    for model in ("G-formula", "Doubly robust (AIPTW)"):
        for estimand in ("ATE", "ATO"):
            assert f"{model} ({estimand})" in page
    assert "standardised by cause-specific Cox models" in page


def test_few_patients_count_the_models_behind_a_risk(asked: Results, small_run: SmallRun) -> None:
    """Errors of large samples beside small ones; age and an intercept in each model, two causes.

    p is 4 coefficients of the outcome models, 2 of the propensity where it is used, and the risk.
    """
    few = small_run(cohort(), ASKED | {"estimation.small_sample": True}).results.set_index("id")
    large = asked.results.set_index("id")
    p = {("g_formula", "ATE"): 5, ("iptw", "ATE"): 3, ("aipw", "ATE"): 7, ("g_formula", "ATO"): 7}
    for (model, estimand), n_parameters in p.items():
        own = large[(large["model"] == model) & (large["estimand"] == estimand)]
        for row in own[own["measure"] == "risk_difference"].itertuples():
            found = few.loc[row.Index]
            factor = (120 / (120 - n_parameters)) ** 0.5
            assert found["std_error"] == pytest.approx(factor * row.std_error, rel=1e-9)
            assert found["df"] == 120 - n_parameters


def test_a_bootstrap_fits_all_models_anew(asked: Results, small_run: SmallRun) -> None:
    """Errors of the influence under the name of a bootstrap, or models that are held."""
    change = {"estimation.variance": "bootstrap", "estimation.bootstrap": {"replicates": 60}}
    frame = small_run(cohort(), ASKED | change).results
    beside = frame[frame["model"].isin(MODELS) & (frame["measure"] == "risk_difference")]
    assert set(beside["variance"]) == {"bootstrap"}
    assert set(beside["scale"]) == {"percentile"}
    of_influence = asked.results.set_index("id")["std_error"][beside["id"]]
    # an error from 60 replicates is good to about 10 %
    np.testing.assert_allclose(beside["std_error"], of_influence, rtol=0.35)
