"""Whether rows are what the dictionary says: complete, named once, alike within a patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.cohort.comparison import Bools, cell_text
from spine_outcomes.cohort.grouping import Codes, first_rows, joint_codes
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.places import Breach, Fault, Places
from spine_outcomes.errors import quoted
from spine_outcomes.study.dictionary import DataDictionary


def check_rows(
    frame: pd.DataFrame, dictionary: DataDictionary, faulty: Mapping[str, Bools], places: Places
) -> list[Breach]:
    """Required values that are missing, keys that stand twice, patients who contradict themselves.

    Parameters
    ----------
    frame
        The table, typed, with its key columns.
    dictionary
        What is required, unique, and constant within a patient.
    faulty
        Rows whose text is no value of the column: reported already.
    places
        Where the rows stand.
    """
    return list(
        chain(
            missing_values(frame, dictionary, faulty),
            _doubled(frame, dictionary, faulty, places),
            _inconstant(frame, dictionary, faulty, places),
        )
    )


def missing_values(
    frame: pd.DataFrame, dictionary: DataDictionary, faulty: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Required values that are missing."""
    keys = key_columns(dictionary)
    for name in frame:
        if not (dictionary[str(name)].required or name in keys):
            continue
        is_missing = frame[name].isna().to_numpy()
        if name in faulty:
            is_missing = is_missing & ~faulty[str(name)]
        fault = Fault("E_REQUIRED", "required, and missing", "Give the value in the source.")
        rows = np.flatnonzero(is_missing)
        rule = "X53" if dictionary[str(name)].phase == "exposure" else "E_REQUIRED"
        yield Breach(rule, rows, fault, str(name), demand="must have a value")


def _doubled(
    frame: pd.DataFrame,
    dictionary: DataDictionary,
    faulty: Mapping[str, Bools],
    places: Places,
) -> Iterator[Breach]:
    """Rows with the key of an earlier row, and values of a unique column that stand twice."""
    keys = key_columns(dictionary)
    unique = [(c.name,) for c in dictionary.columns if c.unique and c.name in frame]
    for names in dict.fromkeys((keys, *unique)):
        breach = repeated_rows(frame, names, places, faulty=faulty)
        yield replace(breach, rule="X50") if names == keys else breach


def repeated_rows(
    frame: pd.DataFrame,
    names: tuple[str, ...],
    places: Places,
    *,
    even_missing: bool = False,
    faulty: Mapping[str, Bools] = MappingProxyType({}),
) -> Breach:
    """Rows with the values of an earlier row in some columns, none of them missing unless told."""
    codes = joint_codes(frame, names, even_missing=even_missing)
    first = first_rows(codes)
    rows = np.flatnonzero((first != np.arange(len(frame))) & (codes >= 0))
    identical = _identical(frame, rows, first[rows], faulty)
    text = " and ".join(names)

    def fault(row: int) -> Fault:
        is_same = identical[np.searchsorted(rows, row)]
        message = f"the same {text} as in line {places.line(int(first[row]))}"
        message += ", and the rows are identical" if is_same else ""
        return Fault("E_DUPLICATE", message, "Remove one of the rows, or correct its key.")

    return Breach("E_DUPLICATE", rows, fault, names[-1], demand=f"{text} must not stand twice")


def _identical(
    frame: pd.DataFrame, rows: Codes, others: Codes, faulty: Mapping[str, Bools]
) -> Bools:
    """Whether rows (k,) repeat others (k,) in everything; not where a text is no value."""
    same = np.ones(len(rows), dtype=bool)
    for name in frame:
        codes = pd.factorize(frame[name].iloc[np.concatenate([rows, others])])[0]
        same &= codes[: len(rows)] == codes[len(rows) :]
    for is_faulty in faulty.values():
        same &= ~(is_faulty[rows] | is_faulty[others])
    return same


def _inconstant(
    frame: pd.DataFrame, dictionary: DataDictionary, faulty: Mapping[str, Bools], places: Places
) -> Iterator[Breach]:
    """Columns of a patient that differ between the patient's rows."""
    patient = dictionary.table.patient
    first = first_rows(joint_codes(frame, (patient,)))
    has_others = first != np.arange(len(frame))
    if dictionary.table.row == "patient" or not has_others.any():
        return  # a second row of a patient is a fault by itself
    for column in dictionary.columns:
        name = column.name
        if column.level != "patient" or name not in frame or name == patient:
            continue
        codes = pd.factorize(frame[name])[0]
        differs = has_others & (codes != codes[first])
        if name in faulty:
            differs &= ~(faulty[name] | faulty[name][first])

        def fault(row: int, values: pd.Series[Any] = frame[name]) -> Fault:
            here, there = cell_text(values, row), cell_text(values, int(first[row]))
            line = places.line(int(first[row]))
            message = f"{quoted(here)} here and {quoted(there)} in line {line}, for one patient"
            return Fault("E_INCONSTANT", message, "Correct it in the source.", here)

        demand = "must be the same in all rows of a patient"
        yield Breach("X51", np.flatnonzero(differs), fault, name, demand=demand)
