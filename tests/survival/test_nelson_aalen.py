from __future__ import annotations

import numpy as np

from spine_outcomes.survival.nelson_aalen import nelson_aalen


def test_ties_weights_and_competing_events_by_hand() -> None:
    """At 2: 3 of the weights 1+2+3+1+1 = 8 have the event; at 5: 1 of the last 2."""
    time = [2, 2, 4, 5, 7]
    hazard = nelson_aalen(time, [1, 1, 2, 1, 0], [1, 2, 3, 1, 1])
    np.testing.assert_allclose(hazard, [3 / 8, 3 / 8, 3 / 8, 3 / 8 + 1 / 2, 3 / 8 + 1 / 2])


def test_rows_that_enter_late_are_not_at_risk_before() -> None:
    """Two are at risk at 2 and at 3, the third enters between."""
    hazard = nelson_aalen([2, 3, 6], [1, 1, 1], entry=[0, 0, 2.5])
    np.testing.assert_allclose(hazard, [1 / 2, 1, 2])


def test_a_row_without_weight_adds_nothing() -> None:
    hazard = nelson_aalen([1, 2, 3], [1, 1, 1], [1, 0, 1])
    np.testing.assert_allclose(hazard, [1 / 2, 0, 3 / 2])
