"""Numbers beside a reference: how far apart, and whether that is near enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

CERTIFICATE_COLUMNS = (
    "cohort", "weights", "method", "quantity", "ours", "reference", "difference", "tolerance",
    "source", "verdict",
)  # fmt: skip
CLOSED_FORM, ITERATIVE = 1e-8, 1e-6
# References print ten digits, so that a number next to 0 has no relative error.
ROUND_OFF = 1e-10


@dataclass(frozen=True, eq=False)
class Compared:
    """Numbers of one method on one cohort beside those of a reference.

    Parameters
    ----------
    method
        What they are estimates of, by what.
    quantity
        One text, or one a number.
    ours, reference : array_like, shape (k,)
    source
        Package that the reference is from, with its version.
    precision
        Largest difference relative to the reference that still agrees.
    """

    method: str
    quantity: str | list[str]
    ours: ArrayLike
    reference: ArrayLike
    source: str
    precision: float = CLOSED_FORM


def certificate_frame(cohort: str, weights: str, compared: Iterable[Compared]) -> pd.DataFrame:
    """``CERTIFICATE_COLUMNS``, one row a number; ``verdict`` is ``agrees`` or ``differs``."""
    rows = [row for own in compared for row in _rows(own)]
    frame = pd.DataFrame(rows, columns=list(CERTIFICATE_COLUMNS))
    return frame.assign(cohort=cohort, weights=weights)


def _rows(compared: Compared) -> Iterator[dict[str, object]]:
    """One row a number."""
    ours, reference = (
        np.atleast_1d(np.asarray(values, dtype=np.float64)).ravel()
        for values in (compared.ours, compared.reference)
    )
    named = compared.quantity
    quantities = [named] * len(reference) if isinstance(named, str) else named
    for quantity, own, other in zip(quantities, ours, reference, strict=True):
        tolerance = compared.precision * abs(other) + ROUND_OFF
        # Beyond 12 decimals it is the round-off of this machine.
        difference = round(float(own - other), 12) + 0.0
        yield {
            "method": compared.method,
            "quantity": quantity,
            "ours": float(own),
            "reference": float(other),
            "difference": difference,
            "tolerance": tolerance,
            "source": compared.source,
            "verdict": "agrees" if abs(difference) <= tolerance else "differs",
        }
