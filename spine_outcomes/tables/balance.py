"""Balance and weights: whether weighting made the arms comparable, and at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import YES, Labels, labels
from spine_outcomes.tables.selection import in_order, where
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier

STATISTICS = {"smd": "SMD", "variance_ratio": "Variance ratio", "ks": "KS"}
OVER_IMPUTATIONS = {"smd_largest": "Largest SMD"}
BEFORE_TRUNCATION = {
    "ess_untruncated": "Effective sample size before truncation",
    "maximum_untruncated": "Largest before truncation",
}


def balance(results: Results, level_unit: str) -> Table:
    """Standardised difference, variance ratio and KS distance of each column of the design."""
    name = labels(results)
    frame = where(results.balance, level_unit=level_unit)
    estimands = in_order(frame["estimand"])
    is_imputed = len(results.imputation) > 0
    statistics = STATISTICS | (OVER_IMPUTATIONS if is_imputed else {})
    over = ("Means over the imputations, and the largest SMD in any of them.",) * is_imputed
    lines = [(estimand, key) for estimand in estimands for key in statistics]
    rows: list[Row] = []
    for column in in_order(frame["column"]):
        own = where(frame, column=column)
        levels = [YES] if name.is_boolean(column) else list(dict.fromkeys(own["level"].fillna("")))
        if len(levels) > 1:
            rows.append(Row(name.column(column)))
        rows += [_row(own, column, level, lines, name) for level in levels]
    return Table(
        id=identifier("balance", level_unit),
        title=f"Balance of {name.rows(level_unit)} before and after weighting",
        stub_head="Covariate",
        columns=tuple(Column(statistics[key], name.estimand(estimand)) for estimand, key in lines),
        rows=tuple(rows),
        notes=(
            "SMD: standardised mean difference, divided by the unweighted pooled standard "
            "deviation before and after. KS: largest distance between the weighted distribution "
            "functions. Missing values of a covariate are left out of its line.",
            *over,
        ),
        direction=f"SMD: {name.difference}; variance ratio: {name.quotient}",
    )


def _row(
    frame: pd.DataFrame,
    column: str,
    level: str,
    lines: list[tuple[str, str]],
    name: Labels,
) -> Row:
    """One column of the design, or one level of a category."""
    own = frame[frame["level"].fillna("") == level]
    is_alone = level == "" or name.is_boolean(column)
    stub = name.column(column) if is_alone else name.value(column, level)
    found = (cells.decimal(_value(where(own, estimand=e), key), 2) for e, key in lines)
    return Row(stub, tuple(found), is_indented=not is_alone)


def _value(rows: pd.DataFrame, key: str) -> float:
    """The one value of a column, NaN where there is no row."""
    return float(rows[key].iloc[0]) if len(rows) else float("nan")


def weights(results: Results) -> Table:
    """Spread of the weights by arm and estimand, before truncation too where there was one."""
    name = labels(results)
    before = BEFORE_TRUNCATION if results.weights["ess_untruncated"].notna().any() else {}
    rows: list[Row] = []
    keys = dict.fromkeys(
        zip(results.weights["level_unit"], results.weights["estimand"], strict=True)
    )
    for level_unit, estimand in keys:
        rows.append(Row(f"{name.estimand(estimand)}, {name.rows(level_unit)}"))
        own = where(results.weights, level_unit=level_unit, estimand=estimand)
        rows += [
            Row(name.arm(row["arm"]), _weights_line(row, before), is_indented=True)
            for _, row in own.iterrows()
        ]
    return Table(
        id="weights",
        title="Weights by arm",
        stub_head="Weights, arm",
        columns=tuple(
            Column(head)
            for head in (
                "Rows", "Effective sample size", "Smallest", "Median", "99th percentile", "Largest",
                "Share of the largest, %", *before.values(),
            )
        ),
        rows=tuple(rows),
        notes=(
            "Effective sample size: squared sum of the weights over the sum of their squares.",
        ),
    )  # fmt: skip


def _weights_line(row: pd.Series[Any], before: Mapping[str, str]) -> tuple[Cell, ...]:
    """One arm under one set of weights."""
    spread = (cells.decimal(row[key], 2) for key in ("minimum", "median", "p99", "maximum"))
    return (
        cells.count(row["n"]),
        cells.decimal(row["ess"], 1),
        *spread,
        cells.percent(row["largest_share"]),
        *(cells.decimal(row[key], 2) for key in before),
    )
