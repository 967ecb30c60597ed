"""Standardised risks: derivatives, identities, riskRegression::ate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject
from numpy.typing import NDArray

from spine_outcomes.errors import DefinitionError, NotEstimableError, SampleError
from spine_outcomes.inference import Estimate
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.absolute_risk import absolute_risk
from spine_outcomes.survival.standardization import aiptw, g_formula, iptw_risk
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.propensity import Propensity, fit_propensity
from tests.differences import derivatives
from tests.strategies import samples

Floats = NDArray[np.float64]
TIMES = [0.5, 3, 5.5]


class Rows:
    """A small cohort with ties, competing events and confounding."""

    def __init__(self, seed: int, n: int = 40) -> None:
        rng = np.random.default_rng(seed)
        self.x = rng.normal(size=(n, 2))
        self.arm = (rng.random(n) < 1 / (1 + np.exp(-self.x[:, 0]))).astype(np.int64)
        self.time = np.ceil(rng.exponential(5, n)) + 1
        self.status = rng.choice([0, 1, 1, 2], n)
        self.multiplicity = rng.uniform(0.5, 2, n)

    def propensity(self, multiplicity: Floats | None = None) -> Propensity:
        blocks = [linear(f"x{j}", column) for j, column in enumerate(self.x.T)]
        return fit_propensity(assemble(blocks), self.arm, multiplicity)

    def estimate(
        self, estimator: Callable[..., Estimate], multiplicity: Floats | None, **options: Any
    ) -> Estimate:
        if estimator is not iptw_risk:
            options["covariates"] = self.x
        return estimator(
            self.time, self.status, arm=self.arm, propensity=self.propensity(multiplicity),
            **{"times": TIMES} | options,
        )  # fmt: skip


ESTIMATORS: list[tuple[Callable[..., Estimate], dict[str, Any]]] = [
    (g_formula, {}),
    (g_formula, {"ties": "breslow"}),
    (iptw_risk, {}),
    (iptw_risk, {"normalise": False}),
    (aiptw, {}),
    (aiptw, {"normalise": False}),
]


@pytest.mark.parametrize("target", ["ATE", "ATO"])
@pytest.mark.parametrize(("estimator", "options"), ESTIMATORS)
def test_influence_is_the_derivative_in_multiplicity(estimator, options, target):
    """Wrong errors: every model (arm, outcome, censoring) is refitted when a row counts more."""
    rows = Rows(3)

    def value(multiplicity: Floats) -> Floats:
        return rows.estimate(estimator, multiplicity, target=target, **options).value

    at = rows.multiplicity
    estimate = rows.estimate(estimator, at, target=target, **options)
    rows_checked = slice(None, None, 3)
    expected = derivatives(value, at, rows_checked)
    np.testing.assert_allclose(estimate.influence[rows_checked], expected, rtol=0, atol=1e-8)
    np.testing.assert_allclose(estimate.influence.sum(axis=0), 0, atol=1e-10)


def test_influence_of_a_predicted_risk_is_its_derivative():
    """Wrong errors of the risk at given covariates: hazards of both causes move with each row."""
    rows = Rows(4)

    def risk(weight: Floats) -> Estimate:
        return absolute_risk(
            rows.time, rows.status, weight, covariates=rows.x, new_covariates=rows.x[:3],
            times=TIMES,
        )  # fmt: skip

    at = rows.multiplicity
    estimate = risk(at)
    expected = derivatives(lambda weight: risk(weight).value, at)
    np.testing.assert_allclose(estimate.influence, expected, rtol=0, atol=1e-8)


def test_risks_by_hand():
    """Product form with covariates that say nothing: the Aalen–Johansen estimate by fractions.

    Two exchangeable halves: β = 0, so that dΛ₁ = 2/4, 0, and dΛ₂ = 0, 2/2 at times 1, 2.
    """
    estimate = absolute_risk(
        [1, 1, 2, 2], [1, 1, 2, 2], covariates=[0, 1, 0, 1], new_covariates=[0, 1, 7],
        times=[0.5, 1, 2], ties="breslow",
    )  # fmt: skip
    np.testing.assert_allclose(estimate.value, [0, 0.5, 0.5] * 3, atol=1e-12)


@pytest.mark.parametrize("target", ["ATE", "ATO"])
def test_weighted_risk_without_confounders_is_the_incidence(target):
    """Inverse weights that do not undo the censoring: AJ = Σ Y/G exactly, with ties too."""
    rows = Rows(5, n=60)
    rows.x = np.ones((60, 1))  # constant: the propensity is the share of the arm
    weighted = rows.estimate(iptw_risk, None, target=target)
    curve = aalen_johansen(rows.time, rows.status, arm=rows.arm, times=TIMES)
    np.testing.assert_allclose(weighted.value, curve.value, rtol=1e-12)
    np.testing.assert_allclose(weighted.std_error(), curve.std_error(), rtol=1e-10)


def test_saturated_propensity_is_direct_standardisation():
    """Clause 40: without censoring, the strata's risks averaged with the strata's sizes."""
    rows = Rows(6, n=80)
    stratum = (rows.x[:, 0] > 0).astype(float)
    rows.x = stratum[:, None]
    rows.status = np.maximum(rows.status, 1)
    for normalise in (True, False):
        estimate = rows.estimate(iptw_risk, None, times=[4], normalise=normalise)
        for code, value in enumerate(estimate.value):
            is_case = (rows.time <= 4) & (rows.status == 1)
            own = [is_case[(rows.arm == code) & (stratum == s)].mean() for s in (0, 1)]
            expected = np.average(own, weights=[(stratum == s).sum() for s in (0, 1)])
            np.testing.assert_allclose(value, expected, rtol=1e-9)


@pytest.mark.parametrize("target", ["ATE", "ATO"])
@pytest.mark.parametrize("estimator", [aiptw, iptw_risk])
def test_without_covariates_augmentation_changes_nothing(estimator, target):
    """Clause 45: predictions that are the same for a whole arm cancel, censoring or not.

    The residuals of the martingale of censoring sum to 0 at every time, so that what is left is the
    incidence of the arm.
    """
    rows = Rows(7, n=60)
    rows.x = np.zeros((60, 0))
    propensity = fit_propensity(assemble([linear("one", np.ones(60))]), rows.arm)
    options = {} if estimator is iptw_risk else {"covariates": rows.x}
    estimate = estimator(
        rows.time, rows.status, arm=rows.arm, propensity=propensity, times=TIMES, target=target,
        **options,
    )  # fmt: skip
    curve = aalen_johansen(rows.time, rows.status, arm=rows.arm, times=TIMES)
    np.testing.assert_allclose(estimate.value, curve.value, rtol=1e-12)
    np.testing.assert_allclose(estimate.std_error(), curve.std_error(), rtol=1e-9)


def test_predicted_risks_without_covariates_are_the_incidence():
    """Risks and survival that do not sum to 1: the product form is that of Aalen and Johansen."""
    rows = Rows(8)
    for cause in (1, 2):
        risk = absolute_risk(
            rows.time, rows.status, rows.multiplicity, covariates=np.zeros((40, 0)),
            new_covariates=np.zeros((1, 0)), cause=cause, ties="breslow", times=TIMES,
        )  # fmt: skip
        curve = aalen_johansen(rows.time, rows.status, rows.multiplicity, cause=cause, times=TIMES)
        np.testing.assert_allclose(risk.value, curve.value, rtol=1e-12)
        np.testing.assert_allclose(risk.influence, curve.influence, atol=1e-12)


@pytest.mark.parametrize("estimator", [g_formula, iptw_risk, aiptw])
def test_order_multiplicity_and_clusters_of_rows(estimator):
    """A row of multiplicity 2 that is not two rows; rows of one patient counted as many (Breslow:
    Efron's ties tell copies from weights)."""
    rows = Rows(9)
    options: dict[str, Any] = {} if estimator is iptw_risk else {"ties": "breslow"}
    twice = rows.estimate(estimator, np.where(np.arange(40) < 5, 2.0, 1.0), **options)
    copied = Rows(9)
    index = np.concatenate([np.arange(39, -1, -1), np.arange(5)])
    for name in ("x", "arm", "time", "status"):
        setattr(copied, name, getattr(rows, name)[index])
    both = copied.estimate(estimator, None, cluster=index, **options)
    np.testing.assert_allclose(both.value, twice.value, rtol=1e-9)
    np.testing.assert_allclose(both.std_error(), twice.std_error(), rtol=1e-8)


def test_what_is_not_estimable_has_its_reason():
    """A number past the follow-up, beside an infinite coefficient, or for another population."""
    rows = Rows(10)
    rows.status[rows.time > 8] = 0  # somebody is left in either arm
    late = rows.estimate(aiptw, None, times=[3, 1000])
    assert [reason is None for reason in late.reasons] == [True, False] * 2
    assert "past the last follow-up" in str(late.reasons[1])
    assert not late.influence[:, ~late.is_estimable].any()
    rows.x[:, 1] = rows.status == 1
    assert "no event where" in str(rows.estimate(g_formula, None).reasons[0])
    with pytest.raises(DefinitionError, match="allowed are 'ATE' and 'ATO'"):
        rows.estimate(iptw_risk, None, target="ATT")


@given(drawn=samples(min_rows=4))
def test_any_sample_without_covariates_is_the_incidence(drawn):
    """Ties, times of 0, weights far apart, nobody with an event: a division by nobody."""
    try:
        one = assemble([linear("one", np.ones(len(drawn)))])
        propensity = fit_propensity(one, drawn.arm, drawn.weight)
    except NotEstimableError:  # an arm of hardly any weight
        reject()
    keys = {"arm": drawn.arm, "cluster": drawn.cluster, "times": [0, 2, 5]}
    weighted = iptw_risk(drawn.time, drawn.status, propensity=propensity, **keys)
    curve = aalen_johansen(drawn.time, drawn.status, drawn.weight, **keys)
    assert weighted.reasons == curve.reasons
    np.testing.assert_allclose(weighted.value, curve.value, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(weighted.influence, curve.influence, rtol=0, atol=1e-9)


def test_weights_are_normalised_unless_asked_otherwise():
    """The other of two estimators by default."""
    rows = Rows(3)
    default = rows.estimate(aiptw, None).value
    np.testing.assert_array_equal(default, rows.estimate(aiptw, None, normalise=True).value)
    assert (default != rows.estimate(aiptw, None, normalise=False).value).any()


def test_three_arms_are_refused():
    """A third arm counted as neither, so that the risks do not add up."""
    rows = Rows(3)
    arm = np.where(np.arange(len(rows.arm)) == 0, 2, rows.arm)
    with pytest.raises(SampleError, match="arm must be 0"):
        iptw_risk(rows.time, rows.status, arm=arm, propensity=rows.propensity(), times=TIMES)
