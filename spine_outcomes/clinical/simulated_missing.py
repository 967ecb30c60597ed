"""Missing values of the simulated cohort: at random given calendar year and primary site."""

from __future__ import annotations

import numpy as np

from spine_outcomes.clinical.simulated_covariates import Patients, is_site
from spine_outcomes.clinical.simulated_text import Columns
from spine_outcomes.clinical.simulated_uniforms import Floats, uniforms

PATIENT_RATES = {"ecog": 0.03, "hb_g_l": 0.05, "alb_g_l": 0.09, "driver_mutation": 0.30}
"""Expected share missing, drawn once a patient."""

LESION_RATES = {
    "sins_pain": 0.09,
    "sins_bone": 0.06,
    "sins_alignment": 0.07,
    "sins_collapse": 0.06,
    "sins_posterolateral": 0.10,
    "bilsky": 0.04,
    "pain_baseline": 0.12,
    "omed_baseline": 0.18,
    "gtv_cc": 0.02,
}
"""Expected share missing, drawn once a lesion; the location follows from the level."""

MISSING_TOGETHER = {
    "sins_pain": ("sins_total",),
    "sins_bone": ("sins_total", "bone_type"),
    "sins_alignment": ("sins_total",),
    "sins_collapse": ("sins_total",),
    "sins_posterolateral": ("sins_total",),
    "pain_baseline": ("pain_resp_3m",),
    "omed_baseline": ("pain_resp_3m",),
}
"""Columns that cannot be known without the one that is missing."""

_WELL_DOCUMENTED = ("breast", "prostate", "thyroid")


def relative_rate(patients: Patients) -> Floats:
    """Rate of missing values against the average, by year and site; its mean over the law is 1."""
    by_year = 1.5 - 0.2 * patients.year
    by_site = np.where(is_site(patients.site, *_WELL_DOCUMENTED), 0.7, 1.1)
    return np.asarray(by_year * by_site)


def with_missing(
    rng: np.random.Generator, columns: Columns, rates: dict[str, float], relative: Floats
) -> Columns:
    """Empty the cells that are missing, and those that follow from them.

    Parameters
    ----------
    rng
        Generator of the missing layer.
    columns
        Text columns of n rows.
    rates
        Expected share missing of each column.
    relative : ndarray, shape (n,)
        Rate of each row against the average.
    """
    u = uniforms(rng, len(relative), tuple(rates))
    emptied = dict(columns)
    for name, rate in rates.items():
        is_missing = u[name] < rate * relative
        for column in (name, *MISSING_TOGETHER.get(name, ())):
            emptied[column] = np.where(is_missing, "", emptied[column])
    return emptied
