"""A cohort as it was known on some day: later records unseen, what they gave derived again."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.clinical.derivations import Derived
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import Bools, as_days, day_number, verdict
from spine_outcomes.cohort.derivations import derive_column, in_order, typed_as
from spine_outcomes.cohort.disagreements import disagrees
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.long_rows import Joined, LongRows, join
from spine_outcomes.errors import Finding, people
from spine_outcomes.study.dictionary import Column, DataDictionary
from spine_outcomes.study.rules import Rule


def cohort_as_of(cohort: Cohort, day: datetime.date | None) -> Cohort:
    """The cohort as it was known at the end of a day.

    Parameters
    ----------
    cohort
        With its long tables.
    day
        The data cut-off; None: none.

    Returns
    -------
    Cohort
        Without the records of long tables dated after that day. Columns that they gave are derived
        again from the rest, and columns derived from those, in the rows that this changes. What a
        rule of the dictionary then forbids (the type of a failure that is not yet one) is emptied.

    Notes
    -----
    A row keeps its record where any of its columns was not what a table gave: nobody knows what of
    that record was known on the day. Dates in the cohort itself are left to the endpoints, which
    do not see what lies after a cut-off. Without long tables nothing changes.
    """
    if day is None or not cohort.long or (cohort.as_of is not None and cohort.as_of <= day):
        return cohort
    until = day_number(day)
    is_seen = {
        name: as_days(rows.frame[rows.table.date]) <= until for name, rows in cohort.long.items()
    }
    seen = {name: rows.take(is_seen[name]) for name, rows in cohort.long.items()}
    cut = _derived_again(cohort, seen, until)
    frame = emptied(cut.frame, cohort.frame, cohort.dictionary)
    finding = _finding(cohort, day, is_seen, cut)
    return replace(cohort, frame=frame, long=seen, findings=(*cohort.findings, *finding), as_of=day)


@dataclass(frozen=True, eq=False)
class _Cut:
    """What deriving again changed.

    Parameters
    ----------
    frame
        The cohort's columns.
    changed
        Rows (n,) that each column changed in.
    is_kept : ndarray of bool, shape (n,)
        Rows that would have changed, but were not what a table gave.
    """

    frame: pd.DataFrame
    changed: Mapping[str, Bools]
    is_kept: Bools


def _derived_again(cohort: Cohort, seen: Mapping[str, LongRows], until: float) -> _Cut:
    """Derive from the records seen what was derived from all of them."""
    before, now = _joined(cohort, cohort.long), _joined(cohort, seen)
    given = _given(cohort, before)
    disputed = _disputed(cohort, given)
    frame, changed = cohort.frame, dict[str, Bools]()
    is_kept = np.zeros(len(frame), dtype=bool)
    for column in in_order(cohort.dictionary):
        derivation = column.derivation
        if column.name not in frame or derivation is None:
            continue
        if derivation.table is None and not changed.keys() & set(derivation.inputs.values()):
            continue
        table = derivation.table
        was = _as_it_was(cohort, column, before) if table is None else given.get(column.name)
        found = derive_column(frame, column, cohort.dictionary, now, until)
        if was is None or found is None:
            continue
        differs = _differs(was, found)
        own = disagrees(cohort.frame, column, was) if table is None else disputed[table]
        is_kept |= differs & own
        rows = differs & ~own
        if rows.any():
            frame = frame.assign(**{column.name: _replaced(frame, column, found, rows)})
            changed[column.name] = rows
    return _Cut(frame, changed, is_kept)


def _joined(cohort: Cohort, tables: Mapping[str, LongRows]) -> dict[str, Joined]:
    """Records beside the rows they belong to."""
    return {
        name: join(cohort.frame, rows.frame, key_columns(cohort.dictionary.beside(rows.table)))
        for name, rows in tables.items()
    }


def _given(cohort: Cohort, joined: Mapping[str, Joined]) -> dict[str, Derived]:
    """What the long tables give, by column of the cohort."""
    derived = {
        column.name: _as_it_was(cohort, column, joined)
        for column in in_order(cohort.dictionary)
        if column.name in cohort.frame and _table_of(column) is not None
    }
    return {name: found for name, found in derived.items() if found is not None}


def _disputed(cohort: Cohort, given: Mapping[str, Derived]) -> dict[str, Bools]:
    """Rows of which some column is not what a table gives, by table."""
    found: dict[str, Bools] = {}
    for name, derived in given.items():
        column = cohort.dictionary[name]
        table = str(_table_of(column))
        found[table] = disagrees(cohort.frame, column, derived) | found.get(table, False)
    return found


def _table_of(column: Column) -> str | None:
    """The long table that a column is derived from."""
    return None if column.derivation is None else column.derivation.table


def _as_it_was(cohort: Cohort, column: Column, joined: Mapping[str, Joined]) -> Derived | None:
    """What a column is derived to from all that the cohort knows."""
    until = np.inf if cohort.as_of is None else day_number(cohort.as_of)
    return derive_column(cohort.frame, column, cohort.dictionary, joined, until)


def _differs(was: Derived, found: Derived) -> Bools:
    """Rows whose derived value is another than it was."""
    (low, high), (low_now, high_now) = was.range, found.range
    same = (low == low_now) | (np.isnan(low) & np.isnan(low_now))
    same &= (high == high_now) | (np.isnan(high) & np.isnan(high_now))
    return np.asarray(~same)


def _replaced(frame: pd.DataFrame, column: Column, found: Derived, rows: Bools) -> pd.Series[Any]:
    """A column with its derived values in some rows."""
    own = frame[column.name]
    new = typed_as(own, found.value, column)
    return own.where(~rows, new)


def emptied(frame: pd.DataFrame, before: pd.DataFrame, dictionary: DataDictionary) -> pd.DataFrame:
    """Without values that a rule of presence forbids now and did not forbid before."""
    for rule in (check.rule for check in dictionary.checks if check.rule is not None):
        for column in rule.columns:
            if not all(name in frame for name in (column, *rule.others)):
                continue
            rows = _forbidden(rule, frame) & ~_forbidden(rule, before)
            if rows.any():
                frame = frame.assign(**{column: frame[column].mask(rows)})
    return frame


def _forbidden(rule: Rule, frame: pd.DataFrame) -> Bools:
    """Rows in which a rule allows no value."""
    if rule.present_iff is not None and rule.when is None:
        return ~verdict(rule.present_iff, rule.present_iff.column, frame).holds
    if rule.present is False and rule.when is not None:
        return verdict(rule.when, rule.when.column, frame).holds
    return np.zeros(len(frame), dtype=bool)


def _finding(
    cohort: Cohort, day: datetime.date, is_seen: Mapping[str, Bools], cut: _Cut
) -> Iterator[Finding]:
    """What was unseen, and what was derived again."""
    unseen = [
        f"{people(int((~is_seen[name]).sum()))} of {rows.table.label}"
        for name, rows in cohort.long.items() if not is_seen[name].all()
    ]  # fmt: skip
    if not (unseen or cut.changed):
        return
    message = f"Data cut-off {day.isoformat()}: records after it are unseen ({', '.join(unseen)})"
    if cut.changed:
        derived = ", ".join(f"{name} ({people(int(n.sum()))})" for name, n in cut.changed.items())
        message += f"; derived again from the others, in so many rows: {derived}"
    n_kept = int(cut.is_kept.sum())
    n_changed = int(np.any([*cut.changed.values(), np.zeros(len(cut.frame), bool)], axis=0).sum())
    if n_kept:
        message += f"; {people(n_kept)} rows keep a record that the tables had not given"
    yield Finding("N_DATA_CUT", f"{message}.", "note", n=n_changed)
