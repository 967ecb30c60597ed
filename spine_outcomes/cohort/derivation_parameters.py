"""The derivation that a column names, and whether its parameters are what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from spine_outcomes.clinical.derivations import FORMULAS, Formula, Kind
from spine_outcomes.clinical.summaries import SUMMARIES
from spine_outcomes.errors import DictionaryError, Problem
from spine_outcomes.study.dictionary import Column, Derivation
from spine_outcomes.study.key_path import did_you_mean

WANTED: Mapping[Kind, str] = {
    "codes": "the name of a column", "numbers": "the name of a column", "number": "a number",
    "list": "a list of texts or numbers",
}  # fmt: skip


def formula_of(column: Column) -> tuple[Derivation, Formula]:
    """The derivation of a column, and the function that computes it.

    Raises
    ------
    DictionaryError
        For a derivation that does not exist, lacks a parameter, has one too many, or has one of
        another kind than it takes.
    """
    derivation = column.derivation
    assert derivation is not None  # noqa: S101 - only derived columns are asked for
    formulas = FORMULAS if derivation.table is None else SUMMARIES
    formula = formulas.get(derivation.name)
    if formula is None:
        text = f"no derivation {derivation.name!r}{did_you_mean(derivation.name, formulas)}"
        raise DictionaryError(Problem("E_DERIVATION", text, column=column.name))
    known = (*formula.needed, *formula.defaults)
    wrong = [
        *(f"no parameter {key!r}" + did_you_mean(key, known)
          for key in derivation.parameters if key not in known),
        *(f"the parameter {key!r} is missing"
          for key in formula.needed if key not in derivation.parameters),
        *(f"the parameter {key!r} is {WANTED[kind]}"
          for key, kind in formula.kinds.items() if key in derivation.parameters
          and not _is_of(kind, derivation.parameters[key], formula.defaults.get(key))),
    ]  # fmt: skip
    if wrong:
        refuse(column, "; ".join(wrong))
    return derivation, formula


def refuse(column: Column, why: str) -> NoReturn:
    """Say what is wrong with the derivation of a column.

    Raises
    ------
    DictionaryError
        Always.
    """
    name = "" if column.derivation is None else f"derivation {column.derivation.name!r}: "
    raise DictionaryError(Problem("E_DERIVATION", f"{name}{why}", column=column.name))


def constants_of(derivation: Derivation) -> dict[str, Any]:
    """Parameters that name no column."""
    return {k: value for k, value in derivation.parameters.items() if not isinstance(value, str)}


def _is_of(kind: Kind, value: Any, default: Any) -> bool:
    """Whether a parameter is what the derivation takes: a column's name, a number, a list."""
    if kind in ("codes", "numbers"):
        return isinstance(value, str)
    if value is None:
        return default is None
    if kind == "number":
        return _is_scalar(value) and not isinstance(value, str)
    return isinstance(value, list | tuple) and all(_is_scalar(item) for item in value)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
