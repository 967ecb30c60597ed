"""What imaging and follow-up let one see of the latent outcomes.

A patient is imaged at planned months after the start, with a normal jitter of 14 days and 8 % of
visits skipped; one examination sees all the patient's lesions. A failure or a fracture is dated at
the first image after it happened. Nothing is seen at or after death, loss to follow-up or the data
cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.clinical.simulated_covariates import Lesions, Patients
from spine_outcomes.clinical.simulated_outcomes import PotentialOutcomes
from spine_outcomes.clinical.simulated_uniforms import (
    Bools,
    Ints,
    exponential,
    normal,
    uniforms,
)

Schedule = Literal["equal", "focal_half_yearly"]

STUDY_START = np.datetime64("2019-01-01")
CUTOFF = np.datetime64("2024-12-31")
DAYS_PER_MONTH = 30.4375

VISIT_MONTHS = (3, 6, 9, 12, 15, 18, 24, 30, 36, 42, 48, 54, 60, 66, 72)
NEVER = 10**6
"""Day of what is not seen."""

_JITTER_DAYS = 14.0
_SHARE_SKIPPED = 0.08
_DROPOUT_PER_MONTH = 0.006
_CUTOFF_DAY = int((CUTOFF - STUDY_START).astype(np.int64))


@dataclass(frozen=True, eq=False)
class Detection:
    """Days from the start on which imaging would show each outcome under each arm.

    Parameters
    ----------
    visits : ndarray of int, shape (2, m, v)
        Day of each examination before death under each arm; `NEVER` where there is none.
    local_failure, fracture : ndarray of int, shape (2, m)
        Day of the first image that shows it, `NEVER` if none does.
    is_marginal : ndarray of bool, shape (2, m)
        Whether the failure that came first is marginal.
    death : ndarray of int, shape (m,)
        Day of death.
    """

    visits: Ints
    local_failure: Ints
    fracture: Ints
    is_marginal: Bools
    death: Ints


@dataclass(frozen=True, eq=False)
class Observation:
    """What the cohort holds on each lesion, under the arm received; days from the start.

    Parameters
    ----------
    visits : ndarray of int, shape (m, v)
        Day of each examination up to the end of follow-up, `NEVER` where there is none.
    local_failure, fracture, death : ndarray of int, shape (m,)
        Day on which it was seen, `NEVER` if it was not.
    is_marginal : ndarray of bool, shape (m,)
        Whether the failure is marginal; without meaning where none was seen.
    last_image : ndarray of int, shape (m,)
        Day of the last examination, `NEVER` if there was none.
    last_contact : ndarray of int, shape (m,)
        Day of death, loss or cut-off.
    is_lost : ndarray of bool, shape (m,)
        Whether the patient was lost before death and cut-off.
    """

    visits: Ints
    local_failure: Ints
    fracture: Ints
    death: Ints
    is_marginal: Bools
    last_image: Ints
    last_contact: Ints
    is_lost: Bools


def detect(
    rng: np.random.Generator, lesions: Lesions, outcomes: PotentialOutcomes, schedule: Schedule
) -> Detection:
    """Draw the examinations and date what they show, as if nobody were lost or cut off."""
    death = np.ceil(outcomes.death * DAYS_PER_MONTH).astype(np.int64)
    days = _examinations(rng, int(lesions.patient[-1]) + 1)[lesions.patient]
    is_planned = np.ones((2, 1, len(VISIT_MONTHS)), dtype=bool)
    if schedule == "focal_half_yearly":
        is_planned[0] = np.array(VISIT_MONTHS) % 6 == 0
    visits = np.where(is_planned & (days < death[:, None]), days, NEVER)
    return Detection(
        visits=visits,
        local_failure=_first_after(visits, outcomes.local_failure),
        fracture=_first_after(visits, outcomes.fracture),
        is_marginal=outcomes.is_marginal,
        death=death,
    )


def observe(
    rng: np.random.Generator, patients: Patients, lesions: Lesions, detection: Detection
) -> Observation:
    """End the follow-up at death, loss or cut-off; keep what was seen under the arm received."""
    u = uniforms(rng, len(patients.age), ("dropout",))["dropout"]
    dropout = np.ceil(exponential(u, _DROPOUT_PER_MONTH) * DAYS_PER_MONTH).astype(np.int64)
    cutoff = _CUTOFF_DAY - patients.start_day
    end = np.minimum(dropout, cutoff)[lesions.patient]
    arm, row = lesions.is_extended.astype(np.int64), np.arange(len(lesions.patient))
    visits = detection.visits[arm, row]
    visits = np.where(visits <= end[:, None], visits, NEVER)
    last_image = np.where(visits < NEVER, visits, -1).max(axis=1)
    return Observation(
        visits=visits,
        local_failure=_until(detection.local_failure[arm, row], end),
        fracture=_until(detection.fracture[arm, row], end),
        death=_until(detection.death, end),
        is_marginal=detection.is_marginal[arm, row],
        last_image=np.where(last_image < 0, NEVER, last_image),
        last_contact=np.minimum(detection.death, end),
        is_lost=(dropout < cutoff)[lesions.patient] & (dropout[lesions.patient] < detection.death),
    )


def _examinations(rng: np.random.Generator, n_patients: int) -> Ints:
    """Day of each planned examination of each patient, `NEVER` where it is skipped."""
    names = [f"{draw}_{month}" for month in VISIT_MONTHS for draw in ("jitter", "skip")]
    u = uniforms(rng, n_patients, names)
    return np.stack([
        np.where(
            u[f"skip_{month}"] < _SHARE_SKIPPED,
            NEVER,
            np.round(month * DAYS_PER_MONTH + normal(u[f"jitter_{month}"], 0.0, _JITTER_DAYS)),
        ).astype(np.int64)
        for month in VISIT_MONTHS
    ], axis=-1)  # fmt: skip


def _first_after(visits: Ints, months: NDArray[np.float64]) -> Ints:
    """Day of the first examination at or after a time in months, `NEVER` if there is none."""
    happened = months * DAYS_PER_MONTH
    return np.asarray(np.where(visits >= happened[..., None], visits, NEVER).min(axis=-1))


def _until(days: Ints, end: Ints) -> Ints:
    """Days up to the end of follow-up, `NEVER` beyond."""
    return np.asarray(np.where(days <= end, days, NEVER))
