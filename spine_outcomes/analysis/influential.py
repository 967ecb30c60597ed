"""What one patient does to the primary estimates: left out by influence, the largest refitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_estimates import endpoint_estimate
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.results import INFLUENTIAL_COLUMNS
from spine_outcomes.analysis.weighting import UNWEIGHTED, WeightedSet, reweighing
from spine_outcomes.errors import Finding, NotEstimableError, SampleError
from spine_outcomes.inference import Estimate, concatenate
from spine_outcomes.study.plan import AnalysisPlan

Floats = NDArray[np.float64]

MOST = 10
LARGE = 0.10
"""Relative change of the hazard ratio by one patient from which it is a finding."""


def influential_frame(
    weighted: Sequence[WeightedSet], sample: EndpointSample, plan: AnalysisPlan
) -> pd.DataFrame:
    """The ten patients that change the log hazard ratio most when they are left out.

    Parameters
    ----------
    weighted
        The rows of the sample with their weights, once for each completed cohort.

    Returns
    -------
    DataFrame
        ``INFLUENTIAL_COLUMNS``, under the first weighted estimand; no row where one of the two
        quantities is not estimable, or of events on one planned day.

    Notes
    -----
    Minus the summed influence of the patient's rows is the change to first order (Jaeckel, 1972),
    with the propensity fitted anew; the mean over the completed cohorts. The exact change refits
    propensity, weights and estimates without the patient, in the first completed cohort; knots of
    splines and what was imputed stay.
    """
    name = next((n for n in weighted[0].weights if n != UNWEIGHTED), UNWEIGHTED)
    found = [
        _both(sample, own.weights[name].value, plan).corrected(own.weights[name].nuisance)
        for own in weighted
    ]
    if plan.endpoints[sample.outcome.name].is_at_one_time or any(
        any(estimate.reasons) for estimate in found
    ):
        return pd.DataFrame(columns=[*INFLUENTIAL_COLUMNS])
    own_row = np.arange(len(sample.arm))
    patient = own_row if sample.cluster is None else sample.cluster
    influence = np.mean([estimate.influence for estimate in found], axis=0)
    change = np.column_stack([-np.bincount(patient, column) for column in influence.T])
    kinds = _kinds(patient, sample, weighted[0].weights[name].value, plan)
    counted = kinds.index.to_numpy()
    largest = counted[np.argsort(-np.abs(change[counted, 0]), kind="stable")[:MOST]]
    exact = _refitted(weighted[0], sample, plan, name, [patient != one for one in largest])
    outcome = sample.outcome
    rows = [
        {
            "endpoint": outcome.name,
            "level_unit": outcome.level,
            "estimand": name,
            "rank": rank,
            **kinds.loc[one].to_dict(),
            "hazard_ratio": float(np.exp(np.mean([estimate.value[0] for estimate in found]))),
            "log_hazard_ratio_change": change[one, 0],
            "log_hazard_ratio_change_exact": refitted[0] - found[0].value[0],
            "risk_difference_change": change[one, 1],
            "risk_difference_change_exact": refitted[1] - found[0].value[1],
        }
        for rank, (one, refitted) in enumerate(zip(largest, exact, strict=True), start=1)
    ]
    return pd.DataFrame(rows, columns=[*INFLUENTIAL_COLUMNS])


def influence_findings(influential: pd.DataFrame) -> Iterator[Finding]:
    """A hazard ratio that one patient moves by more than 10 %."""
    if influential.empty:
        return
    exact = influential["log_hazard_ratio_change_exact"]
    moved = np.expm1(exact.fillna(influential["log_hazard_ratio_change"]).to_numpy(float))
    most = int(np.argmax(np.abs(moved)))
    row = influential.iloc[most]
    if abs(moved[most]) > LARGE:
        ratio = row["hazard_ratio"]
        yield Finding(
            "W_ONE_PATIENT",
            f"Without one patient the hazard ratio ({row['estimand']}) is "
            f"{ratio * (1 + moved[most]):.2f} in place of {ratio:.2f}.",
            "caution",
            "outcomes",
            str(row["endpoint"]),
        )


def _both(sample: EndpointSample, weight: Floats, plan: AnalysisPlan) -> Estimate:
    """Log hazard ratio, and risk difference at the last time."""
    last = max(duration.to(sample.outcome.unit) for duration in plan.estimation.times)
    every = endpoint_estimate(sample, weight, plan)
    hazard = every.select(model="cox", measure="hazard_ratio")
    return concatenate(hazard, every.select(measure="risk_difference", time=last))


def _refitted(
    weighted: WeightedSet,
    sample: EndpointSample,
    plan: AnalysisPlan,
    name: str,
    kept: Sequence[NDArray[np.bool_]],
) -> Iterator[Floats]:
    """Both quantities with only some rows kept, everything fitted anew; NaN where none is."""
    reweigh = reweighing(weighted, plan)
    for rows in kept:
        try:
            _, weights = reweigh(rows.astype(np.float64))
            yield _both(sample, weights[name].value, plan).value
        except (NotEstimableError, SampleError):  # nobody, or one arm, is left
            yield np.full(2, np.nan)


def _kinds(
    patient: NDArray[np.int64], sample: EndpointSample, weight: Floats, plan: AnalysisPlan
) -> pd.DataFrame:
    """By patient: rows that count, arms that they are in, and how many patients have the same."""
    rows = pd.DataFrame({"patient": patient, "arm": sample.arm})[sample.counted(weight)]
    by_patient = rows.groupby("patient")["arm"].agg(["size", "min", "max"])
    codes = np.array([*plan.arms.codes, "both"])
    mixed = by_patient["min"] != by_patient["max"]
    kinds: dict[str, Any] = {
        "n_rows": by_patient["size"],
        "arms": codes[np.where(mixed, 2, by_patient["max"])],
    }
    frame = pd.DataFrame(kinds, index=by_patient.index)
    return frame.assign(n_alike=frame.groupby(["n_rows", "arms"])["arms"].transform("size"))
