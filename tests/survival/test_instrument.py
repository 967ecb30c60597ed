"""Risk differences by an instrument."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.survival.instrument import instrumental_risk_difference, preference


def drawn(n: int = 240, seed: int = 3) -> dict[str, np.ndarray]:
    """Two rows a patient; an unmeasured trait and the instrument decide the arm."""
    rng = np.random.default_rng(seed)
    z, x, hidden = rng.random(n), rng.normal(size=n), rng.normal(size=n)
    arm = (rng.random(n) < 1 / (1 + np.exp(-(3 * z - 1.5 + 0.5 * x + hidden)))).astype(int)
    event = rng.exponential(12 * np.exp(-0.5 * hidden - 0.3 * x))
    other, end = rng.exponential(30, n), rng.uniform(2, 24, n)
    time = np.minimum(np.minimum(event, other), end)
    status = np.where(time == event, 1, np.where(time == other, 2, 0))
    return {
        "time": np.round(time, 1), "status": status, "arm": arm, "instrument": z,
        "covariates": x[:, None], "cluster": np.arange(n) // 2,
    }  # fmt: skip


def test_without_covariates_and_censoring_it_is_the_wald_ratio() -> None:
    """Eight rows: risks 3/4 and 1/4 by the instrument, arm 1 in 3/4 and 1/4: 0.5/0.5 = 1."""
    rows = {"arm": [1, 1, 1, 0, 1, 0, 0, 0], "instrument": [1, 1, 1, 1, 0, 0, 0, 0]}
    time, status = [1, 2, 3, 9, 4, 9, 9, 9], [1, 1, 1, 2, 1, 2, 2, 2]
    found = instrumental_risk_difference(
        time, status, **rows, covariates=np.empty((8, 0)), times=[5, 2]
    )
    # By time 2 two of four had the event where the instrument is 1, and none where it is 0.
    np.testing.assert_allclose(found.estimate.value, [0.5 / 0.5, 0.5 / 0.5], rtol=1e-12)
    np.testing.assert_allclose(found.first_stage.value, [0.5], rtol=1e-12)


def test_it_is_two_stage_least_squares() -> None:
    """The two stages written out, with the response by inverse probability of censoring."""
    rows = drawn()
    everybody = rows | {"status": np.where(rows["status"] == 0, 2, rows["status"])}
    found = instrumental_risk_difference(**everybody, times=[6]).estimate.value[0]
    x = np.column_stack([np.ones(240), rows["covariates"]])
    z = np.column_stack([rows["instrument"], x])
    fitted = z @ np.linalg.lstsq(z, rows["arm"].astype(float), rcond=None)[0]
    response = ((everybody["status"] == 1) & (rows["time"] <= 6)).astype(float)
    second = np.linalg.lstsq(np.column_stack([fitted, x]), response, rcond=None)[0]
    assert found == pytest.approx(second[0], rel=1e-9)


def test_the_arm_as_its_own_instrument_is_the_difference_of_the_incidences() -> None:
    """Without confounding to remove nothing changes: Aalen–Johansen of the arms."""
    from spine_outcomes.survival.aalen_johansen import aalen_johansen

    rows = drawn() | {"covariates": np.empty((240, 0))}
    rows["instrument"] = rows["arm"]
    found = instrumental_risk_difference(**rows, times=[6]).estimate
    curves = aalen_johansen(
        rows["time"], rows["status"], arm=rows["arm"], cluster=rows["cluster"], times=[6]
    )
    difference = curves.select(arm=1).value - curves.select(arm=0).value
    # Normalised by the rows of an arm, the response by inverse censoring is Aalen–Johansen.
    np.testing.assert_allclose(found.value, difference, rtol=1e-9)


def test_influence_is_the_derivative_in_each_weight() -> None:
    """An error that leaves out the covariates, or the censoring that was estimated."""
    rows, weight = drawn(60), np.random.default_rng(1).uniform(0.5, 2, 60)

    def value(w: np.ndarray) -> np.ndarray:
        fit = instrumental_risk_difference(weight=w, **rows, times=[4, 9])
        return np.append(fit.estimate.value, fit.first_stage.value)

    fit = instrumental_risk_difference(weight=weight, **rows, times=[4, 9])
    influence = np.hstack([fit.estimate.influence, fit.first_stage.influence])
    for i in range(0, 60, 7):
        step = np.zeros(60)
        step[i] = 1e-5 * weight[i]
        numeric = weight[i] * (value(weight + step) - value(weight - step)) / (2 * step[i])
        np.testing.assert_allclose(influence[i], numeric, rtol=1e-5, atol=1e-8)


def test_scale_of_the_weights_changes_nothing() -> None:
    """A difference that depends on the unit of the weights."""
    rows = drawn(60)
    one, five = (
        instrumental_risk_difference(weight=np.full(60, w), **rows, times=[6]) for w in (1.0, 5.0)
    )
    np.testing.assert_allclose(one.estimate.value, five.estimate.value, rtol=1e-9)
    np.testing.assert_allclose(one.estimate.std_error(), five.estimate.std_error(), rtol=1e-9)
    assert one.f_statistic == pytest.approx(five.f_statistic, rel=1e-9)


def test_an_instrument_that_tells_nothing_has_a_reason() -> None:
    """A ratio of two roundings."""
    rows = drawn(60)
    for nothing in (np.ones(60), 2 * rows["covariates"][:, 0] + 1):
        fit = instrumental_risk_difference(**(rows | {"instrument": nothing}), times=[6])
        assert "tells nothing of the arm" in str(fit.estimate.reasons[0])
        assert np.isnan(fit.f_statistic)


def test_past_the_follow_up_of_an_arm_there_is_none() -> None:
    """A risk from rows that nobody follows any more."""
    rows = drawn(60)
    is_later = rows["time"] > 8
    ended = {"time": np.minimum(rows["time"], 8), "status": np.where(is_later, 0, rows["status"])}
    fit = instrumental_risk_difference(**(rows | ended), times=[6, 60])
    assert fit.estimate.reasons[0] is None
    assert fit.estimate.reasons[1] is not None


def test_preference_leaves_out_the_patient() -> None:
    """Provider 0: patient 0 in arms 1, 0, patient 1 in 1; 1: patient 2 alone; one not known."""
    found = preference([1, 0, 1, 1, 0], [0, 0, 0, 1, -1], [0, 0, 1, 2, 3])
    np.testing.assert_allclose(found, [1, 1, 0.5, 0.6, 0.6], rtol=1e-12)
    weighted = preference([1, 0, 1, 1, 0], [0, 0, 0, 1, -1], [0, 0, 1, 2, 3], [3, 1, 1, 1, 2])
    np.testing.assert_allclose(weighted, [1, 1, 0.75, 5 / 8, 5 / 8], rtol=1e-12)


@pytest.mark.slow
def test_it_removes_confounding_that_nobody_measured() -> None:
    """No effect in the law, over 8 points without it; 150 cohorts, 4 Monte-Carlo errors."""
    values, errors, naive = [], [], []
    for seed in range(150):
        rows = drawn(800, seed)
        fit = instrumental_risk_difference(**rows, times=[6])
        values.append(fit.estimate.value[0])
        errors.append(fit.estimate.std_error()[0])
        own = instrumental_risk_difference(**(rows | {"instrument": rows["arm"]}), times=[6])
        naive.append(own.estimate.value[0])
    spread = np.std(values, ddof=1)
    assert abs(np.mean(values)) < 4 * spread / np.sqrt(150)
    assert np.mean(naive) > 0.08
    assert np.mean(errors) == pytest.approx(spread, rel=0.2)
