"""True risks and restricted means of the simulated cohort, from both potential outcomes.

Latent truth dates an outcome when it happens. Detected truth dates it at the first image that shows
it, with the cohort's examinations and without loss or cut-off: what a perfect analysis of dated
images estimates. Death and what follows from it are the same under both arms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spine_outcomes.clinical.simulated_draw import Draw
from spine_outcomes.clinical.simulated_observation import DAYS_PER_MONTH, NEVER
from spine_outcomes.clinical.simulated_outcomes import ARMS, HAZARD_RATIOS
from spine_outcomes.clinical.simulated_uniforms import Floats, Ints

KINDS = ("latent", "detected")
ESTIMANDS = ("ATE", "ATT", "ATC", "ATO")
TIMES = (6, 12, 24)
HORIZON = 24

COMPETING = ("local_failure", "in_field_failure", "marginal_failure", "vertebral_fracture")
"""Endpoints with death, and for a pattern the other pattern, competing; one row a lesion."""

SURVIVAL = (
    "local_progression_free_survival",
    "overall_survival_of_lesions",
    "overall_survival",
)
"""Endpoints without competing events."""

PATIENT_LEVEL = "overall_survival"
"""The endpoint on index lesions, one row a patient."""

ENDPOINTS = COMPETING + SURVIVAL

_DECIMALS = 6


@dataclass(frozen=True, eq=False)
class Truth:
    """Probability of each event by each time, and mean months lost to it by the horizon.

    Parameters
    ----------
    mean, std_error : ndarray, shape (kinds, endpoints, estimands, arms, times + 1)
        Axes in the order of `KINDS`, `ENDPOINTS`, `ESTIMANDS`, `ARMS`; the last holds the
        probability at each of `TIMES`, then the months lost up to `HORIZON`. The Monte-Carlo error
        comes from the spread between the parts of the draw, which share no patient.
    difference, difference_std_error : ndarray, shape (kinds, endpoints, estimands, times + 1)
        Extended − focal.
    n_patients, n_lesions
        Size of the draw.
    """

    mean: Floats
    std_error: Floats
    difference: Floats
    difference_std_error: Floats
    n_patients: int
    n_lesions: int


def truth_of(draws: Iterable[Draw]) -> Truth:
    """Truth over all the draws; its error is NaN if there is one draw only."""
    sums, weights, sizes = (np.stack(part) for part in zip(*map(_sums, draws), strict=True))
    mean = sums.sum(axis=0) / weights.sum(axis=0)
    residual = (sums - mean * weights) / weights.sum(axis=0)
    n_patients, n_lesions = sizes.sum(axis=0)
    return Truth(
        mean=mean,
        std_error=_spread(residual),
        difference=mean[..., 1, :] - mean[..., 0, :],
        difference_std_error=_spread(residual[..., 1, :] - residual[..., 0, :]),
        n_patients=int(n_patients),
        n_lesions=int(n_lesions),
    )


def as_dictionary(truth: Truth) -> dict[str, Any]:
    """The truth by kind, estimand, endpoint, measure, arm and month, as a file holds it.

    Measures have the names of the results table: ``cumulative_incidence`` and ``rmtl`` where events
    compete, ``survival`` and ``rmst`` where none do. A ``risk_difference`` is always of the event,
    differences are extended − focal, and times are in months.
    """
    return _tree(truth.mean, truth.difference)


def errors_as_dictionary(truth: Truth) -> dict[str, Any]:
    """Monte-Carlo errors of the truth, in the places of the values."""
    return _tree(truth.std_error, truth.difference_std_error, is_error=True)


def conditional_hazard_ratios() -> dict[str, float]:
    """Hazard ratios of the law, extended against focal, given covariates and frailty."""
    return {
        "in_field_failure": HAZARD_RATIOS["in_field"],
        "marginal_failure": HAZARD_RATIOS["marginal"],
        "vertebral_fracture": HAZARD_RATIOS["fracture"],
        "overall_survival": HAZARD_RATIOS["death"],
    }


def _sums(draw: Draw) -> tuple[Floats, Floats, Ints]:
    """Weighted sums as `Truth.mean`, sums of weights that divide them, patients and lesions."""
    weights = _weights(draw)
    months = np.stack([_event_months(draw, kind) for kind in KINDS])
    sums = weights[None, :, None] @ _measures(months)
    sizes = np.array([len(draw.patients.age), len(draw.lesions.patient)], dtype=np.int64)
    return sums.swapaxes(2, 3), weights.sum(axis=2)[None, :, :, None, None], sizes


def _event_months(draw: Draw, kind: str) -> Floats:
    """Months to each endpoint's event, infinite if it never is the first; (endpoints, arms, m)."""
    if kind == "latent":
        death = draw.outcomes.death
        failure = np.where(draw.outcomes.local_failure < death, draw.outcomes.local_failure, np.inf)
        fracture = np.where(draw.outcomes.fracture < death, draw.outcomes.fracture, np.inf)
    else:
        death = draw.detection.death / DAYS_PER_MONTH
        failure = _months(draw.detection.local_failure)
        fracture = _months(draw.detection.fracture)
    death = np.broadcast_to(death, failure.shape)
    by_endpoint = {
        "local_failure": failure,
        "in_field_failure": np.where(draw.outcomes.is_marginal, np.inf, failure),
        "marginal_failure": np.where(draw.outcomes.is_marginal, failure, np.inf),
        "vertebral_fracture": fracture,
        "local_progression_free_survival": np.minimum(failure, death),
        "overall_survival_of_lesions": death,
        "overall_survival": death,
    }
    return np.stack([by_endpoint[endpoint] for endpoint in ENDPOINTS])


def _months(days: Ints) -> Floats:
    """Days as months, infinite for never."""
    return np.where(days < NEVER, days / DAYS_PER_MONTH, np.inf)


def _weights(draw: Draw) -> Floats:
    """Weight of each lesion, shape (endpoints, estimands, m); 0 off the index rows of patients."""
    treated = draw.lesions.propensity
    untreated = 1.0 - treated
    of_lesions = np.stack([np.ones_like(treated), treated, untreated, treated * untreated])
    is_index = np.zeros_like(treated)
    is_index[draw.index_lesion] = 1.0
    return np.stack([of_lesions * (is_index if e == PATIENT_LEVEL else 1.0) for e in ENDPOINTS])


def _measures(months: Floats) -> Floats:
    """Whether the event came by each time, and months lost to it: one axis more, times + 1."""
    by_time = [months <= time for time in TIMES]
    return np.stack([*by_time, np.maximum(HORIZON - months, 0.0)], axis=-1)


def _spread(residual: Floats) -> Floats:
    """Standard error of a mean from the residual sums of independent parts (first axis)."""
    n_parts = len(residual)
    if n_parts == 1:
        return np.full(residual.shape[1:], np.nan)
    return np.asarray(np.sqrt(n_parts / (n_parts - 1) * (residual**2).sum(axis=0)))


def _tree(by_arm: Floats, difference: Floats, *, is_error: bool = False) -> dict[str, Any]:
    """Nest arrays shaped as in `Truth` by the names on their axes."""
    return {
        kind: {
            estimand: {
                endpoint: _leaves(
                    by_arm[k, j, e], difference[k, j, e], endpoint in SURVIVAL, is_error
                )
                for j, endpoint in enumerate(ENDPOINTS)
            }
            for e, estimand in enumerate(ESTIMANDS)
        }
        for k, kind in enumerate(KINDS)
    }


def _leaves(
    by_arm: Floats, difference: Floats, is_survival: bool, is_error: bool
) -> dict[str, Any]:
    """Measures of one endpoint: events turned into survival where nothing competes."""
    probability, mean = ("survival", "rmst") if is_survival else ("cumulative_incidence", "rmtl")
    turn = is_survival and not is_error
    shown = np.append(np.ones(len(TIMES)), HORIZON) - by_arm if turn else by_arm
    mean_difference = -difference[-1] if turn else difference[-1]
    return {
        probability: {arm: _by_month(shown[a]) for a, arm in enumerate(ARMS)},
        "risk_difference": _by_month(difference),
        mean: {arm: {str(HORIZON): _rounded(shown[a, -1])} for a, arm in enumerate(ARMS)},
        f"{mean}_difference": {str(HORIZON): _rounded(mean_difference)},
    }


def _by_month(values: Floats) -> dict[str, float]:
    """Values at the times, by month."""
    return {str(time): _rounded(value) for time, value in zip(TIMES, values, strict=False)}


def _rounded(value: Any) -> float:
    """Rounded so that round-off never shows in a file; −0 becomes 0."""
    return round(float(value), _DECIMALS) + 0.0
