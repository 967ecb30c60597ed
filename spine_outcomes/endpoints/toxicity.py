"""Toxicity of the rows of a cohort: every grade that was given, and the worst one of a window.

Grades come from the long table where the cohort comes with it, else from columns of the cohort that
hold the largest grade of each term. Days count from the origin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.clinical.toxicity import SEVERE, Toxicities, worst_grade
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days, as_numbers, as_text, day_number
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.long_rows import join
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.toxicity import Toxicity, ToxicityTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Window = Literal["any", "acute", "late"]
Cause = Literal["any", "related"]

WINDOWS: tuple[Window, ...] = ("any", "acute", "late")


@dataclass(frozen=True, eq=False)
class Assessments:
    """Every grade given to n rows.

    Parameters
    ----------
    events
        The k records; ``lesion`` is the row, 0 to n − 1.
    term : ndarray of int, shape (k,)
        Position in ``terms``; −1 for a term that is not shown.
    assessed : ndarray, shape (k,)
        Last day of which each record speaks.
    window : ndarray of str, shape (k,)
        The only window of which it speaks, or ``any``.
    terms
        Terms that are shown, in order.
    follow_up : ndarray, shape (n,)
        Last day on which toxicity of each row is known.
    is_dead : ndarray of bool, shape (n,)
        Whether that is the day of death.
    has_attribution
        Whether the attribution to treatment was recorded at all.
    """

    events: Toxicities
    term: Ints
    assessed: Floats
    window: NDArray[np.str_]
    terms: tuple[str, ...]
    follow_up: Floats
    is_dead: Bools
    has_attribution: bool

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.follow_up)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Causes that can be told apart."""
        return ("any", "related") if self.has_attribution else ("any",)

    def take(self, rows: Bools) -> Assessments:
        """Some of the k records."""
        return Assessments(
            self.events.take(rows), self.term[rows], self.assessed[rows], self.window[rows],
            self.terms, self.follow_up, self.is_dead, self.has_attribution,
        )  # fmt: skip


def assessments(cohort: Cohort, plan: AnalysisPlan) -> Assessments:
    """Read the toxicity of the rows of a cohort.

    Parameters
    ----------
    cohort
        Rows that are analysed, as known at the cut-off.
    plan
        Its block ``toxicity``, origin and cut-off.
    """
    toxicity = plan.toxicity
    assert toxicity is not None  # noqa: S101 - the plan was checked
    assert plan.origin is not None  # noqa: S101
    frame = cohort.frame
    origin = as_days(frame[plan.origin])
    last = np.inf if plan.cutoff is None else day_number(plan.cutoff)
    until = np.fmin(as_days(frame[toxicity.until]), last)
    death = np.full(len(frame), np.nan)
    if toxicity.death is not None:
        death = as_days(frame[toxicity.death])
    is_dead = death <= last
    follow_up = np.maximum(np.where(is_dead, death, until) - origin, 0.0)
    table = toxicity.table
    if table is not None and table.name in cohort.long:
        records = _of_table(cohort, table, origin, last)
    else:
        records = _of_columns(cohort, toxicity, origin, last, follow_up)
    terms = _shown_terms(records, toxicity)
    codes = {term.casefold(): code for code, term in enumerate(terms)}
    columns = {name: records[name].to_numpy(np.float64) for name in _NUMBERS}
    return Assessments(
        events=Toxicities(records["row"].to_numpy(np.int64), *columns.values()),
        term=records["term"].str.casefold().map(codes).fillna(-1).to_numpy().astype(np.int64),
        assessed=records["assessed"].to_numpy(np.float64),
        window=records["window"].to_numpy(np.str_),
        terms=terms,
        follow_up=follow_up,
        is_dead=is_dead,
        has_attribution=bool(records["attribution"].notna().any()),
    )


_NUMBERS = ("grade", "onset", "severe", "attribution")


def _of_table(cohort: Cohort, table: ToxicityTable, origin: Floats, last: float) -> pd.DataFrame:
    """Records of the long table; grade 3 that was reached after the cut-off is not seen."""
    own = cohort.long[table.name]
    keys = key_columns(cohort.dictionary.beside(own.table))
    joined = join(cohort.frame, own.frame, keys)
    rows, record = joined.row, own.frame.iloc[joined.record].reset_index(drop=True)
    severe = as_days(record[table.severe]) if table.severe in record else np.nan
    grade = as_numbers(record[table.grade])
    attribution: Any = np.nan
    if table.attribution is not None and table.attribution in record:
        attribution = as_numbers(record[table.attribution])
    start = origin[rows]
    return pd.DataFrame(
        {
            "row": rows,
            "term": as_text(record[table.term]),
            "grade": np.where(severe > last, np.fmin(grade, SEVERE - 1), grade),
            "onset": as_days(record[table.onset]) - start,
            "severe": severe - start,
            "attribution": attribution,
            "assessed": as_days(record[table.assessed]) - start,
            "window": "any",
        }
    )


def _of_columns(
    cohort: Cohort, toxicity: Toxicity, origin: Floats, last: float, follow_up: Floats
) -> pd.DataFrame:
    """One record a row and column with a grade; what is dated after the cut-off is not seen."""
    parts = []
    for column in toxicity.columns:
        grade = as_numbers(cohort.frame[column.grade])
        day = as_days(cohort.frame[column.date])
        grade = np.where(day > last, 0.0, grade)
        rows = np.flatnonzero(~np.isnan(grade))
        reached = np.where(grade > 0, day - origin, np.nan)[rows]
        parts.append(
            pd.DataFrame(
                {
                    "row": rows,
                    "term": column.term,
                    "grade": grade[rows],
                    "onset": reached,
                    "severe": np.where(grade[rows] >= SEVERE, reached, np.nan),
                    "attribution": np.nan,
                    "assessed": follow_up[rows],
                    "window": column.window or "any",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _shown_terms(records: pd.DataFrame, toxicity: Toxicity) -> tuple[str, ...]:
    """Terms of the plan, else those of its columns and then the others by name."""
    if toxicity.terms:
        return toxicity.terms
    named = [column.term for column in toxicity.columns]
    found = sorted({str(term) for term in records["term"].dropna()}, key=str.casefold)
    once = {term.casefold(): term for term in (*found, *named)}
    given = {str(term).casefold() for term in found}
    order = dict.fromkeys(term.casefold() for term in (*named, *found))
    return tuple(once[term] for term in order if term in given)


def worst_grades(
    found: Assessments, toxicity: Toxicity, *, term: int | None, window: Window, cause: Cause
) -> Floats:
    """Largest grade of each row in a window, shape (n,).

    Parameters
    ----------
    term
        Position of the term; None: any of those shown.
    window, cause
        ``related``: attribution of ``toxicity.related_at_least`` or more.

    Returns
    -------
    ndarray, shape (n,)
        0: assessed and absent. NaN where the row was not assessed after the window began, or where
        a larger grade than the known ones lacks the day or attribution that decides.
    """
    is_term = found.term >= 0 if term is None else found.term == term
    speaks = (found.window == "any") | (found.window == window) | (window == "any")
    begin = toxicity.acute_days + 1 if window == "late" else 0
    own = found.take(is_term & speaks & (found.assessed >= begin))
    is_event = own.events.grade > 0
    is_inside, is_decided = _decided(own, toxicity, window, cause)
    inside = np.where(is_event & ~is_inside, 0.0, own.events.grade)
    events = own.events
    counted = Toxicities(events.lesion, inside, events.onset, events.severe, events.attribution)
    worst = worst_grade(counted.take(is_decided), found.n)
    unknown = worst_grade(events.take(~is_decided), found.n)
    return np.where(unknown > np.nan_to_num(worst, nan=-1.0), np.nan, worst)


def _decided(
    own: Assessments, toxicity: Toxicity, window: Window, cause: Cause
) -> tuple[Bools, Bools]:
    """Whether each event is inside the window and of the cause, and whether that is known."""
    events = own.events
    is_absent = ~(events.grade > 0)
    is_inside, is_known = np.ones((2, len(is_absent)), dtype=bool)
    if window != "any":
        is_acute = events.onset <= toxicity.acute_days
        is_inside &= is_acute if window == "acute" else ~is_acute
        is_known &= ~np.isnan(events.onset) | (own.window == window)
        is_inside |= np.isnan(events.onset)  # a column of the window itself needs no day
    if cause == "related":
        is_inside &= events.attribution >= toxicity.related_at_least
        is_known &= ~np.isnan(events.attribution)
    return is_inside, is_known | is_absent


def recurrences(
    found: Assessments, toxicity: Toxicity, grade: int, *, cause: Cause = "any"
) -> tuple[Ints, Floats]:
    """Events of a grade or more of any term shown: row and day of each, within follow-up.

    A record without a day of onset counts on the day it was assessed.
    """
    is_inside, is_decided = _decided(found, toxicity, "any", cause)
    events = found.events
    day = np.where(np.isnan(events.onset), found.assessed, events.onset)
    day = np.clip(day, 0.0, found.follow_up[events.lesion])
    counts = (events.grade >= grade) & (found.term >= 0) & is_inside & is_decided
    return events.lesion[counts], day[counts]


def severe_events(found: Assessments, grade: int) -> Iterator[tuple[int, str, int, float, float]]:
    """Events of a grade or more by their day: row, term, grade, attribution, day.

    The day is that of grade 3 where it was reached, else of the onset; NaN where unknown.
    """
    events = found.events
    day = np.where(events.grade >= SEVERE, events.severe, events.onset)
    day = np.where(np.isnan(day), events.onset, day)
    chosen = np.flatnonzero((events.grade >= grade) & (found.term >= 0))
    for i in chosen[np.lexsort((events.lesion[chosen], day[chosen]))]:
        term = found.terms[found.term[i]]
        yield (
            int(events.lesion[i]), term, int(events.grade[i]), float(events.attribution[i]),
            float(day[i]),
        )  # fmt: skip
