"""What was repaired, read as missing or noticed while a table was converted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spine_outcomes.cohort.conversion import Conversion
from spine_outcomes.errors import Finding, Severity, people

KINDS: tuple[tuple[str, str, Severity, str], ...] = (
    ("repair:nfkc", "N_NORMALISED", "note", "Characters of other widths made plain, as declared"),
    ("repair:trim", "W_TRIMMED", "caution", "Spaces around values removed, as declared"),
    ("repair:case", "N_CASE", "note", "Codes in other letters read as their codes, as declared"),
    ("repair:spelling", "N_SPELLING", "note", "Other spellings read as their codes, as declared"),
    ("missing", "N_MISSING_CODES", "note", "Declared codes read as missing"),
    ("decimal", "W_DECIMAL_INTEGER", "caution", "Whole numbers written with a decimal part"),
    ("formula", "W_FORMULA_TEXT", "caution",
     "Text that a spreadsheet would run as a formula, kept"),
    ("implausible", "W_IMPLAUSIBLE", "caution", "Values outside their plausible range"),
)  # fmt: skip
"""Kind of a count of ``Conversion``, code and severity of its finding, what it means."""


def intake_findings(converted: Mapping[str, Conversion]) -> Iterator[Finding]:
    """One finding for each kind of remark, with the columns and rows it concerns."""
    for kind, code, severity, words in KINDS:
        rows: list[str] = []
        total = 0
        for name, conversion in converted.items():
            for key, n in conversion.counts.items():
                what, _, detail = key.partition(":")
                if kind in (key, what):
                    shown = f" {detail}" if what == "missing" else ""
                    rows.append(f"{name}{shown} ({people(n)})")
                    total += n
        if rows:
            yield Finding(code, f"{words}: {', '.join(rows)}.", severity, n=total)
