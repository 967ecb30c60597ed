"""Whether both arms are censored alike, as a Fine–Gray model with one distribution of it asks."""

from __future__ import annotations

import numpy as np

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.errors import Finding
from spine_outcomes.survival.log_rank import score_test

DIFFERENT = 0.05


def censoring_findings(sample: EndpointSample) -> tuple[Finding, ...]:
    """Arms whose censoring times differ, where a Fine–Gray model pools them.

    Notes
    -----
    Robust log-rank test of the time to censoring, events ending it; rows with an event at the time
    of a censoring are no longer at risk of it, as in G.
    """
    if not sample.outcome.competing or sample.entry is not None:
        return ()
    is_censored = (sample.status == 0).astype(np.int64)
    rank = np.empty(len(is_censored), dtype=np.int64)
    rank[sample.order.order] = sample.order.group
    test = score_test(
        2 * rank + is_censored,
        is_censored,
        sample.is_known.astype(np.float64),
        arm=sample.arm,
        cluster=sample.cluster,
    )
    if not test.p_value < DIFFERENT:
        return ()
    message = (
        f"Censoring differs between the arms (log-rank test of the censoring times: p = "
        f"{test.p_value:.2g}). The Fine–Gray model takes one censoring distribution for both, so "
        "its subdistribution hazard ratio may be biased; incidences are estimated arm by arm."
    )
    finding = Finding("W_CENSORING_BY_ARM", message, "caution", "outcomes", sample.outcome.name)
    return (finding,)
