"""Rows that share values: which combination each has, and where it stands first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int64]


def joint_codes(
    frame: pd.DataFrame, names: tuple[str, ...], *, even_missing: bool = False
) -> Codes:
    """Number of each distinct combination of values, shape (n,); −1 where one is missing.

    With ``even_missing``, missing is a value like another.
    """
    joint = np.zeros(len(frame), dtype=np.int64)
    is_missing = np.zeros(len(frame), dtype=bool)
    for name in names:
        codes, distinct = pd.factorize(frame[name])
        is_missing |= codes < 0
        joint = pd.factorize(joint * (len(distinct) + 1) + codes)[0].astype(np.int64)
    return joint if even_missing else np.where(is_missing, -1, joint)


def first_rows(codes: Codes) -> Codes:
    """Row in which the code of each row stands first; a row without a code stands alone."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return np.where(codes < 0, np.arange(len(codes)), first[inverse])
