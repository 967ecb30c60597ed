"""``verify``: is an output folder still as the run wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spine_outcomes.commands.console import announce
from spine_outcomes.errors import CohortError


def verify(
    folder: Annotated[Path, typer.Argument(help="A folder that a command wrote.")],
) -> None:
    """Compare every file of an output folder with the hashes in its manifest.

    Exit code 3 where a file was edited, added or removed after the run.
    """
    from spine_outcomes.commands import manifest

    problems = manifest.verify(folder)
    if problems:
        raise CohortError(*problems)
    announce(folder)
