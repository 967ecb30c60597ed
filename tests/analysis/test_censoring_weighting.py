"""Risks weighted for censoring by covariates, where a plan asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spine_outcomes import Results
from spine_outcomes.report.render import render_report
from spine_outcomes.survival.censoring_weighted_curve import censoring_weighted_aalen_johansen

SmallRun = Callable[..., Results]
MODEL = "censoring_weighted"
ASKED = {
    "estimation.censoring_weights": {"terms": ["age"]},
    "propensity.terms": ["age"],
    "propensity.estimands": ["unweighted", "ATE"],
}


def cohort(n: int = 120) -> list[tuple[Any, ...]]:
    """Rows (arm, time, status, patient, age): the old relapse and are lost sooner."""
    rng = np.random.default_rng(2)
    age = rng.integers(40, 80, n)
    arm = np.where(rng.random(n) < (age - 30) / 60, "b", "a")
    pace = np.exp((age - 60) / 15)
    event, lost = rng.exponential(20 / pace), rng.exponential(20 / pace)
    time = np.ceil(np.minimum(event, lost))
    return list(zip(arm, time, np.where(event < lost, 1, 0), range(n), age, strict=True))


@pytest.fixture
def asked(small_run: SmallRun) -> Results:
    return small_run(cohort(), ASKED)


def test_rows_are_those_of_the_estimator(asked: Results, small_run: SmallRun) -> None:
    """Rows of other people, other covariates or other times, or rows that move the main ones."""
    frame = asked.results
    beside = frame[frame["model"] == MODEL]
    assert set(beside["estimand"]) == {"unweighted", "ATE"}
    assert frame["id"].is_unique
    main = frame[frame["model"] != MODEL].reset_index(drop=True)
    unasked = small_run(cohort(), ASKED | {"estimation.censoring_weights": None})
    assert main.equals(unasked.results)
    arm, time, status, _, age = map(np.array, zip(*cohort(), strict=True))
    expected = censoring_weighted_aalen_johansen(
        time, status, covariates=age, arm=arm == "b", times=[6, 12]
    )
    found = beside.query("estimand == 'unweighted' and measure == 'cumulative_incidence'")
    np.testing.assert_allclose(found["estimate"], expected.value, rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], expected.std_error(), rtol=1e-9)


def test_the_propensity_counts_as_estimated(asked: Results, small_run: SmallRun) -> None:
    """Errors of weighted rows that are those of known weights, whatever the plan says."""
    known = small_run(cohort(), ASKED | {"estimation.variance": "robust"}).results
    differ = asked.results["std_error"] != known["std_error"]
    rows = (asked.results["model"] == MODEL) & (asked.results["measure"] == "risk_difference")
    assert differ[rows & (asked.results["estimand"] == "ATE")].all()
    assert not differ[rows & (asked.results["estimand"] == "unweighted")].any()


def test_few_patients_count_the_models_of_censoring(asked: Results, small_run: SmallRun) -> None:
    """Errors of small samples that forget what the weights were made of.

    p is 2 of the propensity, age in the model of each arm, and the risk difference: 5 of 120.
    """
    few = small_run(cohort(), ASKED | {"estimation.small_sample": True}).results.set_index("id")
    large = asked.results.set_index("id")
    rows = large[(large["model"] == MODEL) & (large["measure"] == "risk_difference")]
    for row in rows[rows["estimand"] == "ATE"].itertuples():
        assert few.loc[row.Index, "df"] == 115
        factor = few.loc[row.Index, "std_error"] / row.std_error
        assert factor == pytest.approx((120 / 115) ** 0.5, rel=1e-9)


def test_late_entry_is_a_reason(small_run: SmallRun) -> None:
    """Rows that enter late counted from the start."""
    frame = small_run(cohort(), ASKED | {"endpoints.relapse.entry": "entry"}).results
    reasons = set(frame[frame["model"] == MODEL]["reason"])
    assert reasons == {"not available where rows enter late"}


def test_a_bootstrap_fits_the_censoring_anew(small_run: SmallRun) -> None:
    """Rows without resampled errors beside rows with them."""
    change = {"estimation.variance": "bootstrap", "estimation.bootstrap": {"replicates": 20}}
    frame = small_run(cohort(), ASKED | change).results
    beside = frame[(frame["model"] == MODEL) & (frame["measure"] == "cumulative_incidence")]
    assert (beside["variance"] == "bootstrap").all()
    assert (beside["std_error"] > 0).all()


def test_the_report_shows_them(asked: Results) -> None:
    """Risks in the results that no table shows, and a method that is not named."""
    page = render_report(asked)
    assert "Weighted for censoring by covariates (unweighted)" in page
    assert "Cox model of the time to censoring" in page


def test_unequal_weights_are_a_finding(small_run: SmallRun) -> None:
    """Risks that rest on a handful of rows, without a word; most of the old are lost at once."""
    rng = np.random.default_rng(4)
    rows = []
    for i in range(300):
        is_old = i % 2
        lost = rng.exponential(2.5 if is_old else 200)
        event = rng.exponential(30)
        rows.append(("ab"[i % 3 == 0], min(lost, event), int(event < lost), i, 50 + 30 * is_old))
    found = small_run(rows, ASKED).findings
    (finding,) = found[found["code"] == "W_CENSORING_WEIGHTS"].itertuples()
    assert "of the effective number at risk in arm" in finding.message
    assert "at 12 months" in finding.message
    assert finding.severity in ("caution", "serious")
    calm = small_run(cohort(), ASKED).findings
    assert not (calm["code"] == "W_CENSORING_WEIGHTS").any()
