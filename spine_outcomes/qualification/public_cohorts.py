"""Public cohorts with the answers of R: rows, weights and answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.study.packaged import packaged_file
from spine_outcomes.weights.design import Block, Design, assemble, categories, linear
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import Propensity, fit_propensity

COHORTS = ("rotterdam", "pbc", "retinopathy", "bmt")
WEIGHTS = ("unweighted", "ATE", "ATT", "ATO")
# R sorts levels by its locale; the answers were made with this order.
R_LEVELS = {"size": ["<=20", ">50", "20-50"]}


@dataclass(frozen=True, eq=False)
class PublicCohort:
    """A public cohort of n rows, its propensity, and what R answered.

    Parameters
    ----------
    name
        Of the data set.
    time, status, arm, cluster : ndarray, shape (n,)
        Status 1 is the event of interest, 2 competes.
    design
        Columns of the propensity model.
    propensity
        Fitted by this program.
    answers
        R's, by name; those of weighted methods by the name of the weights.
    """

    name: str
    time: NDArray[np.float64]
    status: NDArray[np.int64]
    arm: NDArray[np.int64]
    cluster: NDArray[np.int64]
    design: Design
    propensity: Propensity
    answers: Mapping[str, Any]

    def weight(self, estimand: str) -> NDArray[np.float64]:
        """Weights (n,) that this program makes of its propensity."""
        return weigh(self.propensity, self.arm, estimand).value

    @property
    def source(self) -> str:
        """What answered."""
        return f"R survival {self.answers['survival']}"


def answers_of(name: str) -> dict[str, Any]:
    """R's answers of this name, made by a script that is kept beside them in the repository."""
    path = packaged_file(f"tests/reference/answers/{name}.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def public_cohort(name: str) -> PublicCohort:
    """Read a cohort, leave out rows with gaps as R did, fit its propensity."""
    answers = answers_of(name)
    frame = pd.read_csv(packaged_file(f"tests/data/{name}.csv"))
    frame = frame.dropna(subset=[*answers["covariates"], "time", "status", "arm"])
    arm = frame["arm"].to_numpy(np.int64)
    design = assemble([_block(name, frame[name]) for name in answers["covariates"]])
    return PublicCohort(
        name,
        frame["time"].to_numpy(np.float64),
        frame["status"].to_numpy(np.int64),
        arm,
        pd.factorize(frame["cluster"])[0].astype(np.int64),
        design,
        fit_propensity(design, arm),
        answers,
    )


def _block(name: str, values: pd.Series[Any]) -> Block:
    """A covariate as R's model matrix has it."""
    if values.dtype != object:
        return linear(name, values.to_numpy(np.float64))
    levels = R_LEVELS.get(name, sorted(values.unique()))
    return categories(name, np.array([levels.index(value) for value in values]), levels)
