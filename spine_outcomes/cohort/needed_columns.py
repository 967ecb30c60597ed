"""Columns that an analysis needs, and that a file may lack although its dictionary has them."""

from __future__ import annotations

from collections.abc import Iterable

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.errors import CohortError, Problem, printable
from spine_outcomes.study.key_path import nearest


def require_columns(cohort: Cohort, names: Iterable[str]) -> None:
    """Refuse a cohort that lacks a column; a dictionary may describe more than a file holds.

    Raises
    ------
    CohortError
        Naming every column that is missing.
    """
    missing = [name for name in dict.fromkeys(names) if name not in cohort.frame]
    if missing:
        message = "the plan needs this column, and the file does not hold it"
        raise CohortError(
            *(
                Problem(
                    "E_MISSING_COLUMN", message, file=cohort.source, column=name,
                    fix=_how_to_name(name, cohort),
                )
                for name in missing
            )
        )  # fmt: skip


def _how_to_name(name: str, cohort: Cohort) -> str:
    """What to do about a column that the file lacks: the nearest of its other names, if one is."""
    close = nearest(name, cohort.unread)
    start = f"Rename {printable(close)!r} in the file to it" if close else "Name it so in the file"
    return f"{start}, or take what needs it out of the plan."
