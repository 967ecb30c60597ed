"""What the severity of a check means: the letter of its code, and what a report says of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from spine_outcomes.errors import Finding
from spine_outcomes.study.checks import CheckSeverity

_LETTERS: Mapping[CheckSeverity, str] = MappingProxyType(
    {"error": "E", "warning": "W", "note": "N"}
)


def code_of(check: str, severity: CheckSeverity) -> str:
    """Code of what breaks a check: ``E_X01``, ``W_X03``, ``N_X15``."""
    return f"{_LETTERS[severity]}_{check}"


def finding_of(check: str, severity: CheckSeverity, message: str, n: int) -> Finding | None:
    """What a report says of a warning in ``n`` rows: an error stops it, a note is no worry."""
    return Finding(code_of(check, severity), message, n=n) if severity == "warning" else None
