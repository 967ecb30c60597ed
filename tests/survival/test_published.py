"""Numbers that the literature prints, to the digits printed, and R's answers with all of them.

The data are in ``tests/data/published``; ``tests/reference/published.R`` made R's answers.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.inference import Estimate, difference, log_ratio
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.log_rank import log_rank
from spine_outcomes.survival.restricted_mean import restricted_mean_survival
from spine_outcomes.survival.time_weights import gehan, tarone_ware

TESTS = Path(__file__).parents[1]
R = json.loads((TESTS / "reference/answers/published.json").read_text())
FITTED = 1e-7  # R's own iteration stops there


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(TESTS / f"data/published/{name}.csv")


def printed(value, expected, digits: int):
    """Equal to the digits printed: half a unit of the last one."""
    np.testing.assert_allclose(
        np.ravel(value), np.ravel(expected), rtol=0, atol=0.5001 * 10**-digits
    )


def model_error(fit):
    """Standard error of independent rows without weights, from the inverse information."""
    return np.sqrt(np.diag(np.linalg.inv(fit.information)))


def indicators(values, levels):
    return np.column_stack([(values == level).astype(float) for level in levels])


def same_as_r(fit, answers):
    np.testing.assert_allclose(fit.estimate.value, np.ravel(answers["coef"]), rtol=FITTED)
    np.testing.assert_allclose(model_error(fit), np.ravel(answers["se"]), rtol=FITTED)
    np.testing.assert_allclose(fit.log_likelihood, answers["loglik"][1], rtol=FITTED)


def test_freireich_curve():
    """6-MP against placebo in childhood leukaemia: the curve of 6-MP, in every textbook."""
    rows = read("gehan").query("arm == 0")
    curve = kaplan_meier(rows["time"], rows["status"], times=[6, 7, 10, 13, 16, 22, 23])
    printed(curve.value, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], 3)


def test_freireich_tests():
    """Log-rank, Gehan and Tarone–Ware (Klein and Moeschberger print the same data)."""
    rows = read("gehan")
    arrays, arm = (rows["time"], rows["status"]), rows["arm"]
    printed(log_rank(*arrays, arm=arm).statistic, 16.793, 3)
    printed(log_rank(*arrays, arm=arm, time_weight=gehan).statistic, 13.458, 3)
    printed(log_rank(*arrays, arm=arm, time_weight=tarone_ware).statistic, 15.124, 3)


@pytest.mark.parametrize(
    ("ties", "coefficient", "error", "ratio"),
    [("breslow", 1.50919, 0.40956, 4.523), ("efron", 1.57213, 0.41240, 4.817)],
)
def test_freireich_hazard_ratio(ties, coefficient, error, ratio):
    """Cox's own example with either treatment of ties."""
    rows = read("gehan")
    fit = cox(rows["time"], rows["status"], covariates=rows[["arm"]], ties=ties)
    printed(fit.estimate.value, coefficient, 5)
    printed(model_error(fit), error, 5)
    printed(np.exp(fit.estimate.value), ratio, 3)
    same_as_r(fit, R["gehan"][ties])


def test_larynx_by_stage():
    """Klein and Moeschberger, example 8.2: stages II to IV against I."""
    rows = read("larynx")
    stage = indicators(rows["stage"], [2, 3, 4])
    fit = cox(rows["time"], rows["status"], covariates=stage, ties="breslow")
    printed(fit.estimate.value, [0.0658, 0.6121, 1.7228], 4)
    printed(model_error(fit), [0.4584, 0.3552, 0.4197], 4)
    printed(fit.log_likelihood, -189.0812, 4)
    same_as_r(fit, R["larynx"]["stage"])


def test_larynx_by_stage_and_age():
    """The same with age."""
    rows = read("larynx")
    x = np.column_stack([indicators(rows["stage"], [2, 3, 4]), rows["age"]])
    fit = cox(rows["time"], rows["status"], covariates=x, ties="breslow")
    printed(fit.estimate.value, [0.1386, 0.6383, 1.6931, 0.0189], 4)
    printed(model_error(fit), [0.4623, 0.3561, 0.4222, 0.0143], 4)
    printed(fit.log_likelihood, -188.1794, 4)
    same_as_r(fit, R["larynx"]["age"])


@pytest.mark.parametrize(
    ("name", "arm", "expected", "df"),
    [
        ("kidney", "arm", 2.53, 1),
        ("bmt", "group", 13.80, 2),
        ("tongue", "arm", 2.79, 1),
        ("lung", "sex", 10.33, 1),
    ],
)
def test_log_rank(name, arm, expected, df):
    """Klein and Moeschberger's section 7.3, and the example of R's survival."""
    rows = read(name)
    test = log_rank(rows["time"], rows["status"] > 0, arm=rows[arm])
    printed(test.statistic, expected, 2)
    np.testing.assert_allclose(test.statistic, R["log_rank"][name], rtol=1e-12)
    assert test.df == df


def test_kidney_p_value():
    """The p value that is printed beside 2.53: .112."""
    rows = read("kidney")
    printed(log_rank(rows["time"], rows["status"], arm=rows["arm"]).p_value, 0.112, 3)


def test_lung_hazard_ratio_of_sex():
    """The first example of every course with R."""
    rows = read("lung")
    fit = cox(rows["time"], rows["status"], covariates=rows[["sex"]], ties="efron")
    printed(fit.estimate.value, -0.53102, 5)
    printed(model_error(fit), 0.16718, 5)
    same_as_r(fit, R["lung"])


@pytest.mark.parametrize(
    ("cause", "hazard", "subdistribution"),
    [(1, (-1.236, 0.307), (-1.004, 0.295)), (2, (-0.254, 0.238), (0.024, 0.227))],
)
def test_ccr5_on_aids_and_si(cause, hazard, subdistribution):
    """Putter, Fiocco and Geskus (2007): either hazard of either cause."""
    rows = read("aidssi").dropna()
    arrays, x = (rows["time"], rows["status"]), indicators(rows["ccr5"], ["WM"])
    fit = cox(*arrays, covariates=x, cause=cause, ties="efron")
    printed(fit.estimate.value, hazard[0], 3)
    printed(model_error(fit), hazard[1], 3)
    same_as_r(fit, R["aidssi"]["cause_specific"][cause - 1])
    estimate = fine_gray(*arrays, covariates=x, cause=cause).estimate
    printed(estimate.value, subdistribution[0], 3)
    printed(estimate.std_error(), subdistribution[1], 3)
    # some events tie with censorings, which crr treats otherwise: docs/methods.md
    expected = R["aidssi"]["fine_gray"][cause - 1]["coef"]
    np.testing.assert_allclose(estimate.value, expected, atol=1e-5)


def test_transplants_by_disease():
    """Relapse after a marrow transplant, AML low and high risk against ALL (SAS, PHREG)."""
    rows = read("bmt")
    x = indicators(rows["group"], [2, 3])
    estimate = fine_gray(rows["time"], rows["status"], covariates=x).estimate
    printed(estimate.value, [-0.8034, 0.5085], 4)
    printed(estimate.std_error()[0], 0.42846, 5)
    np.testing.assert_allclose(estimate.value, R["bmt"]["coef"], rtol=1e-6)
    # two digits less: crr keeps the events of a day at risk of censoring, and sums with 1 + 1/n
    np.testing.assert_allclose(estimate.std_error(), R["bmt"]["se"], rtol=5e-4)


def test_follicular_lymphoma():
    """Pintilie's data: counts as printed, the subdistribution of relapse as crr has it."""
    rows = read("follic")
    assert rows["status"].value_counts().sort_index().tolist() == [193, 272, 76]
    x = np.column_stack([rows["stage"] == 2, rows["age"], rows["hgb"], rows["chemo"]])
    estimate = fine_gray(rows["time"], rows["status"], covariates=x.astype(float)).estimate
    printed(estimate.value[:1], 0.5565, 4)
    printed(estimate.value[1:3], [0.01725, 0.00232], 5)
    printed(estimate.value[3:], -0.3322, 4)
    np.testing.assert_allclose(estimate.value, R["follic"]["coef"], rtol=1e-5)
    np.testing.assert_allclose(estimate.std_error(), R["follic"]["se"], rtol=5e-4)


def test_hypoxia_of_the_cervix():
    """Pintilie's data: subdistribution hazard ratios of pelvic relapse that Stata's manual prints.

    Its last covariate is nodes that are negative or equivocal. Events and censorings do not tie.
    """
    rows = read("hypoxia")
    assert rows["status"].value_counts().sort_index().tolist() == [59, 33, 17]
    x = np.column_stack([rows["ifp"], rows["tumsize"], 1 - rows["nodes"]])
    estimate = fine_gray(rows["time"], rows["status"], covariates=x).estimate
    printed(np.exp(estimate.value), [1.0332, 1.2973, 0.4588], 4)
    np.testing.assert_allclose(estimate.value, R["hypoxia"]["coef"], rtol=FITTED)
    np.testing.assert_allclose(estimate.std_error(), R["hypoxia"]["se"], rtol=FITTED)


def test_melanoma_deaths():
    """Incidence of death from melanoma at 1000, 2000, 3000 days, and of men against women."""
    rows = read("melanoma")
    arrays = (rows["time"], rows["status"])
    curve = aalen_johansen(*arrays, times=[1000, 2000, 3000])
    printed(curve.value, [0.12746, 0.23014, 0.30962], 5)
    np.testing.assert_allclose(curve.value, R["melanoma"]["incidence"], rtol=1e-12)
    estimate = fine_gray(*arrays, covariates=rows[["sex"]]).estimate
    np.testing.assert_allclose(estimate.value, R["melanoma"]["fine_gray"]["coef"], rtol=1e-6)


def test_plasma_cell_malignancy_by_sex():
    """Monthly data with many ties: R's finegray and coxph, Breslow."""
    rows = read("mgus2")
    assert rows["status"].value_counts().sort_index().tolist() == [409, 115, 860]
    keys = {"covariates": rows[["male"]], "censoring_term": False}
    estimate = fine_gray(rows["time"], rows["status"], **keys).estimate
    printed(estimate.value, -0.22900, 5)
    printed(estimate.std_error(), 0.1857, 4)
    np.testing.assert_allclose(estimate.value, R["mgus2"]["coef"], rtol=FITTED)
    np.testing.assert_allclose(estimate.std_error(), R["mgus2"]["se"], rtol=FITTED)


def test_restricted_mean_of_pbc():
    """Ten years with D-penicillamine or placebo, death as the event: survRM2's example.

    The source's errors are Greenwood's, ours the infinitesimal jackknife: two digits are asked for.
    """
    rows = pd.read_csv(TESTS / "data/pbc.csv")
    assert len(rows) == 312
    time, is_death = rows["time"] / 365.25, rows["status"] == 1
    mean = restricted_mean_survival(time, is_death, arm=rows["arm"], horizon=10)
    printed(mean.value, [7.283, 7.146], 3)
    printed(mean.std_error(), [0.295, 0.283], 2)
    reference, comparator = mean.select(arm=0), mean.select(arm=1)
    printed(difference(comparator, reference).value, -0.137, 3)
    printed(np.exp(log_ratio(comparator, reference).value), 0.981, 3)
    lost = Estimate(10 - mean.value, -mean.influence, mean.labels)
    printed(np.exp(log_ratio(lost.select(arm=1), lost.select(arm=0)).value), 1.050, 3)


def test_gray_of_leukaemias():
    """Scrucca, Santucci and Aversa: ALL against AML, relapse and transplant-related death."""
    rows = read("bmtcrr")
    tests = [gray_test(rows["time"], rows["status"], arm=rows["aml"], cause=k) for k in (1, 2)]
    printed([test.statistic for test in tests], [2.8623325, 0.4481279], 7)
    printed([test.p_value for test in tests], [0.09067592, 0.50322531], 8)
    np.testing.assert_allclose([test.statistic for test in tests], R["bmtcrr"], rtol=1e-12)


def test_ewing_effect_vanishes_under_weights():
    """Cole and Hernán (2004): a treatment given to those with a low LDH, weighted by it."""
    rows = read("ewing")
    arrays, x = (rows["time"], rows["status"]), rows[["arm"]]
    share = rows.groupby("ldh")["arm"].transform("mean")
    weight = np.where(rows["arm"] == 1, 1 / share, 1 / (1 - share))
    stabilised = weight * np.where(rows["arm"] == 1, rows["arm"].mean(), 1 - rows["arm"].mean())
    weights = {"crude": None, "iptw": weight, "stabilised": stabilised}
    expected = {"crude": 0.534, "iptw": 1.11, "stabilised": 1.09}
    for name, given in weights.items():
        estimate = cox(*arrays, given, covariates=x, ties="breslow").estimate
        printed(np.exp(estimate.value), expected[name], 3 if name == "crude" else 2)
        np.testing.assert_allclose(estimate.value, R["ewing"][name]["coef"], rtol=FITTED)
        if given is not None:
            np.testing.assert_allclose(estimate.std_error(), R["ewing"][name]["se"], rtol=FITTED)


def test_right_heart_catheters():
    """Connors et al. (1996): 2184 of 5735 with a catheter, dead at 30 days 38.0 and 30.6 %."""
    rows = read("rhc")
    assert rows["arm"].value_counts().sort_index().tolist() == [3551, 2184]
    # who left alive within 30 days is known to have lived: the proportion, not a curve
    is_dead = (rows["time"] <= 30) & (rows["status"] == 1)
    time = rows["time"].where(is_dead, 30)
    dead = kaplan_meier(time, is_dead, arm=rows["arm"], times=[30])
    printed(100 * (1 - dead.value), [30.6, 38.0], 1)
