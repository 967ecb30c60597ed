"""Balance among the rows still at risk: whether the arms stay comparable as time goes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spine_outcomes.analysis.analysis_set import covariates
from spine_outcomes.analysis.baseline import mean_balance
from spine_outcomes.analysis.described import Described
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.results import AT_RISK_COLUMNS, stack
from spine_outcomes.analysis.weighting import WeightedSet
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

# The means of fewer rows say nothing of balance, and much of the few.
FEW_AT_RISK = 10


def balance_at_risk(
    weighted: Sequence[WeightedSet],
    sample: EndpointSample,
    plan: AnalysisPlan,
    dictionary: DataDictionary,
) -> pd.DataFrame:
    """Balance of the modelled covariates at each time of the plan, ``AT_RISK_COLUMNS``.

    Notes
    -----
    A row is at risk at t where its time is t or later (and its entry before t). The ruler of the
    standardised difference is that of the rows at risk. Times at which an arm has fewer than 10
    rows at risk are left out. Weights balance the rows at time zero; later differences come from
    who had the event, and matter to what is read as a comparison from a landmark on.
    """
    outcome = sample.outcome
    columns = tuple(dictionary[name] for name in covariates(plan))
    described = [Described.of(own, columns) for own in weighted]
    frames = []
    for time in plan.of_endpoint(outcome.name).estimation.times:
        landmark = time.to(outcome.unit)
        is_at_risk = sample.is_known & (sample.time >= landmark)
        if sample.entry is not None:
            is_at_risk &= sample.entry < landmark
        if np.bincount(sample.arm[is_at_risk], minlength=2).min() < FEW_AT_RISK:
            continue
        frames.append(
            mean_balance(own.balance(is_at_risk) for own in described).assign(
                endpoint=outcome.name, landmark=time.to(plan.estimation.unit)
            )
        )
    nothing = pd.DataFrame(columns=list(AT_RISK_COLUMNS))
    return stack([*frames, nothing])[list(AT_RISK_COLUMNS)]
