"""Checks that need whole patients: one under two names, a course twice, dates that heap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from spine_outcomes.cohort.comparison import as_days, as_numbers, cell_text, verdict
from spine_outcomes.cohort.grouping import first_rows, joint_codes
from spine_outcomes.cohort.places import Breach, Fault, Places
from spine_outcomes.cohort.severity import breach_of, code_of, finding_of
from spine_outcomes.errors import people, quoted
from spine_outcomes.study.checks import Check, Heaping, Overlap
from spine_outcomes.study.durations import DAYS_PER_UNIT

_CHANCE = 0.001

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Patients:
    """Rows of a table, and whom they belong to.

    Parameters
    ----------
    frame
        The table, typed.
    patient
        Its column of patients.
    places
        Where the rows stand.
    """

    frame: pd.DataFrame
    patient: str
    places: Places


def check_patients(checks: tuple[Check, ...], rows: Patients) -> Iterator[Breach]:
    """Rows that break a check between rows; a check whose columns are not there does not apply."""
    for check in checks:
        if check.heaping is not None:
            yield from _heaping(check, check.heaping, rows)
        if not all(name in rows.frame for name in check.named):
            continue
        if check.same_person is not None:
            yield from _same_person(check, check.same_person.columns, rows)
        elif check.differs_within_patient is not None:
            yield from _differs(check, check.differs_within_patient.column, rows)
        elif check.overlap is not None:
            yield from _overlap(check, check.overlap, rows)


def _same_person(check: Check, columns: tuple[str, ...], rows: Patients) -> Iterator[Breach]:
    """Rows that agree with an earlier row of another patient."""
    first = first_rows(joint_codes(rows.frame, columns))
    patient = pd.factorize(rows.frame[rows.patient])[0]
    at = np.flatnonzero(patient != patient[first])
    listed = ", ".join(columns)

    def fault(row: int) -> Fault:
        line = rows.places.line(int(first[row]))
        values = ", ".join(f"{c} = {quoted(cell_text(rows.frame[c], row))}" for c in columns)
        message = f"another patient in line {line} has the same {values}"
        fix = "If they are one person, give both rows one patient."
        return Fault(code_of(check.id, check.severity), message, fix)

    text = (
        f"{people(len(at))} rows have the same {listed} as a row of another patient: one person "
        f"under two names ({check.id})?"
    )
    demand = f"two patients with the same {listed}: one person?"
    yield breach_of(check, at, fault, rows.patient, message=text, demand=demand)


def _differs(check: Check, column: str, rows: Patients) -> Iterator[Breach]:
    """Rows whose value is not that of the patient's first row that has one."""
    values = joint_codes(rows.frame, (column,))
    patient = pd.factorize(rows.frame[rows.patient])[0]
    first = first_rows(np.where(values < 0, -1, patient))
    at = np.flatnonzero((values >= 0) & (values != values[first]))

    def fault(row: int) -> Fault:
        here, there = (cell_text(rows.frame[column], r) for r in (row, int(first[row])))
        line = rows.places.line(int(first[row]))
        message = f"{quoted(here)} here and {quoted(there)} in line {line}, for one patient"
        return Fault(code_of(check.id, check.severity), message, None, here)

    n = len(np.unique(patient[at]))
    text = f"{people(n)} patients have rows that differ in {column} ({check.id})."
    demand = "differs between the rows of a patient"
    yield breach_of(check, at, fault, column, message=text, demand=demand)


def _overlap(check: Check, overlap: Overlap, rows: Patients) -> Iterator[Breach]:
    """Rows whose span meets that of an earlier row of the patient, begun so many days before."""
    frame, (fewest, most) = rows.frame, overlap.days
    earlier = _latest_overlapping(overlap, rows)
    day = as_days(frame[overlap.date])
    apart = np.where(earlier < 0, np.nan, day - day[earlier])
    meets = (apart >= fewest) & (apart <= (np.inf if most is None else most))
    if overlap.unless is not None:
        meets &= ~verdict(overlap.unless, overlap.unless.column, frame).holds
    at = np.flatnonzero(meets)
    span = f"{overlap.start} to {overlap.end}"

    def fault(row: int) -> Fault:
        other = int(earlier[row])
        here, there = (
            " to ".join(cell_text(frame[name], r) for name in (overlap.start, overlap.end))
            for r in (row, other)
        )
        message = (
            f"{span} {quoted(here)} meets {quoted(there)} of the same patient in line "
            f"{rows.places.line(other)}, begun {quoted(cell_text(frame[overlap.date], other))} "
            f"({quoted(f'{apart[row]:g}')} days before)"
        )
        fix = "Remove one of them if it is one course entered twice; else mark the second course."
        value = cell_text(frame[overlap.date], row)
        return Fault(code_of(check.id, check.severity), message, fix, value)

    days = f"{fewest} days or more" if most is None else f"{fewest} to {most} days"
    demand = f"{span} meets that of an earlier row of the patient, begun {days} before"
    text = f"{people(len(at))} rows: {demand} ({check.id})."
    yield breach_of(check, at, fault, overlap.date, message=text, demand=demand)


def _latest_overlapping(overlap: Overlap, rows: Patients) -> Rows:
    """The latest earlier row of the same patient with a common place, −1 where there is none.

    Place by place, so that a patient with very many rows costs no more than their number.
    """
    frame = rows.frame
    start, end = as_numbers(frame[overlap.start]), as_numbers(frame[overlap.end])
    day = as_days(frame[overlap.date])
    patient = pd.factorize(frame[rows.patient])[0]
    is_known = (patient >= 0) & ~np.isnan(start + end + day)
    order = np.lexsort((np.arange(len(frame)), day, patient))
    rank = np.empty(len(frame), dtype=np.intp)
    rank[order] = np.arange(len(frame))
    latest = np.full(len(frame), -1, dtype=np.intp)
    for place in range(len(frame[overlap.start].cat.categories)):
        here = order[(is_known & (start <= place) & (end >= place))[order]]
        before, after = here[:-1], here[1:]
        same = patient[before] == patient[after]
        before, after = before[same], after[same]
        is_later = (latest[after] < 0) | (rank[before] > rank[latest[after]])
        latest[after[is_later]] = before[is_later]
    return latest


def _heaping(check: Check, demand: Heaping, rows: Patients) -> Iterator[Breach]:
    """Columns of dates that fall on some days of the month too often, as a whole.

    More often than ``at_most`` and than chance: a binomial tail below 0.001 with the days' share of
    a month. The same date in several rows of a patient counts once.
    """
    chance = len(demand.on_days) / DAYS_PER_UNIT["months"]
    days = " or ".join(map(str, demand.on_days))
    for name in demand.columns:
        if name not in rows.frame:
            continue
        codes = joint_codes(rows.frame, (rows.patient, name))
        is_counted = (codes >= 0) & (first_rows(codes) == np.arange(len(codes)))
        is_heaped = is_counted & rows.frame[name].dt.day.isin(demand.on_days).to_numpy()
        k, n = int(is_heaped.sum()), int(is_counted.sum())
        if k <= demand.at_most * n or special.bdtrc(k - 1, n, chance) >= _CHANCE:
            continue
        on_days = f"of {n} dates fall on day {days} of the month; by chance {n * chance:.0f}"
        finding = finding_of(
            check.id, check.severity, f"{name}: {people(k)} {on_days} ({check.id}).", k
        )
        fix = "Mark dates that are estimated, in the source."
        fault = Fault(code_of(check.id, check.severity), f"{k} {on_days}", fix)
        asked = f"at most {demand.at_most:.0%} of the dates on day {days} of the month"
        at = np.flatnonzero(is_heaped)
        yield Breach(check.id, at, fault, name, check.severity, finding, asked, is_of_column=True)
