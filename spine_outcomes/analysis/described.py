"""The columns of weighted rows as numbers, and their balance between the arms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.weighting import WeightedSet
from spine_outcomes.study.dictionary import Column
from spine_outcomes.weights.balance import balance

Row = dict[str, Any]
Array = NDArray[np.float64]

BALANCE_NUMBERS = ("mean_reference", "mean_comparator", "smd", "variance_ratio", "ks")


@dataclass(frozen=True, eq=False)
class Described:
    """Weighted rows as numbers, a category as one 0/1 column a level.

    Parameters
    ----------
    weighted
    entries
        Column and level of each of q columns; the level of a number is None.
    matrix : ndarray, shape (n, q)
        NaN where missing.
    """

    weighted: WeightedSet
    entries: tuple[tuple[Column, str | None], ...]
    matrix: Array

    @classmethod
    def of(cls, weighted: WeightedSet, columns: Sequence[Column]) -> Described:
        """Take every column, or level of a category that occurs."""
        rows = weighted.analysis_set
        found = [
            (column, level, value)
            for column in columns
            for level, value in indicators(rows.frame[column.name], column)
        ]
        matrix = np.array([value for *_, value in found]).reshape(len(found), len(rows)).T
        return cls(weighted, tuple((column, level) for column, level, _ in found), matrix)

    def balance(self, is_kept: NDArray[np.bool_] | None = None) -> Iterator[Row]:
        """Balance of every entry under each estimand among the rows kept."""
        rows = self.weighted.analysis_set
        kept = np.flatnonzero(np.ones(len(rows), dtype=bool) if is_kept is None else is_kept)
        matrix, arm = self.matrix.take(kept, axis=0), rows.arm[kept]
        found = {
            estimand: _balance_of_known(matrix, arm, weights.value[kept])
            for estimand, weights in self.weighted.weights.items()
        }
        for position, (column, level) in enumerate(self.entries):
            for estimand, numbers in found.items():
                place = {"level_unit": rows.level, "estimand": estimand, "column": column.name}
                yield place | {"label": column.label, "level": level} | numbers[position]


def _balance_of_known(matrix: Array, arm: NDArray[np.int64], weight: Array) -> dict[int, Row]:
    """Balance of each column among the rows where it is known, by position of the column."""
    known_alike: dict[bytes, list[int]] = {}  # columns known for the same rows go together
    for position, is_known in enumerate(np.isfinite(matrix).T):
        known_alike.setdefault(is_known.tobytes(), []).append(position)
    numbers: dict[int, Row] = {}
    for own in known_alike.values():
        is_known = np.isfinite(matrix[:, own[0]])
        balanced = balance(matrix[np.ix_(is_known, np.array(own))], arm[is_known], weight[is_known])
        for j, position in enumerate(own):
            numbers[position] = {name: getattr(balanced, name)[j] for name in BALANCE_NUMBERS}
    return numbers


def is_number(values: pd.Series[Any]) -> bool:
    """Whether a column of a frame holds numbers, not codes."""
    return bool(pd.api.types.is_float_dtype(values.dtype))


def indicators(
    values: pd.Series[Any], column: Column, *, every: bool = False
) -> Iterator[tuple[str | None, Array]]:
    """A number as it is, a category as one 0/1 column a level; missing is NaN.

    Levels that no row has are left out, or come too where ``every`` code is to be shown; but that
    the question does not arise is a level only where some row has it.
    """
    if is_number(values):
        yield None, values.to_numpy(np.float64)
        return
    codes, levels = _coded(values)
    known = np.where(codes < 0, np.nan, 1.0)
    n = np.bincount(codes[codes >= 0], minlength=len(levels))
    order = [levels.index(code) for code in column.codes or () if code in levels]
    for k in order or range(len(levels)):
        if n[k] or (every and levels[k] not in column.inapplicable):
            yield levels[k], known * (codes == k)


def _coded(values: pd.Series[Any]) -> tuple[NDArray[np.int64], list[str]]:
    """Position of each row's level, −1 where missing, and the levels."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return np.asarray(values.cat.codes, dtype=np.int64), list(values.cat.categories)
    codes, levels = pd.factorize(values.astype("string"), sort=True)
    return np.asarray(codes, dtype=np.int64), [str(level) for level in levels]
