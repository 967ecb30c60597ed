"""``interim``: a look at accumulating data, for the study committee."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from spine_outcomes.commands.options import (
    LOOK_FORMATS,
    CohortFile,
    DictionaryFile,
    LongTables,
    MinCell,
    Overwrite,
    PlanName,
    Seed,
    Strict,
    chosen_formats,
)


def interim(
    plan: PlanName = "interim",
    *,
    look: Annotated[int, typer.Option(min=1, help="Number of the look: 1, 2, …")],
    cutoff: Annotated[
        datetime.datetime,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Data cut-off: nothing later is seen."
        ),
    ],
    blinded: Annotated[
        bool,
        typer.Option(
            "--blinded/--unblinded",
            help="Nothing by arm, and a coded supplement; or the comparison with its boundaries.",
        ),
    ] = True,
    cohort: CohortFile = None,
    table: LongTables = None,
    dictionary: DictionaryFile = None,
    key: Annotated[
        Path | None, typer.Option(help="File {A: arm, B: arm}: which letter stands for which arm.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write.  [default: in reports/]"),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Ledger of the looks.  [default: interim-ledger.jsonl beside --out]"),
    ] = None,
    seed: Seed = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes for imputing; all cores by default.")
    ] = None,
    min_cell: MinCell = None,
    overwrite: Overwrite = False,
    strict: Strict = False,
    formats: Annotated[
        str | None, typer.Option(help=f"Formats of the report: {', '.join(LOOK_FORMATS)} (commas).")
    ] = None,
) -> None:
    """Make a look at the data as they stood at a cut-off, and enter it into the ledger.

    Blinded, the default: a report with nothing by arm, and beside it (FOLDER-coded) the supplement
    by arm code that the plan allows. Unblinded: the monitored comparison with its boundaries.

    Exit codes: 0 done; 2 usage; 3 cohort invalid; 4 plan or dictionary invalid, or an earlier look
    was edited; 5 not estimable, or a warning under --strict; 6 input or output; 7 refused for
    safety; 8 the folder or the ledger is being written by another run; 1 a fault of the program.
    """
    chosen = chosen_formats(formats, LOOK_FORMATS)
    from joblib import cpu_count, parallel_config

    from spine_outcomes.commands.interim_run import run_look
    from spine_outcomes.commands.look_asked import Asked, default_places
    from spine_outcomes.commands.tables_given import tables_given

    folder, book = default_places(look, is_blinded=blinded, out=out, ledger=ledger)
    options = {"seed": seed, "report.min_cell": min_cell}
    asked = Asked(
        look=look,
        cutoff=cutoff.date(),
        is_blinded=blinded,
        out=folder,
        ledger=book,
        key=key,
        given={name: value for name, value in options.items() if value is not None},
        overwrite=overwrite,
        strict=strict,
        formats=chosen,
    )
    with parallel_config(backend="loky", n_jobs=jobs or cpu_count()):
        run_look(
            plan, asked, cohort=cohort, tables=tables_given(table or ()), dictionary=dictionary
        )
