"""What a reader of a look must know, and what a blinded look may say of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from spine_outcomes.analysis.look.results import LookFacts
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.endpoints.index_row import index_rows
from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import Finding, people
from spine_outcomes.study.plan import AnalysisPlan

_NAMES_ARMS = re.compile(r"\barms?\b")


def early_finding(
    cohort: Cohort, outcomes: Sequence[Outcome], plan: AnalysisPlan, look: LookFacts
) -> Iterator[Finding]:
    """A look that comes before the patients or events that it waits for."""
    interim = plan.interim
    if interim is None or look.number > len(interim.looks):
        return
    planned, monitoring = interim.looks[look.number - 1], interim.monitoring
    if planned.kind == "patients":
        n = len(index_rows(cohort, plan))
    elif planned.kind == "events" and monitoring is not None:
        n = sum(int((o.status == 1).sum()) for o in outcomes if o.name == monitoring.endpoint)
    else:
        return
    if n < planned.amount:
        message = f"The look waits for {planned.amount:g} {planned.kind}; there are {people(n)}."
        yield Finding("W_LOOK_EARLY", message, "caution", "plan", n=n)


def overwritten_finding(cohort: Cohort) -> Iterator[Finding]:
    """Data that keep only the last of several dates."""
    if not cohort.long:
        message = (
            "The data have no long tables: when a row was last seen before the cut-off is not "
            "known where it was seen later. It counts as seen until the cut-off, and worst grades "
            "that were reached later are not known."
        )
        yield Finding("W_NO_LONG_TABLES", message, "serious", "cohort")


def sayable(findings: Iterable[Finding], look: LookFacts) -> list[Finding]:
    """Findings that an edition may say: nothing of arms in the open one, none in the coded one.

    Findings of the analysis call an arm an arm, so that word marks those that may give arms away.
    """
    if look.edition == "open":
        return [found for found in findings if not _NAMES_ARMS.search(found.message)]
    return [] if look.edition == "coded" else list(findings)
