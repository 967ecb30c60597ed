"""Weighted proportions, rates and mean counts of toxicity, by arm and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_estimates import arm_contrasts
from spine_outcomes.analysis.estimated import pooled_estimates, under_weights
from spine_outcomes.analysis.result_rows import Row
from spine_outcomes.analysis.results import COUNT_COLUMNS
from spine_outcomes.analysis.toxicity.result_rows import Asked, Written
from spine_outcomes.analysis.toxicity.rows import ANY_TERM, ToxicRows
from spine_outcomes.endpoints.toxicity import WINDOWS, recurrences
from spine_outcomes.inference import Estimate, concatenate
from spine_outcomes.study.durations import DAYS_PER_UNIT, convert
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.mean_cumulative_count import mean_cumulative_count
from spine_outcomes.survival.proportion import event_rates, proportions

Floats = NDArray[np.float64]

RATIO_MODEL = "ratio_of_totals"
COUNT_MODEL = "ghosh_lin"


def asked_proportions(rows: ToxicRows) -> Asked:
    """Rows with each grade or more, by term, window and cause."""
    places, columns = [], []
    for cause in rows.found.causes:
        for window in WINDOWS:
            for term, position in rows.named_terms():
                worst = rows.worst(position, window, cause)
                if np.isnan(worst).all():
                    continue  # not recorded for this window
                for grade in rows.plan.grades:
                    places.append({"endpoint": endpoint_of(grade, window, cause), "term": term})
                    columns.append(np.where(np.isnan(worst), np.nan, worst >= grade))
    return Asked(tuple(places), np.column_stack(columns), np.ones(rows.found.n))


def asked_rates(rows: ToxicRows) -> Asked:
    """Events of each grade or more of any term, every one counted, by cause."""
    places, columns = [], []
    for cause in rows.found.causes:
        for grade in rows.plan.grades:
            row, _ = recurrences(rows.found, rows.plan, grade, cause=cause)
            places.append({"endpoint": endpoint_of(grade, "any", cause), "term": ANY_TERM})
            columns.append(np.bincount(row, minlength=rows.found.n).astype(np.float64))
    years = rows.found.follow_up / DAYS_PER_UNIT["years"]
    return Asked(tuple(places), np.column_stack(columns), years)


def endpoint_of(grade: int, window: str, cause: str) -> str:
    """Name of a toxicity in the results table."""
    return f"toxicity_{window}_{cause}_grade_{grade}"


def proportion_rows(rows: ToxicRows, plan: AnalysisPlan) -> Iterator[Row]:
    """Proportions with each grade or more, in rows of the results table."""
    asked = asked_proportions(rows)

    def estimate(weight: Floats) -> Estimate:
        found = proportions(asked.number, weight, arm=rows.arm, cluster=rows.cluster)
        return _compared(found.relabel(model=RATIO_MODEL, scale="log(-log)"), "proportion", plan)

    yield from _weighted_rows(rows, plan, asked, estimate)


def rate_rows(rows: ToxicRows, plan: AnalysisPlan) -> Iterator[Row]:
    """Events a year of follow-up, in rows of the results table."""
    asked = asked_rates(rows)

    def estimate(weight: Floats) -> Estimate:
        found = event_rates(asked.number, asked.time, weight, arm=rows.arm, cluster=rows.cluster)
        return _compared(found.relabel(model=RATIO_MODEL, scale="identity"), "rate", plan)

    yield from _weighted_rows(rows, plan, asked, estimate)


def count_frame(rows: ToxicRows, plan: AnalysisPlan) -> pd.DataFrame:
    """Mean number of events so far every month up to the horizon, ``COUNT_COLUMNS``."""
    months = np.arange(int(plan.estimation.horizon.to("months")) + 1)
    days = [convert(float(month), "months", "days") for month in months]
    curve = (row for row in count_rows(rows, plan, days) if row["arm"] is not None)
    return pd.DataFrame(curve, columns=list(COUNT_COLUMNS))


def count_rows(
    rows: ToxicRows, plan: AnalysisPlan, days: Sequence[float] | None = None
) -> Iterator[Row]:
    """Mean number of events so far, in rows of the results table, at the times of the plan.

    Other ``days`` in their place where they are given.
    """
    recurrent = rows.plan.recurrent
    if recurrent is None:
        return
    times = [d.to("days") for d in plan.estimation.times] if days is None else list(days)
    row, day = recurrences(rows.found, rows.plan, recurrent.grade)
    place = {"endpoint": endpoint_of(recurrent.grade, "any", "any"), "term": ANY_TERM}
    number = np.zeros((rows.found.n, len(times)))
    for outcome, t in enumerate(times):
        np.add.at(number[:, outcome], row[day <= t], 1.0)
    asked = Asked((place,) * len(times), number, np.ones(rows.found.n))

    def estimate(weight: Floats) -> Estimate:
        found = mean_counts(rows, weight, times)
        numbered = zip(found.labels, 2 * list(range(len(times))), strict=True)  # two arms
        labels = tuple({**label, "outcome": outcome} for label, outcome in numbered)
        found = replace(found, labels=labels)
        return _compared(found.relabel(model=COUNT_MODEL, scale="identity"), "mean_count", plan)

    for made in _weighted_rows(rows, plan, asked, estimate):
        yield made | {"time": convert(made["time"], "days", plan.estimation.unit)}


def mean_counts(rows: ToxicRows, weight: Floats, days: Sequence[float]) -> Estimate:
    """Mean number of events so far by arm, of the plan's grade or more, at some days."""
    recurrent = rows.plan.recurrent
    grade = 1 if recurrent is None else recurrent.grade
    row, day = recurrences(rows.found, rows.plan, grade)
    return mean_cumulative_count(
        rows.found.follow_up, rows.found.is_dead, weight, event_row=row, event_time=day,
        arm=rows.arm, cluster=rows.cluster, times=days,
    )  # fmt: skip


def _compared(by_arm: Estimate, measure: str, plan: AnalysisPlan) -> Estimate:
    """Both arms, their differences and their ratios."""
    return concatenate(by_arm, *arm_contrasts(by_arm, measure, plan))


def _weighted_rows(
    rows: ToxicRows, plan: AnalysisPlan, asked: Asked, estimate: Callable[[Floats], Estimate]
) -> Iterator[Row]:
    """Estimates under every set of weights, pooled over the completed cohorts."""
    for name in rows.weighted[0].weights:
        weights = [own.weights[name] for own in rows.weighted]
        found = [under_weights(estimate(own.value), own, plan) for own in weights]
        written = Written(rows, plan, asked, name, [own.value for own in weights])
        yield from written.rows(pooled_estimates(found))
