"""Every estimator's influence is its derivative in the weights, and the correction the derivative
through the propensity: two tests prove all of them, one row of ``ESTIMATORS`` each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from spine_outcomes.inference import Estimate, Nuisance, difference, log_ratio
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.firth import firth
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.log_rank import score_test
from spine_outcomes.survival.mean_cumulative_count import mean_cumulative_count
from spine_outcomes.survival.proportion import event_rates, proportions
from spine_outcomes.survival.restricted_mean import (
    restricted_mean_survival,
    restricted_mean_time_lost,
)
from spine_outcomes.survival.time_varying import hazard_ratio_along, piecewise_hazard_ratios
from spine_outcomes.survival.tipping_point import delta_adjusted_incidence
from tests.differences import derivatives

Floats = NDArray[np.float64]
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Rows:
    """A small cohort with ties, competing events, late entries and confounding."""

    time: Floats
    status: NDArray[np.int64]
    entry: Floats
    arm: NDArray[np.int64]
    covariates: Floats
    weight: Floats


def make_rows(seed: int, n: int = 30) -> Rows:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    arm = (rng.random(n) < 1 / (1 + np.exp(-x[:, 0]))).astype(np.int64)
    time = np.ceil(rng.exponential(5, n)) + 1
    status = rng.choice([0, 1, 1, 2], n)
    entry = np.maximum(time - rng.integers(2, 9, n), 0.0)
    return Rows(time, status, entry, arm, x, rng.uniform(0.2, 3, n))


ESTIMATORS: dict[str, Callable[[Rows, Floats], Estimate]] = {
    "kaplan_meier": lambda rows, w: kaplan_meier(
        rows.time, rows.status, w, arm=rows.arm, times=[0, 3, 5.5]
    ),
    "kaplan_meier, late entry": lambda rows, w: kaplan_meier(
        rows.time, rows.status, w, arm=rows.arm, entry=rows.entry, times=[0, 3, 5.5]
    ),
    "aalen_johansen": lambda rows, w: aalen_johansen(
        rows.time, rows.status, w, arm=rows.arm, cause=(1, 2), times=[0, 3, 5.5]
    ),
    "aalen_johansen, late entry": lambda rows, w: aalen_johansen(
        rows.time, rows.status, w, arm=rows.arm, entry=rows.entry, cause=(1, 2), times=[3, 5.5]
    ),
    "delta_adjusted_incidence": lambda rows, w: delta_adjusted_incidence(
        rows.time, rows.status, w, arm=rows.arm, at=5.5, deltas=[0, 0.5, 3, np.inf]
    ),
    "restricted_mean_survival": lambda rows, w: restricted_mean_survival(
        rows.time, rows.status, w, arm=rows.arm, horizon=[2.5, 6]
    ),
    "restricted_mean_survival, late entry": lambda rows, w: restricted_mean_survival(
        rows.time, rows.status, w, arm=rows.arm, entry=rows.entry, horizon=6
    ),
    "restricted_mean_time_lost": lambda rows, w: restricted_mean_time_lost(
        rows.time, rows.status, w, arm=rows.arm, cause=(1, 2), horizon=[2.5, 6]
    ),
    "restricted_mean_time_lost, late entry": lambda rows, w: restricted_mean_time_lost(
        rows.time, rows.status, w, arm=rows.arm, entry=rows.entry, cause=(1, 2), horizon=6
    ),
    "cox, Efron": lambda rows, w: (
        cox(rows.time, rows.status, w, covariates=adjusted(rows), ties="efron").estimate
    ),
    "cox, Breslow": lambda rows, w: (
        cox(rows.time, rows.status, w, covariates=adjusted(rows), ties="breslow").estimate
    ),
    "cox, late entry": lambda rows, w: (
        cox(rows.time, rows.status, w, covariates=adjusted(rows), entry=rows.entry).estimate
    ),
    "cox, strata": lambda rows, w: (
        cox(rows.time, rows.status, w, covariates=adjusted(rows), strata=strata(rows)).estimate
    ),
    "cox, pieces of time": lambda rows, w: piecewise_hazard_ratios(
        rows.time, rows.status, w, covariates=adjusted(rows), entry=rows.entry, cuts=[4]
    ),
    "cox, along log time": lambda rows, w: hazard_ratio_along(
        rows.time, rows.status, w, covariates=adjusted(rows), entry=rows.entry
    ),
    "firth, Efron": lambda rows, w: (
        firth(rows.time, rows.status, w, covariates=adjusted(rows), entry=rows.entry).estimate
    ),
    "firth, Breslow and strata": lambda rows, w: (
        firth(
            rows.time,
            rows.status,
            w,
            covariates=adjusted(rows),
            strata=strata(rows),
            ties="breslow",
        ).estimate
    ),
    # G is not weighted and stays; with its own term: tests/survival/test_fine_gray.py
    "fine_gray, known censoring": lambda rows, w: (
        fine_gray(
            rows.time, rows.status, w, covariates=adjusted(rows), censoring_term=False
        ).estimate
    ),
    "mean_cumulative_count": lambda rows, w: mean_cumulative_count(
        rows.time, rows.status == 2, w, **recurrent(rows), arm=rows.arm, times=[0, 3, 5.5]
    ),
    "proportions": lambda rows, w: proportions(unknown_in_part(rows), w, arm=rows.arm),
    "event_rates": lambda rows, w: event_rates(unknown_in_part(rows), rows.time, w, arm=rows.arm),
    "difference of incidences": lambda rows, w: difference(*arms(incidence(rows, w))),
    "log ratio of incidences": lambda rows, w: log_ratio(*arms(incidence(rows, w))),
}


def adjusted(rows: Rows) -> Floats:
    return np.column_stack([rows.arm, rows.covariates[:, 0]])


def strata(rows: Rows) -> NDArray[np.int64]:
    return (rows.covariates[:, 1] > 0).astype(np.int64)


def recurrent(rows: Rows) -> dict[str, NDArray[np.generic]]:
    """Two events of every third row, one with a tie at its end."""
    row = np.repeat(np.arange(0, len(rows.time), 3), 2)
    return {"event_row": row, "event_time": rows.time[row] * np.tile([0.5, 1.0], len(row) // 2)}


def unknown_in_part(rows: Rows) -> Floats:
    """Two outcomes, one of which is not known in every fifth row."""
    event = (rows.status[:, None] == [1, 2]).astype(np.float64)
    event[::5, 1] = np.nan
    return event


def incidence(rows: Rows, weight: Floats) -> Estimate:
    return aalen_johansen(rows.time, rows.status, weight, arm=rows.arm, times=[3, 5.5])


def arms(estimate: Estimate) -> tuple[Estimate, Estimate]:
    return estimate.select(arm=1), estimate.select(arm=0)


def logistic(x: Floats, arm: NDArray[np.int64], multiplicity: Floats) -> Floats:
    """Coefficients of a weighted logistic regression, by Newton's method."""
    gamma = np.zeros(x.shape[1])
    for _ in range(50):
        e = 1 / (1 + np.exp(-x @ gamma))
        information = (x * (multiplicity * e * (1 - e))[:, None]).T @ x
        gamma = gamma + np.linalg.solve(information, x.T @ (multiplicity * (arm - e)))
    return gamma


def propensity_weights(
    estimand: str, x: Floats, arm: NDArray[np.int64], gamma: Floats
) -> tuple[Floats, Floats]:
    """Weight of each row and the derivative of its logarithm in gamma, by hand."""
    e = 1 / (1 + np.exp(-x @ gamma))
    treated = arm == 1
    weight, slope = {
        "ATE": (np.where(treated, 1 / e, 1 / (1 - e)), np.where(treated, -(1 - e), e)),
        "ATT": (np.where(treated, 1, e / (1 - e)), np.where(treated, 0.0, 1.0)),
        "ATO": (np.where(treated, 1 - e, e), np.where(treated, -e, 1 - e)),
    }[estimand]
    return weight, slope[:, None] * x


def estimated_propensity(
    estimand: str, x: Floats, arm: NDArray[np.int64]
) -> tuple[Floats, Nuisance]:
    """Weights from a fitted propensity, with its influence and the log-derivative, by hand."""
    gamma = logistic(x, arm, np.ones(len(arm)))
    weight, log_derivative = propensity_weights(estimand, x, arm, gamma)
    e = 1 / (1 + np.exp(-x @ gamma))
    information = (x * (e * (1 - e))[:, None]).T @ x
    phi = np.linalg.solve(information, (x * (arm - e)[:, None]).T).T
    return weight, Nuisance(phi, log_derivative)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_influence_is_the_derivative_in_each_weight(name, seed):
    """Wrong standard errors: influence that is not w ∂θ/∂w."""
    rows, estimator = make_rows(seed), ESTIMATORS[name]
    estimate = estimator(rows, rows.weight)
    expected = derivatives(lambda w: estimator(rows, w).value, rows.weight)
    assert estimate.is_estimable.all()
    np.testing.assert_allclose(estimate.influence, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_influence_sums_to_zero(name, seed):
    """An estimate that changes when all weights are multiplied by a constant."""
    rows = make_rows(seed)
    influence = ESTIMATORS[name](rows, rows.weight).influence
    np.testing.assert_allclose(influence.sum(axis=0), 0, atol=1e-9)


@pytest.mark.parametrize("estimand", ["ATE", "ATT", "ATO"])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_corrected_influence_is_the_derivative_in_multiplicity(name, estimand):
    """Wrong corrected errors: the propensity is refitted when a row counts more or less."""
    rows, estimator = make_rows(3, n=40), ESTIMATORS[name]
    x = np.column_stack([np.ones(len(rows.arm)), rows.covariates])

    def refitted(multiplicity: Floats) -> Floats:
        gamma = logistic(x, rows.arm, multiplicity)
        weight, _ = propensity_weights(estimand, x, rows.arm, gamma)
        return estimator(rows, weight * multiplicity).value

    ones = np.ones(len(rows.arm))
    weight, nuisance = estimated_propensity(estimand, x, rows.arm)
    estimate = estimator(rows, weight).corrected(nuisance)
    expected = derivatives(refitted, ones)
    np.testing.assert_allclose(estimate.influence, expected, rtol=0, atol=TOLERANCE)


def score(rows: Rows, weight: Floats) -> float:
    """Score of the comparator arm at 0 in a Cox model for cause 1, by its definition."""
    total = 0.0
    for i in np.flatnonzero(rows.status == 1):
        at_risk = (rows.entry < rows.time[i]) & (rows.time[i] <= rows.time)
        total += weight[i] * (rows.arm[i] - np.average(rows.arm[at_risk], weights=weight[at_risk]))
    return total


def test_score_test_is_the_score_over_its_influence():
    """A robust log-rank test with a wrong variance, weights known: U²/ΣU_i² by differences."""
    rows = make_rows(4)
    slopes = derivatives(lambda w: np.array([score(rows, w)]), rows.weight)
    expected = score(rows, rows.weight) ** 2 / (slopes**2).sum()
    keys = {"arm": rows.arm, "entry": rows.entry}
    test = score_test(rows.time, rows.status, rows.weight, **keys)
    assert test.statistic == pytest.approx(expected, rel=1e-6)


def test_corrected_score_test_refits_the_propensity():
    """A robust log-rank test that takes an estimated propensity as known."""
    rows = make_rows(4, n=40)
    x = np.column_stack([np.ones(len(rows.arm)), rows.covariates])

    def refitted(multiplicity: Floats) -> Floats:
        gamma = logistic(x, rows.arm, multiplicity)
        weight, _ = propensity_weights("ATE", x, rows.arm, gamma)
        return np.array([score(rows, weight * multiplicity)])

    ones = np.ones(len(rows.arm))
    weight, nuisance = estimated_propensity("ATE", x, rows.arm)
    expected = refitted(ones)[0] ** 2 / (derivatives(refitted, ones) ** 2).sum()
    keys = {"arm": rows.arm, "entry": rows.entry, "nuisance": nuisance}
    test = score_test(rows.time, rows.status, weight, **keys)
    assert test.statistic == pytest.approx(expected, rel=1e-6)
