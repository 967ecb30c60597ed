"""E-values: how strong an unmeasured confounder must be to explain a ratio away."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class EValue(NamedTuple):
    """E-values of a ratio and of its interval, each 1 or more.

    Parameters
    ----------
    estimate
        Least risk ratio that an unmeasured confounder must have with the arm and with the outcome,
        given the covariates, to move the estimate to 1.
    limit
        The same for the limit nearer to 1; 1 where the interval holds 1.
    """

    estimate: float
    limit: float


def e_value_of_risk_ratio(ratio: float, lower: float, upper: float) -> EValue:
    """E-values of a risk ratio, or of a hazard ratio of a rare outcome.

    Parameters
    ----------
    ratio, lower, upper
        Estimate and interval, lower ≤ ratio ≤ upper, not negative; NaN limits give a NaN.

    Notes
    -----
    RR + √(RR (RR − 1)), of 1/RR where RR < 1 (VanderWeele and Ding, 2017). While the outcome is
    rare (at most 15 % at the end of follow-up) a hazard ratio is near the risk ratio and takes its
    place (the same, table 2).

    Examples
    --------
    >>> e_value_of_risk_ratio(3.9, 1.8, 8.7)
    EValue(estimate=7.26..., limit=3.0)
    """
    return EValue(_e_value(ratio), _e_value(_limit_nearer_to_one(lower, upper)))


def e_value_of_hazard_ratio(ratio: float, lower: float, upper: float) -> EValue:
    """E-values of a hazard ratio of a common outcome, through ``approximate_risk_ratio``.

    Arguments as ``e_value_of_risk_ratio``, which takes a hazard ratio of a rare outcome as it is.
    """
    return e_value_of_risk_ratio(*map(approximate_risk_ratio, (ratio, lower, upper)))


def approximate_risk_ratio(hazard_ratio: float) -> float:
    """Risk ratio that goes with a hazard ratio when the outcome is common (above 15 %).

    Notes
    -----
    (1 − 0.5^√HR) / (1 − 0.5^√(1/HR)): the middle of what it can be over common risks, by two
    square-root transformations (VanderWeele, 2017; VanderWeele and Ding, 2017, table 2). An
    approximation: the risk ratio at a time needs none.
    """
    if hazard_ratio == 0:
        return 0.0
    root = np.sqrt(hazard_ratio)
    half = np.log(0.5)
    return float(np.expm1(half * root) / np.expm1(half / root))


def _limit_nearer_to_one(lower: float, upper: float) -> float:
    """The limit on the side of 1, 1 where it lies beyond."""
    if np.isnan(lower) or np.isnan(upper):
        return np.nan
    return lower if lower > 1 else min(upper, 1.0)


def _e_value(ratio: float) -> float:
    """E-value of one risk ratio; infinite for a ratio of 0."""
    if ratio == 0:
        return np.inf
    away = max(ratio, 1 / ratio)
    return float(away + np.sqrt(away * (away - 1)))
