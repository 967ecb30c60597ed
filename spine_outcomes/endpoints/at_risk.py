"""Who can have an endpoint at all: its own population within the rows analysed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.eligibility import apply_steps
from spine_outcomes.errors import Finding, NotEstimableError, Problem, people
from spine_outcomes.study.endpoint import Endpoint


def at_risk(
    cohort: Cohort, endpoint: Endpoint, rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], tuple[Finding, ...]]:
    """Rows in the endpoint's own population, and what a reader must know of the others.

    Raises
    ------
    NotEstimableError
        If nobody is left.

    Notes
    -----
    The weights stay those of all rows at the endpoint's level: who is at risk was known before
    treatment, but the arms are balanced over all rows and not within these.
    """
    if endpoint.population is None:
        return rows, ()
    steps, findings = apply_steps(cohort, endpoint.population)
    passes = np.ones(len(cohort.frame), dtype=bool)
    counts: list[str] = []
    for step in steps:
        n = int((passes & ~step.passes)[rows].sum())
        counts.append(f"{people(n)} by {step.id} ({step.label})")
        passes &= step.passes
    left = rows[passes[rows]]
    if not len(left):
        message = f"no row is left in the population of {endpoint.label}"
        raise NotEstimableError(Problem("E_NO_ROWS", message))
    message = (
        f"Analysed in {endpoint.population.name}: {people(len(rows) - len(left))} rows are not at "
        f"risk ({', '.join(counts)}). The weights are those of all rows."
    )
    return left, (Finding("W_NOT_AT_RISK", message, n=len(rows) - len(left)), *findings)
