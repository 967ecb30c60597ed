"""Pain response, case by case (Chow 2012)."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.clinical.pain_response import pain_response

CASES = {
    "no pain, same opioid": (6, 0, 20, 20, "CR"),
    "no pain, more opioid: not complete": (6, 0, 20, 40, "IR"),
    "2 lower, same opioid": (6, 4, 20, 20, "PR"),
    "2 lower, more opioid by a tenth": (6, 4, 20, 22, "IR"),
    "same pain, a quarter less opioid": (6, 6, 20, 15, "PR"),
    "1 higher, a quarter less opioid": (6, 7, 20, 15, "IR"),
    "2 higher, same opioid": (4, 6, 20, 20, "PP"),
    "1 higher, a quarter more opioid": (4, 5, 20, 25, "PP"),
    "both higher": (4, 6, 20, 25, "PP"),
    "opioid begun": (4, 4, 0, 5, "PP"),
    "1 lower": (4, 3, 20, 20, "IR"),
    "no pain before: not evaluable": (0, 0, 20, 0, ""),
    "unknown after": (4, np.nan, 20, 20, ""),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_response(case: tuple[float, float, float, float, str]) -> None:
    """A boundary on the wrong side would count a response that is none."""
    *values, expected = case
    assert pain_response(*(np.array([value], dtype=float) for value in values)).tolist() == [
        expected
    ]
