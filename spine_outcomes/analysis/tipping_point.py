"""The risk difference if those censored fared otherwise than those observed, and where it tips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.estimated import Estimated, pooled_estimates
from spine_outcomes.analysis.results import TIPPING_COLUMNS
from spine_outcomes.analysis.uncertainty import by_influence
from spine_outcomes.analysis.weighting import UNWEIGHTED, WeightedSet, counted_nuisance
from spine_outcomes.errors import Finding
from spine_outcomes.inference import Estimate, interval
from spine_outcomes.inference.intervals import clip_difference
from spine_outcomes.study.durations import convert
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.tipping_point import delta_adjusted_incidence

DELTAS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, np.inf)
NEAR = (0.5, 2.0)
"""Ratios between which a conclusion should not change."""

CONCLUSIONS = {
    -1: "lower with arm",
    0: "no difference shown with arm",
    1: "higher with arm",
}


def tipping_point_frame(
    weighted: Sequence[WeightedSet], sample: EndpointSample, plan: AnalysisPlan
) -> pd.DataFrame:
    """Risk difference at the last time for each hazard after censoring in each arm.

    Parameters
    ----------
    weighted
        The rows of the sample with their weights, once for each completed cohort.

    Returns
    -------
    DataFrame
        ``TIPPING_COLUMNS``, under each weighted estimand; no row with delayed entry, past the
        follow-up of an arm, or where one has no event and so no hazard to multiply.
        ``conclusion`` is −1 where the interval lies below 0, 1 above, else 0.
    """
    names = [n for n in weighted[0].weights if n != UNWEIGHTED] or [UNWEIGHTED]
    rows = [] if sample.entry is not None else [
        row for name in names for row in _rows(weighted, sample, plan, name)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*TIPPING_COLUMNS])


def tipping_findings(tipping: pd.DataFrame, plan: AnalysisPlan) -> Iterator[Finding]:
    """Up to which hazard after censoring in one arm the conclusion stays as it is."""
    for (endpoint, estimand), frame in tipping.groupby(["endpoint", "estimand"], sort=False):
        columns = ("delta_reference", "delta_comparator")
        tips = [tipping_deltas(frame, column) for column in columns]
        said = ", or ".join(
            f"{' or '.join(map(_times, deltas))} in arm {arm} alone"
            for arm, deltas in zip(plan.arms.codes, tips, strict=True)
            if deltas
        )
        when = (
            f"changes once the hazard after censoring, over that of those still observed, is {said}"
            if said
            else "stays, whatever the hazard after censoring in one arm alone"
        )
        is_observed = (frame["delta_reference"] == 1) & (frame["delta_comparator"] == 1)
        conclusion = CONCLUSIONS[int(frame.loc[is_observed, "conclusion"].item())]
        is_near = any(NEAR[0] <= delta <= NEAR[1] for deltas in tips for delta in deltas)
        yield Finding(
            "W_TIPPING_POINT" if is_near else "N_TIPPING_POINT",
            f"The conclusion on the risk difference at {plan.estimation.times[-1]} ({estimand}: "
            f"{conclusion} {plan.arms.comparator}) {when}.",
            "caution" if is_near else "note",
            "outcomes",
            str(endpoint),
        )


def tipping_deltas(frame: pd.DataFrame, column: str) -> list[float]:
    """The ratios nearest to 1, below and above, at which the conclusion is another.

    Parameters
    ----------
    frame
        Rows of one endpoint and estimand.
    column
        ``delta_reference`` or ``delta_comparator``: the arm whose ratio changes, the other's is 1.
    """
    other = {"delta_reference": "delta_comparator", "delta_comparator": "delta_reference"}[column]
    along = frame[frame[other] == 1].set_index(column)["conclusion"]
    changed = along.index[along != along.loc[1.0]].to_numpy(float)
    return [*changed[changed < 1][-1:].tolist(), *changed[changed > 1][:1].tolist()]


def _rows(
    weighted: Sequence[WeightedSet], sample: EndpointSample, plan: AnalysisPlan, name: str
) -> Iterator[dict[str, Any]]:
    """Rows of one estimand, pooled over the completed cohorts."""
    unit = sample.outcome.unit
    last = max(duration.to(unit) for duration in plan.estimation.times)
    found = []
    for own in weighted:
        weights = own.weights[name]
        weight = sample.weight_of_known(weights.value)
        risk = delta_adjusted_incidence(
            sample.order, sample.status, weight, arm=sample.arm, cluster=sample.cluster,
            at=last, deltas=DELTAS,
        )  # fmt: skip
        if any(risk.reasons) or not (risk.select(delta=1.0).value > 0).all():
            return
        nuisance = counted_nuisance(weights, plan)
        difference = _differences(risk).corrected(nuisance)
        error = by_influence(difference, nuisance, is_small=plan.estimation.small_sample)
        found.append(Estimated(difference, error, plan.estimation.variance))
    estimate, error, _ = pooled_estimates(found)
    df = np.where(np.isnan(error.df), np.inf, error.df)
    limits = interval(estimate.value, error.std_error, "identity", plan.estimation.level, df)
    lower, upper, _ = clip_difference(*limits)
    for i, label in enumerate(estimate.labels):
        yield {
            "endpoint": sample.outcome.name,
            "level_unit": sample.outcome.level,
            "estimand": name,
            "time": convert(last, unit, plan.estimation.unit),
            **{key: label[key] for key in ("delta_reference", "delta_comparator")},
            "estimate": estimate.value[i],
            "std_error": error.std_error[i],
            "lower": lower[i],
            "upper": upper[i],
            "conclusion": int(lower[i] > 0) - int(upper[i] < 0),
        }


def _differences(risk: Estimate) -> Estimate:
    """Comparator − reference for every pair of ratios, from the risks by arm and ratio."""
    k = len(DELTAS)
    one = np.eye(k)
    jacobian = np.hstack([-np.repeat(one, k, axis=0), np.tile(one, (k, 1))])
    labels = [
        {"measure": "risk_difference", "delta_reference": r, "delta_comparator": c}
        for r in DELTAS
        for c in DELTAS
    ]
    return risk.transform(jacobian @ risk.value, jacobian, labels)


def _times(delta: float) -> str:
    """A ratio in words."""
    return "infinite" if np.isinf(delta) else f"{delta:g}"
