"""What was estimated for one endpoint: risks at each time, then everything over the follow-up."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import Form, Labels, labels
from spine_outcomes.tables.selection import (
    absolute_measure,
    in_order,
    main_analysis,
    one,
    standardised,
    where,
)
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier

MODELLED = ("hazard_ratio", "subdistribution_hazard_ratio")
PIECEWISE = "cox_piecewise"
NEEDED = {
    "harm": "NNT: number treated with the comparator for one event fewer (benefit) or more (harm) "
    "by then; its interval runs through infinity where that of the difference holds 0.",
    "benefit": "NNT: number treated with the comparator for one event more (benefit) or fewer "
    "(harm) by then; its interval runs through infinity where that of the difference holds 0.",
}


def risks(results: Results, endpoint: str) -> Table:
    """Risk (or survival) by arm at each time of the plan, difference, ratio, by estimand."""
    name = labels(results)
    frame = where(main_analysis(results), endpoint=endpoint)
    measure = absolute_measure(frame)
    shown = where(frame, measure=measure)
    quantity = name.quantity(measure, endpoint)
    rows: list[Row] = []
    groups = [
        (name.estimand(estimand), where(frame, estimand=estimand))
        for estimand in in_order(shown["estimand"])
    ]
    beside = where(standardised(results), endpoint=endpoint)
    groups += [
        (f"{name.model(model)} ({estimand})", where(beside, estimand=estimand, model=model))
        for estimand in in_order(beside["estimand"])
        for model in in_order(where(beside, estimand=estimand)["model"])
    ]
    for label, own in groups:
        rows.append(Row(label[:1].upper() + label[1:]))
        times = in_order(where(own, measure=measure)["time"])
        rows += [_risk_row(own, measure, time, name) for time in times]
    return Table(
        id=identifier("risks", endpoint),
        title=f"{name.endpoint(endpoint)}: {quantity.lower()} by arm, and contrasts of the risk",
        stub_head="Weights, time",
        columns=(
            Column(name.reference, f"{quantity}, % ({name.level} CI)"),
            Column(name.comparator, f"{quantity}, % ({name.level} CI)"),
            Column("Risk difference, percentage points", f"Contrast ({name.level} CI)"),
            Column("Risk ratio", f"Contrast ({name.level} CI)"),
        ),
        rows=tuple(rows),
        notes=_risk_notes(measure),
        direction=f"difference: {name.difference}; ratio: {name.quotient}",
    )


def _risk_row(frame: pd.DataFrame, measure: str, time: float, name: Labels) -> Row:
    """One time under one set of weights."""
    arms = (one(frame, measure=measure, arm=arm, time=time) for arm in name.arms)
    return Row(
        stub=name.time(time),
        cells=(
            *(cells.estimate(row, "percent") for row in arms),
            cells.estimate(one(frame, measure="risk_difference", time=time), "percent"),
            cells.estimate(one(frame, measure="risk_ratio", time=time), "ratio"),
        ),
        is_indented=True,
    )


def _risk_notes(measure: str) -> tuple[str, ...]:
    """What the contrasts are contrasts of."""
    if measure != "survival":
        return ()
    return ("The risk is 100 minus what is shown: a positive difference means more events.",)


def effects(results: Results, endpoint: str) -> Table:
    """Complement, number needed, restricted means, hazard ratios and tests, by estimand."""
    name = labels(results)
    frame = where(main_analysis(results), endpoint=endpoint)
    return Table(
        id=identifier("effects", endpoint),
        title=f"{name.endpoint(endpoint)}: restricted means, hazard ratios and tests",
        stub_head="Quantity, weights",
        columns=(
            Column(name.reference, f"By arm ({name.level} CI)"),
            Column(name.comparator, f"By arm ({name.level} CI)"),
            Column(f"Contrast ({name.level} CI)"),
            Column("p"),
        ),
        rows=(
            *_complement(results, frame, endpoint, name),
            *_restricted_means(frame, name),
            *_numbers_needed(frame, results.plan.endpoints[endpoint].event_is, name),
            *_hazard_ratios(frame, name),
            *_pieces(frame, name),
            *_tests(frame, name),
            *_suprema(frame, name),
        ),
        notes=(NEEDED[results.plan.endpoints[endpoint].event_is],),
        direction=f"differences: {name.difference}; ratios: {name.quotient}",
    )


def _complement(results: Results, frame: pd.DataFrame, endpoint: str, name: Labels) -> list[Row]:
    """One minus the incidence, where the plan gives it a name."""
    label = results.plan.endpoints[endpoint].complement
    own = where(frame, measure="one_minus_cumulative_incidence")
    if label is None or own.empty:
        return []
    rows = [Row(f"{label}, %")]
    for estimand in in_order(own["estimand"]):
        for time in in_order(own["time"]):
            found = where(own, estimand=estimand)
            arms = [one(found, arm=arm, time=time) for arm in name.arms]
            pair = tuple(cells.estimate(row, "percent") for row in arms)
            stub = f"{name.estimand(estimand)}, {name.time(time)}"
            rows.append(Row(stub, (*pair, cells.BLANK, cells.BLANK), is_indented=True))
    return rows


def _restricted_means(frame: pd.DataFrame, name: Labels) -> list[Row]:
    """Mean time and its difference and ratio, up to the horizon."""
    rows: list[Row] = []
    for base in ("rmst", "rmtl"):
        rows += _group(frame, base, f"{base}_difference", "time", name)
        rows += _group(frame, base, f"{base}_ratio", "ratio", name)
    return rows


def _group(frame: pd.DataFrame, base: str, contrast: str, form: Form, name: Labels) -> list[Row]:
    """One contrast of a restricted mean; the arms stand beside the difference."""
    own = where(frame, measure=contrast)
    if own.empty:
        return []
    until = f"to {name.time(float(own['time'].iloc[0]))}" if own["time"].notna().any() else ""
    unit = f", {name.unit}" if form == "time" else ""
    rows = [Row(f"{name.measure(contrast).name} {until}{unit}")]
    for estimand in in_order(own["estimand"]):
        found = where(frame, estimand=estimand)
        arms = (one(found, measure=base, arm=arm) for arm in name.arms)
        pair = (
            tuple(cells.estimate(row, "time") for row in arms)
            if form == "time"
            else (cells.BLANK,) * 2
        )
        row = one(found, measure=contrast)
        rows.append(
            _contrast_row(
                name.estimand(estimand), pair, cells.estimate(row, form), cells.p_value(row)
            )
        )
    return rows


def _numbers_needed(frame: pd.DataFrame, event_is: str, name: Labels) -> list[Row]:
    """Number needed to treat at the latest time."""
    own = where(frame, measure="number_needed_to_treat")
    if own.empty:
        return []
    time = float(own["time"].max())
    rows = [Row(f"NNT at {name.time(time)}")]
    for estimand in in_order(own["estimand"]):
        row = one(own, estimand=estimand, time=time)
        pair, needed = (cells.BLANK,) * 2, cells.number_needed(row, event_is)
        rows.append(_contrast_row(name.estimand(estimand), pair, needed, cells.BLANK))
    return rows


def _hazard_ratios(frame: pd.DataFrame, name: Labels) -> list[Row]:
    """Hazard ratios of the arm, by model; cause-specific where events compete."""
    is_modelled = frame["measure"].isin(MODELLED) & (frame["model"] != PIECEWISE)
    own = frame[is_modelled & frame["contrast"].notna()]
    competes = (frame["measure"] == "cumulative_incidence").any()
    rows: list[Row] = []
    for model in in_order(own["model"]):
        fitted = where(own, model=model)
        label = name.measure(fitted["measure"].iloc[0]).name
        if competes and fitted["measure"].iloc[0] == "hazard_ratio":
            label = f"Cause-specific {label.lower()}"
        rows.append(Row(f"{label} ({name.model(model)})"))
        for estimand in in_order(fitted["estimand"]):
            row = one(fitted, estimand=estimand)
            pair = (cells.BLANK,) * 2
            rows.append(
                _contrast_row(
                    name.estimand(estimand), pair, cells.estimate(row, "ratio"), cells.p_value(row)
                )
            )
    return rows


def _pieces(frame: pd.DataFrame, name: Labels) -> list[Row]:
    """Hazard ratios in pieces of time, one line a set of weights and piece."""
    own = where(frame, measure="hazard_ratio", model=PIECEWISE)
    if own.empty:
        return []
    rows = [Row(f"Hazard ratio by time ({name.model(PIECEWISE)})")]
    for estimand in in_order(own["estimand"]):
        for piece in in_order(own["term"]):
            row = one(own, estimand=estimand, term=piece)
            stub, pair = f"{name.estimand(estimand)}, {piece}", (cells.BLANK,) * 2
            p = cells.p_value(row)
            rows.append(_contrast_row(stub, pair, cells.estimate(row, "ratio"), p))
    return rows


def _tests(frame: pd.DataFrame, name: Labels) -> list[Row]:
    """Tests of no difference between the arms."""
    own = where(frame, measure="chi_square")
    rows: list[Row] = []
    for model in in_order(own["model"]):
        rows.append(Row(f"{name.model(model)}, chi-square"))
        for estimand in in_order(where(own, model=model)["estimand"]):
            row = one(own, model=model, estimand=estimand)
            pair = (cells.BLANK,) * 2
            rows.append(
                _contrast_row(
                    name.estimand(estimand), pair, cells.chi_square(row), cells.p_value(row)
                )
            )
    return rows


def _suprema(frame: pd.DataFrame, name: Labels) -> list[Row]:
    """Tests of the two curves over all times at once."""
    own = where(frame, measure="supremum")
    if own.empty:
        return []
    rows = [Row(name.measure("supremum").name)]
    for estimand in in_order(own["estimand"]):
        row = one(own, estimand=estimand)
        pair = (cells.BLANK,) * 2
        p = cells.p_value(row)
        rows.append(_contrast_row(name.estimand(estimand), pair, cells.supremum(row), p))
    return rows


def _contrast_row(stub: str, arms: tuple[Cell, ...], contrast: Cell, p: Cell) -> Row:
    """One indented line of the effects table."""
    return Row(stub, (*arms, contrast, p), is_indented=True)
