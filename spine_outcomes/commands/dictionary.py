"""``dictionary``: the start of a data dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spine_outcomes.commands.console import announce

dictionary = typer.Typer(name="dictionary", help="Start a data dictionary.", no_args_is_help=True)


@dictionary.callback()
def _dictionary() -> None:
    """Keep ``from-redcap`` a word of its own, also while it is the only one."""


@dictionary.command()
def from_redcap(
    file: Annotated[Path, typer.Argument(help="The project's data dictionary, a CSV file.")],
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("data_dictionary.draft.yaml"),
    row: Annotated[
        str | None, typer.Option(metavar="FORM", help="Form that repeats for each lesion.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="Encoding of the file's text.")] = "utf-8",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file.")] = False,
) -> None:
    """Write the draft of a dictionary from that of a REDCap project.

    The draft loads as it is. What REDCap does not know is marked TO_CONFIRM: first of all when each
    value is fixed, without which nothing in it may explain the arm.

    Exit codes: 0 written; 2 usage; 3 the file is not such a dictionary; 6 input or output;
    7 refused for safety; 1 a fault of the program.
    """
    from spine_outcomes.cohort.dictionary_draft import draft
    from spine_outcomes.cohort.redcap_fields import read_fields
    from spine_outcomes.commands.output_file import check_writable, write_whole

    check_writable(out, file, overwrite=overwrite)
    write_whole(out, draft(read_fields(file, encoding), file.name, row))
    announce(out)
