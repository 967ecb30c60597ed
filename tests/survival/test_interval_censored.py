"""Turnbull's estimate: published masses, identities, and the conditions of a maximum."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.inference import Estimate, bootstrap
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.interval_censored import turnbull
from spine_outcomes.survival.kaplan_meier import kaplan_meier

TESTS = Path(__file__).parents[1]
COSMESIS = pd.read_csv(TESTS / "data/published/cosmesis.csv").fillna({"upper": np.inf})
REFERENCE = json.loads((TESTS / "reference/answers/interval_censored.json").read_text())
# Masses of R's interval package (Fay and Shaw, 2010, Journal of Statistical Software 36(2))
RADIATION = {(4, 5): 0.0463, (6, 7): 0.0334, (7, 8): 0.0887, (11, 12): 0.0708, (24, 25): 0.0926,
             (33, 34): 0.0818, (38, 40): 0.1209, (46, 48): 0.4656}  # fmt: skip


def cosmesis(times: Any, weight: Any = None, **keys: Any) -> Estimate:
    lower, upper = COSMESIS["lower"].to_numpy(), COSMESIS["upper"].to_numpy()
    status = np.isfinite(upper).astype(int)
    arm = COSMESIS["chemotherapy"]
    time = np.where(status, upper, lower)
    keys = {"lower": lower, "upper": upper, "arm": arm} | keys
    return turnbull(time, status, weight, times=times, **keys)


def right_censored(n: int = 90) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(11)
    time = np.ceil(rng.exponential(10, n))
    return time, rng.choice([0, 1, 2], n), rng.uniform(0.2, 2, n), rng.integers(0, 2, n)


def test_published_masses_of_the_cosmesis_data() -> None:
    """Mass outside the innermost intervals, or another share of it, than is published."""
    found = cosmesis(np.arange(0, 61)).select(arm=0).value
    np.testing.assert_allclose(found[48], 1.0, atol=1e-9)
    for (after, until), mass in RADIATION.items():
        assert found[until] - found[after] == pytest.approx(mass, abs=5e-5)
    assert sum(RADIATION.values()) == pytest.approx(1.0, abs=2e-4)


def test_weighted_cosmesis_by_survfit() -> None:
    """Weights that are not those of R's ``survfit``, which stops at about four digits."""
    expected = REFERENCE["turnbull"]
    found = cosmesis(expected["times"], 0.5 + (np.arange(1, 95) * 7) % 11 / 10)
    np.testing.assert_allclose(found.value, np.ravel(expected["risk"]), atol=2e-3)


def test_exact_times_are_kaplan_meier_and_aalen_johansen() -> None:
    """An event known to the day, or a censored row, that counts as something else."""
    time, status, weight, arm = right_censored()
    grid = np.arange(0.5, 45, 1.5)
    keys = {"lower": time, "upper": time, "arm": arm, "times": grid}
    curve = aalen_johansen(time, status, weight, arm=arm, times=grid)
    found = turnbull(time, status, weight, **keys)
    assert [a is None for a in found.reasons] == [b is None for b in curve.reasons]
    np.testing.assert_allclose(found.value, curve.value, atol=1e-7)
    alone = status % 2
    curve = kaplan_meier(time, alone, weight, arm=arm, times=grid)
    found = turnbull(time, alone, weight, **keys)
    np.testing.assert_allclose(found.value, 1 - curve.value, atol=1e-7)


def test_a_hand_solved_example() -> None:
    """Two of three in (0, 2], one in (1, 3] and one free until 2: by hand.

    Innermost are (1, 2] and (2, 3], masses p and 1 − p; the likelihood p² · 1 · (1 − p) has its
    maximum at p = 2/3. Inside (1, 2] the mass is spread evenly.
    """
    found = turnbull(
        [2, 2, 3, 2], [1, 1, 1, 0], lower=[0, 0, 1, 2], upper=[2, 2, 3, 9], times=[1, 1.5, 2, 3]
    )
    np.testing.assert_allclose(found.value, [0, 1 / 3, 2 / 3, 1], atol=1e-8)


def test_with_a_competing_event_by_hand() -> None:
    """Deaths counted as censoring: a risk of what would be if nobody died.

    One failure in (0, 2], one death at 3, one alive at 5 and free of failure until 1: the last may
    fail in (1, 2], die at 3, or neither. Nothing tells these apart but the others: p of failure,
    q of death, likelihood p · q · (p + q + r), so p = q = 1/2.
    """
    found = turnbull([2, 3, 2.5], [1, 2, 0], lower=[0, 0, 1], upper=[2, 0, 0], times=[0.5, 1, 2, 9])
    np.testing.assert_allclose(found.value, [0, 0, 1 / 2, 1 / 2], atol=1e-8)


def test_no_shift_of_mass_raises_the_likelihood() -> None:
    """A search that stopped short: the conditions of Gentleman and Geyer on a grid of months.

    The derivative towards mass at a point is the mean over rows of 1{covered}/(its probability);
    none may exceed 1, and the masses' own are 1.
    """
    grid = np.arange(0, 61)
    lower, upper = COSMESIS["lower"].to_numpy(), COSMESIS["upper"].to_numpy()
    weight = 0.5 + (np.arange(1, 95) * 7) % 11 / 10
    found = cosmesis(grid, weight)
    for arm in (0, 1):
        own = COSMESIS["chemotherapy"].to_numpy() == arm
        mass = np.diff(found.select(arm=arm).value)  # of (t, t + 1]
        inside = (lower[own, None] <= grid[:-1]) & (grid[1:] <= upper[own, None])
        share = weight[own] / weight[own].sum()
        slope = (share / (inside @ mass)) @ inside
        assert slope.max() <= 1 + 1e-8
        np.testing.assert_allclose(slope[mass > 1e-4], 1.0, atol=1e-5)


def test_beyond_the_last_look_there_is_no_estimate() -> None:
    """C29: a curve drawn on where nobody was watched."""
    found = turnbull([2, 4, 5], [1, 0, 0], lower=[1, 4, 5], upper=[2, 9, 9], times=[2, 5, 6])
    np.testing.assert_allclose(found.value[:2], [1 / 3, 1 / 3], atol=1e-8)
    assert found.reasons == (None, None, "beyond the last time known free of the event (5)")


def test_scale_of_weights_and_rows_without_weight() -> None:
    """C06, C23: weights times five, or rows that weigh nothing, change the curve."""
    weight = np.where(np.arange(94) % 9 == 0, 0.0, 1.5)
    found = cosmesis([12, 24, 36], weight).value
    np.testing.assert_allclose(cosmesis([12, 24, 36], 5 * weight).value, found, rtol=1e-9)
    own = weight > 0
    frame = COSMESIS[own]
    left = turnbull(
        frame["lower"], np.isfinite(frame["upper"]), lower=frame["lower"], upper=frame["upper"],
        arm=frame["chemotherapy"], times=[12, 24, 36],
    )  # fmt: skip
    np.testing.assert_allclose(left.value, found, atol=1e-8)


def test_units_do_not_break_ties() -> None:
    """C27: bounds that meet in months and no longer in days."""
    factor = 1 / 30.4375
    lower, upper = COSMESIS["lower"] * factor, COSMESIS["upper"] * factor
    times = np.array([12, 24, 36])
    found = cosmesis(times * factor, lower=lower, upper=upper).value
    np.testing.assert_allclose(found, cosmesis(times).value, atol=1e-8)


def test_its_only_error_is_that_of_a_bootstrap() -> None:
    """A standard error of 0 where none is known."""
    found = cosmesis([12, 24])
    assert np.isnan(found.std_error()).all()
    resampled = bootstrap(
        lambda weight: cosmesis([12, 24], weight), np.arange(94), replicates=60, seed=3
    )
    assert (resampled.std_error() > 0.02).all()
    assert (resampled.std_error() < 0.15).all()


def test_bounds_that_cannot_be_are_refused() -> None:
    """An event without a first positive look, or bounds of another length."""
    with pytest.raises(SampleError, match="not so in rows 1"):
        turnbull([1, 2], [1, 1], lower=[0, 1], upper=[1, np.inf], times=[1])
    with pytest.raises(SampleError, match="expected"):
        turnbull([1, 2], [1, 1], lower=[0, 1, 2], upper=[1, 2], times=[1])
