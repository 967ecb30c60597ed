"""An endpoint as every estimator reads it: a time and a status for each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.errors import Finding
from spine_outcomes.study.durations import TimeUnit


@dataclass(frozen=True, eq=False)
class Outcome:
    """Time and status of one endpoint on rows of the cohort.

    Parameters
    ----------
    name, label
        Key in the plan and text for people.
    level
        What a row is: ``lesion``, or ``patient`` (one row a patient: the index lesion).
    rows : ndarray of int, shape (n,)
        Positions in the cohort's frame of the rows analysed.
    time : ndarray, shape (n,)
        Time from the origin, in ``unit``.
    status : ndarray of int, shape (n,)
        0 censored, 1 event of interest, 2, 3, … competing events in the order of ``competing``.
    entry : ndarray, shape (n,), or None
        Delayed entry, in ``unit``; None: observed from time 0.
    lower, upper : ndarray, shape (n,)
        Bounds of the event of interest for interval-censored analysis: the last time known free of
        it (the last clean image) and the first time known with it, in ``unit``; ``upper`` is
        infinite where it was not seen, and both are its time where no column gives a clean image.
    unit
        Unit of ``time``, ``entry`` and the bounds: days where it comes from dates.
    competing
        Names of the competing events; empty where there are none.
    findings
        Zero times moved, rows left out, events after the cut-off.
    """

    name: str
    label: str
    level: str
    rows: NDArray[np.intp]
    time: NDArray[np.float64]
    status: NDArray[np.int64]
    entry: NDArray[np.float64] | None
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    unit: TimeUnit
    competing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
