"""What a check of the dictionary finds: its code, the rows that break it, what a report says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.cohort.places import Breach, Fault
from spine_outcomes.errors import Finding
from spine_outcomes.study.checks import Check, CheckSeverity

_LETTERS: Mapping[CheckSeverity, str] = MappingProxyType(
    {"error": "E", "warning": "W", "note": "N"}
)


def code_of(check: str, severity: CheckSeverity) -> str:
    """Code of what breaks a check: ``E_X01``, ``W_X03``, ``N_X15``."""
    return f"{_LETTERS[severity]}_{check}"


def finding_of(check: str, severity: CheckSeverity, message: str, n: int) -> Finding | None:
    """What a report says of a warning in ``n`` rows: an error stops it, a note is no worry."""
    return Finding(code_of(check, severity), message, n=n) if severity == "warning" else None


def breach_of(
    check: Check,
    rows: NDArray[np.intp],
    fault: Callable[[int], Fault],
    column: str,
    *,
    message: str,
    demand: str,
) -> Breach:
    """Rows that break a check in a column; ``message`` is what a report says of a warning."""
    finding = finding_of(check.id, check.severity, message, len(rows))
    return Breach(check.id, rows, fault, column, check.severity, finding, demand)
