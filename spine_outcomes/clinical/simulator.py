"""The simulated cohort: a table in the form of the data dictionary, and the truth behind it.

The law, what it is calibrated to and what it is not, stand in docs/demo_cohort.md. The same size,
seed and options give the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spine_outcomes.clinical.simulated_draw import Draw, draw_arrays
from spine_outcomes.clinical.simulated_follow_up_columns import follow_up_columns
from spine_outcomes.clinical.simulated_lesion_columns import draw_levels, lesion_columns
from spine_outcomes.clinical.simulated_missing import (
    LESION_RATES,
    PATIENT_RATES,
    relative_rate,
    with_missing,
)
from spine_outcomes.clinical.simulated_observation import Schedule
from spine_outcomes.clinical.simulated_patient_columns import patient_columns, start_dates
from spine_outcomes.clinical.simulated_text import Columns
from spine_outcomes.clinical.simulated_treatment_columns import treatment_columns
from spine_outcomes.clinical.simulated_truth import (
    as_dictionary,
    conditional_hazard_ratios,
    truth_of,
)
from spine_outcomes.clinical.simulated_uniforms import generator
from spine_outcomes.errors import Problem, UsageError
from spine_outcomes.study.packaged import packaged_file

DEMO_PATIENTS, DEMO_SEED = 500, 1
"""Size and seed of the packaged demo cohort."""

LAW_TRUTH = "law_truth.json"
"""Packaged file with the truth of the law itself, from one large draw under each schedule."""


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated cohort and its known truth.

    Parameters
    ----------
    frame : DataFrame of str, shape (lesions, columns of the dictionary)
        Text as in a file: codes, ISO dates, empty cells; sorted by patient and lesion.
    truth
        ``simulator`` (size, seed, options), ``conditional_hazard_ratios``, ``sample`` (potential
        outcomes of these very patients) and ``law`` (of the population they come from, with its
        Monte-Carlo errors). Both hold kind (``latent``, ``detected``), estimand, endpoint, measure,
        arm, month, in that order.
    """

    frame: pd.DataFrame
    truth: dict[str, Any]


def simulate(n: int, seed: int, *, missing: bool = True, schedule: Schedule = "equal") -> Simulated:
    """Simulate a cohort of ``n`` patients, about 1.41 lesions each.

    Parameters
    ----------
    n
        Patients, at least 1.
    seed
        Seed, not negative.
    missing
        Whether covariates are missing at the law's rates; the rest stays as it is.
    schedule
        ``equal``: both arms imaged alike. ``focal_half_yearly``: focal lesions every 6 months only.

    Raises
    ------
    UsageError
        If ``n`` or ``seed`` is out of range.

    Examples
    --------
    >>> simulate(2, seed=1).frame[["patient_id", "lesion_id"]].iloc[0].tolist()
    ['SIM-0001', 'L1']
    """
    _check(n, seed)
    draw = draw_arrays(n, seed, schedule=schedule)
    of_patient, of_lesion = _columns(draw, seed)
    if missing:
        rng, relative = generator(seed, "missing"), relative_rate(draw.patients)
        of_patient = with_missing(rng, of_patient, PATIENT_RATES, relative)
        of_lesion = with_missing(rng, of_lesion, LESION_RATES, relative[draw.lesions.patient])
    repeated = {name: text[draw.lesions.patient] for name, text in of_patient.items()}
    return Simulated(
        frame=pd.DataFrame(repeated | of_lesion, dtype=object),
        truth={
            "simulator": {
                "n_patients": n,
                "n_lesions": len(draw.lesions.patient),
                "seed": seed,
                "missing": missing,
                "schedule": schedule,
            },
            "conditional_hazard_ratios": conditional_hazard_ratios(),
            "sample": as_dictionary(truth_of([draw])),
            "law": json.loads(packaged_file(LAW_TRUTH).read_text(encoding="utf-8"))[schedule],
        },
    )


def cohort_csv(simulated: Simulated) -> str:
    """The cohort as the text of its CSV file."""
    return simulated.frame.to_csv(index=False, lineterminator="\n")


def truth_json(simulated: Simulated) -> str:
    """The truth as the text of its JSON file."""
    return json.dumps(simulated.truth, indent=1) + "\n"


def _columns(draw: Draw, seed: int) -> tuple[Columns, Columns]:
    """Columns of the patients and of the lesions, nothing missing."""
    rng = generator(seed, "columns")
    start = start_dates(draw.patients)[draw.lesions.patient]
    level = draw_levels(rng, draw.lesions)
    of_patient = patient_columns(rng, draw)
    baseline = lesion_columns(rng, draw.lesions, level, start)
    treatment = treatment_columns(rng, draw, level, baseline["sectors_involved"])
    follow_up = follow_up_columns(rng, draw.lesions, draw.observation, baseline, start)
    return of_patient, baseline | treatment | follow_up


def _check(n: int, seed: int) -> None:
    """Refuse a size or seed that cannot be."""
    found = {"patients": (n, 1), "seed": (seed, 0)}
    problems = [
        Problem("E_SIMULATION", f"the {name} is {value}; {least} or more is allowed")
        for name, (value, least) in found.items()
        if value < least
    ]
    if problems:
        raise UsageError(*problems)
