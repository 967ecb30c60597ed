"""Double robustness: the estimators of standardised risks where models are right and wrong."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.simulation.performance import Performance

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/doubly_robust.py"))
DRAWS = 300
NO_BIAS, BIAS = 3.0, 5.0


@pytest.fixture(scope="module")
def found() -> Performance:
    return SCRIPT["study"](DRAWS, seed=1001)


def place(found: Performance, **labels: str) -> int:
    """Which of the quantities has these labels."""
    (position,) = [
        i
        for i, label in enumerate(found.labels)
        if all(label[key] == value for key, value in labels.items())
    ]
    return position


def test_truth_by_simulation():
    """A wrong integral: risks of 200 000 people under both arms, event by event."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(200_000, 2))
    tilt = SCRIPT["score"](x) * (1 - SCRIPT["score"](x))
    gap = np.zeros(len(x))
    for arm, sign in ((1, 1), (0, -1)):
        own, other = (rng.exponential(1 / hazard) for hazard in SCRIPT["hazards"](x, arm))
        gap += sign * ((own < other) & (own <= SCRIPT["TIME"]))
    for target, weight in (("ATE", np.ones(len(x))), ("ATO", tilt)):
        mean = np.average(gap, weights=weight)
        error = np.sqrt(((weight * (gap - mean)) ** 2).sum()) / weight.sum()
        assert abs(mean - SCRIPT["truth"]()[target]) < 4 * error


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arm_model", "outcome"), [("right", "right"), ("right", "wrong"), ("wrong", "right")]
)
def test_one_right_model_is_enough(found, arm_model, outcome):
    """Bias of AIPTW although the propensity or the outcome models are right."""
    i = place(found, estimand="ATE", model="aipw", arm_model=arm_model, outcome=outcome)
    assert abs(found.bias_in_mc_errors[i]) < NO_BIAS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "arm_model", "outcome"),
    [("aipw", "wrong", "wrong"), ("iptw", "wrong", "-"), ("g_formula", "-", "wrong")],
)
def test_wrong_models_are_biased(found, model, arm_model, outcome):
    """A law so mild that the test before would pass for anything."""
    i = place(found, estimand="ATE", model=model, arm_model=arm_model, outcome=outcome)
    assert abs(found.bias_in_mc_errors[i]) > BIAS


@pytest.mark.slow
def test_errors_of_right_models(found):
    """Standard errors that are not the spread of the estimates, or intervals that do not cover."""
    for label, mean_error, spread, coverage in zip(
        found.labels, found.mean_std_error, found.empirical_std_error, found.coverage, strict=True
    ):
        if "wrong" in (label["arm_model"], label["outcome"]):
            continue
        assert abs(mean_error / spread - 1) < 4 / np.sqrt(2 * DRAWS)
        assert abs(coverage - 0.95) < 4 * np.sqrt(0.95 * 0.05 / DRAWS)


@pytest.mark.slow
def test_overlap_population_needs_the_propensity_only(found):
    """Augmentation that biases the overlap estimate: with wrong outcome models it must not."""
    for outcome in ("right", "wrong"):
        i = place(found, estimand="ATO", model="aipw", outcome=outcome)
        assert abs(found.bias_in_mc_errors[i]) < NO_BIAS
