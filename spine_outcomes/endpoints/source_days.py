"""The sources of an endpoint as days from the origin: what happened, when, and when known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.comparison import as_days, is_one_of, verdict
from spine_outcomes.errors import Finding, people
from spine_outcomes.study.endpoint import Endpoint, Source, as_tuple

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SourceDays:
    """The s sources of one endpoint on n rows; days from the origin, NaN where not happened.

    Parameters
    ----------
    sources, states : length s
        Each source in the order that decides on one day, and its state (0 ends observation).
    happened : ndarray of bool, shape (n, s)
        Whether its flag and conditions say that it happened (or there is a date, without flag).
    first : ndarray, shape (n, s)
        Day it was first seen.
    known : ndarray, shape (n, s)
        Day it was known: confirmed, where the endpoint is dated by confirmation.
    day : ndarray, shape (n, s)
        Day it counts, by the endpoint's ``dating``.
    clean : ndarray, shape (n, s)
        Last day it was known not to have happened; ``first`` where no column says.
    """

    sources: tuple[Source, ...]
    states: NDArray[np.int64]
    happened: Bools
    first: Floats
    known: Floats
    day: Floats
    clean: Floats
    findings: tuple[Finding, ...]


def source_days(frame: pd.DataFrame, endpoint: Endpoint, origin: Floats) -> SourceDays:
    """Work out every source of a dated endpoint.

    Notes
    -----
    ``dating: first_image`` counts the day it was first seen, ``confirmation`` the day it was
    confirmed (the first where no confirmation is on record), ``midpoint`` the middle between the
    last day without it (the origin, where there is none after it) and the first with it.
    """
    sources, states = zip(*endpoint.sources_by_state, strict=True)
    happened = np.column_stack([_happened(source, frame) for source in sources])

    def days(names: Iterator[str | None]) -> Floats:
        missing = np.full(len(frame), np.nan)
        columns = [missing if name is None else as_days(frame[name]) - origin for name in names]
        return np.where(happened, np.column_stack(columns), np.nan)

    first = days(source.date for source in sources) + [_added(source) for source in sources]
    known, is_unconfirmed = first, np.zeros_like(happened)
    if endpoint.dating == "confirmation":
        confirmed = days(source.confirmed for source in sources)
        can_be = np.array([source.confirmed is not None for source in sources])
        is_unconfirmed = happened & can_be & np.isnan(confirmed)
        known = np.where(np.isnan(confirmed), first, confirmed)
    has_clean = np.array([source.last_clean is not None for source in sources])
    last_clean = np.fmax(days(source.last_clean for source in sources), 0.0)
    clean = np.where(has_clean, last_clean, first)
    day = (clean + first) / 2 if endpoint.dating == "midpoint" else known
    return SourceDays(
        sources, np.array(states), happened, first, known, day, clean,
        tuple(_unconfirmed_finding(is_unconfirmed)),
    )  # fmt: skip


def _happened(source: Source, frame: pd.DataFrame) -> Bools:
    """Whether a source happened, by its flag or, without one, by its date; and its conditions."""
    if source.flag is None or source.equals is None:
        happened: Bools = frame[source.date].notna().to_numpy()
    else:
        happened = is_one_of(frame[source.flag], as_tuple(source.equals))
    for test in source.where:
        happened = happened & verdict(test, test.column, frame).holds
    for test in source.unless:
        happened = happened & ~verdict(test, test.column, frame).holds
    return happened


def _added(source: Source) -> float:
    """Whole days added to the date of a source."""
    return 0.0 if source.plus is None else float(round(source.plus.days))


def _unconfirmed_finding(is_unconfirmed: Bools) -> Iterator[Finding]:
    """How many events have no date of confirmation."""
    n = int(is_unconfirmed.any(axis=1).sum())
    if n:
        message = (
            f"{people(n)} events are dated by their first image: no confirmation is on record."
        )
        yield Finding("W_UNCONFIRMED", message, n=n)
