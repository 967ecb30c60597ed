"""Long tables beside a simulated cohort: the images, visits and events that its columns sum up.

The cohort stays as it is to the byte; what its columns leave open (which image was suspicious
first, who was asked for pain when) is drawn from a stream of its own, independent of the arm.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.clinical.simulated_draw import draw_arrays
from spine_outcomes.clinical.simulated_observation import NEVER
from spine_outcomes.clinical.simulated_records import KEYS, days_after_start, records
from spine_outcomes.clinical.simulated_text import fixed, whole
from spine_outcomes.clinical.simulated_toxicity_table import toxicity_table
from spine_outcomes.clinical.simulated_uniforms import (
    Floats,
    Ints,
    generator,
    integer,
    uniforms,
)
from spine_outcomes.clinical.simulator import Simulated

_MRI, _CT = "1", "2"
_CLEAN, _SUSPICIOUS, _PROGRESSION, _NOT_EVALUABLE = "0", "1", "2", "9"
_BIOPSY, _DECLINE = "5", "6"
_SWELLING_DAYS = (60, 200)
_PAIN_DAYS = (30, 91, 182)


def long_tables(simulated: Simulated) -> dict[str, pd.DataFrame]:
    """Images, toxicity, pain and events of a simulated cohort.

    Parameters
    ----------
    simulated
        As ``simulate`` gave it.

    Returns
    -------
    dict of DataFrame of str
        By the name of the table in the dictionary; sorted by patient, lesion and date. Summarised
        by the dictionary's rules they give the follow-up columns of the cohort.
    """
    settings = simulated.truth["simulator"]
    seed = settings["seed"]
    draw = draw_arrays(settings["n_patients"], seed, schedule=settings["schedule"])
    frame, rng = simulated.frame, generator(seed, "long tables")
    visits = np.sort(draw.observation.visits, axis=1)
    tables = {
        "imaging": _imaging(rng, frame, visits, draw.lesions.gtv_cc),
        "toxicity": toxicity_table(rng, frame),
        "pain": _pain(rng, frame),
        "events": _events(frame, visits),
    }
    dates = {"imaging": "img_date", "toxicity": "assessed", "pain": "pain_date",
             "events": "event_date"}  # fmt: skip
    return {
        name: table.sort_values([*KEYS, dates[name]], kind="stable", ignore_index=True)
        for name, table in tables.items()
    }


def long_table_csvs(simulated: Simulated) -> dict[str, str]:
    """The long tables as the texts of their CSV files, by name of the file."""
    return {
        f"{name}.csv": table.to_csv(index=False, lineterminator="\n")
        for name, table in long_tables(simulated).items()
    }


def _imaging(
    rng: np.random.Generator, frame: pd.DataFrame, visits: Ints, volume: Floats
) -> pd.DataFrame:
    """An MRI before treatment and one a visit; some visits also have a CT that nobody can judge."""
    n, v = visits.shape
    names = [f"{what}_{i}" for i in range(v) for what in ("suspicion", "field", "reader", "size")]
    u = uniforms(rng, n, (*names, "first", "artefact"))

    def drawn(what: str) -> Floats:
        return np.column_stack([u[f"{what}_{i}"] for i in range(v)])

    status = _statuses(drawn("suspicion"), u["first"], visits, days_after_start(frame, "lf_date"))
    has_adjacent = visits == days_after_start(frame, "adj_date")[:, None]
    covers = whole((drawn("field") < 0.8) | has_adjacent)
    reader = np.char.add("R", whole(integer(drawn("reader"), 1, 3)))
    growth = np.where(status == _PROGRESSION, 1.4, 0.9) * (0.9 + 0.2 * drawn("size"))
    row, at = np.nonzero(visits < NEVER)
    mri = records(frame, row, visits[row, at], "img_date", {
        "modality": np.full(len(row), _MRI),
        "covers_adjacent": covers[row, at],
        "status": status[row, at],
        "reader": reader[row, at],
        "target_cc": fixed(volume[row] * growth[row, at], 1),
    })  # fmt: skip
    last = days_after_start(frame, "last_contact_date")
    imaged = np.flatnonzero((visits[:, 0] < NEVER) & (u["artefact"] < 0.05))
    ct = records(frame, imaged, last[imaged], "img_date", _unread(len(imaged), _CT))
    every = np.arange(n)
    before = days_after_start(frame, "mri_baseline_date")
    baseline = records(frame, every, before, "img_date", _unread(n, _MRI) | {
        "status": np.full(n, _CLEAN), "target_cc": fixed(volume, 1),
    })  # fmt: skip
    return pd.concat([baseline, mri, ct], ignore_index=True)


def _unread(n: int, modality: str) -> dict[str, NDArray[np.str_]]:
    """Columns of images that nobody judged."""
    empty = np.full(n, "")
    return {
        "modality": np.full(n, modality), "covers_adjacent": empty,
        "status": np.full(n, _NOT_EVALUABLE), "reader": empty, "target_cc": empty,
    }  # fmt: skip


def _statuses(suspicion: Floats, first: Floats, visits: Ints, failure: Ints) -> NDArray[np.str_]:
    """What each image shows: clean, a swelling that the next image clears, then progression.

    Half of the failures are only suspicious on their first image, where a second one follows.
    """
    following = np.column_stack([visits[:, 1:], np.full(len(visits), NEVER)])
    is_failed = visits >= failure[:, None]
    low, high = _SWELLING_DAYS
    may_swell = (visits >= low) & (visits <= high) & (following < failure[:, None])
    may_swell &= following < NEVER
    swells = may_swell & (suspicion < 0.15)
    swells[:, 1:] &= ~swells[:, :-1]  # the next image is clean
    is_first = (visits == failure[:, None]) & (following < NEVER)
    is_doubtful = is_first & (first < 0.5)[:, None]
    return np.select(
        [is_doubtful, is_failed, swells], [_SUSPICIOUS, _PROGRESSION, _SUSPICIOUS], _CLEAN
    )


def _pain(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Pain and opioid of those still followed at each visit; at three months as in the cohort."""
    u = uniforms(rng, len(frame), [f"{what}_{day}" for day in _PAIN_DAYS
                                   for what in ("pain", "opioid")])  # fmt: skip
    followed = days_after_start(frame, "last_contact_date")
    parts = []
    for day in _PAIN_DAYS:
        pain = whole(integer(u[f"pain_{day}"], 0, 8))
        opioid = whole(5 * integer(u[f"opioid_{day}"], 0, 20))
        if day == _PAIN_DAYS[1]:
            pain, opioid = (frame[name].to_numpy(str) for name in ("pain_3m", "omed_3m"))
        row = np.flatnonzero(followed >= day)
        columns = {"worst": pain[row], "omed": opioid[row]}
        parts.append(records(frame, row, np.full(len(row), day), "pain_date", columns))
    return pd.concat(parts, ignore_index=True)


def _events(frame: pd.DataFrame, visits: Ints) -> pd.DataFrame:
    """Treatment again, neurological decline, and the biopsy that confirmed a failure."""
    failure = days_after_start(frame, "lf_date")
    has_later = np.any((visits > failure[:, None]) & (visits < NEVER), axis=1)
    sources = {
        "retreat_date": frame["retreat_type"].to_numpy(str),
        "lf_confirm_date": np.where(has_later, "", _BIOPSY),
        "neuro_decline_date": np.full(len(frame), _DECLINE),
    }
    parts = []
    for name, kind in sources.items():
        day = days_after_start(frame, name)
        row = np.flatnonzero((day < NEVER) & (kind != ""))
        parts.append(records(frame, row, day[row], "event_date", {"event_kind": kind[row]}))
    return pd.concat(parts, ignore_index=True)
