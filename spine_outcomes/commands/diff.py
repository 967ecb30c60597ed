"""``diff``: what changed from one run, or look, to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spine_outcomes.commands.options import Overwrite


def diff(
    old: Annotated[Path, typer.Argument(help="Folder of a report or a look.")],
    new: Annotated[Path, typer.Argument(help="Folder of a later one.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write.  [default: reports/diff, -coded, -unblinded]"),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Ledger of the looks.  [default: interim-ledger.jsonl beside NEW]"),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Compare two output folders: data rows, estimates, and what both were made of.

    Of two looks the rows added, changed and withdrawn are counted, by the fingerprints that the
    ledger keeps; folders of reports have none. The summary goes to stdout, diff.csv, rows.csv and
    diff.html to --out. It is as confidential as the more confidential of the two, and marked so.

    Exit codes: 0 done; 2 usage; 3 a folder was edited; 4 the ledger was edited; 6 input or output;
    7 refused for safety; 8 the folder is being written by another run; 1 a fault of the program.
    """
    from spine_outcomes.commands.diff_run import run_diff

    run_diff(old, new, out, ledger=ledger, overwrite=overwrite)
