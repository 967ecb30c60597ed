"""Figures of toxicity: worst grades back to back and as a map, mean counts, dose responses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.analysis.toxicity.counts import ASSESSED, NOT_ASSESSED
from spine_outcomes.figures.butterfly import GRADES
from spine_outcomes.figures.toxicity_sheets import (
    butterfly_sheet,
    dose_sheet,
    heat_map_sheet,
    mean_count_sheet,
)
from spine_outcomes.report.picture import Picture
from spine_outcomes.tables import numbers
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.selection import headline_estimand, in_order, where
from spine_outcomes.tables.table import identifier
from spine_outcomes.tables.toxicity import term_name, views
from spine_outcomes.tables.toxicity_names import window_and_cause

Arms = list[tuple[str, str]]

BOUND = "Empty bars: a hidden count, drawn at its bound."


def toxicity_pictures(results: Results) -> Iterator[Picture]:
    """Every figure of toxicity: those in view, of all onsets and causes, before those folded."""
    if results.toxicity.empty:
        return
    name = labels(results)
    arms: Arms = [(code, name.arm(code)) for code in name.arms]
    found = [
        replace(picture, is_first=picture.is_first and position == 0)
        for position, (window, cause) in enumerate(views(results))
        for picture in _of_grades(results, window, cause, arms)
    ]
    found += [*_mean_counts(results, arms, name), *_dose_responses(results, name)]
    yield from sorted(found, key=lambda picture: not picture.is_first)


def _of_grades(results: Results, window: str, cause: str, arms: Arms) -> Iterator[Picture]:
    """Worst grades of one window and cause, in two forms."""
    frame = _shares(results, window, cause)
    if frame.empty or not (frame[frame["grade"].isin(GRADES)]["share"] > 0).any():
        return
    view = window_and_cause(results.plan, window, cause)
    rows = labels(results).rows(results.plan.arms.level)
    said = f"Shares of the {rows} assessed for the term; the worst grade in the middle."
    notes = (said, BOUND) if frame["is_bound"].any() else (said,)
    title = f"Worst grades by arm: {view}"
    draw = partial(butterfly_sheet, frame, arms, "")
    key = identifier("toxicity-butterfly", window, cause)
    yield Picture(key, title, draw, notes)
    if window != "any":
        return
    title = f"Terms and grades: {view}"
    shade = (
        f"Number of {rows} by worst grade; the stronger the colour, the larger their share of "
        "those assessed."
    )
    draw = partial(heat_map_sheet, frame, arms, ("0", *GRADES), "")
    key = identifier("toxicity-heat-map", window, cause)
    yield Picture(key, title, draw, (shade,), is_first=False)


def _shares(results: Results, window: str, cause: str) -> pd.DataFrame:
    """Share of each grade among those assessed, a hidden count at its bound."""
    frame = where(results.toxicity, window=window, cause=cause, level_unit=results.plan.arms.level)
    of_all = frame[frame["grade"] == ASSESSED][["term", "arm", "n"]]
    own = frame[~frame["grade"].isin((ASSESSED, NOT_ASSESSED))]
    total = own[["term", "arm"]].merge(of_all, on=["term", "arm"])["n"].map(_bound)
    return own.assign(
        label=own["term"].map(term_name),
        share=own["n"].map(_bound).to_numpy(dtype=float) / total.clip(lower=1).to_numpy(),
        is_bound=own["n"].map(lambda n: isinstance(n, str)).to_numpy(dtype=bool),
        text=own["n"].map(lambda n: "" if n == 0 else numbers.count(n)),
    )


def _bound(n: float | str) -> float:
    """A count, or the largest or smallest that a hidden one can be."""
    if not isinstance(n, str):
        return float(n)
    digits = float("".join(filter(str.isdigit, n)) or 0)
    return digits - 1 if n.startswith("<") else digits


def _mean_counts(results: Results, arms: Arms, name: Labels) -> Iterator[Picture]:
    """Mean number of events so far under the first-named weights."""
    estimand = headline_estimand(results)
    frame = where(results.mean_count, estimand=estimand)
    toxicity = results.plan.toxicity
    if frame.empty or toxicity is None or toxicity.recurrent is None:
        return
    rows = name.rows(results.plan.arms.level)
    what = f"toxicities of grade {toxicity.recurrent.grade} or more"
    heading = f"Mean number of {what} per 100 {rows}"
    draw = partial(mean_count_sheet, frame, arms, heading, name.unit)
    note = (
        f"{name.estimand(estimand)}; every event counts, death ends the risk of further ones. "
        f"Area: pointwise {name.level} interval on the log scale."
    )
    yield Picture("toxicity-mean-count", heading, draw, (note,))


def _dose_responses(results: Results, name: Labels) -> Iterator[Picture]:
    """One figure a dose response."""
    note = (
        f"Logistic regression clustered by patient, adjusted for the arm; area: pointwise "
        f"{name.level} interval at the mean of all other terms. Symbols: observed in fifths of the "
        "dose; those at its ends may rest on few rows. Unweighted."
    )
    for response in in_order(results.dose_response["response"]):
        frame = where(results.dose_response, response=response)
        label, dose = str(frame["label"].iloc[0]), name.column(str(frame["column"].iloc[0]))
        draw = partial(dose_sheet, frame, dose, f"{label}, %")
        key = identifier("toxicity-dose", response)
        yield Picture(key, f"{label} by dose", draw, (note,), is_half=True)
