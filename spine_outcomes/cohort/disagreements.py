"""Rows whose recorded value is not the derived one, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from spine_outcomes.clinical.derivations import Derived
from spine_outcomes.cohort.comparison import Bools, as_numbers, as_text, cell_text
from spine_outcomes.cohort.places import Breach, Fault
from spine_outcomes.cohort.severity import code_of, finding_of
from spine_outcomes.errors import people, quoted
from spine_outcomes.study.dictionary import Column, Derivation

_ROUNDING = 1e-9


def disagrees(frame: pd.DataFrame, column: Column, derived: Derived) -> Bools:
    """Whether the recorded value of a column is not the derived one, shape (n,).

    Beyond the tolerance of the derivation, or outside the range derived. A value that is missing on
    either side agrees, unless ``derived`` says of the row that all is known.
    """
    derivation = _derivation(column)
    recorded, margin = as_numbers(frame[column.name]), derivation.tolerance + _ROUNDING
    low, high = derived.range
    differs: Bools = (recorded < low - margin) | (recorded > high + margin)
    if derived.is_known is not None:
        differs |= np.isnan(recorded) != np.isnan(low)
        differs &= derived.is_known
    if derivation.kept:
        kept = [str(code) for code in derivation.kept]
        differs &= ~as_text(frame[column.name]).isin(kept).to_numpy(bool)
    return differs


def disagreements(
    frame: pd.DataFrame, column: Column, derived: Derived, faulty: Mapping[str, Bools]
) -> Iterator[Breach]:
    """Rows whose recorded value is not the derived one: one breach, or none.

    Parameters
    ----------
    frame, column
        The table, typed, and its column with a derivation.
    derived
        What is derived for its rows.
    faulty
        Rows whose text is no value of the column: reported already, not compared.
    """
    derivation = _derivation(column)
    low, high = derived.range
    inputs = {key: name for key, name in derivation.inputs.items() if name in frame}
    differs = disagrees(frame, column, derived)
    for name in (column.name, *inputs.values()):
        if name in faulty:
            differs &= ~faulty[name]
    rows = np.flatnonzero(differs)
    if not len(rows):
        return
    check = derivation.check or "DERIVED"
    code = code_of(check, derivation.severity)

    def fault(row: int) -> Fault:
        values = ", ".join(
            f"{name} = {quoted(cell_text(frame[name], row))}" for name in inputs.values()
        )
        here = cell_text(frame[column.name], row)
        computed = _shown(low[row], high[row], column)
        of_table = f" of the table {derivation.table}" if derivation.table else ""
        rule = f"{derivation.name}{of_table}: {values}"
        message = f"{quoted(here)} recorded, {quoted(computed)} derived ({rule})"
        return Fault(code, message, "Correct whichever is wrong in the source.", here)

    words = (
        f"{column.name} as recorded is not what {derivation.name} derives in {people(len(rows))} "
        f"rows ({check})."
    )
    finding = finding_of(check, derivation.severity, words, len(rows))
    source = derivation.table or ", ".join(inputs.values())
    demand = f"must be what {derivation.name} derives from {source}"
    rule = derivation.check or code
    yield Breach(rule, rows, fault, column.name, derivation.severity, finding, demand)


def _shown(low: float, high: float, column: Column) -> str:
    """A derived value, or its range, as it would be written."""
    if np.isnan(low):
        return "none"
    if column.type == "category":
        return str(list(column.codes or ())[int(low)])
    if column.type == "date":
        return str(np.datetime64(int(low), "D"))
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _derivation(column: Column) -> Derivation:
    """The derivation of a derived column."""
    assert column.derivation is not None  # noqa: S101 - only derived columns are asked for
    return column.derivation
