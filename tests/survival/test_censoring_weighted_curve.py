"""Curves where censoring depends on covariates: Aalen–Johansen without, R with, no bias."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.inference import Nuisance
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.censoring_weighted_curve import (
    censoring_weight_efficiency,
    censoring_weighted_aalen_johansen,
)
from tests.differences import derivatives

TESTS = Path(__file__).parents[1]
N = 60
RNG = np.random.default_rng(4)
TIME = np.ceil(RNG.exponential(5, N)) + 1
STATUS = RNG.choice([0, 0, 1, 1, 2], N)
ARMS = RNG.integers(0, 2, N)
X = RNG.normal(size=(N, 2))
WEIGHT = RNG.uniform(0.2, 3, N)
TIMES = [0, 3, 4.5, 6]
CHECKED = slice(None, None, 5)


def curves(weight: np.ndarray, covariates: np.ndarray = X, cause=(1, 2)):
    return censoring_weighted_aalen_johansen(
        TIME, STATUS, weight, covariates=covariates, arm=ARMS, cause=cause, times=TIMES
    )


@pytest.mark.parametrize("covariates", [np.zeros((N, 0)), np.ones((N, 1)), ARMS])
def test_without_a_covariate_it_is_aalen_johansen(covariates):
    """Weights 1/G that do not undo censoring, or errors that forget that G was estimated.

    Values and influence: a common factor of those at risk cancels. A covariate that does not vary
    within an arm is none. Ties throughout.
    """
    found = curves(WEIGHT, covariates)
    expected = aalen_johansen(TIME, STATUS, WEIGHT, arm=ARMS, cause=(1, 2), times=TIMES)
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-12)
    np.testing.assert_allclose(found.influence, expected.influence, atol=1e-14)
    assert found.labels == expected.labels


@pytest.mark.parametrize("name", ["pbc", "bmt"])
def test_weighted_incidence_is_that_of_r(name):
    """Another model of censoring, events after censorings of their day, weights read too late."""
    reference = json.loads((TESTS / "reference/answers/censoring_weighted.json").read_text())[name]
    rows = pd.read_csv(TESTS / f"data/{name}.csv")
    covariates = [rows["age"]] + ([np.log(rows["bili"])] if name == "pbc" else [])
    found = censoring_weighted_aalen_johansen(
        rows["time"],
        rows["status"],
        1 + (np.arange(1, len(rows) + 1) % 7) / 3,
        covariates=np.column_stack(covariates),
        arm=rows["arm"],
        cause=(1, 2),
        times=reference["times"],
    )
    for arm in (0, 1):
        expected = np.transpose(reference["arms"][arm]["incidence"]).ravel()
        np.testing.assert_allclose(found.select(arm=arm).value, expected, rtol=1e-9)


def test_influence_is_the_derivative_in_each_weight():
    """An influence that holds G fixed although the weights move it."""
    influence = curves(WEIGHT).influence
    expected = derivatives(lambda weight: curves(weight).value, WEIGHT, CHECKED)
    np.testing.assert_allclose(influence[CHECKED], expected, atol=1e-9)
    np.testing.assert_allclose(influence.sum(axis=0), 0, atol=1e-11)


def test_estimated_weights_correct_it_like_any_other():
    """A propensity that moves G and is not followed there: w = exp(γ z), γ the mean of z."""
    z = np.random.default_rng(5).normal(size=N)

    def value(multiplicity: np.ndarray) -> np.ndarray:
        gamma = np.average(z, weights=multiplicity)
        return curves(multiplicity * np.exp(gamma * z)).value

    nuisance = Nuisance((z - z.mean())[:, None] / N, z[:, None])
    corrected = curves(np.exp(z.mean() * z)).corrected(nuisance).influence
    expected = derivatives(value, np.ones(N), CHECKED)
    np.testing.assert_allclose(corrected[CHECKED], expected, atol=1e-8)


def test_incidences_and_survival_sum_to_one():
    """Mass lost or made by the weights: all causes as one are the sum of the causes."""
    together = censoring_weighted_aalen_johansen(
        TIME, STATUS > 0, WEIGHT, covariates=X, arm=ARMS, times=TIMES
    )
    by_cause = curves(WEIGHT).value.reshape(2, 2, -1).sum(axis=1).ravel()
    np.testing.assert_allclose(by_cause, together.value, rtol=1e-12)


def test_many_rows_are_weighted_in_blocks():
    """Rows lost between two blocks of the weights: twice the rows, each with half the weight."""
    copies = 40
    many = censoring_weighted_aalen_johansen(
        np.tile(TIME, copies),
        np.tile(STATUS, copies),
        np.tile(WEIGHT, copies) / copies,
        covariates=np.tile(X, (copies, 1)),
        arm=np.tile(ARMS, copies),
        cause=(1, 2),
        times=TIMES,
    )
    one = curves(WEIGHT)
    np.testing.assert_allclose(many.value, one.value, rtol=1e-9)
    summed = many.influence.reshape(copies, N, -1).sum(axis=0)
    np.testing.assert_allclose(summed, one.influence, atol=1e-11)


def test_what_cannot_be_weighted_has_its_reason():
    """A weight from an infinite coefficient, a value past follow-up, an arm without events lost.

    Frailty does not vary in arms 0 and 2; arm 0 ends with a censoring at 4; only the frail are
    censored in arm 1; arm 2 has no event.
    """
    found = censoring_weighted_aalen_johansen(
        [1, 2, 3, 4, 1, 2, 3, 4, 5, 6],
        [1, 1, 0, 0, 1, 0, 1, 1, 0, 0],
        arm=[0, 0, 0, 0, 1, 1, 1, 1, 2, 2],
        covariates=[1, 1, 1, 1, 0, 1, 0, 0, 1, 1],
        names=["frail"],
        times=[2, 5],
    )
    assert found.reasons[0] is None
    assert found.reasons[1] == "past the last follow-up (4)"
    assert all(str(reason).startswith("model of censoring: ") for reason in found.reasons[2:4])
    assert found.value[4:].tolist() == [0, 0]
    assert not found.influence[:, 1:].any()


def test_weights_by_hand():
    """Few rows that carry the rest, unseen; G read at its own time, or with another β.

    Censored are a row with x = 1 at 2, of three with 1 and two with 0 at risk, and one with 0 at 4,
    of two with 1 and one with 0: with r = e^β the score is 2/(3r + 2) − 2r/(2r + 1), so r = 1/√3.
    Before the event at 3 Λ₀ = 1/(3r + 2); two rows of each x are left, weights a = e^Λ₀ (x = 0) and
    b = e^(rΛ₀). Of them one with x = 0 fails: F(3) = 1/6 + (5/6) a/(2a + 2b).
    """
    arrays = ([1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 1])
    keys = {"covariates": [0, 1, 0, 0, 1, 1], "times": [0, 1, 3, 5]}
    r = 3**-0.5
    a, b = np.exp(1 / (3 * r + 2)), np.exp(r / (3 * r + 2))
    found = censoring_weighted_aalen_johansen(*arrays, **keys).value
    np.testing.assert_allclose(found[:3], [0, 1 / 6, 1 / 6 + 5 / 12 * a / (a + b)], rtol=1e-9)
    share = censoring_weight_efficiency(*arrays, **keys)
    half = (a + b) ** 2 / (2 * (a**2 + b**2))
    np.testing.assert_allclose(share, [[np.nan, 1, half, 1]], rtol=1e-9)


def drawn(rng: np.random.Generator, n: int) -> tuple[np.ndarray, ...]:
    """Events (log hazard x + log 0.2) and censorings (0.8 x + log 0.25) that frailty x drives."""
    x = rng.normal(size=n)
    event = rng.exponential(1 / (0.2 * np.exp(x)))
    other = rng.exponential(1 / 0.1, n)
    censored = rng.exponential(1 / (0.25 * np.exp(0.8 * x)))
    time = np.minimum(np.minimum(event, other), censored)
    return time, np.where(time == censored, 0, np.where(time == event, 1, 2)), x


def truth(time: float) -> float:
    """Incidence of the event by ``time`` without censoring, over x by Gauss–Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    own, every = 0.2 * np.exp(nodes), 0.2 * np.exp(nodes) + 0.1
    return float(weights @ (own / every * (1 - np.exp(-every * time))) / weights.sum())


def test_censoring_that_follows_a_covariate_is_undone():
    """A bias as large as that of the plain curve, or errors that miss the model of censoring.

    400 samples of 300 rows; the plain curve must be off by more than 5 Monte-Carlo errors, the
    weighted one by less than 3, and its 95 % interval must cover within 4.
    """
    rng, expected, replications = np.random.default_rng(11), truth(3.0), 400
    plain, weighted, covered = [], [], []
    for _ in range(replications):
        time, status, x = drawn(rng, 300)
        plain.append(aalen_johansen(time, status, times=3).value[0])
        found = censoring_weighted_aalen_johansen(time, status, covariates=x, times=3)
        weighted.append(found.value[0])
        covered.append(abs(found.value[0] - expected) < 1.959964 * found.std_error()[0])
    off = [abs(np.mean(v) - expected) / (np.std(v) / replications**0.5) for v in (plain, weighted)]
    assert off[0] > 5
    assert off[1] < 3
    assert abs(np.mean(covered) - 0.95) < 4 * (0.95 * 0.05 / replications) ** 0.5
