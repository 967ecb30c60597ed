"""The rows whose toxicity is analysed: their grades, arms, patients and weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.fitted import Fitted
from spine_outcomes.analysis.prepared import Prepared
from spine_outcomes.analysis.weighting import WeightedSet
from spine_outcomes.endpoints.toxicity import (
    Assessments,
    Cause,
    Window,
    assessments,
    worst_grades,
)
from spine_outcomes.study.toxicity import Toxicity

ANY_TERM = "any"


@dataclass(frozen=True, eq=False)
class ToxicRows:
    """Toxicity of the n rows of the analysis set at the level of the arms.

    Parameters
    ----------
    plan
        The block ``toxicity`` of the plan.
    found
        Every grade that was given to them.
    weighted
        The rows with their weights, once for each completed cohort.
    arms
        Codes of the arms, the reference first.
    patient : ndarray of int, shape (n,)
    """

    plan: Toxicity
    found: Assessments
    weighted: list[WeightedSet]
    arms: tuple[str, str]
    patient: NDArray[np.int64]

    @property
    def level(self) -> str:
        """What a row is."""
        return self.weighted[0].analysis_set.level

    @property
    def arm(self) -> NDArray[np.int64]:
        """Arm of each row: 0 reference, 1 comparator, shape (n,)."""
        return self.weighted[0].analysis_set.arm

    @property
    def cluster(self) -> NDArray[np.int64] | None:
        """Cluster of each row, shape (n,)."""
        return self.weighted[0].analysis_set.cluster

    def named_terms(self) -> Iterator[tuple[str, int | None]]:
        """Any term, then each that is shown: name and position."""
        yield ANY_TERM, None
        yield from ((term, position) for position, term in enumerate(self.found.terms))

    def worst(self, term: int | None, window: Window, cause: Cause) -> NDArray[np.float64]:
        """Worst grade of each row, shape (n,)."""
        return worst_grades(self.found, self.plan, term=term, window=window, cause=cause)


def toxic_rows(prepared: Prepared, fitted: Fitted) -> ToxicRows:
    """Read the toxicity of the rows that are described, at the level of the arms."""
    plan = prepared.plan
    assert plan.toxicity is not None  # noqa: S101 - only plans with the block come here
    weighted = fitted.weighted[fitted.described_level]
    cohort = prepared.selection.cohort.take(weighted[0].analysis_set.rows)
    patient = pd.factorize(cohort.frame[cohort.dictionary.table.patient])[0]
    return ToxicRows(
        plan.toxicity, assessments(cohort, plan), weighted, plan.arms.codes,
        patient.astype(np.int64),
    )  # fmt: skip
