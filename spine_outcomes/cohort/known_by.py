"""A cohort as it stood on a day: who had started by then, and what was known of them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import Bools, Floats, as_days, day_number
from spine_outcomes.cohort.data_cut import cohort_as_of, emptied
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.long_rows import LongRows, join
from spine_outcomes.study.dictionary import Column, DataDictionary
from spine_outcomes.study.rules import Where


def known_by(
    cohort: Cohort,
    day: datetime.date,
    *,
    started: Iterable[str],
    contact: str | None,
    watched: Iterable[str] = (),
) -> Cohort:
    """The cohort as an extract made at the end of a day would hold it.

    Parameters
    ----------
    cohort
        An extract made later.
    day
        The data cut-off.
    started
        Columns of dates that all must lie at or before the day, or the row was not there yet.
    contact
        Column of the last contact; None: none.
    watched
        Columns of dates until which a row was watched. Where no long table gives them and they lie
        later, the latest of them that does not stands in their place, or the day itself.

    Returns
    -------
    Cohort
        Without later rows and records. What long tables gave is derived again
        (``cohort_as_of``). Of the other columns a later date is emptied, its flag says no, and
        what depends on them is emptied; a column of follow-up that no date can date is emptied
        throughout. A later contact is replaced by the last date that is left of the patient's
        treatment, follow-up and records. The findings of reading the extract, and its hash, are
        left out: ``sha256`` is that of what is left.

    Notes
    -----
    So nothing recorded after the day changes the result, but for one thing: of a contact that was
    overwritten by a later one only the records in the long tables are left.
    """
    until = day_number(day)
    started = tuple(started)
    is_there = np.ones(len(cohort.frame), dtype=bool)
    for name in started:
        is_there &= ~(as_days(cohort.frame[name]) > until)
    there = cohort.take(np.flatnonzero(is_there))
    there = replace(there, long={name: _own(there, rows) for name, rows in there.long.items()})
    seen = cohort_as_of(there, day)
    seen = replace(seen, long={name: _as_then(rows, until) for name, rows in seen.long.items()})
    frame = _without_later(seen, [name for name in watched if name in seen.frame], until)
    if contact is not None and contact in frame:
        known = _last_contact(seen, frame, (contact, started[0]), until)
        frame = frame.assign(**{contact: known})
    cut = replace(seen, frame=frame, findings=(), lines=None, unread=(), as_of=day)
    return replace(cut, sha256=content_hash(cut))


def content_hash(cohort: Cohort) -> str:
    """SHA-256 of the values of a cohort and its long tables, whatever file they came from."""
    digest = hashlib.sha256()
    for name, frame in (("", cohort.frame), *((k, v.frame) for k, v in cohort.long.items())):
        digest.update(name.encode())
        digest.update(frame.to_csv(index=False, lineterminator="\n").encode())
    return digest.hexdigest()


def _own(cohort: Cohort, rows: LongRows) -> LongRows:
    """Records of the rows that are there."""
    keys = key_columns(cohort.dictionary.beside(rows.table))
    belongs = np.zeros(len(rows.frame), dtype=bool)
    belongs[join(cohort.frame, rows.frame, keys).record] = True
    return rows.take(belongs)


def _as_then(rows: LongRows, until: float) -> LongRows:
    """Records without the dates that were added to them later."""
    frame = rows.frame
    for column in rows.table.columns:
        if column.type == "date" and column.name in frame:
            is_later = as_days(frame[column.name]) > until
            frame = frame.assign(**{column.name: frame[column.name].mask(is_later)})
    return replace(rows, frame=frame)


def _without_later(cohort: Cohort, watched: Sequence[str], until: float) -> pd.DataFrame:
    """Columns that no long table gave, without what was recorded after the day."""
    before, dictionary = cohort.frame, cohort.dictionary
    frame, dated, end = before, set[str](), pd.Timestamp(until, unit="D")
    last = pd.to_datetime(_watched_until(before, watched, until), unit="D")
    then = dict.fromkeys(watched, pd.Series(last, index=before.index))
    for column in _not_derived(cohort):
        if column.type == "date":
            is_later = as_days(before[column.name]) > until
            moment = then.get(column.name, end if column.phase == "identifier" else pd.NaT)
            frame = frame.assign(**{column.name: frame[column.name].mask(is_later, moment)})
            flags = tuple(_flags(column.name, dictionary))
            for flag in flags:
                frame = _denied(frame, flag, dictionary, is_later)
            dated |= {column.name, *flags}
    frame = emptied(frame, before, dictionary)
    undated = [
        column.name
        for column in _not_derived(cohort)
        if column.phase == "post_baseline"
        and column.name not in dated | set(_dependent(dated, dictionary))
    ]
    return frame.assign(**{name: frame[name].mask(np.ones(len(frame), bool)) for name in undated})


def _watched_until(frame: pd.DataFrame, watched: Sequence[str], until: float) -> Floats:
    """The last day by which each row was watched, where one of these dates lies later.

    The latest of them that does not; else the day itself: who is seen later was seen until then.
    """
    known = np.full(len(frame), np.nan)
    for name in watched:
        day = as_days(frame[name])
        known = np.fmax(known, np.where(day <= until, day, np.nan))
    return np.where(np.isnan(known), until, known)


def _not_derived(cohort: Cohort) -> Iterator[Column]:
    """Columns that ``cohort_as_of`` left as they were recorded."""
    for column in cohort.dictionary.columns:
        derivation = column.derivation
        is_derived = derivation is not None and (
            derivation.table is None or derivation.table in cohort.long
        )
        if column.name in cohort.frame and not is_derived:
            yield column


def _flags(date: str, dictionary: DataDictionary) -> Iterator[str]:
    """Columns that say whether there is such a date."""
    for check in dictionary.checks:
        rule = check.rule
        if rule is not None and date in rule.columns and isinstance(rule.present_iff, Where):
            yield rule.present_iff.column


def _dependent(dated: set[str], dictionary: DataDictionary) -> Iterator[str]:
    """Columns that a rule of presence ties to those that are dated."""
    for check in dictionary.checks:
        rule = check.rule
        if rule is None:
            continue
        ties = rule.present_iff or (rule.when if rule.present is False else None)
        if ties is not None and ties.column in dated:
            yield from rule.columns


def _denied(
    frame: pd.DataFrame, flag: str, dictionary: DataDictionary, rows: Bools
) -> pd.DataFrame:
    """A flag that says no in some rows; where it has no code for that, nothing."""
    column = dictionary[flag]
    no: object = pd.NA
    if column.type == "boolean":
        no = False
    elif column.codes is not None:
        no = "0" if "0" in column.codes else None
    elif column.is_numeric:
        no = np.nan
    return frame.assign(**{flag: frame[flag].mask(rows, no)})


def _last_contact(
    cohort: Cohort, frame: pd.DataFrame, columns: tuple[str, str], until: float
) -> pd.Series[Any]:
    """The last day each row's patient is known to have been seen, at most the day.

    Parameters
    ----------
    cohort
        With its contacts as they were recorded.
    frame
        Its columns without what was later.
    columns
        Of the contact, and of the start.
    """
    contact, start = columns
    patient = cohort.dictionary.table.patient
    recorded = as_days(cohort.frame[contact])
    seen = np.full(len(frame), np.nan if cohort.long else until)
    for column in cohort.dictionary.columns:
        is_seen_then = column.phase in ("treatment", "post_baseline") or column.name == start
        if column.type == "date" and is_seen_then and column.name in frame:
            seen = np.fmax(seen, as_days(frame[column.name]))
    seen = pd.Series(seen).groupby(frame[patient].to_numpy()).transform("max").to_numpy()
    for rows in cohort.long.values():
        last = pd.Series(as_days(rows.frame[rows.table.date])).groupby(rows.frame[patient]).max()
        seen = np.fmax(seen, frame[patient].map(last).to_numpy(np.float64, na_value=np.nan))
    day = np.where(recorded > until, np.minimum(seen, until), recorded)
    return pd.Series(pd.to_datetime(day, unit="D"), index=frame.index).astype(frame[contact].dtype)
