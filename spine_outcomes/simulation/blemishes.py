"""Blemishes of a file that its dictionary declares: after the declared rules they are gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.clinical.simulated_uniforms import generator, uniforms
from spine_outcomes.study.dictionary import Column, DataDictionary

SHARES: Mapping[str, float] = {"missing": 0.3, "trim": 0.01, "nfkc": 0.01, "case": 0.01}
"""Share of the cells that can have it; ``missing`` among the empty ones."""

_WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


def blemished(
    frame: pd.DataFrame,
    dictionary: DataDictionary,
    seed: int,
    *,
    kinds: tuple[str, ...],
    missing: str | None = None,
) -> pd.DataFrame:
    """Blemish the cells of a table of text.

    Parameters
    ----------
    frame : DataFrame of str, shape (n, p)
        Columns of the dictionary.
    dictionary
        Says which cells can have which blemish; its keys stay as they are.
    seed
        Seed, not negative.
    kinds
        Of ``missing`` (an empty cell gets the first missing code of its column), ``trim`` (a code
        with a space behind it), ``nfkc`` (a number or a date in full-width characters), ``case``
        (a code in the other case). A cell has one at most.
    missing
        Text that stands for a missing value in every column, in place of the columns' own codes.
    """
    ways = _WAYS if missing is None else {**_WAYS, "missing": lambda _text, _column: missing}
    rng, table = generator(seed, "blemishes"), dictionary.table
    found = frame.copy()
    for name in frame:
        column = dictionary[str(name)]
        u = uniforms(rng, len(frame), tuple(SHARES))
        if column.name in (table.patient, table.lesion):
            continue
        texts: Any = frame[column.name].to_numpy(dtype=object)
        is_left = np.ones(len(frame), dtype=bool)
        for kind in (k for k in SHARES if k in kinds):
            way = ways[kind]
            is_meant = is_left & (u[kind] < SHARES[kind]) & ((texts == "") == (kind == "missing"))
            marked = {
                row: text
                for row in np.flatnonzero(is_meant)
                if (text := way(texts[row], column)) is not None
            }
            found.loc[list(marked), column.name] = list(marked.values())
            is_left[list(marked)] = False
    return found


def _missing(_text: str, column: Column) -> str | None:
    """The code of a missing value, where the column has one."""
    return column.missing_codes[0] if column.missing_codes else None


def _trim(text: str, column: Column) -> str | None:
    """A code with a space behind it."""
    return f"{text} " if column.type in ("category", "boolean") else None


def _nfkc(text: str, column: Column) -> str | None:
    """A number or a date in full-width characters."""
    return text.translate(_WIDE) if column.is_numeric or column.type == "date" else None


def _case(text: str, column: Column) -> str | None:
    """A code in the other case, where it has letters."""
    is_other = column.type == "category" and text.swapcase() != text
    return text.swapcase() if is_other else None


_WAYS: Mapping[str, Callable[[str, Column], str | None]] = {
    "missing": _missing, "trim": _trim, "nfkc": _nfkc, "case": _case,
}  # fmt: skip
