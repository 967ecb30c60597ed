"""Who the arms are: baseline table and balance, before and after weighting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.analysis_set import covariates
from spine_outcomes.analysis.described import (
    BALANCE_NUMBERS,
    Array,
    Described,
    Row,
    indicators,
    is_number,
)
from spine_outcomes.analysis.results import (
    BALANCE_COLUMNS,
    BASELINE_COLUMNS,
    PROPENSITY_COLUMNS,
    WEIGHT_COLUMNS,
    averaged,
)
from spine_outcomes.analysis.weighting import UNWEIGHTED, WeightedSet
from spine_outcomes.errors import Finding, Severity, people
from spine_outcomes.study.dictionary import Column, DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.balance import propensity_histogram, weight_summary
from spine_outcomes.weights.descriptives import weighted_mean_sd, weighted_quantile

ARM_CODES = (0, 1)
SMD_LIMIT = 0.1
ENOUGH_TO_TELL = 10
LOW_EFFECTIVE_SIZE = 0.6
LARGE_WEIGHT = 10.0
WEIGHT_NUMBERS = ("ess", "minimum", "median", "p99", "maximum", "largest_share")


def described_columns(plan: AnalysisPlan, dictionary: DataDictionary) -> tuple[Column, ...]:
    """Columns of the baseline table: the plan's list, else the covariates of its models."""
    names = plan.baseline_table if plan.baseline_table is not None else covariates(plan)
    return tuple(dictionary[name] for name in names)


def balance_frame(
    weighted: Sequence[WeightedSet], plan: AnalysisPlan, dictionary: DataDictionary
) -> pd.DataFrame:
    """Balance of every described or modelled column under each estimand, ``BALANCE_COLUMNS``.

    Parameters
    ----------
    weighted
        The rows with their weights, once for each completed cohort: differences are averaged.
    """
    names = dict.fromkeys(
        [*covariates(plan), *(c.name for c in described_columns(plan, dictionary))]
    )
    columns = tuple(dictionary[name] for name in names)
    return mean_balance(Described.of(own, columns).balance() for own in weighted)


def mean_balance(found: Iterable[Iterable[Row]]) -> pd.DataFrame:
    """Mean of the balance in each completed cohort, and the largest difference of all."""
    frames = [pd.DataFrame(rows, columns=list(BALANCE_COLUMNS)) for rows in found]
    if frames[0].empty:
        return frames[0]
    numbers = (*BALANCE_NUMBERS, "smd_largest")
    keys = [name for name in BALANCE_COLUMNS if name not in numbers]
    smd = pd.concat(frames).groupby(keys, sort=False, dropna=False)["smd"]
    highest, lowest = smd.max().to_numpy(), smd.min().to_numpy()
    largest = np.where(highest >= -lowest, highest, lowest)
    return averaged(frames, numbers).assign(smd_largest=largest)


def balance_findings(
    frame: pd.DataFrame, modelled: tuple[str, ...], dictionary: DataDictionary
) -> Iterator[Finding]:
    """Covariates that weighting leaves apart by more than 0.1 standard deviations.

    Of those in the models it is serious: the weights are there to balance them.
    """
    is_apart = (frame["estimand"] != UNWEIGHTED) & (frame["smd"].abs() > SMD_LIMIT)
    apart = frame[is_apart].assign(size=frame["smd"].abs()).sort_values("size", ascending=False)
    is_modelled = apart["column"].isin(modelled)
    kinds: tuple[tuple[pd.DataFrame, str, Severity, str], ...] = (
        (apart[is_modelled], "W_IMBALANCE", "serious", "of the modelled covariates"),
        (apart[~is_modelled], "W_UNMODELLED_IMBALANCE", "caution", "columns beside the model"),
    )
    for rows, code, severity, which in kinds:
        for (level, estimand), group in rows.groupby(["level_unit", "estimand"], sort=False):
            worst, n = group.iloc[0], group["column"].nunique()
            differ = f"{which} differ" if n > 1 else f"{which.replace('columns', 'column')} differs"
            size = f"{worst['smd']:.2f}".replace("-", "−")
            message = (
                f"After {estimand} weighting at {level} level, {n} {differ} by more than "
                f"{SMD_LIMIT} standard deviations; the largest is {_named(worst, dictionary)} "
                f"({size})."
            )
            yield Finding(code, message, severity, "propensity")


def _named(row: pd.Series[Any], dictionary: DataDictionary) -> str:
    """Label of a balance row, with that of its level."""
    if pd.isna(row["level"]):
        return str(row["label"])
    codes = dictionary[row["column"]].codes or {"True": "yes", "False": "no"}
    return f"{row['label']}: {codes.get(row['level'], row['level'])}"


def baseline_frame(
    weighted: Sequence[WeightedSet],
    recorded: pd.DataFrame,
    plan: AnalysisPlan,
    dictionary: DataDictionary,
) -> pd.DataFrame:
    """Table 1, ``BASELINE_COLUMNS``: each described column by arm and estimand, and overall.

    Parameters
    ----------
    weighted
        The rows with their weights, once for each completed cohort.
    recorded : DataFrame, shape (n, columns)
        The same rows before anything was imputed: what is counted, and what is missing, is theirs.
        Weighted numbers are means over the completed cohorts.
    """
    columns = described_columns(plan, dictionary)
    numbers = ("value", "lower", "upper")
    frame = pd.DataFrame(
        _baseline(weighted[0], recorded, plan, columns), columns=list(BASELINE_COLUMNS)
    )
    if len(weighted) == 1:
        return frame
    uncounted = [name for name in BASELINE_COLUMNS if name != "n"]
    mean = averaged(
        [
            pd.DataFrame(_baseline(own, own.analysis_set.frame, plan, columns), columns=uncounted)
            for own in weighted
        ],
        numbers,
    )
    keys = [name for name in uncounted if name not in numbers]
    both = frame.merge(mean, how="left", on=keys, suffixes=("", "_completed"))
    is_weighted = (frame["estimand"] != UNWEIGHTED) & (frame["kind"] != "missing")
    for name in numbers:
        frame.loc[is_weighted, name] = both.loc[is_weighted, f"{name}_completed"]
    return frame


def _baseline(
    weighted: WeightedSet, frame: pd.DataFrame, plan: AnalysisPlan, columns: Sequence[Column]
) -> Iterator[Row]:
    """Rows of Table 1 for the values of one frame."""
    rows = weighted.analysis_set
    groups = [(UNWEIGHTED, "all", np.ones(len(rows)))]
    for estimand, weights in weighted.weights.items():
        groups += [
            (estimand, plan.arms.codes[arm], np.where(rows.arm == arm, weights.value, 0.0))
            for arm in ARM_CODES
        ]
    for column in columns:
        for estimand, arm, weight in groups:
            place = {"column": column.name, "label": column.label, "estimand": estimand, "arm": arm}
            yield from (
                place | statistic for statistic in _statistics(frame[column.name], column, weight)
            )


def _statistics(values: pd.Series[Any], column: Column, weight: Array) -> Iterator[Row]:
    """Mean and median of a number, share of each level of a category, and what is missing."""
    counted = weight > 0
    known = counted & values.notna().to_numpy()
    if is_number(values):
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
        for level, indicator in indicators(values, column, every=True):
            has = known & (indicator == 1)
            share = weight[has].sum() / total if total else np.nan
            yield {"kind": "proportion", "level": level, "n": int(has.sum()), "value": share}
    n_missing = int((counted & ~known).sum())
    if n_missing:
        yield {"kind": "missing", "n": n_missing, "value": n_missing / int(counted.sum())}


def positivity_findings(
    baseline: pd.DataFrame, plan: AnalysisPlan, dictionary: DataDictionary
) -> Iterator[Finding]:
    """Levels of described categories whose rows are all in one arm: nothing to compare them with.

    Levels of few rows are passed over: they may be in one arm by chance.
    """
    levels = baseline[baseline["kind"] == "proportion"]
    for (name, level), rows in levels.groupby(["column", "level"], sort=False):
        n = rows.drop_duplicates("arm").set_index("arm")["n"]  # alike under every estimand
        total, in_arms = int(n["all"]), n[list(plan.arms.codes)]
        if total >= ENOUGH_TO_TELL and (in_arms == 0).any():
            column = dictionary[str(name)]
            called = (column.codes or {}).get(str(level), str(level))
            message = (
                f"All {people(total)} rows with {column.label}: {called} are in arm "
                f"{in_arms.idxmax()}, none in arm {in_arms.idxmin()}: for them the data hold no "
                "comparison."
            )
            yield Finding("W_NONPOSITIVITY", message, "caution", "propensity")


def weights_frame(weighted: Sequence[WeightedSet], plan: AnalysisPlan) -> pd.DataFrame:
    """Weights by arm and estimand, before and after truncation, ``WEIGHT_COLUMNS``.

    Averaged over the completed cohorts; as many rows are truncated in each, to within rounding.
    """
    numbers = (*WEIGHT_NUMBERS, "n_truncated", "ess_untruncated", "maximum_untruncated")
    frame = averaged([_weights(own, plan) for own in weighted], numbers)
    return frame.assign(n_truncated=frame["n_truncated"].round())


def _weights(weighted: WeightedSet, plan: AnalysisPlan) -> pd.DataFrame:
    """Weights in one completed cohort."""
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


def weight_findings(weights: pd.DataFrame, plan: AnalysisPlan) -> Iterator[Finding]:
    """Weights so unequal that few rows carry the result."""
    reference = plan.arms.codes[0]
    records: list[Row] = weights.to_dict("records")  # type: ignore[assignment]
    for row in records:
        share, largest = row["ess"] / row["n"], row["largest_share"] * row["n"]
        if share < LOW_EFFECTIVE_SIZE or largest > LARGE_WEIGHT:
            yield Finding(
                "W_EXTREME_WEIGHTS",
                f"{row['estimand']} weights at {row['level_unit']} level, "
                f"{'reference' if row['arm'] == reference else 'comparator'} arm: the effective "
                f"sample size is {share:.0%} of {row['n']} rows and the largest weight "
                f"{largest:.1f} times the mean.",
                severity="serious" if share < LOW_EFFECTIVE_SIZE / 2 else "caution",
                section="propensity",
            )


def propensity_frame(weighted: Sequence[WeightedSet], plan: AnalysisPlan) -> pd.DataFrame:
    """Histogram of the propensity score by arm, ``PROPENSITY_COLUMNS``.

    A row counts once, at the mean of its scores in the completed cohorts.
    """
    rows = weighted[0].analysis_set
    scores = [own.propensity.score for own in weighted if own.propensity is not None]
    if not scores:
        return pd.DataFrame(columns=list(PROPENSITY_COLUMNS))
    codes = plan.arms.codes
    edges, counts = propensity_histogram(np.mean(scores, axis=0), rows.arm)
    return pd.DataFrame(
        [
            {"level_unit": rows.level, "arm": codes[arm], "left": left, "right": right, "n": int(n)}
            for arm in ARM_CODES
            for left, right, n in zip(edges[:-1], edges[1:], counts[arm], strict=True)
        ],
        columns=list(PROPENSITY_COLUMNS),
    )
