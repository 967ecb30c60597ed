"""Bias, precision and coverage over draws."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.inference import interval
from spine_outcomes.simulation.performance import performance
from spine_outcomes.simulation.replication import Answers

NAN = np.nan


def test_performance_worked_by_hand():
    """Estimates 1, 2, 6 with errors 1, 1, 2 and truth 2.5; one draw failed.

    Mean 3, SD √7; root mean square error of the errors √2; 95 % intervals (−.96, 2.96),
    (.04, 3.96), (2.08, 9.92): all hold 2.5. With truth 3.5 the first does not.
    """
    value = np.array([[1.0, 1], [NAN, NAN], [2, 2], [6, 6]])
    std_error = np.array([[1.0, 1], [NAN, NAN], [1, 1], [2, 2]])
    labels = ({"k": 1}, {"k": 2})
    limits = interval(value, std_error, "identity")
    found = performance(Answers(labels, value, std_error, *limits), np.array([2.5, 3.5]))
    np.testing.assert_array_equal(found.n, 3)
    np.testing.assert_array_equal(found.n_failed, 1)
    np.testing.assert_allclose(found.mean, 3)
    np.testing.assert_allclose(found.bias, [0.5, -0.5])
    np.testing.assert_allclose(found.empirical_std_error, np.sqrt(7))
    np.testing.assert_allclose(found.mean_mc_error, np.sqrt(7 / 3))
    np.testing.assert_allclose(
        found.bias_in_mc_errors, [0.5 / np.sqrt(7 / 3), -0.5 / np.sqrt(7 / 3)]
    )
    np.testing.assert_allclose(found.mean_std_error, np.sqrt(2))
    np.testing.assert_allclose(found.coverage, [1, 2 / 3])
    np.testing.assert_allclose(found.coverage_mc_error, [0, np.sqrt(2 / 9 / 3)])
    _, second = found.cells(["k"])
    assert second["k"] == 2
    assert (second["truth"], second["coverage"]) == (3.5, 0.66666667)
    assert (second["n"], second["n_failed"]) == (3, 1)


def test_coverage_of_a_known_law_is_nominal():
    """Intervals of another level: normal estimates with their true error, 20 000 draws."""
    rng = np.random.default_rng(6)
    value = rng.normal(3.0, 0.5, size=(20_000, 1))
    error = np.full_like(value, 0.5)
    for level in (0.9, 0.95):
        answers = Answers(({},), value, error, *interval(value, error, "identity", level))
        found = performance(answers, np.array([3.0]))
        assert abs(found.coverage[0] - level) < 4 * found.coverage_mc_error[0]
        assert found.coverage_mc_error[0] == pytest.approx(
            np.sqrt(level * (1 - level) / 20_000), rel=0.05
        )
