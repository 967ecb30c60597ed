"""Weighted proportions and event rates by arm, with each row's influence."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.sample import sample_of

Floats = NDArray[np.float64]

NOBODY = "no row with a weight above 0"


def proportions(
    outcome: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
) -> Estimate:
    """Weighted share of the rows that have each of k outcomes, in each arm.

    Parameters
    ----------
    outcome : array_like, shape (n, k)
        1 yes, 0 no, NaN not known: such a row weighs nothing for that outcome.
    weight, arm, cluster : array_like, shape (n,)
        As ``sample_of``.

    Returns
    -------
    Estimate
        Arms, outcomes within arms; labels ``measure`` (``proportion``), ``outcome`` (0 to k − 1)
        and ``arm``. Not estimable where no row of the arm is known.

    Notes
    -----
    p = Σ w y / Σ w with influence w (y − p) / Σ w (Hájek, 1971): the variance is that of
    linearised survey estimators with patients as clusters, without a factor G/(G − 1).

    Examples
    --------
    >>> proportions([[1.0], [0.0], [0.0]], [2.0, 1.0, 1.0]).value
    array([0.5])
    """
    y = np.asarray(outcome, dtype=np.float64)
    is_known = ~np.isnan(y)
    return _ratios(np.where(is_known, y, 0.0), is_known * 1.0, "proportion", weight, arm, cluster)


def event_rates(
    events: ArrayLike,
    person_time: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
) -> Estimate:
    """Weighted number of events a unit of time at risk, of k kinds, in each arm.

    Parameters
    ----------
    events : array_like, shape (n, k)
        How many events of each kind a row had; NaN not known.
    person_time : array_like, shape (n,)
        How long it was followed.
    weight, arm, cluster : array_like, shape (n,)
        As ``sample_of``.

    Returns
    -------
    Estimate
        As ``proportions``, ``measure`` is ``event_rate``. Not estimable without time at risk.

    Notes
    -----
    Σ w d / Σ w t with influence w (d − rate t) / Σ w t. Clusters of events in a row or a patient
    widen the error, as they do not in a Poisson model.
    """
    d = np.asarray(events, dtype=np.float64)
    is_known = ~np.isnan(d)
    time = np.asarray(person_time, dtype=np.float64)[:, None] * is_known
    return _ratios(np.where(is_known, d, 0.0), time, "event_rate", weight, arm, cluster)


def _ratios(
    top: Floats,
    bottom: Floats,
    measure: str,
    weight: ArrayLike | None,
    arm: ArrayLike | None,
    cluster: ArrayLike | None,
) -> Estimate:
    """Σ w top / Σ w bottom of matrices (n, k), in each arm."""
    nobody_waits = np.zeros(len(top))  # a sample has times; these are no times to an event
    sample = sample_of(nobody_waits, nobody_waits, weight, arm=arm, cluster=cluster)
    codes = np.zeros(sample.n, dtype=np.int64) if sample.arm is None else sample.arm
    values, influences, labels = [], [], []
    for code in range(int(codes.max()) + 1):
        own = (sample.weight * (codes == code))[:, None]
        total = (own * bottom).sum(axis=0)
        has_some = total > 0
        divisor = np.where(has_some, total, 1.0)
        value = np.where(has_some, (own * top).sum(axis=0) / divisor, np.nan)
        filled = np.where(has_some, value, 0.0)
        influences.append(np.where(has_some, own * (top - filled * bottom) / divisor, 0.0))
        values.append(value)
        group = {} if sample.arm is None else {"arm": code}
        labels += [{"measure": measure, "outcome": k, **group} for k in range(top.shape[1])]
    found = np.concatenate(values)
    reasons = tuple(NOBODY if np.isnan(value) else None for value in found)
    return Estimate(found, np.hstack(influences), tuple(labels), sample.cluster, reasons)
