"""The derivations that summarise a long table: one value a row of the cohort from its records.

As in `spine_outcomes.clinical.derivations`, with k records in place of n rows; a column of the
cohort is repeated on each record, and the records say which row each belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.clinical.formula import Codes, Derived, Formula, Values, has_code_of
from spine_outcomes.clinical.image_summaries import IMAGE_SUMMARIES
from spine_outcomes.clinical.pain_response import pain_response
from spine_outcomes.clinical.records import Bools, Floats, Records
from spine_outcomes.clinical.toxicity_summaries import TOXICITY_SUMMARIES

VISIT_DAYS = (91, 61, 121)
"""Day of the visit at three months, and the first and last day that still count as it."""

_RESPONSES = ("CR", "PR")


def _value_near(
    records: Records,
    /,
    *,
    value: Floats,
    date: Floats,
    since: Floats,
    day: float = VISIT_DAYS[0],
    earliest: float = VISIT_DAYS[1],
    latest: float = VISIT_DAYS[2],
) -> Derived:
    """Value nearest to a day after the start, within a window; of two as near the earlier day's."""
    at = date - since
    is_meant = (at >= earliest) & (at <= latest) & ~np.isnan(value)
    found = _first(records, is_meant, (np.abs(at - day), at, -value), value)
    return Derived(found, is_known=records.has_some)


def _last_date(records: Records, /, *, date: Floats, since: Floats) -> Derived:
    """Date of the last record from the start on."""
    last = _first(records, date >= since, (-date,), date)
    return Derived(last, is_known=records.is_known)


def _response_date(
    records: Records,
    /,
    *,
    date: Floats,
    since: Floats,
    pain: Floats,
    opioid: Floats,
    pain_before: Floats,
    opioid_before: Floats,
    evaluable_from: float = 1,
) -> Derived:
    """Date of the first assessment after the start with a complete or partial response."""
    response = pain_response(pain_before, pain, opioid_before, opioid,
                             evaluable_from=evaluable_from)  # fmt: skip
    is_meant = (date > since) & np.isin(response, _RESPONSES)
    return Derived(_first(records, is_meant, (date,), date), is_known=records.has_some)


def _of_event(pick: Callable[[Floats, Values], Values]) -> Callable[..., Derived]:
    """A column of the first event of some kinds; the table lists all there were."""

    def compute(
        records: Records, /, *, date: Floats, since: Floats, kind: Codes, kinds: Iterable[Any]
    ) -> Derived:
        is_meant = has_code_of(kind, kinds) & (date >= since)
        order = (date, kind.codes.astype(np.float64))
        day = _first(records, is_meant, order, date)
        code = _first(records, is_meant, order, kind.codes.astype(np.float64))
        texts = np.append(np.asarray(kind.categories, dtype=str), "")
        which = texts[np.where(np.isnan(code), -1, code).astype(np.int64)]
        return Derived(pick(day, which), is_known=records.is_known)

    return compute


def _first(
    records: Records, is_meant: Bools, order: tuple[NDArray[Any], ...], value: Floats
) -> Floats:
    """Value (n,) of each row's first record of those meant, in the order of some keys; else NaN."""
    meant = np.flatnonzero(is_meant)
    ordered = meant[np.lexsort([key[meant] for key in reversed(order)])][::-1]
    found = np.full(records.n, np.nan)
    found[records.row[ordered]] = value[ordered]  # backwards: the first of a row stays
    return found


def _visit_words(given: Mapping[str, Any]) -> str:
    return (
        f"Assessment nearest to day {given['day']:g}, from day {given['earliest']:g} to "
        f"{given['latest']:g} after the start of treatment."
    )


SUMMARIES: Mapping[str, Formula] = {
    **IMAGE_SUMMARIES,
    **TOXICITY_SUMMARIES,
    "value_near": Formula(_value_near, _visit_words),
    "last_date": Formula(_last_date),
    "response_date": Formula(_response_date),
    "event": Formula(_of_event(lambda day, _: np.isfinite(day).astype(np.float64))),
    "event_date": Formula(_of_event(lambda day, _: day)),
    "event_kind": Formula(_of_event(lambda _, kind: kind)),
}
"""Summaries of a long table by the name that a dictionary gives them."""
