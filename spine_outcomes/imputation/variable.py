"""A column that is imputed, or that helps to: its values, and the columns that stand for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.imputation.multinomial_draw import multinomial_draw
from spine_outcomes.imputation.predictive_mean_matching import predictive_mean_matching
from spine_outcomes.imputation.proportional_odds_draw import proportional_odds_draw

Floats = NDArray[np.float64]
Kind = Literal["number", "nominal", "ordered"]


@dataclass(frozen=True, eq=False)
class Variable:
    """Values of one column on the n rows of its level.

    Parameters
    ----------
    name
    value : ndarray, shape (n,)
        Numbers, or the codes of categories 0, 1, …; NaN where missing.
    kind
        ``number``, ``nominal`` (two categories or more) or ``ordered``.
    scale
        The scale on which a number is linear in models: identity, or the logarithm.
    apart
        Codes that nothing is imputed by: the question does not arise in the rows that have them.
    """

    name: str
    value: Floats
    kind: Kind
    scale: Callable[[Floats], Floats] = np.asarray
    apart: tuple[float, ...] = ()

    @cached_property
    def is_missing(self) -> NDArray[np.bool_]:
        """Rows without a value, shape (n,)."""
        return np.isnan(self.value)

    @cached_property
    def is_donor(self) -> NDArray[np.bool_]:
        """Rows whose value a row without one can have, shape (n,)."""
        return ~self.is_missing & ~np.isin(self.value, self.apart)

    @cached_property
    def _levels(self) -> Floats:
        """Codes that some row has, increasing."""
        return np.unique(self.value[~self.is_missing])

    @cached_property
    def _ruler(self) -> tuple[float, float]:
        """Mean and twice the standard deviation of the known values."""
        known = self.scale(self.value[~self.is_missing])
        spread = 2 * float(known.std())
        return float(known.mean()), spread if spread > 0 else 1.0

    def encoded(self, value: Floats) -> Floats:
        """Columns (n, q) that stand for completed values (n,) in the model of another variable.

        Numbers centred and divided by twice their standard deviation, so that they compare with
        the 0/1 columns of categories (Gelman, 2008, Statistics in Medicine 27).
        """
        if self.kind == "number":
            centre, spread = self._ruler
            return ((self.scale(value) - centre) / spread)[:, None]
        return np.asarray(value[:, None] == self._levels[1:], dtype=np.float64)

    def draw(self, covariates: Floats, rng: np.random.Generator) -> Floats:
        """Impute the rows without a value, shape (n₀,), from covariates (n, p) of all rows."""
        known, missing = covariates[self.is_donor], covariates[self.is_missing]
        values = self.value[self.is_donor]
        levels = np.unique(values)
        if len(levels) == 1:
            return np.full(len(missing), levels[0])
        if self.kind == "number":
            donors = predictive_mean_matching(self.scale(values), known, missing, rng)
            return values[donors]
        draw = multinomial_draw if self.kind == "nominal" else proportional_odds_draw
        codes = np.searchsorted(levels, values)
        drawn: Floats = levels[draw(codes, known, missing, rng)]
        return drawn
