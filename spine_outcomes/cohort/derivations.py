"""Columns derived from others by a named rule: compared with the record, filled in where absent.

The rules stand in ``clinical/``; a dictionary names one of them for a column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.clinical.derivations import FORMULAS, Derived, Formula
from spine_outcomes.cohort.comparison import Bools, as_days, as_numbers, as_text, cell_text
from spine_outcomes.cohort.places import Breach, Fault
from spine_outcomes.errors import DictionaryError, Finding, Problem, people, quoted
from spine_outcomes.study.dictionary import Column, DataDictionary, Derivation
from spine_outcomes.study.key_path import did_you_mean

_ROUNDING = 1e-9


def check_derived(
    frame: pd.DataFrame, dictionary: DataDictionary, faulty: Mapping[str, Bools]
) -> tuple[pd.DataFrame, list[Breach], list[Finding]]:
    """Derive what a dictionary says can be derived.

    Parameters
    ----------
    frame
        The table, typed as ``Cohort`` says.
    dictionary
        Its columns, with the derivation of some.
    faulty
        Rows whose text is no value of the column: reported already, not compared.

    Returns
    -------
    frame
        With the derived columns that the file lacks, in the order of the dictionary.
    breaches
        Rows in which the recorded value is not the derived one.
    findings
        Columns that were filled in.

    Raises
    ------
    DictionaryError
        For a derivation that does not exist, lacks a parameter or has one too many, derives a text
        that is no code, or for columns derived from each other in a circle.
    """
    breaches: list[Breach] = []
    filled: list[str] = []
    for column in _in_order(dictionary):
        derivation, formula = _formula(column)
        inputs = {key: name for key, name in derivation.inputs.items() if name in frame}
        if not all(key in inputs or key in _constants(derivation) for key in formula.needed):
            continue
        derived = _derive(frame, column, derivation, formula, inputs)
        derived = _of_patients(derived, frame, column, dictionary)
        if column.name in frame:
            breaches += _breaches(frame, column, derivation, inputs, derived, faulty)
        elif derivation.fill:
            frame = frame.assign(**{column.name: _typed(derived.value, column)})
            filled.append(column.name)
    if not filled:
        return frame, breaches, []
    ordered = frame[[name for name in dictionary.names if name in frame]]
    message = f"Columns that the file lacks were derived: {', '.join(filled)}."
    return ordered, breaches, [Finding("N_DERIVED", message, "note", n=len(filled))]


def is_derivable(column: Column, names: set[str]) -> bool:
    """Whether a column that a file lacks follows from the columns (names) that it has."""
    derivation = column.derivation
    if derivation is None or not derivation.fill:
        return False
    return set(derivation.inputs.values()) <= names


def definition(column: Column) -> str | None:
    """The rule that defines a column, with its parameters, in words; None where there is none."""
    if column.derivation is None:
        return None
    derivation, formula = _formula(column)
    return formula.words({**formula.defaults, **derivation.parameters}) if formula.words else None


def _in_order(dictionary: DataDictionary) -> Iterator[Column]:
    """Derived columns, those that another is derived from before it."""
    derived = {
        c.name: set(c.derivation.inputs.values())
        for c in dictionary.columns
        if c.derivation is not None
    }
    graph = {name: inputs & derived.keys() for name, inputs in derived.items()}
    try:
        yield from (dictionary[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as fault:
        circle = ", ".join(dict.fromkeys(fault.args[1]))
        message = f"these columns are derived from each other: {circle}"
        raise DictionaryError(Problem("E_DERIVATION", message)) from None


def _formula(column: Column) -> tuple[Derivation, Formula]:
    """The derivation of a column, and the function that computes it."""
    derivation = column.derivation
    assert derivation is not None  # noqa: S101 - only derived columns are asked for
    formula = FORMULAS.get(derivation.name)
    if formula is None:
        text = f"no derivation {derivation.name!r}{did_you_mean(derivation.name, FORMULAS)}"
        raise DictionaryError(Problem("E_DERIVATION", text, column=column.name))
    known = (*formula.needed, *formula.defaults)
    wrong = [
        *(f"no parameter {key!r}" + did_you_mean(key, known)
          for key in derivation.parameters if key not in known),
        *(f"the parameter {key!r} is missing"
          for key in formula.needed if key not in derivation.parameters),
    ]  # fmt: skip
    if wrong:
        text = f"derivation {derivation.name!r}: {'; '.join(wrong)}"
        raise DictionaryError(Problem("E_DERIVATION", text, column=column.name))
    return derivation, formula


def _constants(derivation: Derivation) -> dict[str, Any]:
    """Parameters that name no column."""
    return {k: value for k, value in derivation.parameters.items() if not isinstance(value, str)}


def _derive(
    frame: pd.DataFrame,
    column: Column,
    derivation: Derivation,
    formula: Formula,
    inputs: Mapping[str, str],
) -> Derived:
    """Values of a column, numbers for all but text; codes as their positions, −1 for none."""
    given = {key: _argument(frame[name]) for key, name in inputs.items()}
    found = formula.compute(**given, **_constants(derivation))
    derived = found if isinstance(found, Derived) else Derived(found)
    if column.type != "category":
        return derived
    position, texts = pd.factorize(np.asarray(derived.value, dtype=object))
    codes = list(column.codes or ())
    places = [-1.0 if text == "" else _place(str(text), codes, column) for text in texts]
    at = np.append(places, -1.0)[position]
    return Derived(np.where(at < 0, np.nan, at))


def _place(text: str, codes: list[str], column: Column) -> float:
    """Position of a derived text among the codes of its column."""
    if text not in codes:
        message = f"derives {text!r}, which is not a code of the column"
        raise DictionaryError(Problem("E_DERIVATION", message, column=column.name))
    return float(codes.index(text))


def _argument(values: pd.Series[Any]) -> Any:
    """A column as derivations take it."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.array
    if pd.api.types.is_string_dtype(values.dtype):
        return pd.Categorical(values)
    return as_days(values) if values.dtype.kind == "M" else as_numbers(values)


def _of_patients(
    derived: Derived, frame: pd.DataFrame, column: Column, dictionary: DataDictionary
) -> Derived:
    """A patient's number from lesions treated apart: that of the first, any of them agrees."""
    if column.level != "patient" or not column.is_numeric or dictionary.table.row == "patient":
        return derived
    patient = frame[dictionary.table.patient]
    low, high = derived.range

    def over(values: NDArray[np.float64], how: Literal["min", "max"]) -> NDArray[np.float64]:
        grouped = pd.Series(values).groupby(pd.factorize(patient)[0])
        return np.asarray(grouped.transform(how), dtype=np.float64)

    return Derived(over(derived.value, "min"), over(low, "min"), over(high, "max"))


def _breaches(
    frame: pd.DataFrame,
    column: Column,
    derivation: Derivation,
    inputs: Mapping[str, str],
    derived: Derived,
    faulty: Mapping[str, Bools],
) -> Iterator[Breach]:
    """Rows whose recorded value is not the derived one."""
    recorded, margin = as_numbers(frame[column.name]), derivation.tolerance + _ROUNDING
    low, high = derived.range
    differs = (recorded < low - margin) | (recorded > high + margin)
    if derivation.kept:
        kept = [str(code) for code in derivation.kept]
        differs &= ~as_text(frame[column.name]).isin(kept).to_numpy(bool)
    for name in (column.name, *inputs.values()):
        if name in faulty:
            differs &= ~faulty[name]
    rows = np.flatnonzero(differs)
    if not len(rows):
        return
    is_error = derivation.severity == "error"
    check = derivation.check or "DERIVED"
    code = f"{'E' if is_error else 'W'}_{check}"

    def fault(row: int) -> Fault:
        values = ", ".join(
            f"{name} = {quoted(cell_text(frame[name], row))}" for name in inputs.values()
        )
        here = cell_text(frame[column.name], row)
        computed = _shown(low[row], high[row], column)
        message = (
            f"{quoted(here)} recorded, {quoted(computed)} derived ({derivation.name}: {values})"
        )
        return Fault(code, message, "Correct whichever is wrong in the source.", here)

    finding = None
    if not is_error:
        message = (
            f"{column.name} as recorded is not what {derivation.name} derives in "
            f"{people(len(rows))} rows ({check})."
        )
        finding = Finding(f"W_{check}", message, "caution", n=len(rows))
    demand = f"must be what {derivation.name} derives from {', '.join(inputs.values())}"
    rule = derivation.check or code
    yield Breach(rule, rows, fault, column.name, derivation.severity, finding, demand)


def _shown(low: float, high: float, column: Column) -> str:
    """A derived value, or its range, as it would be written."""
    if column.type == "category":
        return str(list(column.codes or ())[int(low)])
    if column.type == "date":
        return str(np.datetime64(int(low), "D"))
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _typed(values: NDArray[Any], column: Column) -> Any:
    """Derived values in the type of their column."""
    if column.type == "category":
        at = np.where(np.isnan(values), -1, values).astype(np.int64)
        kinds = pd.Index(list(column.codes or ()))
        return pd.Categorical.from_codes(at, categories=kinds, ordered=column.ordered)
    if column.type == "boolean":
        return pd.arrays.BooleanArray(np.nan_to_num(values) == 1, np.isnan(values))
    if column.type == "date":
        days = np.nan_to_num(values).astype(np.int64).astype("M8[D]").astype("M8[ns]")
        return np.where(np.isnan(values), np.datetime64("NaT", "ns"), days)
    return pd.array(values, dtype="string") if column.type == "string" else values
