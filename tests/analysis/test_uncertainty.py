"""Errors for few clusters in a run: factor, degrees of freedom, refusals."""

from __future__ import annotations

import numpy as np
from scipy import stats

WEIGHTED = {"propensity.terms": [{"column": "age"}], "propensity.estimands": ["unweighted", "ATE"]}
SMALL = {"estimation.small_sample": True}


def rows_of(n_patients, seed=1):
    """Three rows a patient, in both arms."""
    rng = np.random.default_rng(seed)
    return [
        ("ab"[int(rng.integers(2))] if j else "ab"[i % 2], round(float(rng.exponential(10)) + 1, 1),
         rng.choice([0, 1, 1, 2]), i, int(rng.integers(40, 80)))
        for i in range(n_patients)
        for j in range(3)
    ]  # fmt: skip


def test_factor_and_degrees_of_freedom(small_run):
    """A factor without the propensity's two parameters, or limits of the normal distribution."""
    large = small_run(rows_of(20), WEIGHTED).results.set_index("id")
    small = small_run(rows_of(20), WEIGHTED | SMALL).results.set_index("id")
    is_interval = small["scale"].isin(["identity", "log", "log(-log)"]) & small["std_error"].notna()
    p = np.where(small["estimand"] == "ATE", 2 + 1, 1)[is_interval]
    assert (small.loc[is_interval, "df"] <= 20 - p).all()
    factor = np.sqrt((small["df"] + 1)[is_interval] / small["df"][is_interval])
    ratio = (small["std_error"] / large["std_error"])[is_interval]
    unweighted = (small["estimand"] == "unweighted")[is_interval]
    np.testing.assert_allclose(ratio[unweighted], factor[unweighted], rtol=1e-12)
    ratios = small[is_interval & (small["measure"] == "hazard_ratio")]
    row = ratios[ratios["estimand"] == "ATE"].iloc[0]
    assert row["df"] == 20 - 3
    half = stats.t.ppf(0.975, 17) * row["std_error"]
    expected = row["estimate"] * np.exp([-half, half])
    np.testing.assert_allclose([row["lower"], row["upper"]], expected, rtol=1e-10)
    p_value = 2 * stats.t.sf(abs(np.log(row["estimate"]) / row["std_error"]), 17)
    np.testing.assert_allclose(row["p_value"], p_value, rtol=1e-10)


def test_as_many_parameters_as_clusters(small_run):
    """An error from three patients for three parameters."""
    results = small_run(rows_of(3, seed=4), WEIGHTED | SMALL).results
    weighted = results[(results["estimand"] == "ATE") & (results["measure"] == "hazard_ratio")]
    assert set(weighted["status"]) == {"not_estimable"}
    assert set(weighted["reason"]) == {"no standard error: 3 clusters for 3 parameters"}
    assert weighted["std_error"].isna().all()


def test_one_patient_has_no_error(small_run):
    """A standard error of 0 from the rows of one patient (R48); the estimate stays."""
    rows = [("ab"[i % 2], i + 1, i % 3, 0, 50) for i in range(12)]
    found = small_run(rows, {})
    risks = found.results.query("measure == 'cumulative_incidence'")
    assert risks["estimate"].notna().all()
    assert risks["std_error"].isna().all()
    (message,) = found.findings.query("code == 'W_FEW_CLUSTERS'")["message"]
    assert message == "All rows at lesion level are of one cluster: there are no standard errors."


def test_curves_have_the_factor_and_student_s_t(small_run):
    """Curves of large samples beside a table of small ones; a band narrower than its limits."""
    found = small_run(rows_of(20), WEIGHTED | SMALL)
    gap = found.curves[found.curves["arm"].isna() & (found.curves["estimand"] == "ATE")]
    own = found.results[found.results["estimand"] == "ATE"]
    row = own[(own["measure"] == "risk_difference") & (own["time"] == 12.0)].iloc[0]
    at = gap[np.isclose(gap["time"], 12.0)].iloc[0]
    for key in ("estimate", "std_error", "lower", "upper"):
        np.testing.assert_allclose(at[key], row[key], rtol=1e-9)
    banded = found.curves[found.curves["band_lower"].notna()]
    assert (banded["band_lower"] <= banded["lower"] + 1e-12).all()
    large = small_run(rows_of(20), WEIGHTED).results
    p = [f[(f["measure"] == "supremum") & (f["estimand"] == "ATE")]["p_value"].item()
         for f in (large, found.results)]  # fmt: skip
    assert p[0] < p[1]
