"""Weibull regression of interval-censored events, against R, lifelines and derivatives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifelines import WeibullAFTFitter

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.weibull_interval import WeibullFit, weibull_interval

TESTS = Path(__file__).parents[1]
COSMESIS = pd.read_csv(TESTS / "data/published/cosmesis.csv").fillna({"upper": np.inf})
REFERENCE = json.loads((TESTS / "reference/answers/interval_censored.json").read_text())
ROW = np.arange(1, len(COSMESIS) + 1)
WEIGHT, CLUSTER = 0.5 + (ROW * 7) % 11 / 10, (ROW * 5) % 31


def fit(weight: Any = None, *, frame: pd.DataFrame = COSMESIS, **keys: Any) -> WeibullFit:
    lower, upper = frame["lower"].to_numpy(), frame["upper"].to_numpy()
    status = np.isfinite(upper).astype(int)
    keys = {"covariates": frame["chemotherapy"], "names": ["chemotherapy"]} | keys
    return weibull_interval(
        np.where(status, upper, lower), status, weight, lower=lower, upper=upper, **keys
    )


def mixed(n: int = 60) -> tuple[np.ndarray, ...]:
    """Exact, interval-censored, competing and censored rows with two covariates and weights."""
    rng = np.random.default_rng(8)
    x = np.column_stack([rng.integers(0, 2, n), rng.normal(size=n)])
    status = rng.choice([0, 1, 1, 2], n)
    time = rng.exponential(10, n) + 0.5
    lower = np.where(rng.random(n) < 0.6, time * rng.uniform(0.2, 0.9, n), time)
    lower[:5] = np.where(status[:5] == 1, 0.0, lower[:5])
    return time, status, lower, time, x, rng.uniform(0.2, 2, n)


def log_likelihood(theta: np.ndarray, data: tuple[np.ndarray, ...]) -> float:
    """The weighted log likelihood by its definition, row by row."""
    time, status, lower, upper, x, weight = data
    k, total = np.exp(theta[-1]), 0.0
    for i in range(len(time)):
        rate = np.exp(theta[0] + x[i] @ theta[1:-1])
        free = [np.exp(-rate * t**k) for t in (lower[i], upper[i], time[i])]
        if status[i] == 2:
            own = np.log(free[2])
        elif status[i] == 0:
            own = np.log(free[0])
        elif lower[i] == upper[i]:
            own = np.log(rate * k * time[i] ** (k - 1) * free[2])
        else:
            own = np.log(free[0] - free[1])
        total += weight[i] * own
    return total


@pytest.mark.parametrize("case", ["plain", "weighted"])
def test_cosmesis_by_survreg(case: str) -> None:
    """Other coefficients than R's ``survreg``, or other clustered errors than its derivatives.

    The errors are those of R's fits with each weight moved by 1e-4 both ways.
    """
    expected = REFERENCE[case]
    keys = {"weight": WEIGHT, "cluster": CLUSTER} if case == "weighted" else {}
    found = fit(**keys)
    assert found.estimate.value[0] == pytest.approx(expected["log_hazard_ratio"], rel=1e-6)
    assert found.shape == pytest.approx(expected["shape"], rel=1e-6)
    assert found.intercept == pytest.approx(expected["intercept"], rel=1e-6)
    if case == "weighted":
        assert found.estimate.std_error()[0] == pytest.approx(expected["std_error"], rel=1e-6)


def test_the_point_is_that_of_lifelines() -> None:
    """A maximum away from that of lifelines' regression, which stops at about five digits."""
    frame = COSMESIS.assign(weight=WEIGHT)
    names = ("lower", "upper")
    fitted = WeibullAFTFitter().fit_interval_censoring(
        frame, *names, weights_col="weight", robust=True
    )
    params = fitted.params_
    shape = np.exp(params["rho_", "Intercept"])
    found = fit(WEIGHT)
    assert found.shape == pytest.approx(shape, rel=1e-4)
    assert found.estimate.value[0] == pytest.approx(
        -shape * params["lambda_", "chemotherapy"], rel=1e-4
    )


def test_the_fit_is_the_maximum_of_the_definition() -> None:
    """Wrong terms for exact events, competing events, lower bounds of 0 or weights.

    Central differences of the definition over 1e-4 know a slope to 1e-5.
    """
    data = mixed()
    time, status, lower, upper, x, weight = data
    found = weibull_interval(time, status, weight, lower=lower, upper=upper, covariates=x)
    best = np.array([found.intercept, *found.estimate.value, np.log(found.shape)])
    at = log_likelihood(best, data)
    for j in range(len(best)):
        step = np.zeros(len(best))
        step[j] = 1e-4
        up, down = log_likelihood(best + step, data), log_likelihood(best - step, data)
        assert (up - down) / 2e-4 == pytest.approx(0.0, abs=1e-5)
        assert max(up, down) < at


def test_influence_is_the_derivative_in_each_weight() -> None:
    """A sandwich that is not the derivative of the estimate: errors and corrections go wrong."""
    time, status, lower, upper, x, weight = mixed()

    def value(w: np.ndarray) -> np.ndarray:
        return weibull_interval(time, status, w, lower=lower, upper=upper, covariates=x).estimate

    found = value(weight)
    for i in range(0, len(weight), 7):
        step = np.zeros(len(weight))
        step[i] = 1e-4
        slope = (value(weight + step).value - value(weight - step).value) / 2e-4
        np.testing.assert_allclose(found.influence[i], weight[i] * slope, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(found.influence.sum(axis=0), 0.0, atol=1e-8)


def test_units_scales_and_rows_without_weight_change_nothing() -> None:
    """A hazard ratio of days unlike that of months; C06, C23."""
    found = fit(WEIGHT)
    days = COSMESIS.assign(lower=COSMESIS["lower"] * 30.4375, upper=COSMESIS["upper"] * 30.4375)
    for other in (fit(WEIGHT, frame=days), fit(5 * WEIGHT)):
        np.testing.assert_allclose(other.estimate.value, found.estimate.value, rtol=1e-7)
        np.testing.assert_allclose(
            other.estimate.std_error(), found.estimate.std_error(), rtol=1e-7
        )
        assert other.shape == pytest.approx(found.shape, rel=1e-7)
    is_out = ROW % 9 == 0
    without = fit(np.where(is_out, 0.0, WEIGHT))
    left = fit(WEIGHT[~is_out], frame=COSMESIS[~is_out])
    np.testing.assert_allclose(without.estimate.value, left.estimate.value, rtol=1e-7)
    assert not without.estimate.influence[is_out].any()


def test_what_has_no_estimate_has_a_reason() -> None:
    """An infinite hazard ratio printed as a large number, or a crash."""
    rows = {"lower": [1, 2, 3, 0], "upper": [2, 3, 3, 0]}

    def reason(status: list[int], x: list[float], **keys: Any) -> str | None:
        found = weibull_interval([2, 3, 3, 4], status, covariates=x, names=["x"], **rows | keys)
        assert np.isnan(found.estimate.value).all()
        return found.estimate.reasons[0]

    assert reason([1, 1, 0, 0], [1, 1, 0, 0]) == "no event where x is 0"
    assert reason([0, 0, 0, 0], [1, 1, 0, 0]) == "no event of cause 1"
    assert reason([1, 1, 0, 0], [1, 1, 1, 1]) == "x does not vary among the rows at risk"
    assert reason([1, 1, 1, 1], [1, 0, 1, 0]) == "an event at time 0 has no Weibull likelihood"


def test_events_that_could_all_be_at_once_have_no_maximum() -> None:
    """A hazard without bound given as a number: every event lies in (0, 2], nothing is later."""
    found = weibull_interval(
        [2] * 4, [1] * 4, lower=[0] * 4, upper=[2] * 4, covariates=[0, 1, 0, 1]
    )
    assert found.estimate.reasons[0] == "no maximum of the Weibull likelihood was found"


def test_bounds_the_wrong_way_round_are_refused() -> None:
    """A likelihood of a negative length of time."""
    with pytest.raises(SampleError, match="not so in rows 0, 2"):
        weibull_interval(
            [2, 3, 4], [1, 1, 1], lower=[3, 1, -1], upper=[2, 3, 4], covariates=[0, 1, 0]
        )
