"""Standardised risks against R: ``riskRegression::ate`` and a refit of its g-formula.

Values are to the digits. R's errors of product-form risks are the derivative of the exponential
form, which is of order 1/n away: the errors of the g-formula are held to a refit in R instead, and
those of ``ate`` to a few per mille.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.inference import Estimate, difference
from spine_outcomes.survival.standardization import aiptw, g_formula, iptw_risk
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.propensity import fit_propensity

TESTS = Path(__file__).parents[1]
SEPARATED = json.loads((TESTS / "reference/answers/standardization.json").read_text())
COHORTS = ("bmt", "pbc", "rotterdam")
ESTIMATORS = {"GFORMULA": g_formula, "IPTW": iptw_risk, "AIPTW": aiptw}


class Study:
    """A public cohort as the R scripts use it."""

    def __init__(self, name: str, *, is_separated: bool) -> None:
        answers = json.loads((TESTS / f"reference/answers/{name}.json").read_text())
        columns = answers["covariates"]
        data = pd.read_csv(TESTS / f"data/{name}.csv").dropna(
            subset=[*columns, "time", "status", "arm"]
        )
        if is_separated and name == "rotterdam":
            data = data.iloc[::4]
        self.ate = answers["ate"]
        self.times = answers["landmarks"]
        self.x = pd.get_dummies(data[columns], drop_first=True).to_numpy(dtype=float)
        self.arm = data["arm"].to_numpy(dtype=np.int64)
        self.time = data["time"].to_numpy(dtype=float)
        self.status = data["status"].to_numpy(dtype=np.int64)
        if is_separated:
            order = np.lexsort((np.arange(len(data)), self.status == 0, self.time))
            rank = pd.Series(self.time[order]).groupby(self.time[order]).cumcount()
            self.time[order] += SEPARATED["steps"][name] * rank.to_numpy()
        blocks = [linear(f"x{j}", column) for j, column in enumerate(self.x.T)]
        self.propensity = fit_propensity(assemble(blocks), self.arm)

    def estimate(self, estimator: str, status: Any = None) -> Estimate:
        options: dict[str, Any] = {}
        if estimator != "IPTW":
            options["covariates"] = self.x
        if estimator != "GFORMULA":
            options["normalise"] = False
        return ESTIMATORS[estimator](
            self.time, self.status if status is None else status, arm=self.arm,
            propensity=self.propensity, times=self.times, **options,
        )  # fmt: skip


def column(rows: list[dict[str, Any]], estimator: str, name: str) -> list[float]:
    return [row[name] for row in rows if row["estimator"] == estimator]


@pytest.mark.parametrize("name", COHORTS)
def test_g_formula_with_ties(name):
    """Baseline of Efron's ties or the product form computed otherwise: digits that R has not."""
    study = Study(name, is_separated=False)
    expected = column(study.ate["mean"], "GFORMULA", "estimate")
    np.testing.assert_allclose(study.estimate("GFORMULA").value, expected, rtol=1e-8)


@pytest.mark.parametrize("kind", ["competing", "single"])
@pytest.mark.parametrize("name", COHORTS)
def test_risks_of_ate(name, kind):
    """The definitions: which S, which G, which risk set enters the augmentation."""
    study = Study(name, is_separated=True)
    status = study.status if kind == "competing" else (study.status == 1).astype(np.int64)
    answers = SEPARATED[name][kind]
    for estimator in ESTIMATORS:
        estimate = study.estimate(estimator, status)
        expected = column(answers["mean"], estimator, "estimate")
        np.testing.assert_allclose(estimate.value, expected, rtol=1e-9)
        error = column(answers["mean"], estimator, "se")
        rtol = {"GFORMULA": 0.02, "IPTW": 4e-4, "AIPTW": 6e-3}[estimator]
        np.testing.assert_allclose(estimate.std_error(), error, rtol=rtol)
        contrast = difference(estimate.select(arm=1), estimate.select(arm=0))
        expected = column(answers["difference"], estimator, "estimate")
        np.testing.assert_allclose(contrast.value, expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", COHORTS)
def test_weighted_risk_with_ties(name):
    """A tied censoring: events come first, and one censoring counts once.

    ``ate`` leaves the events of that time at risk and uses Efron's hazard: the last digits differ.
    """
    study = Study(name, is_separated=False)
    expected = column(study.ate["mean"], "IPTW", "estimate")
    np.testing.assert_allclose(study.estimate("IPTW").value, expected, rtol=1e-4)
    error = column(study.ate["mean"], "IPTW", "se")
    np.testing.assert_allclose(study.estimate("IPTW").std_error(), error, rtol=5e-4)


@pytest.mark.parametrize("name", ["bmt", "pbc"])
def test_errors_of_the_g_formula_by_refitting_in_r(name):
    """Wrong errors: the derivative in a row's weight of everything that was fitted.

    R steps each weight by 1e-4: central differences are good to about 1e-7.
    """
    study = Study(name, is_separated=True)
    estimate = study.estimate("GFORMULA")
    np.testing.assert_allclose(estimate.value, SEPARATED[name]["refit"]["estimate"], rtol=1e-8)
    np.testing.assert_allclose(estimate.std_error(), SEPARATED[name]["refit"]["se"], rtol=1e-6)
