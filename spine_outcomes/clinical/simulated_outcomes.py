"""Latent outcomes of simulated lesions under both arms: when things happen, seen or not.

Every cause has the hazard k λ t^(k−1) exp(linear predictor) a month after the start. The two arms
share the random numbers: they differ by the arm's hazard ratio alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spine_outcomes.clinical.simulated_covariates import (
    BILSKY,
    SITES,
    Lesions,
    Patients,
)
from spine_outcomes.clinical.simulated_uniforms import Bools, Floats, exponential, uniforms

ARMS = ("focal", "extended")

HAZARD_RATIOS = {"in_field": 0.90, "marginal": 0.45, "fracture": 1.25, "death": 1.0}
"""Hazard of a cause, extended against focal, given covariates and frailty."""

_SHAPE_AND_SCALE = {
    "in_field": (0.85, 0.0082),
    "marginal": (0.90, 0.0042),
    "fracture": (0.50, 0.0074),
    "death": (1.05, 0.0163),
}

_DEATH_BY_SITE = {
    "lung": 1.0,
    "breast": 0.6,
    "kidney": 0.8,
    "prostate": 0.6,
    "thyroid": 0.5,
    "liver": 1.6,
    "gi": 1.4,
    "other": 1.1,
    "sarcoma_melanoma": 1.3,
    "primary_spine": 0.35,
}


@dataclass(frozen=True, eq=False)
class PotentialOutcomes:
    """Months from the start to each cause; the first axis is the arm, in the order of `ARMS`.

    Parameters
    ----------
    in_field, marginal, fracture : ndarray, shape (2, m)
        Each cause as if the others, death included, did not exist.
    death : ndarray, shape (m,)
        Death of the lesion's patient, the same under both arms.
    """

    in_field: Floats
    marginal: Floats
    fracture: Floats
    death: Floats

    @property
    def local_failure(self) -> Floats:
        """Months to the first failure of either pattern, shape (2, m)."""
        return np.minimum(self.in_field, self.marginal)

    @property
    def is_marginal(self) -> Bools:
        """Whether the first failure is marginal, shape (2, m)."""
        return self.marginal < self.in_field


def draw_outcomes(
    rng: np.random.Generator, patients: Patients, lesions: Lesions
) -> PotentialOutcomes:
    """Draw the potential outcomes of lesions and the deaths of their patients."""
    of_patient = uniforms(rng, len(patients.age), ("death",))
    u = uniforms(rng, len(lesions.patient), ("in_field", "marginal", "fracture"))
    failure = (
        _local_failure_predictor(patients, lesions) + np.log(patients.frailty)[lesions.patient]
    )
    fracture = _fracture_predictor(patients, lesions)
    death = _times("death", of_patient["death"], _death_predictor(patients))
    return PotentialOutcomes(
        in_field=_by_arm("in_field", u["in_field"], failure),
        marginal=_by_arm("marginal", u["marginal"], failure),
        fracture=_by_arm("fracture", u["fracture"], fracture),
        death=death[lesions.patient],
    )


def _times(cause: str, u: Floats, predictor: Floats) -> Floats:
    """Months to a cause: the cumulative hazard λ t^k exp(predictor) reaches a unit exponential."""
    shape, scale = _SHAPE_AND_SCALE[cause]
    return np.asarray((exponential(u) * np.exp(-predictor) / scale) ** (1.0 / shape))


def _by_arm(cause: str, u: Floats, predictor: Floats) -> Floats:
    """Months to a cause under each arm, shape (2, m)."""
    log_ratio = np.log(HAZARD_RATIOS[cause])
    return np.stack([_times(cause, u, predictor), _times(cause, u, predictor + log_ratio)])


def _local_failure_predictor(patients: Patients, lesions: Lesions) -> Floats:
    """Linear predictor shared by in-field and marginal failure."""
    is_resistant = patients.is_resistant[lesions.patient]
    epidural = np.where(is_resistant, np.log(2.1), np.log(1.25))
    return np.asarray(
        np.log(1.45) * is_resistant
        + epidural * (lesions.bilsky >= BILSKY.index("1a"))
        + np.log(1.4) * lesions.has_paraspinal
        + np.log(0.85) * (lesions.eqd2 - 45.0) / 10.0
        + 0.20 * np.log(lesions.gtv_cc / 18.0)
        + 0.15 * (lesions.posterolateral > 0)
    )


def _fracture_predictor(patients: Patients, lesions: Lesions) -> Floats:
    """Linear predictor of vertebral fracture."""
    return np.asarray(
        np.log([1.0, 1.8, 3.0, 2.5])[lesions.collapse]
        + np.log([1.0, 1.2, 2.0])[lesions.bone]
        + np.log(2.3) * lesions.has_deformity
        + np.log(2.5) * (lesions.dose_total / lesions.n_fractions >= 20.0)
        + np.log(1.35) * (patients.age[lesions.patient] >= 65)
        + np.log(1.3) * (lesions.region == 2)
        + np.log(0.5) * lesions.had_surgery
    )


def _death_predictor(patients: Patients) -> Floats:
    """Linear predictor of death."""
    by_site = np.log([_DEATH_BY_SITE[name] for name in SITES])
    return np.asarray(
        np.log(2.0) * (patients.ecog >= 2)
        + np.log(1.9) * patients.has_visceral
        + np.log(1.25) * patients.is_male
        + by_site[patients.site]
    )
