"""Named changes to a plan, beside the plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes import Results, load_dictionary, load_plan, read_cohort, run
from spine_outcomes.study.packaged import DEMO_COHORT, find_plan, packaged_file
from spine_outcomes.study.variants import changed

SmallRun = Callable[..., Results]
OF_EVERYBODY = ("supremum", "median_follow_up")
"""Measures of the primary analysis alone."""
RELAPSE: dict[str, Any] = {
    "label": "Relapse",
    "level": "lesion",
    "time": {"column": "time", "unit": "months"},
    "status": {"column": "status", "censored": 0, "event": 1, "competing": {"death": 2}},
}
WEIGHTED: dict[str, object] = {
    "propensity.terms": [{"column": "age"}],
    "propensity.estimands": ["unweighted", "ATE"],
}


def rows_of(n: int = 120) -> list[tuple[Any, ...]]:
    """Two arms whose age differs, with events, competing events and censorings."""
    rng = np.random.default_rng(3)
    age = rng.integers(40, 80, n)
    return [
        ("ab"[int(rng.random() < (a - 20) / 80)], int(rng.integers(1, 24)), i % 3, i, int(a))
        for i, a in enumerate(age)
    ]


def with_analyses(run_rows: SmallRun, *analyses: dict[str, object], **more: object) -> Results:
    """The small study with sensitivity analyses, which ``changed`` takes from a plan."""
    return run_rows(rows_of(), WEIGHTED | more, sensitivity=list(analyses))


def test_an_analysis_is_the_changed_plan(small_run: SmallRun) -> None:
    """Another seed, other rows or forgotten keys: a change that changes more than it says."""
    change = {"propensity.trim": {"bounds": [0.3, 0.7]}, "estimation.ties": "breslow"}
    both = with_analyses(small_run, {"name": "trimmed", "change": change}).results
    alone = small_run(rows_of(), WEIGHTED | change).results
    mine = both[both["analysis"] == "sensitivity:trimmed"].reset_index(drop=True)
    alone = alone[~alone["measure"].isin(OF_EVERYBODY)].reset_index(drop=True)
    columns = [c for c in alone if c not in ("id", "analysis", "p_adjusted")]
    pd.testing.assert_frame_equal(mine[columns], alone[columns])
    assert mine["id"].str.startswith("sensitivity:trimmed/relapse/").all()
    assert both["id"].is_unique


def test_the_primary_analysis_is_what_it_was(small_run: SmallRun) -> None:
    """Results, curves or tables that a sensitivity analysis changes."""
    alone = small_run(rows_of(), WEIGHTED)
    both = with_analyses(small_run, {"name": "crump", "change": {"propensity.trim": "crump"}})
    primary = both.results[both.results["analysis"] == "primary"]
    pd.testing.assert_frame_equal(primary.reset_index(drop=True), alone.results)
    pd.testing.assert_frame_equal(both.curves, alone.curves)
    pd.testing.assert_frame_equal(both.balance, alone.balance)


def test_one_that_fails_is_said_and_the_others_go_on(small_run: SmallRun) -> None:
    """A report that one impossible analysis keeps from being written."""
    nobody = {"id": "X", "label": "Nobody", "rule": {"column": "age", "at_least": 200}}
    found = with_analyses(
        small_run,
        {"name": "nobody", "change": {"population.eligibility+": [nobody]}},
        {"name": "crump", "label": "Crump's rule", "change": {"propensity.trim": "crump"}},
    )
    assert set(found.results["analysis"]) == {"primary", "sensitivity:crump"}
    (message,) = found.findings.query("code == 'W_SENSITIVITY_FAILED'")["message"]
    assert "nobody failed" in message


def test_beyond_the_margin_it_is_a_finding(small_run: SmallRun) -> None:
    """A conclusion that hangs on one choice, and a reader who has to find that out."""
    analysis = {"name": "old", "change": {"propensity.trim": {"bounds": [0.45, 0.55]}}}
    wide = {"sensitivity_margins": {"risk_difference": 0.999, "hazard_ratio": 1000}}
    narrow = {"sensitivity_margins": {"risk_difference": 1e-6, "hazard_ratio": 1.000001}}
    quiet, loud = (with_analyses(small_run, analysis, **margin) for margin in (wide, narrow))
    assert "W_SENSITIVE" not in set(quiet.findings["code"])
    found = loud.findings.query("code == 'W_SENSITIVE'")["message"]
    row = loud.results.query("analysis == 'sensitivity:old' and estimand == 'ATE'")
    ratio = row.query("model == 'cox'")["estimate"].iloc[0]
    assert any(f"the hazard ratio (ATE) is {ratio:.2f}" in message for message in found)


def test_only_the_endpoints_that_are_asked_for() -> None:
    """And imputations are drawn once where a change leaves rows and covariates as they are."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    plan = changed(
        load_plan(find_plan("primary")), {"missing.imputations": 2, "missing.iterations": 1}
    )
    names = ("local_failure", "marginal_failure", "vertebral_fracture")
    plan = plan.model_copy(update={"endpoints": {k: plan.endpoints[k] for k in names}})
    cohort = read_cohort(packaged_file(DEMO_COHORT), dictionary)
    change: dict[str, object] = {"estimation.ties": "breslow"}
    plan = plan.model_copy(
        update={
            "sensitivity": (_sensitivity(plan, "breslow", change, ["local_failure"]),),
        }
    )
    steps: list[str] = []
    found = run(plan, cohort, step=steps.append).results
    assert steps.count("Imputing") == 1
    beside = found[found["analysis"] == "sensitivity:breslow"]
    assert set(beside["endpoint"]) == {"local_failure"}
    same = beside[beside["model"] == "aalen_johansen"].set_index(
        ["estimand", "measure", "arm", "time"]
    )
    primary = found[(found["analysis"] == "primary") & (found["endpoint"] == "local_failure")]
    primary = primary[(primary["model"] == "aalen_johansen") & (primary["measure"] != "supremum")]
    primary = primary.set_index(["estimand", "measure", "arm", "time"])
    pd.testing.assert_series_equal(same["estimate"], primary["estimate"], check_exact=True)


def test_what_only_the_change_brings_is_said(small_run: SmallRun) -> None:
    """How many rows a definition leaves out, known to nobody who reads the report."""
    landmark = {"endpoints.relapse.landmark": "3 months"}
    found = with_analyses(
        small_run,
        {"name": "late", "label": "From 3 months", "change": landmark},
        {"name": "breslow", "change": {"estimation.ties": "breslow"}},
    ).findings
    (message,) = found.query("code == 'N_LANDMARK'")["message"]
    assert message.startswith("From 3 months: Counted from 3 months after time zero, among ")
    alone = small_run(rows_of(), WEIGHTED).findings
    others = found[~found["code"].isin(("N_LANDMARK", "W_SENSITIVE"))]
    assert list(others["message"]) == list(alone["message"])


def test_the_weights_of_one_endpoint_are_those_of_all_rows(small_run: SmallRun) -> None:
    """An endpoint whose population is smaller would be weighted otherwise than the plan says."""
    young = {"name": "younger", "eligibility": [
        {"id": "Y", "label": "Under 70", "rule": {"column": "age", "before": 70}},
    ]}  # fmt: skip
    endpoints = {"relapse": RELAPSE, "early": RELAPSE | {"population": young}}
    analysis = {"name": "same", "endpoints": ["early"], "change": {"estimation.ties": "efron"}}
    found = small_run(rows_of(), WEIGHTED, endpoints=endpoints, sensitivity=[analysis]).results
    own = found[(found["endpoint"] == "early") & ~found["measure"].isin(OF_EVERYBODY)]
    primary, beside = (own[own["analysis"] == name] for name in ("primary", "sensitivity:same"))
    np.testing.assert_array_equal(primary["estimate"], beside["estimate"])
    np.testing.assert_array_equal(primary["ess"], beside["ess"])


def _sensitivity(plan: Any, name: str, change: dict[str, object], endpoints: list[str]) -> Any:
    """One analysis as a plan holds it."""
    kind = type(plan).model_validate(
        plan.model_dump(mode="json", by_alias=True)
        | {"sensitivity": [{"name": name, "change": change, "endpoints": endpoints}]}
    )
    return kind.sensitivity[0]
