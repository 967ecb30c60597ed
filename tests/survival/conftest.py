"""Public cohorts with R's answers, and the weights that R used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

TESTS = Path(__file__).parents[1]
# R sorts levels by its locale; the answers were made with this order.
R_LEVELS = {"size": ["<=20", ">50", "20-50"]}


@dataclass(frozen=True)
class PublicCohort:
    """A cohort, one set of weights, and what R answered for them."""

    time: NDArray[np.float64]
    status: NDArray[np.int64]
    arm: NDArray[np.int64]
    cluster: NDArray[Any]
    weight: NDArray[np.float64]
    covariates: NDArray[np.float64]
    landmarks: list[float]
    answers: dict[str, Any]

    @property
    def arrays(self) -> tuple[Any, ...]:
        return self.time, self.status, self.weight

    @property
    def keys(self) -> dict[str, Any]:
        return {"arm": self.arm, "cluster": self.cluster}


def r_design(frame: pd.DataFrame, covariates: list[str]) -> NDArray[np.float64]:
    """R's model matrix: an intercept, numbers as they are, indicators of all levels but one."""
    columns = [np.ones(len(frame))]
    for name in covariates:
        values = frame[name]
        if values.dtype != object:
            columns.append(values.to_numpy(np.float64))
            continue
        levels = R_LEVELS.get(name, sorted(values.unique()))
        columns += [(values == level).to_numpy(np.float64) for level in levels[1:]]
    return np.column_stack(columns)


def logistic_scores(x: NDArray[np.float64], arm: NDArray[np.int64]) -> NDArray[np.float64]:
    """Propensity scores by Newton's method to the last digit, from columns of spread 1."""
    x = x / np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    gamma = np.zeros(x.shape[1])
    for _ in range(50):
        e = 1 / (1 + np.exp(-x @ gamma))
        gamma = gamma + np.linalg.solve((x * (e * (1 - e))[:, None]).T @ x, x.T @ (arm - e))
    return 1 / (1 + np.exp(-x @ gamma))


def make_public_cohort(name: str, estimand: str) -> PublicCohort:
    answers = json.loads((TESTS / f"reference/answers/{name}.json").read_text())
    frame = pd.read_csv(TESTS / f"data/{name}.csv")
    frame = frame.dropna(subset=[*answers["covariates"], "time", "status", "arm"])
    arm = frame["arm"].to_numpy()
    design = r_design(frame, answers["covariates"])
    e = logistic_scores(design, arm)
    weight = {
        "unweighted": np.ones(len(e)),
        "ATE": np.where(arm == 1, 1 / e, 1 / (1 - e)),
        "ATT": np.where(arm == 1, 1.0, e / (1 - e)),
        "ATO": np.where(arm == 1, 1 - e, e),
    }[estimand]
    return PublicCohort(
        frame["time"].to_numpy(np.float64),
        frame["status"].to_numpy(),
        arm,
        frame["cluster"].to_numpy(),
        weight,
        design[:, 1:],
        answers["landmarks"],
        answers[estimand],
    )


COHORTS = ("rotterdam", "pbc", "retinopathy", "bmt")
ESTIMANDS = ("unweighted", "ATE", "ATT", "ATO")


@pytest.fixture(
    scope="session",
    params=[(name, estimand) for name in COHORTS for estimand in ESTIMANDS],
    ids="-".join,
)
def public(request: pytest.FixtureRequest) -> PublicCohort:
    return make_public_cohort(*request.param)
