"""Values of the simulated cohort as the text of its file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.clinical.simulated_uniforms import Bools, Ints

Text = NDArray[np.str_]
Columns = dict[str, Text]
Dates = NDArray[np.datetime64]

NOT_APPLICABLE = "-8"


def whole(values: Any) -> Text:
    """Whole numbers; a fact is 1 or 0."""
    return np.char.mod("%d", np.asarray(values).astype(np.int64))


def fixed(values: Any, decimals: int) -> Text:
    """Numbers with a fixed count of decimals."""
    return np.char.mod(f"%.{decimals}f", np.asarray(values, dtype=np.float64))


def coded(positions: Ints, codes: Sequence[str]) -> Text:
    """Code at each position."""
    return np.array(list(codes))[positions]


def dated(dates: Dates) -> Text:
    """ISO dates."""
    return np.datetime_as_string(dates.astype("datetime64[D]"))


def only_where(mask: Bools, text: Text, otherwise: str = "") -> Text:
    """The text where the mask holds, elsewhere empty or a code."""
    return np.where(mask, text, otherwise)
