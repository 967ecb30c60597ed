"""Nelson–Aalen estimate of a cumulative hazard, read off at the time of each row."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.survival.life_table import life_tables
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.time_order import TimeOrder


def nelson_aalen(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    cause: int = 1,
    entry: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Cumulative hazard of a cause, H(t) = Σ dN/Y over s ≤ t, at the own time of each row.

    Parameters
    ----------
    time, status, weight, entry : array_like, shape (n,)
        As ``sample_of``.
    cause
        The status that counts as an event; others end the time at risk.

    Returns
    -------
    ndarray, shape (n,)
        0 for rows of weight 0, which nobody watches.

    Raises
    ------
    SampleError
        Where the arrays are no sample.

    Notes
    -----
    Nelson (1972, Technometrics 14), Aalen (1978, Annals of Statistics 6). With the indicator of the
    event it is what an imputation of covariates needs of a time to event (White and Royston, 2009,
    Statistics in Medicine 28).

    Examples
    --------
    >>> nelson_aalen([1, 2, 3, 4], [1, 0, 1, 1]).round(3)
    array([0.25, 0.25, 0.75, 1.75])
    """
    sample = sample_of(time, status, weight, entry=entry)
    hazard = np.zeros(len(sample.status))
    for _, table in life_tables(sample):
        if table is not None:
            events = table.total(table.weight * (table.status == cause))
            hazard[table.rows] = np.cumsum(events / table.at_risk)[table.group]
    return hazard
