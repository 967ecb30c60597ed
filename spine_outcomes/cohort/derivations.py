"""Columns derived from others by a named rule: compared with the record, filled in where absent.

The rules stand in ``clinical/``; a dictionary names one of them for a column. A rule reads columns
of the same row, or summarises the row's records in a long table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.clinical.derivations import Derived, Formula
from spine_outcomes.clinical.records import Records
from spine_outcomes.cohort.comparison import Bools, as_days, as_numbers
from spine_outcomes.cohort.derivation_parameters import constants_of, formula_of, refuse
from spine_outcomes.cohort.disagreements import disagreements
from spine_outcomes.cohort.long_rows import Joined
from spine_outcomes.cohort.places import Breach
from spine_outcomes.errors import DictionaryError, Finding, Problem
from spine_outcomes.study.dictionary import Column, DataDictionary


def check_derived(
    frame: pd.DataFrame,
    dictionary: DataDictionary,
    faulty: Mapping[str, Bools],
    tables: Mapping[str, Joined] | None = None,
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
    tables
        Long tables that columns summarise, by name; nothing is derived from others.

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
    for column in in_order(dictionary):
        derived = derive_column(frame, column, dictionary, tables or {})
        if derived is None:
            continue
        if column.name in frame:
            breaches += disagreements(frame, column, derived, faulty)
        elif column.derivation is not None and column.derivation.fill:
            frame = frame.assign(**{column.name: typed(derived.value, column)})
            filled.append(column.name)
    if not filled:
        return frame, breaches, []
    ordered = frame[[name for name in dictionary.names if name in frame]]
    message = f"Columns that the file lacks were derived: {', '.join(filled)}."
    return ordered, breaches, [Finding("N_DERIVED", message, "note", n=len(filled))]


def fill_derived(
    frame: pd.DataFrame, dictionary: DataDictionary, completed: Iterable[str]
) -> pd.DataFrame:
    """Derive the missing values of columns whose inputs were ``completed``; keep recorded ones."""
    changed = set(completed)
    for column in in_order(dictionary):
        inputs = set(formula_of(column)[0].inputs.values())
        if column.name not in frame or not changed & inputs or not inputs <= set(frame):
            continue
        derived = derive_column(frame, column, dictionary, {})
        if derived is not None:
            own = frame[column.name]
            new = typed_as(own, derived.value, column)
            frame = frame.assign(**{column.name: own.where(own.notna(), new)})
            changed.add(column.name)
    return frame


def derive_column(
    frame: pd.DataFrame,
    column: Column,
    dictionary: DataDictionary,
    tables: Mapping[str, Joined],
    until: float = np.inf,
) -> Derived | None:
    """Derive one column, as ``as_numbers`` gives it or as text; None where what it needs is absent.

    Parameters
    ----------
    frame, dictionary
        The table, typed, and its columns.
    column
        A column with a derivation.
    tables
        Long tables, by name.
    until
        Last day of which anything is known, in days since 1970-01-01.
    """
    derivation, formula = formula_of(column)
    table = None if derivation.table is None else tables.get(derivation.table)
    if derivation.table is not None and table is None:
        return None
    there = set(frame) if table is None else {*frame, *table.table}
    inputs = {key: name for key, name in derivation.inputs.items() if name in there}
    if not all(key in inputs or key in constants_of(derivation) for key in formula.needed):
        return None
    if table is None:
        given = {key: _argument(frame[name]) for key, name in inputs.items()}
        return _of_patients(_computed(formula, column, (), given), frame, column, dictionary)
    given = {key: _argument(table.column(name, frame)) for key, name in inputs.items()}
    records = Records(table.row, len(frame), until)
    return _computed(formula, column, (records,), given)


def is_derivable(column: Column, names: set[str]) -> bool:
    """Whether a column that a file lacks follows from the columns (names) that it has."""
    derivation = column.derivation
    if derivation is None or not derivation.fill:
        return False
    return derivation.table is not None or set(derivation.inputs.values()) <= names


def definition(column: Column) -> str | None:
    """The rule that defines a column, with its parameters, in words; None where there is none."""
    if column.derivation is None:
        return None
    derivation, formula = formula_of(column)
    return formula.words({**formula.defaults, **derivation.parameters}) if formula.words else None


def in_order(dictionary: DataDictionary) -> Iterator[Column]:
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


def _computed(
    formula: Formula, column: Column, before: tuple[Any, ...], given: dict[str, Any]
) -> Derived:
    """Compute a derivation of arguments whose kinds fit, and whose values fit the column.

    Parameters
    ----------
    before
        The records of a long table, or nothing.
    given
        Columns by parameter.
    """
    for key, argument in given.items():
        has_codes = isinstance(argument, pd.Categorical)
        if has_codes != (formula.kinds[key] == "codes"):
            needed = "codes or text" if has_codes is False else "numbers or dates"
            refuse(column, f"the column of its parameter {key!r} must hold {needed}")
    derivation = column.derivation
    constants = {} if derivation is None else constants_of(derivation)
    with np.errstate(all="ignore"):  # a number too large, or a quotient by 0: then it disagrees
        found = formula.compute(*before, **given, **constants)
    values = found.value if isinstance(found, Derived) else found
    is_text = np.asarray(values).dtype.kind in "OUS"
    if is_text and column.type not in ("category", "string"):
        refuse(column, f"it gives codes, and the column is of type {column.type}")
    return _coded(found, column)


def _coded(found: Any, column: Column) -> Derived:
    """Derived values; the texts of a category as the positions of its codes."""
    derived = found if isinstance(found, Derived) else Derived(found)
    if column.type != "category":
        return derived
    position, texts = pd.factorize(np.asarray(derived.value, dtype=object))
    codes = list(column.codes or ())
    places = [-1.0 if text == "" else _place(str(text), codes, column) for text in texts]
    at = np.append(places, -1.0)[position]
    return Derived(np.where(at < 0, np.nan, at), is_known=derived.is_known)


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


def typed_as(own: pd.Series[Any], values: NDArray[Any], column: Column) -> pd.Series[Any]:
    """Values as those of a column that a frame has: of its type, on its rows."""
    return pd.Series(typed(values, column), index=own.index, dtype=own.dtype)


def typed(values: NDArray[Any], column: Column) -> Any:
    """Values as ``as_numbers`` gives them, or texts, in the type of their column."""
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
