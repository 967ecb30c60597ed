"""Comparator against reference: differences, ratios, number needed to treat.

Both arms live on the same rows, so the covariance between arms that share patients is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference.estimate import Estimate, Label, concatenate

Floats = NDArray[np.float64]

MEASURE_NAMES = {"cumulative_incidence": "risk"}


def difference(comparator: Estimate, reference: Estimate) -> Estimate:
    """Subtract the reference from the comparator, quantity by quantity.

    Parameters
    ----------
    comparator, reference
        The same k quantities of two arms, on the same n rows.

    Returns
    -------
    Estimate
        Labels as those of the two arms, with ``measure`` ending in ``_difference`` and ``arm``
        replaced by ``comparator`` and ``reference``. Not estimable where either is not.

    Raises
    ------
    ValueError
        Where the two do not match quantity by quantity.
    """
    reasons = _matched_reasons(comparator, reference)
    return _contrast(
        comparator, reference, comparator.value - reference.value,
        (np.ones(len(reasons)), -np.ones(len(reasons))), "{}_difference", reasons,
    )  # fmt: skip


def log_ratio(comparator: Estimate, reference: Estimate) -> Estimate:
    """Logarithm of comparator / reference, quantity by quantity.

    The delta method: the influence of log θ is that of θ divided by θ. A ratio with 0 in it has no
    logarithm and is not estimable. Labels as ``difference``, with ``measure`` as ``log_…_ratio``.
    """
    reasons = tuple(
        reason or _zero_reason(top, bottom)
        for reason, top, bottom in zip(
            _matched_reasons(comparator, reference), comparator.value, reference.value, strict=True
        )
    )
    is_estimable = np.array([reason is None for reason in reasons], dtype=bool)
    top = np.where(is_estimable, comparator.value, np.nan)
    bottom = np.where(is_estimable, reference.value, np.nan)
    return _contrast(
        comparator, reference, np.log(top / bottom), (1 / top, -1 / bottom), "log_{}_ratio", reasons
    )


@dataclass(frozen=True)
class NumberNeeded:
    """Number needed to treat with its limits.

    Parameters
    ----------
    value
        Positive: people treated with the comparator for one event fewer (benefit). Negative: for
        one event more (harm). Infinite at a difference of 0.
    lower, upper
        Where ``passes_infinity``, the interval runs from ``lower`` (benefit) up through infinity to
        ``upper`` (harm, negative); else ``lower`` ≤ ``value`` ≤ ``upper``.
    passes_infinity
        Whether the interval of the risk difference holds 0.
    """

    value: float
    lower: float
    upper: float
    passes_infinity: bool


def number_needed_to_treat(difference: float, lower: float, upper: float) -> NumberNeeded:
    """Invert a risk difference (comparator − reference) and its limits.

    For the difference of a survival, pass its complement: −difference, −upper, −lower (Altman,
    1998: the interval of a difference that holds 0 becomes one through infinity).
    """
    passes_infinity = lower <= 0 <= upper
    limits = (_reciprocal(-lower), _reciprocal(-upper))
    low, high = limits if passes_infinity else sorted(limits)
    return NumberNeeded(_reciprocal(-difference), low, high, passes_infinity)


def _reciprocal(reduction: float) -> float:
    """1/x, infinite at 0."""
    return float(np.inf) if reduction == 0 else 1.0 / reduction


def _contrast(
    comparator: Estimate,
    reference: Estimate,
    value: Floats,
    slopes: tuple[Floats, Floats],
    pattern: str,
    reasons: tuple[str | None, ...],
) -> Estimate:
    """Apply the delta method to the two arms, given the slopes of the contrast in each."""
    is_estimable = np.array([reason is None for reason in reasons], dtype=bool)
    jacobian = np.hstack([np.diag(np.where(is_estimable, slope, 0.0)) for slope in slopes])
    labels = _labels(comparator, reference, pattern)
    return concatenate(comparator, reference).transform(value, jacobian, labels, reasons)


def _without_arm(label: Label) -> dict[str, object]:
    return {key: value for key, value in label.items() if key != "arm"}


def _labels(comparator: Estimate, reference: Estimate, pattern: str) -> tuple[Label, ...]:
    """Labels of a contrast."""
    labels = []
    for one, other in zip(comparator.labels, reference.labels, strict=True):
        measure = str(one.get("measure"))
        arms = {"comparator": one.get("arm"), "reference": other.get("arm")}
        name = pattern.format(MEASURE_NAMES.get(measure, measure))
        labels.append({**_without_arm(one), **arms, "measure": name})
    return tuple(labels)


def _matched_reasons(comparator: Estimate, reference: Estimate) -> tuple[str | None, ...]:
    """Join the reasons of the two arms; refuse rows or quantities that do not match."""
    if comparator.influence.shape != reference.influence.shape:
        shapes = f"{comparator.influence.shape} and {reference.influence.shape}"
        raise ValueError(f"the arms have influence of shapes {shapes}; they must be equal")
    for one, other in zip(comparator.labels, reference.labels, strict=True):
        if _without_arm(one) != _without_arm(other):
            raise ValueError(f"{dict(one)} cannot be compared with {dict(other)}")
    return tuple(
        "; ".join(dict.fromkeys(reason for reason in pair if reason)) or None
        for pair in zip(comparator.reasons, reference.reasons, strict=True)
    )


def _zero_reason(comparator: float, reference: float) -> str | None:
    """Why a ratio of two estimable quantities has no logarithm."""
    arms = [
        name
        for name, value in (("comparator", comparator), ("reference", reference))
        if not value > 0
    ]
    return f"no ratio: the estimate is 0 in the {' and the '.join(arms)} arm" if arms else None
