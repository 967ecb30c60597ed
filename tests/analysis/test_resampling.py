"""Errors of a run from resampled patients: which rows, whose limits, at any number of processes."""

from __future__ import annotations

import numpy as np
import pytest
from joblib import parallel_config

BOOTSTRAP = {"estimation.variance": "bootstrap", "estimation.bootstrap.replicates": 200}
WEIGHTED = {"propensity.terms": [{"column": "age"}], "propensity.estimands": ["unweighted", "ATE"]}


def rows_of(n=120, seed=1):
    """Two rows a patient; age confounds."""
    rng = np.random.default_rng(seed)
    rows = []
    for patient in range(n // 2):
        age = int(rng.integers(40, 80))
        for _ in range(2):
            arm = "b" if rng.random() < 1 / (1 + np.exp(-(age - 60) / 15)) else "a"
            time = round(float(rng.exponential(600 / age)) + 0.1, 1)
            rows.append((arm, min(time, 20), rng.choice([0, 1, 1, 2]), patient, age))
    return rows


@pytest.fixture
def results(small_run):
    return small_run(rows_of(), BOOTSTRAP | WEIGHTED).results


def test_estimates_have_percentiles_and_tests_the_influence(results):
    """Robust errors under the name of the bootstrap, or a test said to be resampled."""
    results = results[results["measure"] != "median_follow_up"]  # of nothing that is resampled
    is_test = results["measure"] == "chi_square"
    assert set(results.loc[~is_test, "variance"]) == {"bootstrap"}
    assert "bootstrap" not in set(results.loc[is_test, "variance"])
    shown = results[~is_test & ~results["measure"].isin(["number_needed_to_treat", "supremum"])]
    assert set(shown["scale"]) == {"percentile"}
    assert (shown["lower"] < shown["estimate"]).all()
    assert (shown["estimate"] < shown["upper"]).all()


def test_errors_are_near_those_of_the_influence(small_run, results):
    """Rows resampled in place of patients, or weights that are not refitted.

    First order and 200 replicates: 5 % Monte-Carlo error, and 60 patients.
    """
    corrected = small_run(rows_of(), WEIGHTED).results.set_index("id")["std_error"]
    ratio = results.set_index("id")["std_error"] / corrected
    assert ratio.dropna().between(0.8, 1.4).all()
    assert 0.95 < ratio.median() < 1.15


def test_ratios_are_shown_as_ratios(results):
    """Percentiles of a logarithm as the limits of a hazard ratio."""
    ratios = results[results["measure"].isin(["hazard_ratio", "risk_ratio"])]
    assert (ratios["lower"] > 0).all()
    log_width = np.log(ratios["upper"] / ratios["lower"])
    np.testing.assert_allclose(log_width, 2 * 1.96 * ratios["std_error"], rtol=0.25)


def test_processes_change_nothing(small_run):
    """Bytes that depend on --jobs."""
    change = BOOTSTRAP | WEIGHTED | {"estimation.bootstrap.replicates": 60}
    one = small_run(rows_of(60), change).results
    with parallel_config(n_jobs=2):
        two = small_run(rows_of(60), change).results
    assert one.to_csv() == two.to_csv()


def test_failed_replicates_are_reported(small_run):
    """One patient with the only event of an arm: in a third of the cohorts no hazard ratio."""
    rows = [("a", 5 + i, i % 2, i, 50 + i) for i in range(12)]
    rows += [("b", 6 + i, int(i == 0), 20 + i, 50 + i) for i in range(12)]
    found = small_run(rows, BOOTSTRAP)
    (ratio,) = found.results.query("measure == 'hazard_ratio'").itertuples()
    assert ratio.status == "not_estimable"
    assert "of the bootstrap replicates" in ratio.reason
    assert "W_BOOTSTRAP_FAILED" in set(found.findings["code"])


def test_curves_and_their_test_are_of_the_same_bootstrap(small_run):
    """A figure whose bands are of another engine than the table beside it."""
    found = small_run(rows_of(), BOOTSTRAP | WEIGHTED)
    gap = found.curves[found.curves["arm"].isna() & (found.curves["estimand"] == "ATE")]
    at = gap[np.isclose(gap["time"], 12.0)].iloc[0]
    own = found.results[found.results["estimand"] == "ATE"]
    row = own[(own["measure"] == "risk_difference") & (own["time"] == 12.0)].iloc[0]
    for key in ("estimate", "std_error", "lower", "upper"):
        assert at[key] == pytest.approx(row[key], rel=1e-9)
    assert found.curves[["band_lower", "band_upper"]].isna().all(axis=None)
    test = own[own["measure"] == "supremum"].iloc[0]
    assert test["statistic"] == pytest.approx((gap["estimate"] / gap["std_error"]).abs().max())
    assert 1 / 201 <= test["p_value"] <= 1
