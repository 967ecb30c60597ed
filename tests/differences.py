"""Derivatives by central differences, which an influence is held against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEP = 1e-5
"""Part of each number by which it is moved: loses STEP² of curvature and 1e-16/STEP of rounding."""


def derivatives(
    value: Callable[[Floats], Floats], at: Floats, rows: slice | list[int] = slice(None)
) -> NDArray[Any]:
    """at_i ∂value/∂at_i of some rows of ``at`` (n,), shape (rows, k): in weights or multiplicities.

    Around multiplicities of 1 the derivative itself.
    """
    moves = STEP * np.diag(at)[rows]
    return np.array([(value(at + move) - value(at - move)) / (2 * STEP) for move in moves])
