"""What the severity of a check means: the letter of its code, and what a report says of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from spine_outcomes.errors import Finding, Severity
from spine_outcomes.study.checks import CheckSeverity

_LETTERS: Mapping[CheckSeverity, str] = MappingProxyType(
    {"error": "E", "warning": "W", "note": "N"}
)
_FINDINGS: Mapping[CheckSeverity, Severity] = MappingProxyType(
    {"warning": "caution", "note": "note"}
)


def code_of(check: str, severity: CheckSeverity) -> str:
    """Code of what breaks a check: ``E_X01``, ``W_X03``, ``N_X15``."""
    return f"{_LETTERS[severity]}_{check}"


def finding_of(check: str, severity: CheckSeverity, message: str, n: int) -> Finding | None:
    """What a report says of a check broken in ``n`` rows; nothing of an error, which stops it."""
    if severity == "error":
        return None
    return Finding(code_of(check, severity), message, _FINDINGS[severity], n=n)
