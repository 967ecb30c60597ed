"""Endpoints counted from a landmark, among the rows that are still at risk there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.endpoints.history import History
from spine_outcomes.errors import Finding, NotEstimableError, Problem, people
from spine_outcomes.study.durations import Duration

ROUND_OFF = 1e-9
"""Relative difference up to which two times are one."""


def from_landmark(
    history: History, landmark: Duration, is_observed: NDArray[np.bool_]
) -> tuple[History, NDArray[np.bool_]]:
    """Count time from a landmark L, of rows without event and under observation at L.

    Parameters
    ----------
    is_observed : ndarray of bool, shape (n,)
        Rows that are observed at all.

    Returns
    -------
    history
        Times, entries and bounds from L; what lies before it is at it. A finding counts the rows
        that are left out.
    is_at_risk : ndarray of bool, shape (n,)
        Rows with a time later than L: an event or a censoring at exactly L has happened.

    Raises
    ------
    NotEstimableError
        If nobody is at risk at the landmark.

    Notes
    -----
    Risks and hazards are then conditional on the time until L (Anderson, Cain and Gelber, 1983,
    Journal of Clinical Oncology 1:710–719). Nothing before L is compared, so that a difference that
    arises there is not seen, and whom it leaves may no longer be alike.
    """
    length = landmark.to(history.unit)
    is_over = is_observed & (history.time <= length * (1 + ROUND_OFF))
    is_at_risk = is_observed & ~is_over
    if not is_at_risk.any():
        message = f"no row is at risk at the landmark of {landmark}"
        raise NotEstimableError(Problem("E_NO_ROWS", message))
    kinds = {
        "with the event": history.status == 1,
        "with a competing one": history.status > 1,
        "censored": history.status == 0,
    }
    left_out = [f"{people(int((is_over & own).sum()))} {what}" for what, own in kinds.items()]
    n = int(is_over.sum())
    message = (
        f"Counted from {landmark} after time zero, among {people(int(is_at_risk.sum()))} rows at "
        f"risk then; {people(n)} are left out: {', '.join(left_out)}."
    )
    entry = history.entry
    shifted = replace(
        history,
        time=_from(history.time, length),
        entry=None if entry is None else _from(entry, length),
        lower=_from(history.lower, length),
        upper=_from(history.upper, length),
        findings=(*history.findings, Finding("N_LANDMARK", message, "note", n=n)),
    )
    return shifted, is_at_risk


def _from(time: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    """Times from the landmark; those before it are 0."""
    return np.maximum(time - length, 0.0)
