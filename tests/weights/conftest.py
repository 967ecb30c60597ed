"""Cohorts that several tests of the weights use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from spine_outcomes.weights.design import Block, Design, assemble, categories, linear

TESTS = Path(__file__).parents[1]
# R sorts levels by its locale; the answers were made with this order.
R_LEVELS = {"size": ["<=20", ">50", "20-50"]}


@dataclass(frozen=True)
class ReferenceCohort:
    """A public cohort, its design and what R answered."""

    frame: pd.DataFrame
    design: Design
    arm: NDArray[np.int64]
    answers: dict[str, Any]


def _block(name: str, values: pd.Series[Any]) -> Block:
    if values.dtype != object:
        return linear(name, values.to_numpy(np.float64))
    levels = R_LEVELS.get(name, sorted(values.unique()))
    return categories(name, values.map(levels.index).to_numpy(np.int64), levels)


@pytest.fixture(scope="session", params=["rotterdam", "pbc", "retinopathy", "bmt"])
def reference(request: pytest.FixtureRequest) -> ReferenceCohort:
    answers = json.loads((TESTS / f"reference/answers/{request.param}.json").read_text())
    frame = pd.read_csv(TESTS / f"data/{request.param}.csv")
    frame = frame.dropna(subset=[*answers["covariates"], "time", "status", "arm"])
    design = assemble([_block(name, frame[name]) for name in answers["covariates"]])
    return ReferenceCohort(frame, design, frame["arm"].to_numpy(), answers)


@pytest.fixture(scope="session")
def pbc() -> pd.DataFrame:
    return pd.read_csv(TESTS / "data/pbc.csv")


@pytest.fixture(scope="session")
def weights_answers() -> dict[str, Any]:
    return json.loads((TESTS / "reference/answers/weights.json").read_text())


@dataclass(frozen=True)
class Drawn:
    """A made-up confounded cohort."""

    design: Design
    arm: NDArray[np.int64]
    outcome: NDArray[np.float64]
    cluster: NDArray[np.int64]


@pytest.fixture(scope="session", params=[0, 1, 2])
def drawn(request: pytest.FixtureRequest) -> Drawn:
    rng = np.random.default_rng(request.param)
    n = 120
    x = rng.normal(size=n)
    level = rng.integers(0, 3, n)
    arm = (rng.random(n) < 1 / (1 + np.exp(-0.7 * x - 0.4 * (level == 2)))).astype(np.int64)
    design = assemble([linear("x", x), categories("level", level, ["a", "b", "c"])])
    return Drawn(design, arm, x + 0.5 * arm + rng.normal(size=n), rng.integers(0, 60, n))
