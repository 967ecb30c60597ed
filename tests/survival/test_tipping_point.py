"""Incidence under another hazard after censoring: by hand, its limits, and Aalen–Johansen itself.

That its influence is the derivative in the weights: tests/inference/test_influence.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.tipping_point import delta_adjusted_incidence

DELTAS = [0.0, 0.5, 1.0, 2.0, 20.0, np.inf]


def drawn(seed: int) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Sixty rows of two arms with ties, two causes and unequal weights: arrays, and arm."""
    rng = np.random.default_rng(seed)
    time = np.ceil(rng.exponential(5, 60)) + 1
    status = rng.choice([0, 0, 1, 1, 2], 60)
    return (time, status, rng.uniform(0.2, 3, 60)), rng.integers(0, 2, 60)


def test_by_hand_of_four_rows() -> None:
    """Event, censored, event, censored. At 3 one of two fails: the censored stay with (1/2)^δ."""
    found = delta_adjusted_incidence([1, 2, 3, 4], [1, 0, 1, 0], at=3, deltas=[0, 1, 2, np.inf])
    assert found.value == pytest.approx([2 / 4, 2.5 / 4, 2.75 / 4, 3 / 4], rel=1e-12)


def test_by_hand_with_a_competing_event() -> None:
    """At 2 one of three has the event, one the other: h = 2/3, and (2·1/3 + 1/3)/h = 3/2."""
    found = delta_adjusted_incidence([1, 2, 2, 3], [0, 1, 2, 0], at=2, deltas=[0, 1, 2])
    chance = (1 - (1 / 3) ** 1.5) * 2 / 3
    assert found.value == pytest.approx([1 / 4, (1 + 1 / 3) / 4, (1 + chance) / 4], rel=1e-12)


@pytest.mark.parametrize("at", [0, 2, 6.5, 7])
def test_delta_of_one_is_aalen_johansen(at: float) -> None:
    """Value and influence: redistribution to the right is the same estimate, errors included."""
    arrays, arm = drawn(1)
    found = delta_adjusted_incidence(*arrays, arm=arm, at=at, deltas=[1])
    known = aalen_johansen(*arrays, arm=arm, times=[at])
    assert found.value == pytest.approx(known.value, rel=1e-12)
    np.testing.assert_allclose(found.influence, known.influence, rtol=1e-9, atol=1e-15)


def test_the_limits_are_the_best_and_the_worst_case() -> None:
    """Nobody lost has the event; or everybody censored before the time has it."""
    (time, status, weight), _ = drawn(2)
    found = delta_adjusted_incidence(time, status, weight, at=7, deltas=[0, np.inf])
    had = (status == 1) & (time <= 7)
    lost = (status == 0) & (time < 7)
    shares = np.array([weight @ had, weight @ (had | lost)]) / weight.sum()
    assert found.value == pytest.approx(shares, rel=1e-12)


def test_the_more_fail_after_censoring_the_higher_the_risk() -> None:
    """Strictly, in both arms; a very large ratio comes near the worst case but not above."""
    arrays, arm = drawn(3)
    found = delta_adjusted_incidence(*arrays, arm=arm, at=7, deltas=DELTAS)
    assert (np.diff(found.value.reshape(2, -1), axis=1) > 0).all()


def test_nothing_hangs_on_delta_where_nobody_is_lost() -> None:
    """Censored at the time itself, or later, is not lost before it."""
    found = delta_adjusted_incidence([1, 2, 3, 4], [1, 2, 0, 0], at=3, deltas=DELTAS)
    assert found.value == pytest.approx([1 / 4] * 6, rel=1e-12)


def test_after_everybody_has_had_an_event_the_chance_is_known() -> None:
    """The last at risk fails: a censored row would have, too, whatever δ above 0."""
    found = delta_adjusted_incidence([1, 2], [0, 1], at=5, deltas=[0, 0.5, 3])
    assert found.value == pytest.approx([1 / 2, 1, 1], rel=1e-12)
    assert np.isfinite(found.influence).all()


def test_past_follow_up_nothing_is_imputed() -> None:
    """A hazard that nobody was at risk for is no hazard of 0."""
    found = delta_adjusted_incidence([1, 2], [1, 0], at=5, deltas=[0, 1])
    assert np.isnan(found.value).all()
    assert all(found.reasons)
