"""Shared gamma frailty against R's coxph(frailty()), its influence, and its limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.frailty import FrailtyFit, cox_frailty

TESTS = Path(__file__).parents[1]
TIES = ("efron", "breslow")


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    return json.loads((TESTS / "reference/answers/frailty.json").read_text())


def retinopathy(ties: str, variance: float | None) -> FrailtyFit:
    frame = pd.read_csv(TESTS / "data/retinopathy.csv")
    covariates = frame[["arm", "age"]].to_numpy(float)
    return cox_frailty(
        frame["time"], frame["status"], covariates=covariates, cluster=frame["cluster"],
        ties=ties, variance=variance,
    )  # fmt: skip


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("variance", [0.3, 1.0])
def test_a_given_variance_gives_the_model_of_r(answers, ties, variance):
    """Another penalty, another marginal likelihood, or an information without pairs of patients."""
    fit, expected = retinopathy(ties, variance), answers[ties][f"theta{variance:g}"]
    np.testing.assert_allclose(fit.estimate.value, expected["coef"], rtol=1e-9)
    error = np.sqrt(np.diag(fit.model_covariance))
    np.testing.assert_allclose(error, expected["model_se"], rtol=1e-9)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-11)
    assert fit.without == pytest.approx(answers[ties]["plain"], rel=1e-12)
    half = stats.chi2.sf(max(2 * (fit.log_likelihood - fit.without), 0), 1) / 2
    assert fit.test.p_value == pytest.approx(half, rel=1e-9)


@pytest.mark.slow
def test_the_variance_found_is_that_of_r(answers):
    """A variance beside the largest marginal likelihood; R stops at about 1e-6 of it."""
    fit, expected = retinopathy("efron", None), answers["efron"]["estimated"]
    assert fit.variance == pytest.approx(expected["theta"], rel=1e-5)
    np.testing.assert_allclose(fit.estimate.value, expected["coef"], rtol=1e-5)
    assert fit.test.statistic == pytest.approx(
        2 * (expected["log_likelihood"] - answers["efron"]["plain"]), rel=1e-6
    )
    assert 0 < fit.test.p_value < 0.001


RNG = np.random.default_rng(5)
CLUSTER = np.repeat(np.arange(8), 3)
ARMS = np.tile([0, 1, 1, 0, 1, 0], 4)
TIME = np.ceil(RNG.exponential(4, 24)) + 1
STATUS = RNG.choice([0, 1, 1], 24)


def coefficient(copies: np.ndarray) -> float:
    """Log hazard ratio where cluster c stands ``copies[c]`` times, each time as another patient."""
    rows = [np.flatnonzero(c == CLUSTER) for c, k in enumerate(copies) for _ in range(k)]
    patient = np.repeat(np.arange(len(rows)), 3)
    index = np.concatenate(rows)
    fit = cox_frailty(
        TIME[index], STATUS[index], covariates=ARMS[index, None], cluster=patient,
        ties="breslow", variance=0.8,
    )  # fmt: skip
    return float(fit.estimate.value[0])


def test_influence_is_the_derivative_in_the_copies_of_a_patient():
    """Robust errors that leave out the frailty, or its penalty.

    Central differences of one patient more or fewer among 20 copies: good to about 1/400.
    """
    fit = cox_frailty(
        TIME, STATUS, covariates=ARMS[:, None], cluster=CLUSTER, ties="breslow", variance=0.8
    )
    influence = np.bincount(CLUSTER, fit.estimate.influence[:, 0])
    for c in (0, 3, 6):
        step = np.eye(8, dtype=int)[c]
        change = coefficient(20 + step) - coefficient(20 - step)
        assert 10 * change == pytest.approx(influence[c], rel=0.01, abs=1e-4)
    assert influence.sum() == pytest.approx(0, abs=1e-12)


def test_a_vanishing_variance_is_cox():
    """A frailty that does not go away: value and influence at θ = 1e-7."""
    fit = cox_frailty(TIME, STATUS, covariates=ARMS[:, None], cluster=CLUSTER, variance=1e-7)
    plain = cox(TIME, STATUS, covariates=ARMS[:, None], cluster=CLUSTER).estimate
    np.testing.assert_allclose(fit.estimate.value, plain.value, rtol=1e-5)
    np.testing.assert_allclose(fit.estimate.std_error(), plain.std_error(), rtol=1e-4)
    np.testing.assert_allclose(fit.frailty, 1, atol=1e-5)


def test_patients_alike_have_no_frailty():
    """A variance found where every patient is like the others: Cox, p = 1."""
    time, status = np.tile([1.0, 2, 3, 4], 8), np.tile([1, 1, 0, 1], 8)
    arm = np.tile([0, 1, 0, 1], 8)
    fit = cox_frailty(time, status, covariates=arm[:, None], cluster=np.repeat(np.arange(8), 4))
    assert fit.variance == 0
    assert fit.test.p_value == 1
    np.testing.assert_array_equal(fit.frailty, 1)
    plain = cox(time, status, covariates=arm[:, None]).estimate
    np.testing.assert_array_equal(fit.estimate.value, plain.value)


def test_an_infinite_coefficient_is_not_estimable():
    """A hazard ratio of exp(17) in the place of a reason."""
    status = np.where(ARMS == 1, 0, 1)
    fit = cox_frailty(TIME, status, covariates=ARMS[:, None], cluster=CLUSTER)
    assert "no event where" in fit.estimate.reasons[0]
    assert fit.test.reason == fit.estimate.reasons[0]


@pytest.mark.parametrize("variance", [-0.5, np.nan])
def test_a_variance_below_0_is_refused(variance):
    """A gamma distribution of negative shape that converges to something."""
    with pytest.raises(SampleError, match="variance must be 0 or more"):
        cox_frailty(TIME, STATUS, covariates=ARMS[:, None], cluster=CLUSTER, variance=variance)


def test_a_step_that_overshoots_is_halved():
    """A frailty that overflows on the way; R 4.2.2, survival 3.5.3, frailty(theta = 5)."""
    fit = cox_frailty(
        [1, 2, 5, 4, 5, 5, 1, 5], [1, 0, 0, 1, 1, 1, 1, 1], covariates=[1, 0, 0, 0, 0, 0, 0, 0],
        cluster=[0, 0, 0, 0, 1, 1, 2, 2], variance=5.0,
    )  # fmt: skip
    np.testing.assert_allclose(fit.estimate.value, 2.8354681831735, rtol=1e-9)
    logs = [-0.6802669507116, -0.0767360858443, 0.4494079812540]
    np.testing.assert_allclose(np.log(fit.frailty), logs, rtol=1e-9)
