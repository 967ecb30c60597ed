"""``verify``: is an output folder still as the run wrote it, and from these data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spine_outcomes.commands.console import announce
from spine_outcomes.errors import CohortError


def verify(
    folder: Annotated[Path, typer.Argument(help="A folder that a command wrote.")],
    cohort: Annotated[
        Path | None, typer.Option(help="Cohort table that it should have been written from.")
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help="Long table that it should rest on; repeatable."),
    ] = None,
) -> None:
    """Compare every file of an output folder with the hashes in its manifest.

    With --cohort and --table also the data with the hashes of those that were read. Exit code 3
    where a file was edited, added or removed after the run, or the data are others.
    """
    from spine_outcomes.commands import manifest
    from spine_outcomes.commands.tables_given import tables_given

    given = tables_given(table or ())
    problems = (*manifest.verify(folder), *manifest.verify_data(folder, cohort, given))
    if problems:
        raise CohortError(*problems)
    announce(folder)
