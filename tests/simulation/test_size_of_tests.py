"""Size of the tests of two arms that do not differ: confounded arms, competing events, clusters.

400 samples a test, a gate of 4 Monte-Carlo errors: only gross faults show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spine_outcomes.survival.fine_gray_score import fine_gray_score_test
from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.log_rank import log_rank, score_test
from spine_outcomes.survival.time_weights import gehan
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.estimands import Weights, weigh
from spine_outcomes.weights.propensity import fit_propensity

pytestmark = pytest.mark.slow
SAMPLES, LEVEL = 400, 0.05
GATE = 4 * np.sqrt(LEVEL * (1 - LEVEL) / SAMPLES)


@dataclass(frozen=True)
class Draw:
    """80 patients with 3 rows each; the arm does nothing, x and a shared frailty do."""

    time: NDArray[np.float64]
    status: NDArray[np.int64]
    arm: NDArray[np.int64]
    patient: NDArray[np.int64]
    weights: Weights


def draw(seed: int, *, confounding: float = 1.0, by_patient: bool = True) -> Draw:
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(80), 3)
    x, frailty, uniform = rng.normal(size=80), rng.gamma(1.0, size=80), rng.random(80)
    x, frailty = x[patient], frailty[patient]
    uniform = uniform[patient] if by_patient else rng.random(240)
    arm = (uniform < 1 / (1 + np.exp(-confounding * x))).astype(np.int64)
    hazards = frailty[:, None] * np.exp(np.outer(x, [0.7, -0.3])) * [0.10, 0.06]
    events = rng.exponential(1 / hazards)
    censored = rng.uniform(2, 20, 240)
    time = np.minimum(events.min(axis=1), censored)
    status = np.where(time == censored, 0, 1 + events.argmin(axis=1))
    propensity = fit_propensity(assemble([linear("x", x)]), arm)
    # whole months: ties of all kinds
    return Draw(np.ceil(time), status, arm, patient, weigh(propensity, arm, "ATE"))


def rejected(test, draws: list[Draw]) -> float:
    """Share of the samples in which the test rejects."""
    return float(np.mean([test(sample).p_value < LEVEL for sample in draws]))


def draws(**keys: Any) -> list[Draw]:
    return [draw(seed, **keys) for seed in range(SAMPLES)]


@pytest.fixture(scope="module")
def confounded() -> list[Draw]:
    return draws()


@pytest.mark.parametrize(
    ("test", "keys"),
    [(score_test, {}), (score_test, {"time_weight": gehan}), (fine_gray_score_test, {})],
    ids=["log-rank", "Gehan", "subdistribution"],
)
def test_weighted_and_clustered(confounded, test, keys):
    """Confounding left in, or rows of a patient taken as independent: too many rejections."""

    def weighted(d: Draw, cluster: NDArray[np.int64] | None):
        keys_of_draw = {"arm": d.arm, "cluster": cluster, "nuisance": d.weights.nuisance, **keys}
        return test(d.time, d.status, d.weights.value, **keys_of_draw)

    rate = rejected(lambda d: weighted(d, d.patient), confounded)
    assert rate == pytest.approx(LEVEL, abs=GATE)
    assert rejected(lambda d: weighted(d, None), confounded) > rate


@pytest.mark.parametrize("test", [log_rank, gray_test])
def test_classical(confounded, test):
    """A classical test that rejects too often where rows are exchangeable, or sees no confounding.

    Arms are drawn by row here: rows of a patient are alike, which is not what breaks these tests.
    """
    exchangeable = draws(confounding=0.0, by_patient=False)
    plain = rejected(lambda d: test(d.time, d.status, arm=d.arm), exchangeable)
    assert plain == pytest.approx(LEVEL, abs=GATE)
    stratified = rejected(
        lambda d: test(d.time, d.status, arm=d.arm, strata=d.patient % 4), exchangeable
    )
    assert stratified == pytest.approx(LEVEL, abs=GATE)
    assert rejected(lambda d: test(d.time, d.status, arm=d.arm), confounded) > LEVEL + GATE
