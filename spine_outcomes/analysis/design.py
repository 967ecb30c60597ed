"""The terms of a plan as the columns of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.study.dictionary import Column, DataDictionary
from spine_outcomes.study.plan import Interaction, Term
from spine_outcomes.weights.design import (
    Block,
    Design,
    assemble,
    categories,
    cut,
    interaction,
    linear,
    logarithm,
    restricted_cubic_spline,
)


def model_design(
    terms: Sequence[Term | Interaction], frame: pd.DataFrame, dictionary: DataDictionary
) -> Design:
    """Model matrix of ``terms`` on complete rows, with an intercept."""
    blocks: dict[str, Block] = {}
    for term in terms:
        if isinstance(term, Interaction):
            first, second = term.interaction
            blocks[f"{first}:{second}"] = interaction(blocks[first], blocks[second])
        else:
            blocks[term.column] = _block(term, frame[term.column], dictionary[term.column])
    return assemble(list(blocks.values()))


def _block(term: Term, values: pd.Series[Any], column: Column) -> Block:
    """Columns of one term."""
    name = term.column
    if term.levels is not None:
        group = {code: i for i, codes in enumerate(term.levels) for code in codes}
        names = ["/".join(codes) for codes in term.levels]
        return categories(name, values.astype(str).map(group).to_numpy().astype(np.int64), names)
    if term.cuts is not None:
        return cut(name, _numbers(values), term.cuts)
    if term.spline is not None:
        return restricted_cubic_spline(name, _numbers(values), term.spline)
    if term.log:
        return logarithm(name, _numbers(values))
    if isinstance(values.dtype, pd.CategoricalDtype):
        unasked = [code for code in column.inapplicable if not (values == code).any()]
        values = values.cat.remove_categories(unasked)
        names = [str(code) for code in values.cat.categories]
        return categories(name, values.cat.codes.to_numpy().astype(np.int64), names)
    return linear(name, _numbers(values))


def _numbers(values: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A column as floats; the codes of an ordered category are read as numbers."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(str)
    return values.to_numpy(dtype=np.float64)
