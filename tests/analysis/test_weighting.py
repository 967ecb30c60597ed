"""Learners of the weights in a whole run: names of estimands, labels of errors, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from spine_outcomes import Results
from spine_outcomes.errors import PlanError, SeparationError

SmallRun = Callable[..., Results]
MODEL = {"propensity.terms": ["age"], "propensity.estimands": ["unweighted", "ATE"]}
LEARNERS = ("logistic", "firth", "entropy", "cbps", "boosting")


@pytest.fixture
def rows() -> list[tuple[str, float, int, int, float]]:
    """Rows of (arm, time, status, patient, age): 80 patients with one to three rows."""
    rng = np.random.default_rng(6)
    patient = np.repeat(np.arange(80), rng.integers(1, 4, 80))
    age = rng.normal(60, 8, len(patient)).round(1)
    arm = np.where(rng.random(len(patient)) < 1 / (1 + np.exp(-(age - 60) / 10)), "b", "a")
    time = (rng.exponential(15, len(patient)) + 0.1).round(1)
    return list(zip(arm, time, rng.choice([0, 1, 2], len(patient)), patient, age, strict=True))


@pytest.mark.parametrize("learner", LEARNERS)
def test_the_estimand_names_its_learner(small_run: SmallRun, rows, learner) -> None:
    """Two sets of weights under one name, or errors that claim a correction they do not have."""
    results = small_run(rows, MODEL | {"propensity.learner": learner})
    name = "ATE" if learner == "logistic" else f"ATE:{learner}"
    assert set(results.results["estimand"]) == {"unweighted", name}
    assert set(results.balance["estimand"]) == {"unweighted", name}
    variance = results.results.groupby("estimand")["variance"].unique()
    assert list(variance["unweighted"]) == ["corrected"]
    assert list(variance[name]) == ["robust" if learner == "boosting" else "corrected"]
    assert (results.findings["code"] == "W_SCORE_AS_KNOWN").any() == (learner == "boosting")
    assert results.findings["code"].str.endswith("_CALIBRATION").any() == (learner == "boosting")


@pytest.mark.parametrize("learner", ["entropy", "cbps"])
def test_balancing_learners_balance(small_run: SmallRun, rows, learner) -> None:
    """Balance that is only approximate where it is promised to be exact."""
    balance = small_run(rows, MODEL | {"propensity.learner": learner}).balance
    left = balance[balance["estimand"] == f"ATE:{learner}"]
    assert left["smd"].abs().max() < 1e-9


@pytest.mark.parametrize("trim", [{"percentiles": [5, 95]}, {"bounds": [0.4, 0.6]}, "crump"])
def test_trimmed_rows_leave_the_flow_the_weights_and_the_results(
    small_run: SmallRun, rows, trim
) -> None:
    """A rule that the plan names and the run does not follow, or follows in one place only."""
    results = small_run(rows, MODEL | {"propensity.trim": trim})
    last = results.flow.iloc[-1]
    assert last["id"] == "trim"
    assert last["excluded_lesions"] > 0 or trim == "crump"
    counts = results.weights.groupby("estimand")["n"].sum()
    fits = results.results.query("model == 'cox'").set_index("estimand")["n"]
    assert (
        counts.to_dict() == fits.to_dict() == dict.fromkeys(("ATE", "unweighted"), last.n_lesions)
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"propensity.learner": "entropy", "propensity.estimands": ["ATO"]},
         "entropy has no ATO weights; allowed are ATE, ATT, ATC"),
        ({"propensity.learner": "cbps", "propensity.estimands": ["ATE", "ATM"]},
         "cbps has no ATM weights"),
        ({"propensity.learner": "boosting", "propensity.trim": "crump"},
         "only the logistic learner trims, not boosting"),
        ({"propensity.learner": "entropy", "propensity.stabilise": True}, "no share of the arm"),
        ({"cluster": None, "estimation.average": "clusters"}, "needs the key cluster"),
    ],
)  # fmt: skip
def test_what_a_learner_cannot_do_is_refused(small_run: SmallRun, rows, change, message) -> None:
    """A plan that is read and then not followed."""
    with pytest.raises(PlanError, match=message):
        small_run(rows, MODEL | {"propensity.estimands": ["ATE"]} | change)


def test_an_average_over_patients_is_another_estimate(small_run: SmallRun, rows) -> None:
    """A key of the plan that nothing reads; and copies of every patient's rows change nothing."""

    def incidence(rows: list, average: str) -> np.ndarray:
        results = small_run(rows, MODEL | {"estimation.average": average}).results
        kept = results["measure"].isin(["cumulative_incidence", "risk_difference"])
        return results.loc[kept, ["estimate", "std_error"]].to_numpy(float)

    by_patient = incidence(rows, "clusters")
    assert not np.allclose(by_patient, incidence(rows, "rows"))
    copied = [row for row in rows for _ in range(1 + row[3] % 3)]
    np.testing.assert_allclose(incidence(copied, "clusters"), by_patient, rtol=1e-7)


def test_truncated_weights_are_shown_before_and_after(small_run: SmallRun, rows) -> None:
    """A table of the weights that hides what truncation did."""
    change = MODEL | {"propensity.truncate": {"percentiles": [5, 95]}}
    frame = small_run(rows, change).weights.set_index("estimand")
    after, before = frame.loc["ATE"], small_run(rows, MODEL).weights.set_index("estimand")
    np.testing.assert_array_equal(after["ess_untruncated"], before.loc["ATE", "ess"])
    np.testing.assert_array_equal(after["maximum_untruncated"], before.loc["ATE", "maximum"])
    assert after["n_truncated"].sum() == 2 * np.ceil(0.05 * (len(rows) - 1))
    assert frame.loc["unweighted", "n_truncated"].isna().all()


def test_balance_at_a_landmark_is_that_of_the_rows_still_there(small_run: SmallRun, rows) -> None:
    """Rows that already had the event, or that were censored before, in the means of a landmark."""
    frame = small_run(rows, MODEL).balance_at_risk
    found = frame[(frame["landmark"] == 6.0) & (frame["estimand"] == "unweighted")].iloc[0]
    age = {arm: [r[4] for r in rows if r[0] == arm and r[1] >= 6] for arm in "ab"}
    assert found["mean_reference"] == pytest.approx(np.mean(age["a"]))
    assert found["mean_comparator"] == pytest.approx(np.mean(age["b"]))
    ruler = np.sqrt((np.var(age["a"], ddof=1) + np.var(age["b"], ddof=1)) / 2)
    assert found["smd"] == pytest.approx((np.mean(age["b"]) - np.mean(age["a"])) / ruler)


def test_a_landmark_with_few_rows_has_no_balance(small_run: SmallRun, rows) -> None:
    """Means of a handful of people, printed."""
    early = [(a, min(t, 7.0), s, p, age) for a, t, s, p, age in rows]
    assert set(small_run(early, MODEL).balance_at_risk["landmark"]) == {6.0}


def test_separated_arms_stop_but_for_the_penalised_score(small_run: SmallRun, rows) -> None:
    """Finite weights of rows without a counterpart that nothing warns of (C40)."""
    apart = [(arm, *more[:-1], 50.0 + 20 * (arm == "b")) for arm, *more in rows]
    with pytest.raises(SeparationError, match="age"):
        small_run(apart, MODEL)
    results = small_run(apart, MODEL | {"propensity.learner": "firth"})
    own = results.findings[results.findings["code"] == "W_SEPARATION"]
    assert list(own["severity"]) == ["serious"]
    assert "rows where it is 70 are in the comparator arm" in own["message"].iloc[0]
    assert (results.results["estimand"] == "ATE:firth").any()
