"""Who the arms are: baseline table and balance, before and after weighting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.analysis_set import covariates
from spine_outcomes.analysis.results import (
    BALANCE_COLUMNS,
    BASELINE_COLUMNS,
    PROPENSITY_COLUMNS,
    WEIGHT_COLUMNS,
)
from spine_outcomes.analysis.weighting import WeightedSet
from spine_outcomes.errors import Finding
from spine_outcomes.study.dictionary import Column, DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.balance import balance, propensity_histogram, weight_summary
from spine_outcomes.weights.descriptives import weighted_mean_sd, weighted_quantile

Row = dict[str, Any]
Array = NDArray[np.float64]

ARM_CODES = (0, 1)
BALANCE_NUMBERS = ("mean_reference", "mean_comparator", "smd", "variance_ratio", "ks")
SMD_LIMIT = 0.1


def described_columns(plan: AnalysisPlan, dictionary: DataDictionary) -> tuple[Column, ...]:
    """Columns of the baseline table: the plan's list, else the covariates of its models."""
    names = plan.baseline_table if plan.baseline_table is not None else covariates(plan)
    return tuple(dictionary[name] for name in names)


def balance_frame(
    weighted: WeightedSet, plan: AnalysisPlan, dictionary: DataDictionary
) -> pd.DataFrame:
    """Balance of every described or modelled column under each estimand, ``BALANCE_COLUMNS``."""
    names = dict.fromkeys(
        [*covariates(plan), *(c.name for c in described_columns(plan, dictionary))]
    )
    columns = tuple(dictionary[name] for name in names)
    return pd.DataFrame(balance_rows(weighted, columns), columns=list(BALANCE_COLUMNS))


def balance_rows(
    weighted: WeightedSet, columns: Sequence[Column], is_kept: NDArray[np.bool_] | None = None
) -> Iterator[Row]:
    """Balance of every column, or level of a category, under each estimand among the rows kept."""
    rows = weighted.analysis_set
    entries = [
        (column, level, value)
        for column in columns
        for level, value in _indicators(rows.frame[column.name], column)
    ]
    if not entries:
        return
    matrix = np.column_stack([value for _, _, value in entries])
    kept = np.ones(len(rows), dtype=bool) if is_kept is None else is_kept
    found = {
        estimand: _balance_of_known(matrix[kept], rows.arm[kept], weights.value[kept])
        for estimand, weights in weighted.weights.items()
    }
    for position, (column, level, _) in enumerate(entries):
        for estimand, numbers in found.items():
            place = {"level_unit": rows.level, "estimand": estimand, "column": column.name}
            yield place | {"label": column.label, "level": level} | numbers[position]


def _balance_of_known(matrix: Array, arm: NDArray[np.int64], weight: Array) -> dict[int, Row]:
    """Balance of each column among the rows where it is known, by position of the column."""
    numbers: dict[int, Row] = {}
    patterns, pattern = np.unique(np.isfinite(matrix), axis=1, return_inverse=True)
    for code, is_known in enumerate(patterns.T):  # columns known for the same rows go together
        own = np.flatnonzero(pattern == code)
        balanced = balance(matrix[np.ix_(is_known, own)], arm[is_known], weight[is_known])
        for j, position in enumerate(own):
            numbers[int(position)] = {name: getattr(balanced, name)[j] for name in BALANCE_NUMBERS}
    return numbers


def balance_findings(frame: pd.DataFrame, modelled: tuple[str, ...]) -> tuple[Finding, ...]:
    """Covariates of the models that weighting leaves apart by more than 0.1 standard deviations."""
    left = frame[
        (frame["estimand"] != "unweighted")
        & frame["column"].isin(modelled)
        & (frame["smd"].abs() > SMD_LIMIT)
    ]
    worst_rows = left.assign(size=left["smd"].abs()).sort_values("size", ascending=False)
    return tuple(
        Finding(
            "W_IMBALANCE",
            f"After {estimand} weighting at {level} level, {len(group)} of the modelled covariates "
            f"differ by more than {SMD_LIMIT} standard deviations; the largest is "
            f"{_named(worst)} "
            f"({worst['smd']:.2f}).",
            severity="serious",
            section="propensity",
        )
        for (level, estimand), group in worst_rows.groupby(["level_unit", "estimand"], sort=False)
        for worst in group.head(1).to_dict("records")
    )


def _named(row: Mapping[Any, Any]) -> str:
    """Label of a balance row, with its level."""
    level = "" if pd.isna(row["level"]) else f" {row['level']}"
    return f"{row['label']}{level}"


def baseline_frame(
    weighted: WeightedSet, plan: AnalysisPlan, dictionary: DataDictionary
) -> pd.DataFrame:
    """Table 1, ``BASELINE_COLUMNS``: each described column by arm and estimand, and overall."""
    rows = weighted.analysis_set
    codes = plan.arms.codes
    groups = [("unweighted", "all", np.ones(len(rows)))]
    for estimand, weights in weighted.weights.items():
        groups += [
            (estimand, codes[arm], np.where(rows.arm == arm, weights.value, 0.0))
            for arm in ARM_CODES
        ]
    records: list[Row] = []
    for column in described_columns(plan, dictionary):
        values = rows.frame[column.name]
        for estimand, arm, weight in groups:
            place = {"column": column.name, "label": column.label, "estimand": estimand, "arm": arm}
            records += [place | statistic for statistic in _statistics(values, column, weight)]
    return pd.DataFrame(records, columns=list(BASELINE_COLUMNS))


def _statistics(values: pd.Series[Any], column: Column, weight: Array) -> Iterator[Row]:
    """Mean and median of a number, share of each level of a category, and what is missing."""
    counted = weight > 0
    known = counted & values.notna().to_numpy()
    if _is_number(values):
        number = values.to_numpy(np.float64)[known]
        mean, sd = weighted_mean_sd(number, weight[known])
        low, middle, high = weighted_quantile(number, weight[known], (0.25, 0.5, 0.75))
        yield {"kind": "mean_sd", "n": int(known.sum()), "value": mean, "lower": sd}
        yield {
            "kind": "median_iqr",
            "n": int(known.sum()),
            "value": middle,
            "lower": low,
            "upper": high,
        }
    else:
        total = weight[known].sum()
        for level, indicator in _indicators(values, column):
            has = known & (indicator == 1)
            share = weight[has].sum() / total if total else np.nan
            yield {"kind": "proportion", "level": level, "n": int(has.sum()), "value": share}
    n_missing = int((counted & ~known).sum())
    if n_missing:
        yield {"kind": "missing", "n": n_missing, "value": n_missing / int(counted.sum())}


def _is_number(values: pd.Series[Any]) -> bool:
    return bool(pd.api.types.is_float_dtype(values.dtype))


def _indicators(values: pd.Series[Any], column: Column) -> Iterator[tuple[str | None, Array]]:
    """A number as it is, a category as one 0/1 column a level that occurs; missing is NaN."""
    if _is_number(values):
        yield None, values.to_numpy(np.float64)
        return
    text = values.astype("string")
    levels = [code for code in (column.codes or {}) if (text == code).any()]
    for level in levels or sorted(text.dropna().unique()):
        is_level = (text == level).to_numpy(dtype=object, na_value=np.nan)
        yield level, is_level.astype(np.float64)


def weights_frame(weighted: WeightedSet, plan: AnalysisPlan) -> pd.DataFrame:
    """Weights by arm and estimand, before and after truncation, ``WEIGHT_COLUMNS``."""
    rows = weighted.analysis_set
    codes = plan.arms.codes
    records = []
    for estimand, weights in weighted.weights.items():
        for arm in ARM_CODES:
            own = rows.arm == arm
            record: Row = {"level_unit": rows.level, "estimand": estimand, "arm": codes[arm]}
            record |= asdict(weight_summary(weights.value[own]))
            if weights.untruncated is not None:
                before = weight_summary(weights.untruncated[own])
                record |= {
                    "n_truncated": int((weights.value != weights.untruncated)[own].sum()),
                    "ess_untruncated": before.ess,
                    "maximum_untruncated": before.maximum,
                }
            records.append(record)
    return pd.DataFrame(records, columns=list(WEIGHT_COLUMNS))


def propensity_frame(weighted: WeightedSet, plan: AnalysisPlan) -> pd.DataFrame:
    """Histogram of the propensity score by arm, ``PROPENSITY_COLUMNS``."""
    rows = weighted.analysis_set
    if weighted.propensity is None:
        return pd.DataFrame(columns=list(PROPENSITY_COLUMNS))
    codes = plan.arms.codes
    edges, counts = propensity_histogram(weighted.propensity.score, rows.arm)
    return pd.DataFrame(
        [
            {"level_unit": rows.level, "arm": codes[arm], "left": left, "right": right, "n": int(n)}
            for arm in ARM_CODES
            for left, right, n in zip(edges[:-1], edges[1:], counts[arm], strict=True)
        ],
        columns=list(PROPENSITY_COLUMNS),
    )
