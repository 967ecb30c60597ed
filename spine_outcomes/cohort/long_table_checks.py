"""Whether the rows of a long table belong to a cohort, stand once, and keep to their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from spine_outcomes.cohort.comparison import Bools, cell_text
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.long_rows import Joined, Rows, join
from spine_outcomes.cohort.places import Breach, Fault, Places
from spine_outcomes.cohort.row_checks import missing_values, repeated_rows
from spine_outcomes.cohort.rule_checks import check_rules
from spine_outcomes.errors import quoted
from spine_outcomes.study.dictionary import DataDictionary, LongTable


def check_long_rows(
    cohort: pd.DataFrame,
    frame: pd.DataFrame,
    table: LongTable,
    dictionary: DataDictionary,
    faulty: Mapping[str, Bools],
    places: Places,
) -> list[Breach]:
    """Check the rows of a long table against its dictionary and the cohort.

    Parameters
    ----------
    cohort, frame
        The cohort and the long table, typed, each with its key columns.
    table, dictionary
        The long table in the dictionary, and its own dictionary (``beside``).
    faulty
        Rows whose text is no value of the column: reported already.
    places
        Where the rows of the long table stand.
    """
    keys = key_columns(dictionary)
    names = (*keys, *table.unique) if table.unique else tuple(frame.columns)
    joined = join(cohort, frame, keys)
    return [
        *missing_values(frame, dictionary, faulty),
        *_strangers(cohort, frame, keys, joined),
        repeated_rows(frame, names, places, even_missing=not table.unique),
        *_rules(cohort, table, joined, faulty),
    ]


def _strangers(
    cohort: pd.DataFrame, frame: pd.DataFrame, keys: tuple[str, ...], joined: Joined
) -> Iterator[Breach]:
    """Rows of a patient, or of a lesion of a known patient, that the cohort does not have."""
    is_known = np.zeros(len(frame), dtype=bool)
    is_known[joined.record] = True
    is_named = frame[list(keys)].notna().all(axis=1).to_numpy()
    has_patient = frame[keys[0]].isin(cohort[keys[0]]).to_numpy(bool)
    fix = "Correct the key, or leave the row out: nothing is known of whom it belongs to."
    for name, is_meant in ((keys[0], ~has_patient), (keys[-1], has_patient)):
        rows = np.flatnonzero(is_named & ~is_known & is_meant)

        def fault(row: int, name: str = name) -> Fault:
            text = cell_text(frame[name], row)
            whose = "the cohort" if name == keys[0] else quoted(cell_text(frame[keys[0]], row))
            return Fault("E_UNKNOWN_KEY", f"{quoted(text)} is no {name} of {whose}", fix, text)

        demand = f"{name} must be one of the cohort"
        yield Breach("E_UNKNOWN_KEY", rows, fault, name, demand=demand)


def _rules(
    cohort: pd.DataFrame, table: LongTable, joined: Joined, faulty: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Rows that break a rule, the cohort's columns beside them: of its first row for a patient."""
    first = np.unique(joined.record, return_index=True)[1]
    pairs = replace(joined, record=joined.record[first], row=joined.row[first])
    named = {name for check in table.checks for name in check.named}
    wide = pd.DataFrame({
        name: pairs.column(name, cohort)
        for name in sorted(named) if name in joined.table or name in cohort
    })  # fmt: skip
    found = {name: rows[pairs.record] for name, rows in faulty.items()}
    for breach in check_rules(table.checks, wide, found):
        yield _moved(breach, pairs.record)


def _moved(breach: Breach, record: Rows) -> Breach:
    """The same breach at the rows of the long table."""
    said, back = breach.fault, {int(at): i for i, at in enumerate(record)}
    fault = said if isinstance(said, Fault) else lambda row: said(back[row])
    return replace(breach, rows=record[breach.rows], fault=fault)
