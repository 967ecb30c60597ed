"""Columns of the treatment in the simulated cohort."""

from __future__ import annotations

import numpy as np

from spine_outcomes.clinical.dose import biologically_effective_dose
from spine_outcomes.clinical.levels import LEVELS
from spine_outcomes.clinical.simulated_covariates import Lesions
from spine_outcomes.clinical.simulated_draw import Draw
from spine_outcomes.clinical.simulated_lesion_columns import FIRST_LUMBAR
from spine_outcomes.clinical.simulated_outcomes import ARMS
from spine_outcomes.clinical.simulated_patient_columns import start_dates
from spine_outcomes.clinical.simulated_text import Columns, Text, coded, dated, fixed, whole
from spine_outcomes.clinical.simulated_uniforms import (
    Ints,
    Uniforms,
    category,
    integer,
    uniforms,
)

_DRAWS = (
    *("plan", "spacing", "platform", "isodose", "ctv", "ptv", "above", "below", "coverage"),
    *("gtv_dose", "cord_dose", "oesophagus_dose", "dexamethasone"),
)

_EXTENDED_SECTORS = {"1": "1;2;6", "1;2": "1;2;3;6", "1;6": "1;2;5;6", "1;2;6": "1;2;3;5;6"}
"""Sectors involved, and with those next to them."""


def treatment_columns(
    rng: np.random.Generator, draw: Draw, level: tuple[Ints, Ints], sectors: Text
) -> Columns:
    """Every column of the treatment, one value a lesion, in the dictionary's order.

    Parameters
    ----------
    rng
        Generator of the columns without a law.
    draw
        The draw.
    level : pair of ndarray of int, shape (m,)
        Upper and lower level.
    sectors : ndarray of str, shape (m,)
        Sectors that hold tumour.
    """
    u = uniforms(rng, len(draw.lesions.patient), _DRAWS)
    return (
        _course(u, draw)
        | _prescription(u, draw.lesions)
        | _target(u, draw.lesions, level, sectors)
        | _doses(u, draw.lesions, level[0])
        | {
            "dex_prophylaxis": whole(u["dexamethasone"] < 0.4),
            "planned_fx_completed": whole(np.ones(len(u["plan"]))),
        }
    )


def _course(u: Uniforms, draw: Draw) -> Columns:
    """Arm and dates: fractions on one day in one or in two, and nothing after death or loss."""
    lesions, start = draw.lesions, start_dates(draw.patients)[draw.lesions.patient]
    days = (lesions.n_fractions - 1) * np.where(u["spacing"] < 0.5, 1, 2)
    days = np.minimum(days, draw.observation.last_contact)
    return {
        "arm": coded(lesions.is_extended.astype(np.int64), ARMS),
        "plan_approval_date": dated(start - integer(u["plan"], 1, 14).astype("timedelta64[D]")),
        "sbrt_start": dated(start),
        "sbrt_end": dated(start + days.astype("timedelta64[D]")),
        "platform": coded(
            category(u["platform"], (0.5, 0.4, 0.1)), ("cyberknife", "linac", "tomo")
        ),
    }


def _prescription(u: Uniforms, lesions: Lesions) -> Columns:
    """Dose, fractions and what follows from them."""
    dose, fractions = lesions.dose_total, lesions.n_fractions
    bed = biologically_effective_dose(dose, fractions, alpha_beta=10.0)
    return {
        "dose_total_gy": fixed(dose, 1),
        "n_fractions": whole(fractions),
        "dose_per_fx_gy": fixed(dose / fractions, 2),
        "bed10": fixed(bed, 2),
        "eqd2_10": fixed(lesions.eqd2, 2),
        "rx_isodose_pct": whole(integer(u["isodose"], 60, 95)),
    }


def _target(u: Uniforms, lesions: Lesions, level: tuple[Ints, Ints], sectors: Text) -> Columns:
    """Volumes and sectors: the focal target hugs the tumour, the extended one covers more."""
    is_extended = lesions.is_extended
    factor = np.where(is_extended, 1.6 + 2.0 * u["ctv"], 1.05 + 0.75 * u["ctv"])
    ctv = np.maximum(lesions.gtv_cc * factor, 5.0)
    covered = np.array([_EXTENDED_SECTORS[name] for name in sectors])
    above = is_extended & (u["above"] < 0.25) & (level[0] > 0)
    below = is_extended & (u["below"] < 0.25) & (level[1] < len(LEVELS) - 1)
    return {
        "ctv_cc": fixed(ctv, 2),
        "ptv_cc": fixed(np.maximum(ctv * (1.15 + 0.35 * u["ptv"]), 8.0), 2),
        "ctv_sectors": np.where(is_extended, covered, sectors),
        "ctv_levels_above": whole(above),
        "ctv_levels_below": whole(below),
        "ptv_v95_pct": fixed(85.0 + 15.0 * u["coverage"], 1),
    }


def _doses(u: Uniforms, lesions: Lesions, first: Ints) -> Columns:
    """Doses reached in tumour, cord and oesophagus, which lies far from lumbar levels."""
    dose = lesions.dose_total
    reach = (
        np.where(first < FIRST_LUMBAR, 5.0, 0.0)
        + np.where(first < FIRST_LUMBAR, 25.0, 5.0) * (u["oesophagus_dose"])
    )
    return {
        "gtv_dmin_gy": fixed(np.minimum(dose * (0.6 + 0.35 * u["gtv_dose"]), 40.0), 1),
        "cord_dmax_gy": fixed(5.0 + (np.minimum(0.8 * dose, 30.0) - 5.0) * u["cord_dose"], 1),
        "oesoph_dmax_gy": fixed(np.minimum(reach, dose), 1),
    }
