"""``--table NAME=FILE``: long tables given with a cohort."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from spine_outcomes.errors import Problem, UsageError


def tables_given(texts: Iterable[str]) -> dict[str, Path]:
    """Files of long tables, by their names in the dictionary.

    Raises
    ------
    UsageError
        For a text that is not ``NAME=FILE``, and a name given twice.
    """
    tables: dict[str, Path] = {}
    problems = []
    for text in texts:
        name, _, file = text.partition("=")
        if not (name and file):
            message = f"--table {text}: write NAME=FILE, a table of the dictionary and its file"
            problems.append(Problem("E_USAGE", message))
        elif name in tables:
            problems.append(Problem("E_USAGE", f"--table {name} is given twice"))
        tables[name] = Path(file)
    if problems:
        raise UsageError(*problems)
    return tables
