"""Presets of journals, and the sheets that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files

from spine_outcomes.errors import Problem, UsageError
from spine_outcomes.figures.style import SHIPPED_FACE, Sheet
from spine_outcomes.study.figures_plan import Columns, FiguresPlan, Journal, load_figures_plan
from spine_outcomes.study.key_path import did_you_mean

MM_PER_INCH = 25.4


@cache
def _packaged() -> FiguresPlan:
    """The presets that the program has, from ``journals.yaml`` beside this file."""
    with as_file(files("spine_outcomes.figures") / "journals.yaml") as path:
        return load_figures_plan(path)


def journals(plan: FiguresPlan | None = None) -> Mapping[str, Journal]:
    """Every preset by name; those of a plan go first."""
    return {**_packaged().journals, **(plan.journals if plan else {})}


def find_journal(name: str, plan: FiguresPlan | None = None) -> Journal:
    """Find a preset by its name, written with any of ``-``, ``_`` and blanks.

    Raises
    ------
    UsageError
        If there is none; the message names those that there are.
    """
    known = journals(plan)
    key = name.lower().replace("-", "_").replace(" ", "_")
    if key in known:
        return known[key]
    message = f"no journal {name!r} among {', '.join(known)}{did_you_mean(key, known)}"
    raise UsageError(Problem("E_JOURNAL", message, fix="Add one to a plan of figures."))


def sheet_of(journal: Journal, columns: Columns) -> Sheet:
    """The sheet for a figure over so many columns."""
    sizes = journal.type
    width = journal.width(columns) / MM_PER_INCH
    return Sheet(width, sizes.text, sizes.small, sizes.title, journal.line, SHIPPED_FACE)
