"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spine_outcomes.errors import Problem, UsageError

FORMATS = ("html", "docx", "pdf", "tex")
LOOK_FORMATS = ("html", "docx", "pdf")  # what a committee reads; tables of a look go nowhere else

PlanName = Annotated[
    str, typer.Argument(help="A plan file, or the name of one in ./analyses or the package.")
]
CohortFile = Annotated[
    Path | None, typer.Option(help="Cohort table.  [default: the plan's]", show_default=False)
]
DictionaryFile = Annotated[
    Path | None, typer.Option(help="Data dictionary.  [default: the plan's]")
]
LongTables = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=FILE", help="Long table beside the cohort; may be repeated."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace whatever the folder holds.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed instead of the plan's.")]
MinCell = Annotated[
    int | None, typer.Option(min=0, help="Counts below this are masked, instead of the plan's.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Fail (exit 5) and write nothing on any warning.")
]


def chosen_formats(text: str | None, known: tuple[str, ...]) -> tuple[str, ...] | None:
    """Formats named on the command line; None where none are.

    Raises
    ------
    UsageError
        Naming those that the command does not write.
    """
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(","))
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"--formats: {', '.join(unknown)!r} is none of {', '.join(known)}"
        raise UsageError(Problem("E_USAGE", message))
    return names
