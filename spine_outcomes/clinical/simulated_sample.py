"""A simulated draw as an analysis sees it: arm, covariates, and outcomes by image and death."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spine_outcomes.clinical.simulated_covariates import BILSKY, SITES
from spine_outcomes.clinical.simulated_draw import Draw
from spine_outcomes.clinical.simulated_observation import NEVER
from spine_outcomes.clinical.simulated_uniforms import Floats, Ints


@dataclass(frozen=True, eq=False)
class SimulatedSample:
    """Lesions of one draw in arrays, nothing missing.

    Parameters
    ----------
    arm, patient : ndarray of int, shape (n,)
        1 extended; patient 0, 1, ….
    covariates : ndarray, shape (n, p)
        What the arm depends on, with age and sex: columns of a propensity model, no intercept.
    names : tuple of str, length p
    outcomes
        Time in days and status by endpoint, shape (n,) each: 0 censored at the last image,
        1 seen on an image, 2 died before.
    """

    arm: Ints
    patient: Ints
    covariates: Floats
    names: tuple[str, ...]
    outcomes: dict[str, tuple[Floats, Ints]]


def simulated_sample(draw: Draw) -> SimulatedSample:
    """The sample of a draw, all its lesions."""
    columns = _covariates(draw)
    seen = draw.observation
    return SimulatedSample(
        arm=draw.lesions.is_extended.astype(np.int64),
        patient=draw.lesions.patient,
        covariates=np.column_stack(list(columns.values())).astype(np.float64),
        names=tuple(columns),
        outcomes={
            "local_failure": _outcome(draw, seen.local_failure),
            "vertebral_fracture": _outcome(draw, seen.fracture),
        },
    )


def _outcome(draw: Draw, event: Ints) -> tuple[Floats, Ints]:
    """Event, death or last image, whichever ends the follow-up; an event precedes a death."""
    seen = draw.observation
    is_event, is_death = event < NEVER, seen.death < NEVER
    last_image = np.where(seen.last_image < NEVER, seen.last_image, 0)
    time = np.where(is_event, event, np.where(is_death, seen.death, last_image))
    return time.astype(np.float64), np.where(is_event, 1, np.where(is_death, 2, 0))


def _covariates(draw: Draw) -> dict[str, np.ndarray]:
    """Columns of the propensity model by name."""
    lesions, patients, of = draw.lesions, draw.patients, draw.lesions.patient
    site = patients.site[of]
    return {
        "age": patients.age[of],
        "male": patients.is_male[of],
        "ecog>=2": patients.ecog[of] >= 2,
        **{f"site={name}": site == i for i, name in enumerate(SITES) if i > 0},
        "oligometastatic": patients.is_oligometastatic[of],
        "bilsky>=1b": lesions.bilsky >= BILSKY.index("1b"),
        "paraspinal": lesions.has_paraspinal,
        "collapse=1": lesions.collapse == 1,
        "collapse>=2": lesions.collapse >= 2,
        "posterolateral": lesions.posterolateral > 0,
        "surgery": lesions.had_surgery,
        "year": patients.year[of],
    }
