"""Figures of a run: the results as drawing frames with names for people, and what stands below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from spine_outcomes.analysis.results import Results
from spine_outcomes.figures.flow import Step, flow_sheet
from spine_outcomes.figures.love import largest
from spine_outcomes.figures.sheets import (
    convergence_sheet,
    love_sheet,
    overlap_sheet,
    weights_sheet,
)
from spine_outcomes.figures.style import REPORT, Sheet
from spine_outcomes.report.curve_pictures import (
    arm_labels,
    curve_pictures,
    difference_pictures,
    effect_pictures,
    stacked_pictures,
)
from spine_outcomes.report.forests import forest_pictures
from spine_outcomes.report.picture import Picture
from spine_outcomes.report.toxicity_pictures import toxicity_pictures
from spine_outcomes.tables import numbers
from spine_outcomes.tables.labels import NO, Labels, labels
from spine_outcomes.tables.language import translator
from spine_outcomes.tables.selection import in_order, where
from spine_outcomes.tables.table import identifier

SMD_LIMIT = 0.1
PRINTED_ROWS = 20  # of a plot of balance in a journal: more would not fit its page


def pictures(results: Results, sheet: Sheet | None = None) -> tuple[Picture, ...]:
    """Every figure of the report, in its language, in the order of the page.

    All are on ``sheet``; where none is given, each is as wide as the page shows it.
    """
    found = (in_language(picture, results) for picture in _pictures(results))
    if sheet is None:
        return tuple(picture.as_on_the_page() for picture in found)
    return tuple(replace(picture, sheet=sheet) for picture in found)


def in_language(picture: Picture, results: Results) -> Picture:
    """A figure that is drawn in the language of the report."""
    report = results.plan.report
    return replace(picture, say=translator(report.language, report.words))


def _pictures(results: Results) -> Iterator[Picture]:
    """Every figure of the report in English."""
    yield flow_chart(results)
    yield from imputation_pictures(results)
    yield from balance_pictures(results)
    for endpoint in results.plan.endpoints:
        yield from curve_pictures(results, endpoint)
        yield from difference_pictures(results, endpoint)
        yield from stacked_pictures(results, endpoint)
        yield from effect_pictures(results, endpoint)
    yield from toxicity_pictures(results)
    yield from forest_pictures(results)


def flow_chart(results: Results) -> Picture:
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
    draw = partial(flow_sheet, steps, arms)
    return Picture("flow-chart", "Selection of the rows analysed", draw, (note,))


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


def imputation_pictures(results: Results) -> Iterator[Picture]:
    """The imputed values of each column after every round, where something was imputed."""
    name = labels(results)
    frame = results.imputation
    if frame.empty:
        return
    columns = [(column, name.column(column)) for column in in_order(frame["column"])]
    draw = partial(convergence_sheet, frame, columns)
    note = (
        "Mean of the imputed values (codes of a category by their place), a line an imputation. "
        "Settled chains mingle without a trend."
    )
    title = "Chained equations, round by round"
    yield Picture("imputation", title, draw, (note,))


def balance_pictures(results: Results) -> Iterator[Picture]:
    """Overlap, standardised differences and weights, for each level of rows that was weighted."""
    if not results.plan.propensity.is_weighted:
        return
    levels = in_order(results.balance["level_unit"])
    for unit in sorted(levels, key=lambda level: level != results.plan.arms.level):
        is_first = unit == results.plan.arms.level
        found = (make(results, unit) for make in (_overlap, _weights, _love))
        yield from (replace(picture, is_first=is_first) for picture in found if picture is not None)


def _overlap(results: Results, unit: str) -> Picture | None:
    """Propensity scores of the two arms."""
    name = labels(results)
    scores = where(results.propensity, level_unit=unit)
    if scores.empty:
        return None
    score = f"Propensity score: probability of {name.comparator}"
    share = f"Share of the {name.rows(unit)} of each arm"
    draw = partial(overlap_sheet, scores, arm_labels(name), score, share)
    notes = ["Unweighted. Where only one arm has bars, nobody can be compared."]
    if scores["n"].map(lambda n: isinstance(n, str)).any():
        notes.append("Pale bars: a small count, drawn at its bound.")
    title = f"Propensity scores of the {name.rows(unit)}, by arm"
    return Picture(identifier("overlap", unit), title, draw, tuple(notes), is_half=True)


def _love(results: Results, unit: str) -> Picture:
    """Standardised differences under every set of weights."""
    name = labels(results)
    balance = where(results.balance, level_unit=unit)
    estimands = [(code, name.estimand(code)) for code in in_order(balance["estimand"])]
    score = "Absolute standardised mean difference"
    named = _named(balance, name)

    def draw(sheet: Sheet) -> Figure:
        shown = named if sheet == REPORT else largest(named, PRINTED_ROWS)
        return love_sheet(shown, estimands, SMD_LIMIT, score, sheet)

    n_lines = named["label"].nunique()
    cut = (
        f"The {PRINTED_ROWS} largest of {n_lines} differences, under any of the weights; all are "
        "in the table of balance."
    )
    notes = [
        f"Dotted line: {SMD_LIMIT}. The ruler is the unweighted pooled standard deviation before "
        "and after weighting. Signed values are in the table of balance."
    ]
    if named["smd"].isna().any():
        notes.append(
            "A symbol is missing where it would give back a small count; such lines are last."
        )
    title = f"Balance of the {name.rows(unit)} before and after weighting"
    print_notes = (cut,) if n_lines > PRINTED_ROWS else ()
    return Picture(identifier("love", unit), title, draw, tuple(notes), print_notes=print_notes)


def _weights(results: Results, unit: str) -> Picture:
    """Spread of the weights."""
    name = labels(results)
    spread = where(results.weights, level_unit=unit)
    estimands = [
        (code, name.estimand(code)) for code in in_order(spread["estimand"]) if code != "unweighted"
    ]
    draw = partial(weights_sheet, spread, arm_labels(name), estimands, "Weight")
    note = "Line: smallest to largest; symbol: median; stroke: 99th percentile. Log axis."
    title = f"Weights of the {name.rows(unit)}, by arm"
    return Picture(identifier("weights-spread", unit), title, draw, (note,), is_half=True)


def _named(balance: pd.DataFrame, name: Labels) -> pd.DataFrame:
    """Balance with one label a line; of a yes-or-no column only the yes."""
    is_no = balance["column"].map(name.is_boolean).astype(bool) & (balance["level"] == NO)
    shown = balance[~is_no]
    keys = zip(shown["column"], shown["level"].fillna(""), strict=True)
    return shown.assign(label=[name.covariate(column, level) for column, level in keys])
