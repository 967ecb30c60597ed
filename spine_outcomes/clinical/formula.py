"""What a derivation is: the function of a formula, its parameters, and what it gives."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Values = NDArray[Any]
Codes = pd.Categorical
Kind = Literal["codes", "numbers", "number", "list"]


@dataclass(frozen=True, eq=False)
class Derived:
    """Values of n rows, where a single array does not say enough.

    Parameters
    ----------
    value : ndarray, shape (n,)
        Empty (NaN, or empty text) where there is none.
    lowest, highest : ndarray, shape (n,), optional
        Range in which a recorded number agrees, where the value itself is not known.
    is_known : ndarray of bool, shape (n,), optional
        Rows of which it is known what the value is, or that there is none; a record that says more
        or less disagrees. None: a value that is missing on either side agrees.
    """

    value: Values
    lowest: Floats | None = None
    highest: Floats | None = None
    is_known: Bools | None = None

    @property
    def range(self) -> tuple[Values, Values]:
        """Lowest and highest number that agrees with each row."""
        return (
            self.value if self.lowest is None else self.lowest,
            self.value if self.highest is None else self.highest,
        )


@dataclass(frozen=True)
class Formula:
    """One derivation.

    Parameters
    ----------
    compute
        Takes the parameters of the dictionary as keywords, gives values (n,). A summary of a long
        table takes its ``Records`` first.
    words
        Says the rule with its parameters, wherever what it defines is shown; None where the name
        says it.
    """

    compute: Callable[..., Values | Derived]
    words: Callable[[Mapping[str, Any]], str] | None = None

    @property
    def defaults(self) -> dict[str, Any]:
        """Value of each parameter that may be left out."""
        return {p.name: p.default for p in self._parameters if p.default is not p.empty}

    @property
    def needed(self) -> tuple[str, ...]:
        """Parameters that must be given."""
        return tuple(p.name for p in self._parameters if p.default is p.empty)

    @property
    def kinds(self) -> dict[str, Kind]:
        """What each parameter takes: codes or numbers of a column, one number, or a list."""
        return {p.name: _kind(str(p.annotation)) for p in self._parameters}

    @property
    def _parameters(self) -> list[inspect.Parameter]:
        named = inspect.signature(self.compute).parameters.values()
        return [parameter for parameter in named if parameter.kind is not parameter.POSITIONAL_ONLY]


def _kind(annotation: str) -> Kind:
    """What a parameter takes, by its annotation."""
    if "Codes" in annotation:
        return "codes"
    if "Iterable" in annotation:
        return "list"
    is_one = annotation.removesuffix(" | None") in ("float", "int")
    return "number" if is_one else "numbers"


def by_code(column: Codes, values: Iterable[Any], missing: Any) -> Values:
    """Values given code by code, row by row; ``missing`` where there is no code."""
    return np.asarray(np.append(np.asarray(list(values)), missing)[column.codes])


def has_code_of(column: Codes, codes: Iterable[Any]) -> Bools:
    """Rows whose code is one of some, given as texts or numbers."""
    wanted = {str(code) for code in codes}
    return by_code(column, (str(c) in wanted for c in column.categories), False).astype(bool)
