"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

LongTables = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=FILE", help="Long table beside the cohort; may be repeated."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace whatever the folder holds.")]
