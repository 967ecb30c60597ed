"""Firth's penalised hazard ratio where a plan asks for it, and the offer where it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spine_outcomes import Results
from spine_outcomes.report.render import render_report

SmallRun = Callable[..., Results]
# C18 of the known faults of other programs: all three events in one arm
ONE_ARM = [("b", 1, 1), ("b", 2, 1), ("b", 3, 1), ("a", 4, 0), ("a", 5, 0), ("a", 6, 0)]
ASKED = {"estimation.firth": True}


def cohort(n: int = 80) -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(3)
    age, arm = rng.integers(40, 80, n), rng.choice(["a", "b"], n)
    return list(zip(arm, rng.integers(1, 24, n), rng.choice([0, 1], n), range(n), age, strict=True))


def rows_of(results: Results, **keys: object) -> Any:
    frame = results.results
    for name, value in keys.items():
        frame = frame[frame[name] == value]
    return frame


def test_an_infinite_hazard_ratio_offers_it(small_run: SmallRun) -> None:
    """A reader left with NE although an estimate exists, or an offer of what stands beside it."""
    (reason,) = rows_of(small_run(ONE_ARM, {}), model="cox")["reason"]
    assert reason == "no event in arm a; estimation.firth gives a penalised hazard ratio"
    (reason,) = rows_of(small_run(ONE_ARM, ASKED), model="cox")["reason"]
    assert reason == "no event in arm a"


def test_unweighted_rows_have_profile_limits(small_run: SmallRun) -> None:
    """C18: HR 13.0038, the maximum of l + ½ log |I|, and a limit by Wald, which is far too sure."""
    results = small_run(ONE_ARM, ASKED)
    (row,) = rows_of(results, model="cox_firth", measure="hazard_ratio").itertuples()
    assert row.estimate == pytest.approx(13.0038, abs=5e-5)
    assert (row.scale, row.variance, row.ties, row.status) == ("profile", "model", "efron", "ok")
    assert np.log(row.lower) == pytest.approx(0.157, abs=5e-4)
    assert np.isnan(row.p_value)
    (test,) = rows_of(results, model="cox_firth", measure="chi_square").itertuples()
    assert test.df == 1
    assert test.p_value < 0.05


def test_under_weights_an_arm_without_events_has_none(small_run: SmallRun) -> None:
    """An interval from rows that do not vary."""
    weighted = ASKED | {"estimation.average": "clusters"}
    (row,) = rows_of(small_run(ONE_ARM, weighted), model="cox_firth").itertuples()
    assert row.status == "not_estimable"
    assert row.reason.startswith("no interval: one arm has no event")


@pytest.mark.parametrize("variance", ["corrected", "robust", "bootstrap"])
def test_errors_of_weighted_rows_are_those_of_the_plan(small_run: SmallRun, variance: str) -> None:
    """Rows of another variance than their neighbours; far from separation it is close to Cox."""
    change = ASKED | {
        "propensity.terms": ["age"],
        "propensity.estimands": ["ATE"],
        "estimation.variance": variance,
        "estimation.bootstrap": {"replicates": 20},
    }
    results = small_run(cohort(), change)
    (cox,) = rows_of(results, model="cox").itertuples()
    (firth,) = rows_of(results, model="cox_firth").itertuples()
    assert firth.variance == cox.variance == variance
    assert firth.scale == cox.scale
    assert firth.std_error == pytest.approx(cox.std_error, rel=0.1)
    assert np.log(firth.estimate) == pytest.approx(np.log(cox.estimate), abs=0.05)


def test_clustered_rows_are_said_to_count_as_independent(small_run: SmallRun) -> None:
    """Limits of rows that share patients, without a word."""
    pairs = [(*row[:3], i // 2, 50) for i, row in enumerate(cohort())]
    found = small_run(pairs, ASKED).findings
    (message,) = found[found["code"] == "W_PROFILE_INDEPENDENT"]["message"]
    assert "80 rows of 40 clusters" in message
    alone = small_run(cohort(), ASKED).findings
    assert not (alone["code"] == "W_PROFILE_INDEPENDENT").any()


def test_the_report_shows_it(small_run: SmallRun) -> None:
    """A hazard ratio that is in the results only."""
    page = render_report(small_run(cohort(), ASKED))
    assert "Cox, Firth&#39;s penalised likelihood" in page
    assert "profile limits" in page


def test_imputed_covariates_leave_the_profile_limits(small_run: SmallRun) -> None:
    """Limits by Wald in the place of a profile where covariates were imputed."""
    gaps = [(*row[:4], "" if i % 9 == 0 else row[4]) for i, row in enumerate(cohort())]
    weighted = ASKED | {"propensity.terms": ["age"], "propensity.estimands": ["unweighted", "ATE"]}
    imputed = {"missing": {"method": "multiple_imputation", "imputations": 3, "iterations": 2}}
    keys = {"model": "cox_firth", "measure": "hazard_ratio", "estimand": "unweighted"}
    (found,) = rows_of(small_run(gaps, weighted | imputed), **keys).itertuples()
    (alone,) = rows_of(small_run(cohort(), ASKED), **keys).itertuples()
    assert found.scale == "profile"
    assert (found.lower, found.upper) == pytest.approx((alone.lower, alone.upper), rel=1e-9)
