"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
