"""Restricted means worked by hand, and horizons that the data do not support."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.inference import difference
from spine_outcomes.survival.restricted_mean import (
    restricted_mean_survival,
    restricted_mean_time_lost,
)

SIX_DIGITS = 5e-7
DATA = Path(__file__).parents[1] / "data"


def test_mean_and_error_without_weights():
    """Half the mean: RMST(4) of 1, 2, 3, 4 is 2.5, its variance 3/16 + 3/32 + 1/32 = 5/16."""
    estimate = restricted_mean_survival([1, 2, 3, 4], [1] * 4, horizon=4)
    assert estimate.value == pytest.approx([2.5], rel=1e-12)
    assert estimate.covariance()[0, 0] == pytest.approx(5 / 16, rel=1e-12)


@pytest.mark.parametrize("scale", [1.0, 5.0])
@pytest.mark.parametrize(("cluster", "error"), [(None, 0.740500), ([1, 1, 2, 2], 0.817592)])
def test_robust_error_with_weights(scale, cluster, error):
    """An error that shrinks as the weights grow: U_i = w_i (min(T, 4) − 2.875)/Σw."""
    weight = scale * np.array([2, 1, 1, 4])
    estimate = restricted_mean_survival([1, 2, 3, 4], [1] * 4, weight, cluster=cluster, horizon=4)
    assert estimate.value == pytest.approx([2.875], rel=1e-12)
    assert estimate.std_error() == pytest.approx([error], abs=SIX_DIGITS)


def test_horizon_past_one_arm():
    """τ = 10 carried on flat to 6.333333 in an arm whose last row is censored at 8."""
    time, status, arm = [2, 4, 10, 3, 6, 8], [1, 1, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1]
    estimate = restricted_mean_survival(time, status, arm=arm, horizon=[8, 10, 12])
    of_a, of_b = estimate.select(arm=0), estimate.select(arm=1)
    np.testing.assert_allclose(of_a.value, [14 / 3, 16 / 3, 16 / 3], rtol=1e-12)
    assert of_b.value[0] == pytest.approx(17 / 3, rel=1e-12)
    reason = "horizon past the last follow-up; the largest supported is 8"
    assert of_b.reasons == (None, reason, reason)
    contrast = difference(of_a, of_b)
    assert contrast.value[0] == pytest.approx(-1, rel=1e-12)
    assert contrast.reasons[1] == reason
    lost = restricted_mean_time_lost(time, status, arm=arm, horizon=10)
    assert lost.reasons == (None, reason)


def test_time_lost_by_hand():
    """Time lost to cause 1 before 6: F1 steps of 1/4 at 1 and 3: (6 − 1)/4 + (6 − 3)/4 = 2."""
    estimate = restricted_mean_time_lost([1, 2, 3, 4], [1, 2, 1, 2], cause=(1, 2), horizon=[6, 2.5])
    np.testing.assert_allclose(estimate.value, [2.0, 0.375, 1.5, 0.125], rtol=1e-12)


def test_horizon_before_the_first_row():
    """An area that starts at the first time instead of 0."""
    estimate = restricted_mean_survival([3, 4], [1, 1], horizon=[0, 2])
    np.testing.assert_allclose(estimate.value, [0, 2])
    np.testing.assert_array_equal(estimate.std_error(), [0, 0])


def test_pbc_published():
    """Arms exchanged: published ten-year means of the pbc trial, 7.283 and 7.146 years."""
    frame = pd.read_csv(DATA / "pbc.csv")
    estimate = restricted_mean_survival(
        frame["time"] / 365.25, frame["status"] == 1, arm=frame["arm"], horizon=10
    )
    np.testing.assert_allclose(estimate.value, [7.283, 7.146], atol=5e-4)
