"""Columns of the patient in the simulated cohort.

What the law does not rule (height, smoking, laboratory, …) is drawn from its plausible range,
independent of the outcome, and agrees with what the law does rule.
"""

from __future__ import annotations

import numpy as np

from spine_outcomes.clinical.age import years_before
from spine_outcomes.clinical.simulated_covariates import SITES, Patients, is_site
from spine_outcomes.clinical.simulated_draw import Draw
from spine_outcomes.clinical.simulated_observation import CUTOFF, DAYS_PER_MONTH, NEVER, STUDY_START
from spine_outcomes.clinical.simulated_text import (
    NOT_APPLICABLE,
    Columns,
    Dates,
    Text,
    coded,
    dated,
    fixed,
    only_where,
    whole,
)
from spine_outcomes.clinical.simulated_uniforms import (
    Floats,
    Ints,
    Uniforms,
    category,
    exponential,
    integer,
    normal,
    uniforms,
)

_DRAWS = (
    *("birthday", "height", "weight", "kps", "smoking", "osteoporosis", "diabetes"),
    *("class", "sarcoma", "driver", "diagnosis", "metastasis", "n_mets", "brain", "primary"),
    *("systemic_pre", "bone_agent", "steroid", "hb", "alb", "alp", "consent", "enrolment"),
    *("cause", "systemic_post", "withdrawal"),
)

_KPS = ((90, 100), (70, 80), (60, 70), (60, 60))  # by ECOG, within its band

_HISTOLOGY = {
    "lung": "adenocarcinoma",
    "breast": "invasive carcinoma",
    "kidney": "clear cell carcinoma",
    "prostate": "acinar adenocarcinoma",
    "thyroid": "follicular carcinoma",
    "liver": "hepatocellular carcinoma",
    "gi": "adenocarcinoma",
    "other": "carcinoma",
    "sarcoma": "leiomyosarcoma",
    "melanoma": "melanoma",
}


def start_dates(patients: Patients) -> Dates:
    """First day of treatment of each patient."""
    return STUDY_START + patients.start_day.astype("timedelta64[D]")


def patient_ids(n: int) -> Text:
    """SIM-0001, SIM-0002, …: as wide as the last needs, so that text order is number order."""
    width = max(4, len(str(n)))
    return np.array([f"SIM-{number:0{width}d}" for number in range(1, n + 1)])


def patient_columns(rng: np.random.Generator, draw: Draw) -> Columns:
    """Every patient column, one value a patient, in the dictionary's order."""
    u = uniforms(rng, len(draw.patients.age), _DRAWS)
    return (
        _person(u, draw.patients)
        | _disease(u, draw.patients)
        | _treatment_before(u)
        | _entry(u, draw.patients)
        | _follow_up(u, draw)
    )


def _person(u: Uniforms, patients: Patients) -> Columns:
    """Who the patient is."""
    day = integer(u["birthday"], 0, 364).astype("timedelta64[D]")
    birth = years_before(start_dates(patients), patients.age) - day
    birth = np.maximum(birth, np.datetime64("1930-01-01"))
    lowest, highest = np.array(_KPS)[patients.ecog].T // 10
    return {
        "patient_id": patient_ids(len(birth)),
        "site_id": np.full(len(birth), "SIMULATED"),
        "birth_year": dated(birth.astype("datetime64[Y]")).astype("U4"),
        "birth_date": dated(birth),
        "age_at_sbrt": whole(patients.age),
        "sex": whole(patients.is_male),
        "height_cm": fixed(_within(u["height"], 166.0, 8.0, (145.0, 190.0)), 0),
        "weight_kg": fixed(_within(u["weight"], 65.0, 11.0, (40.0, 110.0)), 1),
        "ecog": whole(patients.ecog),
        "kps": whole(10 * integer(u["kps"], lowest, highest)),
        "smoking": whole(category(u["smoking"], (0.5, 0.3, 0.2))),
        "osteoporosis": whole(u["osteoporosis"] < 0.15),
        "diabetes": whole(u["diabetes"] < 0.15),
    }


def _disease(u: Uniforms, patients: Patients) -> Columns:
    """The disease and its extent; a primary tumour of the spine has no metastases to count."""
    is_primary = is_site(patients.site, "primary_spine")
    tumour_class = np.where(is_primary, np.where(u["class"] < 0.6, 2, 3), 1)
    site = coded(patients.site, tuple(SITES))
    site = np.where(
        site == "sarcoma_melanoma", np.where(u["sarcoma"] < 0.5, "sarcoma", "melanoma"), site
    )
    histology = np.array([_HISTOLOGY.get(name, "") for name in site])
    primary_histology = np.where(tumour_class == 2, "chordoma", "giant cell tumour")
    at_least = np.where(patients.is_oligometastatic, patients.n_lesions + patients.has_visceral, 6)
    n_mets = integer(u["n_mets"], at_least, np.where(patients.is_oligometastatic, 5, 50))
    start = start_dates(patients)
    days = _days_since_diagnosis(u)
    diagnosis = start - days.astype("timedelta64[D]")
    metastasis = diagnosis + integer(u["metastasis"], 0, days - 29).astype("timedelta64[D]")
    return {
        "tumour_class": whole(tumour_class),
        "primary_site": site,
        "histology": np.where(is_primary, primary_histology, histology),
        "radiosensitivity": whole(patients.is_resistant),
        "driver_mutation": _driver(u["driver"], site),
        "diag_date": dated(diagnosis),
        "mets_date": only_where(~is_primary, dated(metastasis)),
        "dx_to_sbrt_mo": fixed(days / DAYS_PER_MONTH, 1),
        "oligometastatic": whole(patients.is_oligometastatic),
        "n_mets_total": only_where(~is_primary, whole(n_mets), NOT_APPLICABLE),
        "visceral_mets": whole(patients.has_visceral),
        "brain_mets": whole((u["brain"] < 0.1) & ~is_primary),
        "primary_controlled": whole(u["primary"] < 0.6),
    }


def _treatment_before(u: Uniforms) -> Columns:
    """Treatment and laboratory before the start."""
    return {
        "systemic_pre": whole(category(u["systemic_pre"], (0.35, 0.2, 0.2, 0.1, 0.1, 0.05))),
        "bone_agent_pre": whole(u["bone_agent"] < 0.5),
        "steroid_pre": whole(u["steroid"] < 0.2),
        "hb_g_l": fixed(_within(u["hb"], 122.0, 17.0, (80.0, 160.0)), 0),
        "alb_g_l": fixed(_within(u["alb"], 39.0, 4.5, (28.0, 50.0)), 1),
        "alp_u_l": fixed(np.clip(100.0 * np.exp(normal(u["alp"], 0.0, 0.5)), 40.0, 400.0), 0),
    }


def _entry(u: Uniforms, patients: Patients) -> Columns:
    """Consent up to 28 days before the start, and registry entry between the two."""
    start = start_dates(patients)
    consent = integer(u["consent"], 1, 28)
    enrolment = integer(u["enrolment"], 0, consent)
    return {
        "consent_date": dated(start - consent.astype("timedelta64[D]")),
        "enrol_date": dated(start - enrolment.astype("timedelta64[D]")),
        "data_cutoff": np.full(len(start), str(CUTOFF)),
    }


def _follow_up(u: Uniforms, draw: Draw) -> Columns:
    """Vital status and last contact; a quarter of those lost withdrew."""
    first = np.cumsum(draw.patients.n_lesions) - draw.patients.n_lesions
    last_contact = draw.observation.last_contact[first]
    is_dead = draw.observation.death[first] < NEVER
    is_lost = draw.observation.is_lost[first]
    contact = dated(start_dates(draw.patients) + last_contact.astype("timedelta64[D]"))
    cause = coded(category(u["cause"], (0.85, 0.01, 0.10, 0.04)), ("1", "2", "3", "9"))
    return {
        "last_contact_date": contact,
        "vital_status": whole(is_dead),
        "death_date": only_where(is_dead, contact),
        "death_cause": only_where(is_dead, cause),
        "ltfu": whole(is_lost),
        "systemic_post": whole(category(u["systemic_post"], (0.25, 0.2, 0.25, 0.15, 0.1, 0.05))),
        "withdraw_date": only_where(is_lost & (u["withdrawal"] < 0.25), contact),
    }


def _days_since_diagnosis(u: Uniforms) -> Ints:
    """Days from diagnosis to the start: 30 and more, up to 15 years."""
    return np.clip(np.ceil(exponential(u["diagnosis"], 1 / 900.0)), 30, 5470).astype(np.int64)


def _within(u: Floats, mean: float, deviation: float, limits: tuple[float, float]) -> Floats:
    """Normal variate clipped to its plausible range."""
    return np.clip(normal(u, mean, deviation), *limits)


def _driver(u: Floats, site: Text) -> Text:
    """Driver mutation: of EGFR or ALK in the lung, of HER2 in the breast."""
    in_lung = np.select([u < 0.4, u < 0.46], ["EGFR", "ALK"], "none")
    in_breast = np.where(u < 0.2, "HER2", "none")
    return np.select([site == "lung", site == "breast"], [in_lung, in_breast], "none")
