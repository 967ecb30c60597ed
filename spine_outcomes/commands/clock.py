"""The time of day and of a run: for the lock of a folder, of a plan, the manifest and a person."""

from __future__ import annotations

import datetime
import os
from itertools import pairwise
from time import perf_counter

from spine_outcomes.analysis.progress import Step

LAST_SECOND = 253_402_300_799  # of the year 9999, after which there are no dates


def now() -> str:
    """Say the present in UTC as ISO 8601, to the second, or ``SOURCE_DATE_EPOCH``."""
    utc = datetime.UTC
    moment = (
        datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), utc)
        if is_pinned()
        else datetime.datetime.now(utc)
    )
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def is_pinned() -> bool:
    """Whether ``SOURCE_DATE_EPOCH`` is the time: what is written is then the same in every run."""
    written = os.environ.get("SOURCE_DATE_EPOCH", "")
    return written.isdecimal() and len(written) < 13 and int(written) <= LAST_SECOND


class Laps:
    """How long each part of a run takes.

    Parameters
    ----------
    show
        Is told the name of a part when it starts, too.
    """

    def __init__(self, show: Step) -> None:
        self._show = show
        self._starts: list[tuple[str, float]] = []

    def __call__(self, part: str) -> None:
        """Start a part, which ends the one before."""
        self._starts.append((part, perf_counter()))
        self._show(part)

    def seconds(self) -> dict[str, float]:
        """Elapsed seconds of each part, the last one until now."""
        spans = pairwise([*self._starts, ("", perf_counter())])
        return {part: round(end - start, 3) for (part, start), (_, end) in spans}
