"""Four public cohorts through the real command, number by number against R.

Each has a plan and a dictionary of its own in ``tests/studies``; the engine knows nothing of them.
The answers were computed with R (survival, cmprsk) by ``tests/reference/make_reference.R`` and are
printed there with ten decimals, hence the absolute tolerance. If a test here fails, a report would
print a number that another statistician, with the same data and definitions, does not get.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

HERE = Path(__file__).parent
STUDIES = ("rotterdam", "pbc", "retinopathy", "bmt")
COMPETING_STUDIES = ("rotterdam", "pbc", "bmt")
ESTIMANDS = ("unweighted", "ATE", "ATT", "ATO")
ARMS = ("0", "1")
ABSOLUTE = 1e-10


@dataclass(frozen=True)
class Output:
    """What the command wrote for one plan."""

    results: pd.DataFrame
    balance: pd.DataFrame

    def rows(self, **wanted: object) -> pd.DataFrame:
        """Rows of results.csv with these values, by time; all of them estimable."""
        found = self.results
        for column, value in wanted.items():
            found = found[found[column] == value]
        assert len(found), wanted
        assert (found["status"] == "ok").all(), found[["id", "reason"]].to_string()
        return found.sort_values("time", kind="stable")

    def row(self, **wanted: object) -> Any:
        """The only row with these values."""
        found = self.rows(**wanted)
        assert len(found) == 1, found["id"].to_list()
        return found.iloc[0]


@cache
def output(study: str, plan: str = "plan") -> Output:
    """Run the command on a study's plan, once a process, and read what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / study
        command = [sys.executable, "-m", "spine_outcomes.report", "--out", str(out)]
        command.append(str(HERE / "studies" / study / f"{plan}.yaml"))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        kinds = {"arm": "string", "level": "string"}
        return Output(*(pd.read_csv(out / f"{n}.csv", dtype=kinds) for n in ("results", "balance")))


@cache
def answers(study: str) -> Any:
    """R's answers for a study."""
    return json.loads((HERE / "reference" / "answers" / f"{study}.json").read_text())


def close(found: object, expected: object, rel: float) -> None:
    """Compare to the digits that R printed."""
    np.testing.assert_allclose(
        np.asarray(found, dtype=float), np.asarray(expected, dtype=float), rtol=rel, atol=ABSOLUTE
    )


def grid(studies: tuple[str, ...]) -> pytest.MarkDecorator:
    """Every study under every estimand."""
    return pytest.mark.parametrize(
        ("study", "estimand"),
        [(study, estimand) for study in studies for estimand in ESTIMANDS],
    )


@grid(STUDIES)
def test_effective_sample_size(study: str, estimand: str) -> None:
    """(sum of weights)² / sum of squares by arm: it stands on the propensity score itself."""
    rows = output(study).rows(endpoint="any_event", estimand=estimand, measure="survival")
    by_arm = rows.groupby("arm")["ess"].first()
    close(by_arm[list(ARMS)], answers(study)[estimand]["ess"], 1e-8)


@grid(STUDIES)
def test_standardised_mean_differences(study: str, estimand: str) -> None:
    """Every column of the design, on the ruler of the unweighted arms."""
    frame = output(study).balance
    frame = frame[frame["estimand"] == estimand]
    found = dict(zip(frame["column"] + frame["level"].fillna(""), frame["smd"], strict=True))
    for name, expected in answers(study)[estimand]["smd"].items():
        close(found[name], expected, 1e-8)


@grid(COMPETING_STUDIES)
def test_cumulative_incidence(study: str, estimand: str) -> None:
    """Weighted Aalen–Johansen of the event and of its competitor, robust standard errors."""
    for endpoint, key in (("event", "1"), ("competing", "2")):
        for arm, expected in zip(ARMS, answers(study)[estimand]["aj"], strict=True):
            rows = output(study).rows(
                endpoint=endpoint, estimand=estimand, measure="cumulative_incidence", arm=arm
            )
            close(rows["estimate"], expected[f"cif{key}"], 1e-8)
            close(rows["std_error"], expected[f"se{key}"], 1e-8)


@grid(STUDIES)
def test_survival(study: str, estimand: str) -> None:
    """Weighted Kaplan–Meier, robust standard errors and log(−log) limits."""
    for endpoint, key in (("any_event", "km_any"), ("event_alone", "km_one")):
        for arm, expected in zip(ARMS, answers(study)[estimand][key], strict=True):
            rows = output(study).rows(
                endpoint=endpoint, estimand=estimand, measure="survival", arm=arm
            )
            close(rows["estimate"], expected["surv"], 1e-8)
            close(rows["std_error"], expected["se"], 1e-8)
            close(rows["lower"], expected["lower"], 1e-8)
            close(rows["upper"], expected["upper"], 1e-8)


@grid(STUDIES)
def test_restricted_mean_survival(study: str, estimand: str) -> None:
    """Area under the curve up to the last landmark; its error by the infinitesimal jackknife."""
    rows = output(study).rows(endpoint="any_event", estimand=estimand, measure="rmst")
    expected = answers(study)[estimand]["rmst"]
    close(rows["estimate"], expected["est"], 1e-8)
    close(rows["std_error"], expected["se"], 1e-8)


@grid(COMPETING_STUDIES)
def test_restricted_mean_time_lost(study: str, estimand: str) -> None:
    """Area under the incidence of the event up to the last landmark."""
    rows = output(study).rows(endpoint="event", estimand=estimand, measure="rmtl")
    close(rows["estimate"], answers(study)[estimand]["rmtl1"]["est"], 1e-8)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@grid(STUDIES)
def test_hazard_ratio(study: str, estimand: str, ties: str) -> None:
    """Weighted cause-specific Cox model of the arm alone."""
    plan = "plan" if ties == "efron" else "breslow"
    row = output(study, plan).row(endpoint="event_alone", estimand=estimand, model="cox")
    expected = answers(study)[estimand][f"cox_{ties}"]
    close(np.log(row["estimate"]), expected["coef"], 1e-6)
    close(row["std_error"], expected["robust_se"], 1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@grid(STUDIES)
def test_adjusted_hazard_ratios(study: str, estimand: str, ties: str) -> None:
    """Weighted Cox model of the arm and every covariate."""
    plan = "plan" if ties == "efron" else "breslow"
    rows = output(study, plan).rows(endpoint="event_alone", estimand=estimand, model="cox_adjusted")
    found = rows.set_index(rows["term"].str.replace("=", "", n=1))
    expected = answers(study)[estimand][f"coxadj_{ties}"]
    names = list(expected["coef"])
    close(np.log(found.loc[names, "estimate"]), list(expected["coef"].values()), 1e-6)
    close(found.loc[names, "std_error"], expected["robust_se"], 1e-6)


@grid(COMPETING_STUDIES)
def test_subdistribution_hazard_ratio(study: str, estimand: str) -> None:
    """Weighted Fine–Gray model of the arm, the censoring distribution taken as known."""
    row = output(study).row(endpoint="event", estimand=estimand, model="fine_gray")
    expected = answers(study)[estimand]["finegray"]
    close(np.log(row["estimate"]), expected["coef"], 1e-6)
    close(row["std_error"], expected["robust_se"], 1e-6)


@grid(STUDIES)
def test_robust_score_test(study: str, estimand: str) -> None:
    """The weighted log-rank test with clusters."""
    row = output(study).row(endpoint="event_alone", estimand=estimand, model="score")
    expected = answers(study)[estimand]["robust_score_test"]
    close(row["statistic"], np.squeeze(expected["chisq"]), 1e-8)
    close(row["p_value"], np.squeeze(expected["p"]), 1e-8)


@pytest.mark.parametrize("study", STUDIES)
def test_log_rank_test(study: str) -> None:
    """The classical test, with the hypergeometric variance."""
    row = output(study).row(endpoint="event_alone", estimand="unweighted", model="log_rank")
    close(row["statistic"], answers(study)["unweighted"]["logrank"]["chisq"], 1e-8)
