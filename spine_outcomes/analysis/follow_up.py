"""How long the rows were watched: the median follow-up of each arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.study.durations import convert
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.quantiles import follow_up_quantile


def follow_up_rows(
    sample: EndpointSample, plan: AnalysisPlan, common: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Rows of the results: median follow-up of an endpoint by arm, in the plan's display unit.

    Notes
    -----
    Reverse Kaplan–Meier, without weights: censoring is the event, and what happened censors
    (Schemper and Smith, Controlled Clinical Trials 1996;17:343–346).
    """
    level, variance = plan.estimation.level, plan.estimation.variance
    factor = convert(1.0, sample.outcome.unit, plan.estimation.unit)
    for code, arm in enumerate(plan.arms.codes):
        own = sample.is_known & (sample.arm == code)
        found = follow_up_quantile(
            sample.order, sample.status, own.astype(np.float64),
            entry=sample.entry, cluster=sample.cluster, level=level,
        )  # fmt: skip
        yield {
            **common,
            "estimand": "unweighted",
            "model": "reverse_kaplan_meier",
            "measure": "median_follow_up",
            "arm": arm,
            "estimate": factor * found.value,
            "scale": "log(-log)",
            "lower": factor * found.lower,
            "upper": factor * found.upper,
            "level": level,
            "n": int(own.sum()),
            "n_event": int((own & (sample.status == 1)).sum()),
            "n_competing": int((own & (sample.status > 1)).sum()),
            "ess": float(own.sum()),
            # Without weights the corrected and the robust error are one; none is resampled here.
            "variance": "robust" if variance == "bootstrap" else variance,
            "reason": found.reason,
        }
