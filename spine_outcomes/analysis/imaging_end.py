"""How far it matters until when the living are followed, where images find the event.

Deaths are dated by the day and events by the image that shows them: cutting the living at their
last image keeps them less long at risk than the dead, and the incidence of death reads higher.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import Finding
from spine_outcomes.study.endpoint import Endpoint
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.aalen_johansen import aalen_johansen

LARGE = 0.01
"""Difference of two incidences from which a reader must know of it."""

ENDS = {
    "last_scan": "followed to their last image",
    "scan_plus_interval": "followed one planned interval longer",
    "last_contact": "followed to their last contact",
}


def imaging_end_findings(
    cohort: Cohort, plan: AnalysisPlan, outcomes: Sequence[Outcome]
) -> Iterator[Finding]:
    """Endpoints in which the three ends of follow-up move an incidence by more than a point.

    Parameters
    ----------
    cohort
        The selected rows.
    outcomes
        Their endpoints, in the plan's order.

    Notes
    -----
    Of competing events together, or of the event where nothing competes: Aalen–Johansen, all rows
    alike, at the last time of the plan that all three follow.
    """
    for outcome in outcomes:
        endpoint = plan.endpoints[outcome.name]
        if not _is_imaged(endpoint, plan):
            continue
        values = [_incidence(cohort, plan, outcome, end) for end in ENDS]
        at = np.flatnonzero(np.isfinite(values).all(axis=0))
        if len(at) and np.ptp([value[at[-1]] for value in values]) > LARGE:
            time = plan.of_endpoint(outcome.name).estimation.times[at[-1]]
            found = [value[at[-1]] for value in values]
            message = _message(endpoint, str(time), found)
            yield Finding("W_IMAGING_END", message, section="outcomes", endpoint=outcome.name)


def _is_imaged(endpoint: Endpoint, plan: AnalysisPlan) -> bool:
    """Whether images end the follow-up of an endpoint, and the plan knows the other two ends."""
    imaging = plan.imaging
    return (
        imaging is not None
        and imaging.last_contact is not None
        and imaging.interval is not None
        and endpoint.censor is not None
        and endpoint.censor.date == imaging.last
    )


def _incidence(cohort: Cohort, plan: AnalysisPlan, outcome: Outcome, end: str) -> list[float]:
    """Incidence at the times of the plan, with the living followed to one of the ends."""
    endpoint = plan.endpoints[outcome.name].model_copy(update={"imaging_end": end})
    other = plan.model_copy(update={"endpoints": {outcome.name: endpoint}})
    found = derive(cohort, other, outcome.name)
    state = 2 if found.competing else 1
    status = np.minimum(found.status, state)
    times = [time.to(found.unit) for time in plan.of_endpoint(outcome.name).estimation.times]
    return list(
        aalen_johansen(found.time, status, entry=found.entry, cause=state, times=times).value
    )


def _message(endpoint: Endpoint, time: str, values: Sequence[float]) -> str:
    """What the incidence reads under each end."""
    named = ", ".join(name.replace("_", " ") for name in endpoint.competitors)
    what = f"competing events ({named})" if named else "the event"
    read = "; ".join(
        f"{value:.1%} with the living {text}"
        for value, text in zip(values, ENDS.values(), strict=True)
    )
    return (
        f"The incidence of {what} at {time} depends on imaging_end, here {endpoint.imaging_end}: "
        f"{read} (unweighted, both arms)."
    )
