"""Figures of a run: the results as drawing frames with names for people, and what stands below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.figures.flow import Step, flow_sheet
from spine_outcomes.figures.outcome import outcome_figure
from spine_outcomes.figures.sheets import (
    convergence_sheet,
    difference_sheet,
    effect_sheet,
    love_sheet,
    overlap_sheet,
    weights_sheet,
)
from spine_outcomes.figures.style import REPORT, Sheet
from spine_outcomes.report.forests import forest_pictures
from spine_outcomes.report.notes import EFFECT_NOTES, curve_notes, difference_notes
from spine_outcomes.report.picture import Picture
from spine_outcomes.report.readout import readout
from spine_outcomes.tables import numbers
from spine_outcomes.tables.labels import NO, Labels, labels
from spine_outcomes.tables.risk_table import STATES, shown_states
from spine_outcomes.tables.selection import headline_estimand, in_order, where
from spine_outcomes.tables.table import identifier

SMD_LIMIT = 0.1


def pictures(results: Results, sheet: Sheet = REPORT) -> tuple[Picture, ...]:
    """Every figure of the report on sheets of a size, in the order of the page."""
    return (
        flow_chart(results, sheet),
        *imputation_pictures(results, sheet),
        *balance_pictures(results, sheet),
        *(
            picture
            for endpoint in results.plan.endpoints
            for picture in (
                *curve_pictures(results, endpoint, sheet),
                *difference_pictures(results, endpoint, sheet),
                *effect_pictures(results, endpoint, sheet),
            )
        ),
        *forest_pictures(results, sheet),
    )


def flow_chart(results: Results, sheet: Sheet = REPORT) -> Picture:
    """From the rows read to the arms analysed."""
    name = labels(results)
    unit = results.dictionary.table.row
    steps, flow = [], results.flow
    for _, step in flow.iterrows():
        left_out: tuple[str, ...] = ()
        if step["excluded_lesions"] != 0:
            left_out = ("Left out at this step", _people(step, "excluded_", unit, name))
        steps.append(Step((str(step["label"]), _people(step, "n_", unit, name)), left_out))
    last = flow.iloc[-1]
    arms = [
        (name.arm(code), _counted(last[column], name.rows(unit)))
        for code, column in zip(name.arms, ("n_reference", "n_comparator"), strict=True)
    ]
    note = "From the rows read to the two arms."
    figure = flow_sheet(steps, arms, sheet)
    return Picture("flow-chart", "Selection of the rows analysed", figure, (note,), sheet=sheet)


def _people(step: pd.Series[Any], prefix: str, unit: str, name: Labels) -> str:
    """Rows and patients of a step."""
    rows = _counted(step[f"{prefix}lesions"], name.rows(unit))
    if unit == "patient":
        return rows
    joint = "of" if prefix == "n_" else "and all of"
    return f"{rows} {joint} {_counted(step[f'{prefix}patients'], 'patients')}"


def _counted(n: object, unit: str) -> str:
    """A count with its unit: "1 lesion", "<5 lesions"."""
    if not isinstance(n, str) and pd.isna(n):  # type: ignore[call-overload]
        return "not counted"
    text = numbers.count(n)  # type: ignore[arg-type]
    return f"{text} {unit.removesuffix('s') if text == '1' else unit}"


def imputation_pictures(results: Results, sheet: Sheet = REPORT) -> Iterator[Picture]:
    """The imputed values of each column after every round, where something was imputed."""
    name = labels(results)
    frame = results.imputation
    if frame.empty:
        return
    columns = [(column, name.column(column)) for column in in_order(frame["column"])]
    figure = convergence_sheet(frame, columns, sheet)
    note = (
        "Mean of the imputed values (codes of a category by their place), a line an imputation. "
        "Settled chains mingle without a trend."
    )
    title = "Chained equations, round by round"
    yield Picture("imputation", title, figure, (note,), sheet=sheet)


def balance_pictures(results: Results, sheet: Sheet = REPORT) -> Iterator[Picture]:
    """Overlap, standardised differences and weights, for each level of rows."""
    levels = in_order(results.balance["level_unit"])
    for unit in sorted(levels, key=lambda level: level != results.plan.arms.level):
        is_first = unit == results.plan.arms.level
        found = (draw(results, unit, sheet) for draw in (_overlap, _love, _weights))
        yield from (replace(picture, is_first=is_first) for picture in found if picture is not None)


def _overlap(results: Results, unit: str, sheet: Sheet) -> Picture | None:
    """Propensity scores of the two arms."""
    name = labels(results)
    scores = where(results.propensity, level_unit=unit)
    if scores.empty:
        return None
    score = f"Propensity score: probability of {name.comparator}"
    figure = overlap_sheet(
        scores, _arms(name), score, f"Share of the {name.rows(unit)} of each arm", sheet
    )
    notes = ["Unweighted. Where only one arm has bars, nobody can be compared."]
    if scores["n"].map(lambda n: isinstance(n, str)).any():
        notes.append("Pale bars: a small count, drawn at its bound.")
    title = f"Propensity scores of the {name.rows(unit)}, by arm"
    return Picture(identifier("overlap", unit), title, figure, tuple(notes), sheet=sheet)


def _love(results: Results, unit: str, sheet: Sheet) -> Picture:
    """Standardised differences under every set of weights."""
    name = labels(results)
    balance = where(results.balance, level_unit=unit)
    estimands = [(code, name.estimand(code)) for code in in_order(balance["estimand"])]
    score = "Absolute standardised mean difference"
    figure = love_sheet(_named(balance, name), estimands, SMD_LIMIT, score, sheet)
    note = (
        f"Dotted line: {SMD_LIMIT}. The ruler is the unweighted pooled standard deviation before "
        "and after weighting. Signed values are in the table of balance."
    )
    title = f"Balance of the {name.rows(unit)} before and after weighting"
    return Picture(identifier("love", unit), title, figure, (note,), sheet=sheet)


def _weights(results: Results, unit: str, sheet: Sheet) -> Picture | None:
    """Spread of the weights, where there are some."""
    name = labels(results)
    spread = where(results.weights, level_unit=unit)
    estimands = [
        (code, name.estimand(code)) for code in in_order(spread["estimand"]) if code != "unweighted"
    ]
    if not estimands:
        return None
    figure = weights_sheet(spread, _arms(name), estimands, "Weight", sheet)
    note = "Line: smallest to largest; symbol: median; stroke: 99th percentile. Log axis."
    title = f"Weights of the {name.rows(unit)}, by arm"
    return Picture(identifier("weights-spread", unit), title, figure, (note,), sheet=sheet)


def _named(balance: pd.DataFrame, name: Labels) -> pd.DataFrame:
    """Balance with one label a line; of a yes-or-no column only the yes."""
    is_no = balance["column"].map(name.is_boolean).astype(bool) & (balance["level"] == NO)
    shown = balance[~is_no]
    keys = zip(shown["column"], shown["level"].fillna(""), strict=True)
    return shown.assign(label=[name.covariate(column, level) for column, level in keys])


def _arms(name: Labels) -> list[tuple[str, str]]:
    """Code and label of the arms, the reference first."""
    return [(code, name.arm(code)) for code in name.arms]


def curve_pictures(results: Results, endpoint: str, sheet: Sheet = REPORT) -> Iterator[Picture]:
    """The endpoint's curve under each set of weights, then each competing event."""
    name = labels(results)
    people = where(results.risk_table, endpoint=endpoint)
    states = {state: STATES[state] for state in shown_states(results, endpoint)}
    frame = where(results.curves, endpoint=endpoint, analysis="primary")
    frame = frame[frame["arm"].notna()]  # the difference of the arms is no curve of this figure
    for cause, estimand in _curve_order(frame, results, endpoint):
        curves = where(frame, cause=cause, estimand=estimand)
        heading = _curve_heading(curves.iloc[0], endpoint, name)
        figure = outcome_figure(
            curves, people, arms=_arms(name), states=states, heading=heading, unit=name.unit,
            sheet=sheet,
        )  # fmt: skip
        key = identifier("curve", endpoint, estimand, *([cause] if cause != endpoint else []))
        title = f"{heading}, {name.estimand(estimand)}"
        is_first = cause == endpoint and estimand == headline_estimand(results)
        arms = [(label, where(curves, arm=code)) for code, label in _arms(name)]
        notes, read = curve_notes(results, curves), readout(figure, arms, name.unit)
        yield Picture(key, title, figure, notes, endpoint, is_first, sheet, read)


def _curve_order(frame: pd.DataFrame, results: Results, endpoint: str) -> list[tuple[str, str]]:
    """Cause and estimand of each figure: the event under the first-named weights comes first.

    Competing events are drawn under those weights only.
    """
    headline = headline_estimand(results)
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


def difference_pictures(
    results: Results, endpoint: str, sheet: Sheet = REPORT
) -> Iterator[Picture]:
    """The difference of the two risks of an endpoint over time, under the first-named weights."""
    name = labels(results)
    estimand = headline_estimand(results)
    frame = where(results.curves, endpoint=endpoint, analysis="primary", estimand=estimand)
    if (frame := frame[frame["arm"].isna()]).empty:
        return
    ticks = sorted(where(results.risk_table, endpoint=endpoint)["time"].unique())
    contrast = f"Risk difference, percentage points ({name.difference})"
    figure = difference_sheet(frame, ticks, contrast, name.unit, sheet)
    title = f"{name.endpoint(endpoint)}: risk difference over time, {name.estimand(estimand)}"
    key, notes = identifier("difference", endpoint), difference_notes(results, frame)
    read = readout(figure, [(name.difference, frame)], name.unit, " points")
    yield Picture(key, title, figure, notes, endpoint, False, sheet, read)


def effect_pictures(results: Results, endpoint: str, sheet: Sheet = REPORT) -> Iterator[Picture]:
    """The hazard ratio of an endpoint along time, under every set of weights."""
    name = labels(results)
    frame = where(results.effect_over_time, endpoint=endpoint)
    if frame.empty:
        return
    estimands = [(code, name.estimand(code)) for code in in_order(frame["estimand"])]
    figure = effect_sheet(frame, estimands, f"Hazard ratio, {name.quotient}", name.unit, sheet)
    key, title = (
        identifier("effect", endpoint),
        f"{name.endpoint(endpoint)}: hazard ratio along time",
    )
    yield Picture(key, title, figure, EFFECT_NOTES, endpoint, False, sheet)
