"""Hernán and Robins, Causal Inference: What If (2020), chapter 17: quitting smoking and survival.

Deaths of 1629 smokers over 120 months; nobody is lost before. `arm` is quitting.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.log_rank import log_rank
from spine_outcomes.survival.standardization import iptw_risk
from spine_outcomes.weights.design import assemble, categories, linear
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity

TESTS = Path(__file__).parents[1]
MONTHS = 120
ANSWERS = json.loads((TESTS / "reference/answers/nhefs.json").read_text())


@pytest.fixture(scope="module")
def cohort() -> dict[str, Any]:
    frame = pd.read_csv(TESTS / "data/nhefs.csv")
    months = (frame["yrdth"] - 83) * 12 + frame["modth"]
    blocks = [linear(name, frame[name].to_numpy()) for name in ("sex", "race")]
    for name in ("age", "smokeintensity", "smokeyrs", "wt71"):
        values = frame[name].to_numpy(dtype=float)
        blocks += [linear(name, values), linear(f"{name}^2", values**2)]
    for name in ("education", "exercise", "active"):
        codes, levels = pd.factorize(frame[name], sort=True)
        blocks.append(categories(name, codes.astype(np.int64), [str(level) for level in levels]))
    arm = frame["arm"].to_numpy(dtype=np.int64)
    return {
        "time": months.where(frame["death"] == 1, MONTHS).to_numpy(dtype=float),
        "status": frame["death"].to_numpy(dtype=np.int64),
        "arm": arm,
        "propensity": fit_propensity(assemble(blocks), arm),
    }


def test_unadjusted_log_rank_and_survival(cohort):
    """Section 17.1: χ² 7.73, p 0.005; 76.2 % of the quitters and 82.0 % of the others survive."""
    arrays = (cohort["time"], cohort["status"])
    test = log_rank(*arrays, arm=cohort["arm"])
    assert round(test.statistic, 2) == 7.73
    assert round(test.p_value, 3) == 0.005
    survival = kaplan_meier(*arrays, arm=cohort["arm"], times=MONTHS).value
    np.testing.assert_allclose(survival, [0.820, 0.762], atol=5e-4)


def test_stabilised_weights(cohort):
    """Section 17.4, program 17.4: least, mean and largest weight."""
    weights = weigh(cohort["propensity"], cohort["arm"], "ATE", stabilise=True).value
    found = (weights.min(), weights.mean(), weights.max())
    np.testing.assert_allclose(found, (0.3312, 0.9991, 4.2054), atol=5e-5)


def test_weighted_survival_at_120_months(cohort):
    """Section 17.4: 80.7 % of quitters and 80.5 % of the others, from the curve itself.

    The book has the figures of weighted hazards by month; the weighted Kaplan–Meier in R has
    .80657 and .80469.
    """
    weights = weigh(cohort["propensity"], cohort["arm"], "ATE").value
    survival = kaplan_meier(
        cohort["time"], cohort["status"], weights, arm=cohort["arm"], times=MONTHS
    )
    np.testing.assert_allclose(survival.value, ANSWERS["survival_at_120"], rtol=1e-9)
    np.testing.assert_allclose(survival.std_error(), ANSWERS["se_weights_known"], rtol=1e-8)
    np.testing.assert_allclose(survival.value, [0.80469, 0.80657], atol=5e-6)
    np.testing.assert_allclose(survival.value, [0.805, 0.807], atol=5e-4)


def test_weighted_hazards_by_month(cohort):
    """Program 17.4: the six coefficients of the weighted logistic model of surviving a month.

    Its survival at 120 months, .80667 of quitters and .80465 of the others, is the book's 80.7 and
    80.5 %. A month is a row; stabilised weights. Coefficients as the published output prints them.
    """
    weights = weigh(cohort["propensity"], cohort["arm"], "ATE", stabilise=True).value
    n_months = cohort["time"].astype(int)
    row = np.repeat(np.arange(len(n_months)), n_months)
    month = np.arange(len(row)) - np.repeat(np.cumsum(n_months) - n_months, n_months)
    is_last = month == n_months[row] - 1
    survives = 1 - (is_last & (cohort["status"][row] == 1)).astype(np.int64)

    def columns(arm, month):
        square = month**2
        return {"arm": arm, "arm month": arm * month, "arm month²": arm * square,
                "month": month, "month²": square}  # fmt: skip

    blocks = [linear(*named) for named in columns(cohort["arm"][row], month.astype(float)).items()]
    found = fit_propensity(assemble(blocks), survives, weights[row]).coefficients
    printed = [6.897, 0.1794, -0.01895, 2.103e-4, -0.01889, 1.181e-4]
    units = [1e-3, 1e-4, 1e-5, 1e-7, 1e-5, 1e-7]
    np.testing.assert_allclose(found / units, np.divide(printed, units), rtol=0, atol=0.5001)
    months = np.arange(MONTHS, dtype=float)
    for arm, expected in ((1, 0.80667), (0, 0.80465)):
        own = np.column_stack(list(columns(np.full(MONTHS, arm), months).values()))
        each = 1 / (1 + np.exp(-(found[0] + own @ found[1:])))
        assert each.prod() == pytest.approx(expected, abs=5e-6)


def test_weighted_risk_is_its_complement(cohort):
    """Nobody is lost: inverse weights of censoring are 1, and the two estimators are one."""
    risk = iptw_risk(**cohort, times=MONTHS)
    np.testing.assert_allclose(1 - risk.value, ANSWERS["survival_at_120"], rtol=1e-9)
    weights = weigh(cohort["propensity"], cohort["arm"], "ATE")
    survival = kaplan_meier(
        cohort["time"], cohort["status"], weights.value, arm=cohort["arm"], times=MONTHS
    ).corrected(weights.nuisance)
    np.testing.assert_allclose(risk.std_error(), survival.std_error(), rtol=1e-8)
