"""Published effects of the weights on public data, to the printed digits (sources: tests/data)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from spine_outcomes.inference import Estimate
from spine_outcomes.weights.balance import effective_sample_size
from spine_outcomes.weights.covariate_balancing import fit_covariate_balancing
from spine_outcomes.weights.design import Design, assemble, categories, linear
from spine_outcomes.weights.entropy_balancing import entropy_weights
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity

Floats = NDArray[np.float64]
DATA = Path(__file__).parents[1] / "data"


def design_of(frame: pd.DataFrame, numbers: list[str], factors: list[str]) -> Design:
    blocks = [linear(name, frame[name].to_numpy(np.float64)) for name in numbers]
    for name in factors:
        levels, codes = np.unique(frame[name], return_inverse=True)
        blocks.append(categories(name, codes, [str(level) for level in levels]))
    return assemble(blocks)


def mean_difference(outcome: Floats, arm: NDArray[np.int64], weight: Floats) -> Estimate:
    """Weighted means, comparator − reference: w (y − m)/W is the influence on a mean."""
    value, influence = 0.0, np.zeros(len(arm))
    for code, sign in ((0, -1.0), (1, 1.0)):
        own = weight * (arm == code)
        mean = own @ outcome / own.sum()
        value += sign * mean
        influence += sign * own * (outcome - mean) / own.sum()
    return Estimate(np.array([value]), influence[:, None], ({"measure": "mean_difference"},))


@pytest.fixture(scope="module")
def lalonde() -> tuple[Design, NDArray[np.int64], Floats]:
    frame = pd.read_csv(DATA / "lalonde.csv")
    numbers = ["age", "educ", "married", "nodegree", "re74", "re75"]
    design = design_of(frame, numbers, ["race"])
    return design, frame["arm"].to_numpy(), frame["re78"].to_numpy()


def test_lalonde_by_logistic_scores(lalonde):
    """Another effect than WeightIt's 1214 for the ATT, or another effective sample size."""
    design, arm, earnings = lalonde
    propensity = fit_propensity(design, arm)
    effect = {
        estimand: mean_difference(earnings, arm, weigh(propensity, arm, estimand).value).value[0]
        for estimand in ("ATT", "ATE", "ATO")
    }
    assert round(effect["ATT"]) == 1214
    assert round(effect["ATE"], 2) == 224.68
    assert round(effect["ATO"], 2) == 1242.20
    controls = weigh(propensity, arm, "ATT").value[arm == 0]
    assert round(effective_sample_size(controls), 1) == 99.8


def test_lalonde_by_entropy_balancing(lalonde):
    """Another effect than WeightIt's 1273, or controls more unequal than they need be."""
    design, arm, earnings = lalonde
    weights = entropy_weights(design, arm, "ATT").value
    assert round(mean_difference(earnings, arm, weights).value[0]) == 1273
    assert round(effective_sample_size(weights[arm == 0]), 1) == 98.5


def test_lalonde_balancing_score_of_the_treated_is_entropy_balancing(lalonde):
    """Two sets of equations with one solution that give two (Zhao and Percival, 2017)."""
    design, arm, _ = lalonde
    score = fit_covariate_balancing(design, arm, "ATT")
    expected = entropy_weights(design, arm, "ATT").value
    np.testing.assert_allclose(weigh(score, arm, "ATT").value, expected, rtol=1e-8)


def test_quitting_smoking_and_weight_gain():
    """Another effect than that of What If, chapter 12: 3.4 kg, 2.4 to 4.5 from robust errors."""
    frame = pd.read_csv(DATA / "nhefs.csv").dropna(subset=["wt82_71"])
    assert len(frame) == 1566
    squared = ["age", "smokeintensity", "smokeyrs", "wt71"]
    frame = frame.assign(**{f"{name}2": frame[name] ** 2 for name in squared})
    numbers = ["sex", "race", *squared, *(f"{name}2" for name in squared)]
    design = design_of(frame, numbers, ["education", "exercise", "active"])
    arm = frame["arm"].to_numpy()
    weights = weigh(fit_propensity(design, arm), arm, "ATE")
    effect = mean_difference(frame["wt82_71"].to_numpy(), arm, weights.value)
    assert round(weights.value.mean(), 2) == 2.00
    assert round(effect.value[0], 2) == 3.44
    assert round(effect.std_error()[0], 3) == 0.525
    assert effect.corrected(weights.nuisance).std_error()[0] < effect.std_error()[0]


def test_randomised_training():
    """The benchmark of the field, 1794: a difference of means; weights of a randomised arm keep it.

    Dehejia and Wahba's 445 men; balancing chance differences moves it by far less than its error.
    """
    frame = pd.read_csv(DATA / "nsw.csv")
    arm, earnings = frame["arm"].to_numpy(), frame["re78"].to_numpy()
    crude = mean_difference(earnings, arm, np.ones(len(arm)))
    assert round(crude.value[0], 2) == 1794.34
    design = design_of(frame, ["age", "educ", "black", "hisp", "marr", "nodegree", "re74"], [])
    balanced = mean_difference(earnings, arm, entropy_weights(design, arm, "ATE").value)
    assert abs(balanced.value[0] - crude.value[0]) < 0.5 * crude.std_error()[0]
