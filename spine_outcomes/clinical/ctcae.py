"""CTCAE 5 (2017): the largest grade that each term has, and when toxicity is acute or late."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

ACUTE_DAYS = 90
"""Last day, counted from the first day of treatment, on which an onset is acute (RTOG)."""

DEATH = 5

_UP_TO = {
    2: ("Alopecia", "Skin hyperpigmentation"),
    3: (
        "Abdominal pain", "Arthralgia", "Back pain", "Bone pain", "Brachial plexopathy",
        "Chest wall pain", "Cough", "Dizziness", "Dysesthesia", "Dyspepsia", "Edema limbs",
        "Esophageal pain", "Fatigue", "Fecal incontinence", "Headache", "Hoarseness", "Insomnia",
        "Malaise", "Muscle cramp", "Muscle weakness lower limb", "Muscle weakness upper limb",
        "Myalgia", "Nausea", "Neck pain", "Neuralgia", "Non-cardiac chest pain", "Pain",
        "Paresthesia", "Pruritus", "Tumor pain", "Urinary incontinence", "Weight loss",
    ),
    4: (
        "Lymphocyte count decreased", "Myositis", "Neutrophil count decreased",
        "Peripheral sensory neuropathy", "Platelet count decreased", "White blood cell decreased",
    ),
    DEATH: (
        "Anemia", "Anorexia", "Dermatitis radiation", "Diarrhea", "Dysphagia", "Dyspnea",
        "Esophageal fistula", "Esophageal hemorrhage", "Esophageal necrosis",
        "Esophageal obstruction", "Esophageal perforation", "Esophageal stenosis",
        "Esophageal ulcer", "Esophagitis", "Fracture", "Mucositis oral", "Myelitis",
        "Osteonecrosis", "Peripheral motor neuropathy", "Pneumonitis", "Radiculitis",
        "Spinal cord compression", "Spinal fracture", "Urinary retention", "Vomiting",
        "Wound complication",
    ),
}  # fmt: skip

LARGEST_GRADE = {term: grade for grade, terms in _UP_TO.items() for term in terms}
"""Largest grade of each term that follows radiotherapy of the spine; many have no 4 or 5."""

_SPELLINGS = (
    ("esophag", "oesophag"), ("hemorrhage", "haemorrhage"), ("anemia", "anaemia"),
    ("diarrhea", "diarrhoea"), ("edema", "oedema"), ("dyspnea", "dyspnoea"), ("fecal", "faecal"),
    ("paresthesia", "paraesthesia"), ("dysesthesia", "dysaesthesia"), ("tumor", "tumour"),
)  # fmt: skip

_FOLDED = {term.casefold(): grade for term, grade in LARGEST_GRADE.items()}


def largest_grades(terms: Iterable[str]) -> NDArray[np.int64]:
    """Largest grade of each term, in any letters; 5 for a term that is not listed.

    Examples
    --------
    >>> largest_grades(["Tumor pain", "Myelitis", "platelet count decreased"])
    array([3, 5, 4])
    """
    return np.array([_FOLDED.get(term.casefold(), DEATH) for term in terms], dtype=np.int64)


def british(term: str) -> str:
    """A term of CTCAE, which is written in American, in British spelling.

    Examples
    --------
    >>> british("Esophageal hemorrhage"), british("Anemia"), british("Myelitis")
    ('Oesophageal haemorrhage', 'Anaemia', 'Myelitis')
    """
    for american, ours in _SPELLINGS:
        if ours not in term.casefold():  # else "Oesophageal" would get another o
            term = term.replace(american, ours)
            term = term.replace(american.capitalize(), ours.capitalize())
    return term


def is_acute(days: ArrayLike, acute_days: int = ACUTE_DAYS) -> NDArray[np.bool_]:
    """Whether an onset is acute: day 0 to ``acute_days`` from the start of treatment.

    Later is late. An onset before the start, or of unknown day, is neither.

    Examples
    --------
    >>> is_acute([0, 90, 91, -1])
    array([ True,  True, False, False])
    """
    day = np.asarray(days, dtype=np.float64)
    return np.asarray((day >= 0) & (day <= acute_days))


def is_late(days: ArrayLike, acute_days: int = ACUTE_DAYS) -> NDArray[np.bool_]:
    """Whether an onset is late: after day ``acute_days`` from the start of treatment."""
    return np.asarray(np.asarray(days, dtype=np.float64) > acute_days)
