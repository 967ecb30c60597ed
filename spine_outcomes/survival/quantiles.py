"""Median and other quantiles of a survival curve, with the limits of its pointwise interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Estimate, interval
from spine_outcomes.survival.follow_up import distinct_event_times
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.life_table import Floats
from spine_outcomes.survival.time_order import TimeOrder

FLAT = 1e-9


@dataclass(frozen=True)
class Quantile:
    """Time by which a share of the rows has had the event.

    Parameters
    ----------
    value
        In the unit of the times; NaN where not reached.
    lower, upper
        Limits; NaN where the limit of the curve is not reached.
    reason
        Why there is no value; None where there is.
    """

    value: float
    lower: float
    upper: float
    reason: str | None = None


def quantile(curve: Estimate, probability: float = 0.5, level: float = 0.95) -> Quantile:
    """Invert a survival curve and its pointwise limits at 1 − ``probability``.

    Parameters
    ----------
    curve
        ``kaplan_meier`` of one arm at all its event times (``distinct_event_times``), increasing;
        its errors, robust or corrected, are those of the limits.
    probability
        Share of the rows that has had the event; ½ gives the median.
    level
        Level of the log(−log) interval.

    Notes
    -----
    The first time at which the curve is at or below 1 − p; where it is flat at exactly 1 − p, the
    middle of the flat piece. The limits invert those of the curve in the same way (Brookmeyer and
    Crowley, 1982).

    Examples
    --------
    >>> quantile(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1], times=[1, 2, 3, 4])).value
    2.5
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability is {probability}; it must lie between 0 and 1")
    is_known = curve.is_estimable
    time = np.array([label["time"] for label in curve.labels], dtype=np.float64)[is_known]
    survival = curve.value[is_known]
    if (np.diff(time) <= 0).any():
        raise ValueError("the times of the curve must increase, and it must be of one arm")
    lower, upper = interval(survival, curve.std_error()[is_known], "log(-log)", level)
    value, low, high = (
        _first_at_or_below(time, heights, 1 - probability) for heights in (survival, lower, upper)
    )
    lowest = survival.min(initial=1.0)
    reason = f"not reached; survival is {lowest:.3f} at its last" if np.isnan(value) else None
    return Quantile(value, low, high, reason)


def follow_up_quantile(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    probability: float = 0.5,
    level: float = 0.95,
) -> Quantile:
    """Quantile of the follow-up: the curve with censoring as the event and events censored.

    The median is that of the time rows would have been watched, had nothing happened to them
    (Schemper and Smith, 1996). Give the rows of other arms the weight 0.

    Examples
    --------
    >>> time, status = [3, 6, 9, 12, 15, 18, 21, 24], [1, 1, 0, 1, 0, 0, 1, 0]
    >>> follow_up_quantile(time, status).value
    18.0
    """
    is_censored = np.asarray(status) == 0
    times = distinct_event_times(time, is_censored, weight)
    curve = kaplan_meier(time, is_censored, weight, entry=entry, cluster=cluster, times=times)
    return quantile(curve, probability, level)


def _first_at_or_below(time: Floats, curve: Floats, height: float) -> float:
    """Time at which a falling curve comes to ``height``, the middle where it is flat there."""
    # A limit of the curve has no value at survival 1 or 0: it is passed over.
    is_there = np.flatnonzero(curve <= height * (1 + FLAT))
    if not len(is_there):
        return float("nan")
    first = is_there[0]
    below = np.flatnonzero(curve < height * (1 - FLAT))
    is_flat = curve[first] >= height * (1 - FLAT)
    if is_flat and len(below):
        return float((time[first] + time[below[0]]) / 2)
    return float(time[first])
