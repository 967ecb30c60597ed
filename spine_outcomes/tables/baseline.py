"""Table 1: the arms at baseline, as observed and under each set of weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.labels import NO, Labels, labels
from spine_outcomes.tables.selection import in_order, one, where
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table

KINDS = {"mean_sd": "Mean (SD)", "median_iqr": "Median (Q1 to Q3)", "missing": "Missing"}


def baseline(results: Results) -> Table:
    """Every described column as observed, by arm, with all standardised differences."""
    name = labels(results)
    estimands = in_order(results.baseline["estimand"])
    groups = [pair for pair in _groups(results) if pair[0] == "unweighted"]
    return Table(
        id="baseline",
        title=f"Baseline of the {name.rows(results.plan.arms.level)} analysed, by arm",
        stub_head="Characteristic",
        columns=(
            *(Column(name.arm(arm), "As observed") for _, arm in groups),
            *(Column(name.estimand(estimand), "Standardised difference") for estimand in estimands),
        ),
        rows=_rows(results, groups, estimands),
        notes=(
            "Counts are unweighted; percentages are of rows whose value is known, those of missing "
            "values of all rows.",
            f"Standardised difference: {name.difference}, divided by the unweighted pooled "
            "standard deviation before and after. No p values: balance is not a hypothesis.",
        ),
    )


def weighted_baseline(results: Results) -> Iterator[Table]:
    """The same under each set of weights, where there is one."""
    name = labels(results)
    groups = [pair for pair in _groups(results) if pair[0] != "unweighted"]
    if not groups:
        return
    yield Table(
        id="baseline-weighted",
        title=f"Baseline of the {name.rows(results.plan.arms.level)} analysed, weighted",
        stub_head="Characteristic",
        columns=tuple(Column(name.arm(arm), name.estimand(estimand)) for estimand, arm in groups),
        rows=_rows(results, groups, []),
        notes=("Weighted means, quantiles and percentages of rows whose value is known.",),
    )


def _groups(results: Results) -> list[tuple[str, str]]:
    """Pairs of estimand and arm that the frame holds, in its order."""
    frame = results.baseline
    return list(dict.fromkeys(zip(frame["estimand"], frame["arm"], strict=True)))


def _rows(results: Results, groups: list[tuple[str, str]], estimands: list[str]) -> tuple[Row, ...]:
    """The lines of every column under its head; a yes-or-no column is one line of its own."""
    name = labels(results)
    rows: list[Row] = []
    for column in in_order(results.baseline["column"]):
        own = where(results.baseline, column=column)
        balance = where(results.balance, column=column, level_unit=results.plan.arms.level)
        if not name.is_boolean(column):
            rows.append(Row(name.column(column)))
        for kind, level in _line_keys(own, name):
            line = own[(own["kind"] == kind) & (own["level"].fillna("") == level)]
            found = [_statistic(one(line, estimand=e, arm=a), e == "unweighted") for e, a in groups]
            if any(cell.parts for cell in found):
                found += [_difference(balance, estimand, kind, level) for estimand in estimands]
                rows.append(_row(column, kind, level, tuple(found), name))
    return tuple(rows)


def _line_keys(frame: pd.DataFrame, name: Labels) -> list[tuple[str, str]]:
    """Kind and level of each line of a column; missing values come last."""
    keys = dict.fromkeys(zip(frame["kind"], frame["level"].fillna(""), strict=True))
    is_boolean = name.is_boolean(str(frame["column"].iloc[0]))
    shown = [key for key in keys if not (is_boolean and key[1] == NO)]
    return sorted(shown, key=lambda key: key[0] == "missing")


def _row(column: str, kind: str, level: str, line: tuple[Cell, ...], name: Labels) -> Row:
    """One line with its name: that of the statistic, of the level, or of the column."""
    if kind in KINDS:
        return Row(KINDS[kind], line, is_indented=True)
    if name.is_boolean(column):
        return Row(name.column(column), line)
    return Row(name.value(column, level), line, is_indented=True)


def _difference(balance: pd.DataFrame, estimand: str, kind: str, level: str) -> Cell:
    """Standardised difference beside a mean or a share; no other line has one."""
    if kind not in ("mean_sd", "proportion"):
        return cells.BLANK
    own = balance[(balance["estimand"] == estimand) & (balance["level"].fillna("") == level)]
    return cells.decimal(float(own["smd"].iloc[0]), 2) if len(own) else cells.EMPTY


def _statistic(row: pd.Series[Any] | None, is_counted: bool) -> Cell:
    """One statistic of one arm: "61.2 (10.8)", "60 (52 to 68)" or "123 (34.5)"."""
    if row is None:
        return cells.EMPTY
    value, lower, upper = (row[key] for key in ("value", "lower", "upper"))
    if row["kind"] == "mean_sd":
        return _composed(_one_decimal(value), " (", _one_decimal(lower), ")")
    if row["kind"] == "median_iqr":
        return _composed(
            _one_decimal(value), " (", _one_decimal(lower), cells.TO, _one_decimal(upper), ")"
        )
    if isinstance(row["n"], str):  # hidden: its percentage would give it back
        return cells.count(row["n"]) if is_counted else cells.EMPTY
    share = None if pd.isna(value) else Number(numbers.percent(float(value)), float(value))
    if not is_counted and row["kind"] == "missing":
        return cells.BLANK
    if share is None or not is_counted:
        return cells.EMPTY if share is None else Cell((share, "%"))
    return _composed(*cells.count(row["n"]).parts, " (", share, "%", ")")


def _one_decimal(value: float) -> Number:
    """A mean, deviation or quantile with one decimal."""
    return Number(numbers.decimal(float(value), 1), float(value))


def _composed(*parts: str | Number) -> Cell:
    """Parts as a cell; a dash where a number is missing."""
    is_missing = any(isinstance(part, Number) and pd.isna(part.raw) for part in parts)
    return cells.EMPTY if is_missing else Cell(parts)
