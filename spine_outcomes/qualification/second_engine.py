"""Numbers of a run beside those of a second engine, from the rows and weights of the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.fitted import Fitted
from spine_outcomes.analysis.results import CURVE_MODELS, QUALITY_COLUMNS
from spine_outcomes.analysis.weighting import UNWEIGHTED, WeightedSet
from spine_outcomes.qualification.engines import incidence, log_hazard_ratio, name_of, survival
from spine_outcomes.study.durations import Duration
from spine_outcomes.study.plan import AnalysisPlan

Floats = NDArray[np.float64]
Row = dict[str, Any]
# Hazard ratios end where two iterations stop; curves are the same sums in another order.
TOLERANCE = {"hazard_ratio": 1e-6, "survival": 1e-9, "cumulative_incidence": 1e-9}
WORDS = {"survival": "Survival", "cumulative_incidence": "Incidence"}


@dataclass(frozen=True, eq=False)
class _Weighted:
    """One endpoint under one set of weights, in each completed cohort.

    Parameters
    ----------
    sample
        The endpoint on n rows.
    weights
        One array (n,) a completed cohort.
    results
        Rows of the results table of this endpoint and these weights.
    is_leading
        Whether they are none, or those of the plan's first estimand.
    """

    sample: EndpointSample
    weights: Sequence[Floats]
    results: pd.DataFrame
    is_leading: bool


def quality_control(fitted: Fitted, plan: AnalysisPlan) -> pd.DataFrame:
    """Hazard ratios, survival and incidence of a run beside those of another package.

    Parameters
    ----------
    fitted
        The primary analysis.
    plan
        Its plan.

    Returns
    -------
    DataFrame
        ``QUALITY_COLUMNS``, one row a number that is estimable. Over m completed cohorts the second
        engine's numbers are pooled as those of the results are: a mean of the logarithm of a ratio,
        of log(−log) of a probability.

    Notes
    -----
    Left out is what no other package has: standard errors with weights and clusters, Fine–Gray
    with weights, incidence with late entry, and hazard ratios with Breslow's ties (lifelines has
    Efron's). Hazard ratios are those without weights and of the plan's first estimand: a fit by
    lifelines takes 25 ms, and there is one for each completed cohort.
    """
    rows = [
        row | {"endpoint": sample.outcome.name}
        for own, sample in fitted.samples
        for name in own[0].weights
        for row in _rows(_weighted(fitted, own, sample, name), name, plan)
    ]
    frame = pd.DataFrame(rows, columns=list(QUALITY_COLUMNS))
    # Beyond 12 decimals it is the round-off of this machine.
    frame["difference"] = (frame["second"] - frame["ours"]).astype(np.float64).round(12) + 0.0
    is_same = frame["difference"].abs() <= frame["tolerance"]
    return frame.assign(verdict=np.where(is_same, "agrees", "differs"))


def _weighted(
    fitted: Fitted, own: Sequence[WeightedSet], sample: EndpointSample, name: str
) -> _Weighted:
    """One endpoint under the weights of this name; unknown outcomes weigh nothing."""
    found = fitted.results
    mine = (found["endpoint"] == sample.outcome.name) & (found["estimand"] == name)
    weights = [sample.weight_of_known(cohort.weights[name].value) for cohort in own]
    if all(np.array_equal(weight, weights[0]) for weight in weights):
        weights = weights[:1]  # nothing that they rest on was imputed
    weighted = [key for key in own[0].weights if key != UNWEIGHTED]
    is_leading = name in (UNWEIGHTED, *weighted[:1])
    return _Weighted(sample, weights, found[mine & (found["status"] == "ok")], is_leading)


def _rows(weighted: _Weighted, name: str, plan: AnalysisPlan) -> Iterator[Row]:
    """Every number that the second engine has, too."""
    if plan.estimation.ties == "efron" and weighted.is_leading:
        yield from _hazard_ratio(weighted, name)
    sample = weighted.sample
    if not sample.outcome.competing:
        yield from _curve(weighted, name, plan, "survival")
    elif sample.entry is None:
        yield from _curve(weighted, name, plan, "cumulative_incidence")


def _hazard_ratio(weighted: _Weighted, name: str) -> Iterator[Row]:
    """The marginal hazard ratio of the arms."""
    results = weighted.results
    ours = results[(results["model"] == "cox") & (results["measure"] == "hazard_ratio")]
    if ours.empty:
        return
    sample = weighted.sample
    found = [
        log_hazard_ratio(sample.time, sample.status == 1, sample.arm, weight, sample.entry)
        for weight in weighted.weights
    ]
    yield {
        "quantity": f"Hazard ratio, {name}",
        "ours": float(ours["estimate"].iloc[0]),
        "second": float(np.exp(np.mean(found))),
        "tolerance": TOLERANCE["hazard_ratio"],
        "engine": name_of("lifelines"),
    }


def _curve(weighted: _Weighted, name: str, plan: AnalysisPlan, measure: str) -> Iterator[Row]:
    """Survival or incidence of each arm at the times of the plan."""
    results = weighted.results[weighted.results["measure"] == measure]
    results = results[results["model"].isin(CURVE_MODELS)]
    times = plan.of_endpoint(weighted.sample.outcome.name).estimation.times
    for code, arm in enumerate(plan.arms.codes):
        ours = results[results["arm"].astype(str) == arm]
        if ours.empty:
            continue
        seconds = _pooled([_second(weighted.sample, w, code, times) for w in weighted.weights])
        for duration, second in zip(times, seconds, strict=True):
            at = ours[np.isclose(ours["time"], duration.to(plan.estimation.unit))]
            for value in at["estimate"]:
                yield {
                    "quantity": f"{WORDS[measure]} at {duration}, {arm}, {name}",
                    "ours": float(value),
                    "second": float(second),
                    "tolerance": TOLERANCE[measure],
                    "engine": name_of("statsmodels"),
                }


def _second(sample: EndpointSample, weight: Floats, code: int, times: Sequence[Duration]) -> Floats:
    """The curve of one arm by the second engine."""
    mine = np.where(sample.arm == code, weight, 0.0)
    at = [duration.to(sample.outcome.unit) for duration in times]
    if sample.outcome.competing:
        return incidence(sample.time, sample.status, mine, at)
    return survival(sample.time, sample.status == 1, mine, at, sample.entry)


def _pooled(values: Sequence[Floats]) -> Floats:
    """Probabilities (k,) of m completed cohorts as one; 0 and 1 are the same in all."""
    found = np.array(values)
    inside = ((found > 0) & (found < 1)).all(axis=0)
    pooled: Floats = found.mean(axis=0)
    pooled[inside] = np.exp(-np.exp(np.log(-np.log(found[:, inside])).mean(axis=0)))
    return pooled
