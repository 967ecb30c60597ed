"""Figures of an endpoint over time: curves, their difference, all events at once, hazard ratio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from spine_outcomes.analysis.results import Results
from spine_outcomes.figures.outcome import UNWEIGHTED, outcome_figure
from spine_outcomes.figures.sheets import difference_sheet, effect_sheet, stacked_sheet
from spine_outcomes.figures.style import HALF, Sheet
from spine_outcomes.report.notes import EFFECT_NOTES, curve_notes, difference_notes
from spine_outcomes.report.picture import Picture
from spine_outcomes.report.readout import Readout, readout
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.risk_table import STATES, shown_states
from spine_outcomes.tables.selection import headline_estimand, in_order, where
from spine_outcomes.tables.table import identifier

STACKED_NOTE = (
    "Cumulative incidences of the events on top of one another; what is left above them has had "
    "none of them."
)


def curve_pictures(results: Results, endpoint: str) -> Iterator[Picture]:
    """The endpoint's curve under each set of weights, then each competing event."""
    for cause, estimand in _curve_order(results, endpoint):
        yield curve_picture(results, endpoint, estimand, cause)


def curve_picture(
    results: Results,
    endpoint: str,
    estimand: str,
    cause: str,
    *,
    with_difference: bool = False,
    weighted_counts: bool = False,
) -> Picture:
    """The curves of the arms over the table of people.

    Parameters
    ----------
    cause
        The endpoint itself or one of its competing events.
    with_difference
        Whether the difference of the arms over time stands between curves and table.
    weighted_counts
        Whether the table holds sums of weights instead of people.
    """
    name = labels(results)
    curves = where(_curves(results, endpoint), cause=cause, estimand=estimand)
    heading = _curve_heading(curves.iloc[0], endpoint, name)
    difference = _difference(results, endpoint, estimand)
    people, counts = where(results.risk_table, endpoint=endpoint), (UNWEIGHTED, 0)
    if weighted_counts:
        people = where(results.weighted_risk_table, endpoint=endpoint, estimand=estimand)
        counts = (f"Sums of weights, {name.estimand(estimand)}", 1)
    draw = partial(
        outcome_figure,
        curves,
        people,
        arms=arm_labels(name),
        heading=heading,
        unit=name.unit,
        difference=(difference, _contrast(name)) if with_difference else None,
        counts=counts,
    )
    states = partial(_states, results, endpoint, cause)
    key = identifier("curve", endpoint, estimand, *([cause] if cause != endpoint else []))
    title = f"{heading}, {name.estimand(estimand)}"
    is_first = cause == endpoint and estimand == headline_estimand(results)
    notes = curve_notes(results, curves)
    if with_difference:
        notes = (*notes, *difference_notes(results, difference))
    arms = [(label, where(curves, arm=code)) for code, label in arm_labels(name)]
    read = _reader(arms, name.unit)
    return Picture(
        key, title, lambda on: draw(states=states(on), sheet=on), notes, endpoint, is_first,
        is_half=not is_first, read=read,
    )  # fmt: skip


def _states(results: Results, endpoint: str, cause: str, sheet: Sheet) -> dict[str, str]:
    """Columns of the table of people with their names.

    Under the curve of a competing event the events are those of the curve: they are named, and
    stand before the events of the endpoint. On half a page of the report only those at risk are
    counted: what became of the others stands under the first curve.
    """
    if sheet == HALF:
        return {"n_risk": STATES["n_risk"]}
    states = shown_states(results, endpoint)
    if cause == endpoint:
        return {state: STATES[state] for state in states}
    name, causes = labels(results), set(_curves(results, endpoint)["cause"]) - {endpoint}
    competing = name.cause(cause) if len(causes) == 1 else STATES["n_competing"]
    named = {"n_competing": competing, "n_event": name.endpoint(endpoint)}
    plain = {state: STATES[state] for state in states if state not in named}
    return plain | named


def _reader(
    curves: list[tuple[str, pd.DataFrame]], unit: str, suffix: str = "%"
) -> Callable[[Figure], Readout]:
    """What reads curves of a figure once it is drawn."""
    return lambda figure: readout(figure, curves, unit, suffix)


def arm_labels(name: Labels) -> list[tuple[str, str]]:
    """Code and label of the arms, the reference first."""
    return [(code, name.arm(code)) for code in name.arms]


def _curves(results: Results, endpoint: str) -> pd.DataFrame:
    """Curves of an endpoint in the primary analysis, by arm."""
    frame = where(results.curves, endpoint=endpoint, analysis="primary")
    return frame[frame["arm"].notna()]  # the difference of the arms is no curve of an arm


def _difference(results: Results, endpoint: str, estimand: str) -> pd.DataFrame:
    """The difference of the arms over time in the primary analysis."""
    keys = {"endpoint": endpoint, "analysis": "primary", "estimand": estimand}
    frame = where(results.curves, **keys)
    return frame[frame["arm"].isna()]


def _curve_order(results: Results, endpoint: str) -> list[tuple[str, str]]:
    """Cause and estimand of each figure: the event under the first-named weights comes first.

    Competing events are drawn under those weights only.
    """
    headline, frame = headline_estimand(results), _curves(results, endpoint)
    pairs = dict.fromkeys(zip(frame["cause"], frame["estimand"], strict=True))
    shown = [pair for pair in pairs if endpoint in pair or headline in pair]
    return sorted(shown, key=lambda pair: (pair != (endpoint, headline), pair[0] != endpoint))


def _curve_heading(curve: pd.Series[Any], endpoint: str, name: Labels) -> str:
    """What the vertical axis of a curve shows."""
    label = name.endpoint(endpoint)
    quantity = name.quantity(str(curve["measure"]), endpoint)
    if curve["cause"] != endpoint:
        return f"{quantity}: {name.cause(curve['cause']).lower()} before {label.lower()}"
    return label if quantity.lower() in label.lower() else f"{quantity}: {label.lower()}"


def _contrast(name: Labels) -> str:
    """What the vertical axis of a difference shows."""
    return f"Risk difference, percentage points ({name.difference})"


def _ticks(results: Results, endpoint: str) -> list[float]:
    """Marks of the time axis of an endpoint."""
    return sorted(where(results.risk_table, endpoint=endpoint)["time"].unique())


def difference_pictures(
    results: Results, endpoint: str, estimand: str | None = None
) -> Iterator[Picture]:
    """The difference of the two risks of an endpoint over time, by default of the headline."""
    name = labels(results)
    estimand = headline_estimand(results) if estimand is None else estimand
    if (frame := _difference(results, endpoint, estimand)).empty:
        return
    ticks = _ticks(results, endpoint)
    draw = partial(difference_sheet, frame, ticks, _contrast(name), name.unit)
    title = f"{name.endpoint(endpoint)}: risk difference over time, {name.estimand(estimand)}"
    key, notes = identifier("difference", endpoint), difference_notes(results, frame)
    read = _reader([(name.difference, frame)], name.unit, " points")
    yield Picture(key, title, draw, notes, endpoint, False, True, read=read)


def stacked_pictures(
    results: Results, endpoint: str, estimand: str | None = None
) -> Iterator[Picture]:
    """All events of an endpoint at once, an arm a panel; nothing where no event competes."""
    name = labels(results)
    estimand = headline_estimand(results) if estimand is None else estimand
    frame = where(_curves(results, endpoint), estimand=estimand, measure="cumulative_incidence")
    causes = [(cause, name.cause(cause)) for cause in in_order(frame["cause"])]
    if len(causes) < 2:
        return
    ticks, weights = _ticks(results, endpoint), name.estimand(estimand)
    draw = partial(stacked_sheet, frame, arm_labels(name), causes, ticks, name.unit)
    title = f"{name.endpoint(endpoint)} and competing events, {weights}"
    key = identifier("stacked", endpoint)
    yield Picture(key, title, draw, (STACKED_NOTE,), endpoint, False, True)


def effect_pictures(results: Results, endpoint: str) -> Iterator[Picture]:
    """The hazard ratio of an endpoint along time, under every set of weights."""
    name = labels(results)
    ticks = _ticks(results, endpoint)
    frame = where(results.effect_over_time, endpoint=endpoint)
    frame = frame[frame["time"] <= max(ticks, default=0.0)]
    if frame.empty:
        return
    estimands = [(code, name.estimand(code)) for code in in_order(frame["estimand"])]
    ratio = f"Hazard ratio, {name.quotient}"
    draw = partial(effect_sheet, frame, estimands, ticks, ratio, name.unit)
    title = f"{name.endpoint(endpoint)}: hazard ratio along time"
    key = identifier("effect", endpoint)
    yield Picture(key, title, draw, EFFECT_NOTES, endpoint, False, True)
