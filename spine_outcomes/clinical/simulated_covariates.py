"""Patients, lesions and treatment arms of the simulated cohort: everything before time zero.

The law is the calibrated one of `docs/demo_cohort.md`. Where that leaves a reading open: prostate
cancer is drawn in men and breast cancer in women, the other sites carry the rest of 53 % men;
deformity is any malalignment; age and start are whole years and days, and the law sees them so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spine_outcomes.clinical.dose import equivalent_dose_2gy
from spine_outcomes.clinical.simulated_uniforms import (
    Bools,
    Floats,
    Ints,
    category,
    gamma,
    integer,
    normal,
    uniforms,
)

ACCRUAL_DAYS = 1826  # 2019-01-01 to 2023-12-31
DAYS_PER_YEAR = 365.25
OLDEST_AT_FIRST = 89  # born 1930 or later, as the dictionary has it

SITES = {
    "lung": 0.30,
    "breast": 0.12,
    "kidney": 0.10,
    "prostate": 0.07,
    "thyroid": 0.06,
    "liver": 0.08,
    "gi": 0.08,
    "other": 0.07,
    "sarcoma_melanoma": 0.03,
    "primary_spine": 0.09,
}
"""Primary site and its share of the patients."""

RESISTANT_SITES = ("kidney", "liver", "gi", "sarcoma_melanoma")
SHARE_MALE = 0.53
FRAILTY_VARIANCE = 0.4

REGIMENS = np.array([(24, 2), (27, 3), (30, 3), (35, 5), (40, 5), (24, 1), (18, 1)])
"""Total dose in Gy and number of fractions."""

BILSKY = ("0", "1a", "1b", "1c", "2", "3")

_N_LESIONS = (0.72, 0.18, 0.07, 0.03)
_ECOG = (0.25, 0.50, 0.20, 0.05)
_REGION = (0.12, 0.50, 0.30, 0.08)
_BONE = (0.18, 0.24, 0.58)
_COLLAPSE = (0.50, 0.25, 0.19, 0.06)
_ALIGNMENT = (0.85, 0.14, 0.01)
_POSTEROLATERAL = (0.45, 0.35, 0.20)
_PAIN = (0.25, 0.45, 0.30)
_BILSKY = (0.50, 0.12, 0.13, 0.12, 0.09, 0.04)
_REGIMEN = (0.10, 0.25, 0.20, 0.20, 0.15, 0.05, 0.05)

_PATIENT_DRAWS = ("lesions", "start", "age", "sex", "site", "ecog", "visceral", "oligo", "frailty")
_LESION_DRAWS = (
    *("region", "bone", "collapse", "alignment", "posterolateral", "pain", "bilsky"),
    *("paraspinal", "surgery", "gtv", "regimen", "arm"),
)


@dataclass(frozen=True, eq=False)
class Patients:
    """Patients at time zero; every array has shape (n,).

    Parameters
    ----------
    n_lesions
        Lesions treated, 1 to 4, all on one start date.
    start_day
        Start of treatment, in days after the first day of accrual.
    age
        Completed years at the start.
    is_male, has_visceral, is_oligometastatic
        Facts.
    site
        Primary site, a position in `SITES`.
    ecog
        Performance status, 0 to 3.
    frailty
        Multiplier of the hazards of local failure, shared by the lesions of a patient.
    """

    n_lesions: Ints
    start_day: Ints
    age: Ints
    is_male: Bools
    site: Ints
    ecog: Ints
    has_visceral: Bools
    is_oligometastatic: Bools
    frailty: Floats

    @property
    def year(self) -> Floats:
        """Start of treatment, in years after the first day of accrual."""
        return self.start_day / DAYS_PER_YEAR

    @property
    def is_resistant(self) -> Bools:
        """Whether the histology is radioresistant."""
        return is_site(self.site, *RESISTANT_SITES)


@dataclass(frozen=True, eq=False)
class Lesions:
    """Lesions at time zero, in the order of their patients; every array has shape (m,).

    Parameters
    ----------
    patient
        Position of the patient.
    number
        0, 1, … within the patient.
    region
        0 cervical, 1 thoracic, 2 lumbar, 3 sacral.
    bone, collapse, alignment, posterolateral, pain
        Positions in the categories of the instability score, in the order of its points.
    bilsky
        Epidural grade, a position in `BILSKY`.
    has_paraspinal, had_surgery
        Facts.
    gtv_cc
        Gross tumour volume, in cc.
    dose_total, n_fractions
        Regimen, in Gy.
    propensity
        True probability of extended delineation.
    is_extended
        Arm received.
    """

    patient: Ints
    number: Ints
    region: Ints
    bone: Ints
    collapse: Ints
    alignment: Ints
    posterolateral: Ints
    pain: Ints
    bilsky: Ints
    has_paraspinal: Bools
    had_surgery: Bools
    gtv_cc: Floats
    dose_total: Ints
    n_fractions: Ints
    propensity: Floats
    is_extended: Bools

    @property
    def has_deformity(self) -> Bools:
        """Whether the spine is malaligned."""
        return self.alignment > 0

    @property
    def eqd2(self) -> Floats:
        """Equivalent dose in 2 Gy fractions to tumour, in Gy."""
        return equivalent_dose_2gy(self.dose_total, self.n_fractions, alpha_beta=10.0)


def is_site(site: Ints, *names: str) -> Bools:
    """Whether a primary site is one of those named."""
    return np.isin(site, [list(SITES).index(name) for name in names])


def draw_patients(rng: np.random.Generator, n: int) -> Patients:
    """Draw ``n`` patients."""
    u = uniforms(rng, n, _PATIENT_DRAWS)
    start_day = integer(u["start"], 0, ACCRUAL_DAYS - 1)
    oldest = np.minimum(OLDEST_AT_FIRST + np.floor(start_day / DAYS_PER_YEAR), 90.0)
    site = category(u["site"], tuple(SITES.values()))
    elsewhere = (SHARE_MALE - SITES["prostate"]) / (1.0 - SITES["prostate"] - SITES["breast"])
    share_male = np.select(
        [is_site(site, "prostate"), is_site(site, "breast")], [1.0, 0.0], elsewhere
    )
    return Patients(
        n_lesions=category(u["lesions"], _N_LESIONS) + 1,
        start_day=start_day,
        age=np.floor(np.clip(normal(u["age"], 60.0, 11.0), 18.0, oldest)).astype(np.int64),
        is_male=u["sex"] < share_male,
        site=site,
        ecog=category(u["ecog"], _ECOG),
        has_visceral=(u["visceral"] < 0.35) & ~is_site(site, "primary_spine"),
        is_oligometastatic=u["oligo"] < 0.45,
        frailty=gamma(u["frailty"], FRAILTY_VARIANCE),
    )


def draw_lesions(rng: np.random.Generator, patients: Patients) -> Lesions:
    """Draw the lesions of patients, their treatment and their arm."""
    patient = np.repeat(np.arange(len(patients.n_lesions)), patients.n_lesions)
    first = np.cumsum(patients.n_lesions) - patients.n_lesions
    u = uniforms(rng, len(patient), _LESION_DRAWS)
    bilsky = category(u["bilsky"], _BILSKY)
    alignment = category(u["alignment"], _ALIGNMENT)
    share_operated = 0.12 + 0.35 * (bilsky >= BILSKY.index("2")) + 0.10 * (alignment > 0)
    has_paraspinal = u["paraspinal"] < 0.25 + 0.25 * (bilsky >= BILSKY.index("1a"))
    regimen = REGIMENS[category(u["regimen"], _REGIMEN)]
    drawn: dict[str, Any] = {
        "patient": patient,
        "number": np.arange(len(patient)) - first[patient],
        "region": category(u["region"], _REGION),
        "bone": category(u["bone"], _BONE),
        "collapse": category(u["collapse"], _COLLAPSE),
        "alignment": alignment,
        "posterolateral": category(u["posterolateral"], _POSTEROLATERAL),
        "pain": category(u["pain"], _PAIN),
        "bilsky": bilsky,
        "has_paraspinal": has_paraspinal,
        "had_surgery": u["surgery"] < share_operated,
        "gtv_cc": np.round(18.0 * np.exp(normal(u["gtv"], 0.0, 0.8) + 0.3 * has_paraspinal), 2),
        "dose_total": regimen[:, 0],
        "n_fractions": regimen[:, 1],
    }
    propensity = 1.0 / (1.0 + np.exp(-_log_odds_extended(patients, drawn)))
    return Lesions(**drawn, propensity=propensity, is_extended=u["arm"] < propensity)


def _log_odds_extended(patients: Patients, lesions: dict[str, Any]) -> Floats:
    """Log odds of extended delineation: more of it for extensive tumours, and as years go by."""
    of = lesions["patient"]
    return np.asarray(
        -0.95
        + 0.85 * (lesions["bilsky"] >= BILSKY.index("1b"))
        + 0.50 * lesions["has_paraspinal"]
        + 0.40 * patients.is_resistant[of]
        + 0.45 * (lesions["posterolateral"] > 0)
        + 0.40 * (lesions["collapse"] == 1)
        - 0.35 * (lesions["collapse"] >= 2)
        - 0.35 * patients.is_oligometastatic[of]
        + 0.50 * is_site(patients.site, "primary_spine")[of]
        + 0.22 * (patients.year[of] - 2.5)
        + 0.30 * lesions["had_surgery"]
        - 0.30 * (patients.ecog[of] >= 2)
    )
