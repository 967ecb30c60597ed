"""Columns of the follow-up in the simulated cohort: what was seen, and what was done about it.

Failures and fractures follow the law. Their attributes, and the outcomes without a law (epidural
and adjacent progression, re-treatment, pain, toxicity), are drawn independent of the arm.
"""

from __future__ import annotations

import numpy as np

from spine_outcomes.clinical.levels import LEVELS, level_positions
from spine_outcomes.clinical.pain_response import pain_response
from spine_outcomes.clinical.simulated_covariates import BILSKY, Lesions
from spine_outcomes.clinical.simulated_observation import NEVER, Observation
from spine_outcomes.clinical.simulated_text import (
    Columns,
    Dates,
    Text,
    coded,
    dated,
    only_where,
    whole,
)
from spine_outcomes.clinical.simulated_uniforms import (
    Bools,
    Floats,
    Ints,
    Uniforms,
    category,
    integer,
    uniforms,
)

_PAIN_VISIT_DAY = 91
_LAST_CORD_LEVEL = LEVELS.index("L2")
_LAST_OESOPHAGEAL_LEVEL = LEVELS.index("T12")

_TOXICITY = {
    "myelitis": ((0.990, 0.007, 0.003), (180, 700), _LAST_CORD_LEVEL),
    "radiculitis": ((0.960, 0.030, 0.010), (60, 500), len(LEVELS)),
    "oesoph_acute": ((0.850, 0.100, 0.040, 0.010), (7, 60), _LAST_OESOPHAGEAL_LEVEL),
    "oesoph_late": ((0.950, 0.030, 0.015, 0.005), (91, 500), _LAST_OESOPHAGEAL_LEVEL),
    "other": ((0.700, 0.200, 0.080, 0.020), (1, 300), len(LEVELS)),
}
"""Shares of the largest grade 0, 1, …; days of onset; lowest level that can have it."""

_DRAWS = (
    *("confirmation", "isodose", "epidural", "epidural_grade", "adjacent", "adjacent_visit"),
    *("adjacent_side", "height_loss", "symptoms", "with_progression", "intervention"),
    *("retreated", "retreatment_day", "retreatment", "pain", "opioid", "flare", "flare_day"),
    *("neuro", "neuro_day"),
    *(f"{term}_{what}" for term in _TOXICITY for what in ("grade", "day")),
)


def follow_up_columns(
    rng: np.random.Generator, lesions: Lesions, seen: Observation, baseline: Columns, start: Dates
) -> Columns:
    """Every column of the follow-up, one value a lesion, in the dictionary's order.

    Parameters
    ----------
    rng
        Generator of the columns without a law.
    lesions
        The lesions drawn.
    seen
        What imaging and follow-up showed.
    baseline
        Baseline columns of the lesions: levels, pain and opioid are read.
    start : ndarray of datetime64, shape (m,)
        First day of treatment.
    """
    u = uniforms(rng, len(lesions.patient), _DRAWS)
    first, last = level_positions(baseline["level_from"]), level_positions(baseline["level_to"])
    confirmation = _confirmation(u, seen)
    return (
        _imaging(seen, start)
        | _failure(u, seen, confirmation, start)
        | _epidural(u, lesions, seen, start)
        | _adjacent(u, seen, first, last, start)
        | _fracture(u, lesions, seen, start)
        | _retreatment(u, seen, confirmation, start)
        | _pain(u, seen, baseline, start)
        | _toxicity(u, seen, first, start)
        | _event(
            "neuro_decline",
            "neuro_decline_date",
            u["neuro"] < 0.03,
            _any_day(u["neuro_day"], seen),
            start,
        )
    )


def _event(flag: str, date: str, is_event: Bools, day: Ints, start: Dates) -> Columns:
    """A flag and its date."""
    return {flag: whole(is_event), date: only_where(is_event, _dates(day, start))}


def _dates(day: Ints, start: Dates) -> Text:
    """Dates of days from the start; what never was gets the start, for a caller to blank."""
    return dated(start + np.where(day < NEVER, day, 0).astype("timedelta64[D]"))


def _any_day(u: Floats, seen: Observation) -> Ints:
    """Any day up to the last contact."""
    return integer(u, 1, seen.last_contact)


def _confirmation(u: Uniforms, seen: Observation) -> Ints:
    """Day a failure was confirmed: the next image, else a biopsy within six weeks."""
    later = np.where(seen.visits > seen.local_failure[:, None], seen.visits, NEVER).min(axis=1)
    biopsy = np.minimum(seen.local_failure + integer(u["confirmation"], 7, 42), seen.last_contact)
    return np.asarray(np.where(later < NEVER, later, biopsy))


def _imaging(seen: Observation, start: Dates) -> Columns:
    """Last image and number of images."""
    return {
        "last_imaging_date": only_where(seen.last_image < NEVER, _dates(seen.last_image, start)),
        "n_fu_mri": whole((seen.visits < NEVER).sum(axis=1)),
    }


def _failure(u: Uniforms, seen: Observation, confirmation: Ints, start: Dates) -> Columns:
    """Local failure; the last clean image is empty where none came before it."""
    has_failed = seen.local_failure < NEVER
    clean = np.where(seen.visits < seen.local_failure[:, None], seen.visits, -1).max(axis=1)
    lowest, highest = np.where(seen.is_marginal, 20, 80), np.where(seen.is_marginal, 79, 100)
    return {
        "lf_flag": whole(has_failed),
        "lf_date": only_where(has_failed, _dates(seen.local_failure, start)),
        "lf_confirm_date": only_where(has_failed, _dates(confirmation, start)),
        "last_clean_mri_date": only_where(clean >= 0, _dates(clean, start)),
        "lf_type": only_where(has_failed, np.where(seen.is_marginal, "2", "1")),
        "lf_pct_in_isodose": only_where(has_failed, whole(integer(u["isodose"], lowest, highest))),
    }


def _epidural(u: Uniforms, lesions: Lesions, seen: Observation, start: Dates) -> Columns:
    """Half of the failures progress into the epidural space, by one grade or more."""
    most = len(BILSKY) - 1
    has_progressed = (seen.local_failure < NEVER) & (u["epidural"] < 0.5) & (lesions.bilsky < most)
    grade = integer(u["epidural_grade"], np.minimum(lesions.bilsky + 1, most), most)
    return _event("epid_flag", "epid_date", has_progressed, seen.local_failure, start) | {
        "bilsky_fu": coded(np.where(has_progressed, grade, lesions.bilsky), BILSKY)
    }


def _adjacent(u: Uniforms, seen: Observation, first: Ints, last: Ints, start: Dates) -> Columns:
    """New tumour in a neighbouring vertebra, seen on any one image."""
    n_images = (seen.visits < NEVER).sum(axis=1)
    has_progressed = (u["adjacent"] < 0.06) & (n_images > 0)
    which = integer(u["adjacent_visit"], 0, np.maximum(n_images, 1) - 1)
    day = np.sort(seen.visits, axis=1)[np.arange(len(which)), which]
    is_above = ((u["adjacent_side"] < 0.5) & (first > 0)) | (last == len(LEVELS) - 1)
    return _event("adj_flag", "adj_date", has_progressed, day, start) | {
        "adj_level": only_where(
            has_progressed, coded(np.where(is_above, first - 1, (last + 1) % len(LEVELS)), LEVELS)
        )
    }


def _fracture(u: Uniforms, lesions: Lesions, seen: Observation, start: Dates) -> Columns:
    """Fracture: progression of one that was there, or a new one."""
    is_fractured = seen.fracture < NEVER
    after_failure = seen.local_failure <= seen.fracture
    attributes = {
        "vcf_type": np.where(lesions.collapse >= 2, "2", "1"),
        "vcf_pct": whole(integer(u["height_loss"], 20, 70)),
        "vcf_symptomatic": whole(u["symptoms"] < 0.35),
        "vcf_with_progression": whole(after_failure & (u["with_progression"] < 0.8)),
        "vcf_intervention": whole(category(u["intervention"], (0.65, 0.20, 0.12, 0.03))),
    }
    return _event("vcf_flag", "vcf_date", is_fractured, seen.fracture, start) | {
        name: only_where(is_fractured, text) for name, text in attributes.items()
    }


def _retreatment(u: Uniforms, seen: Observation, confirmation: Ints, start: Dates) -> Columns:
    """Some failures are treated again, two weeks to two months after their confirmation."""
    day = confirmation + integer(u["retreatment_day"], 14, 60)
    is_retreated = (
        (seen.local_failure < NEVER) & (u["retreated"] < 0.4) & (day <= seen.last_contact)
    )
    kind = whole(category(u["retreatment"], (0.5, 0.3, 0.1, 0.1)) + 1)
    return _event("retreat_flag", "retreat_date", is_retreated, day, start) | {
        "retreat_type": only_where(is_retreated, kind)
    }


def _pain(u: Uniforms, seen: Observation, baseline: Columns, start: Dates) -> Columns:
    """Pain and opioid at three months of those still followed, the response, and any flare."""
    before = baseline["pain_baseline"].astype(np.float64)
    opioid_before = baseline["omed_baseline"].astype(np.float64)
    after = np.floor(u["pain"] * np.minimum(before + 3.0, 11.0))
    opioid_after = np.minimum(5.0 * np.round(0.25 * opioid_before * u["opioid"]), 200.0)
    is_followed = seen.last_contact >= _PAIN_VISIT_DAY
    flare_day = integer(u["flare_day"], 1, 10)
    has_flare = (u["flare"] < 0.2) & (flare_day <= seen.last_contact)
    response = pain_response(before, after, opioid_before, opioid_after)
    return {
        "pain_3m": only_where(is_followed, whole(after)),
        "omed_3m": only_where(is_followed, whole(opioid_after)),
        "pain_resp_3m": only_where(is_followed, response),
    } | _event("pain_flare", "pain_flare_date", has_flare, flare_day, start)


def _toxicity(u: Uniforms, seen: Observation, first: Ints, start: Dates) -> Columns:
    """Largest grade of each term and the day it was reached; 0 is assessed and absent."""
    columns: Columns = {}
    for term, (shares, (earliest, latest), lowest_level) in _TOXICITY.items():
        day = integer(u[f"{term}_day"], earliest, latest)
        can_be = (first <= lowest_level) & (day <= seen.last_contact)
        grade = category(u[f"{term}_grade"], shares) * can_be
        columns[f"tox_{term}_max"] = whole(grade)
        columns[f"tox_{term}_date"] = only_where(grade > 0, _dates(day, start))
    return columns
