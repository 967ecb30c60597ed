"""One draw of the simulated cohort as plain arrays: no text, no dates, no missing values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spine_outcomes.clinical.simulated_covariates import (
    Lesions,
    Patients,
    draw_lesions,
    draw_patients,
)
from spine_outcomes.clinical.simulated_observation import (
    Detection,
    Observation,
    Schedule,
    detect,
    observe,
)
from spine_outcomes.clinical.simulated_outcomes import PotentialOutcomes, draw_outcomes
from spine_outcomes.clinical.simulated_uniforms import Ints, generator

_PATIENTS_A_PART = 1_000  # bounds memory, and leaves enough parts for an error between them


@dataclass(frozen=True, eq=False)
class Draw:
    """Patients, their lesions, what would happen under each arm, and what was seen."""

    patients: Patients
    lesions: Lesions
    outcomes: PotentialOutcomes
    detection: Detection
    observation: Observation

    @property
    def index_lesion(self) -> Ints:
        """Row of each patient's index lesion: all start on one day, so the largest; shape (n,)."""
        order = np.lexsort((self.lesions.number, -self.lesions.gtv_cc, self.lesions.patient))
        first = np.cumsum(self.patients.n_lesions) - self.patients.n_lesions
        return np.asarray(order[first], dtype=np.int64)


def draw_arrays(n: int, seed: int, *, schedule: Schedule = "equal", part: int = 0) -> Draw:
    """Draw ``n`` patients from the law; a few milliseconds for 500.

    Parameters
    ----------
    n
        Patients.
    seed
        Seed of the draw, not negative.
    schedule
        ``equal``: both arms imaged alike. ``focal_half_yearly``: focal lesions every 6 months only.
    part
        Number of this portion within a larger draw of the same seed.
    """
    rng = generator(seed, "law", part)
    patients = draw_patients(rng, n)
    lesions = draw_lesions(rng, patients)
    outcomes = draw_outcomes(rng, patients, lesions)
    detection = detect(rng, lesions, outcomes, schedule)
    observation = observe(rng, patients, lesions, detection)
    return Draw(patients, lesions, outcomes, detection, observation)


def draw_in_parts(n: int, seed: int, *, schedule: Schedule = "equal") -> Iterator[Draw]:
    """Draw ``n`` patients portion by portion, so that memory stays bounded."""
    for part, start in enumerate(range(0, n, _PATIENTS_A_PART)):
        size = min(_PATIENTS_A_PART, n - start)
        yield draw_arrays(size, seed, schedule=schedule, part=part)
