"""``figures``: a run's figures for a journal, without patient data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from spine_outcomes.commands.options import Overwrite


def figures(
    source: Annotated[
        Path, typer.Option("--from", metavar="DIR", help="Folder that a report wrote.")
    ],
    plan: Annotated[
        str | None,
        typer.Option(help="Plan of figures, or its name.  [default: every figure of the report]"),
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="F2,…", help="Numbers or names of the figures to write.")
    ] = None,
    journal: Annotated[
        str | None, typer.Option(help="Preset of a journal.  [default: as in the report]")
    ] = None,
    formats: Annotated[
        str | None, typer.Option(help="pdf, svg, png, tiff, eps.  [default: pdf,svg]")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write.  [default: DIR-figures or DIR-JOURNAL]")
    ] = None,
    dpi: Annotated[
        int | None,
        typer.Option(
            min=300, max=1000, help="Resolution of png and tiff.  [default: the journal's]"
        ),
    ] = None,
    curve_detail: Annotated[
        Literal["exact", "monthly"] | None,
        typer.Option(help="Curves at every event, or monthly.  [default: as they are stored]"),
    ] = None,
    columns: Annotated[
        Literal["single", "one_and_half", "double"] | None,
        typer.Option(help="Width of every figure.  [default: what each needs]"),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw the figures of a run again, from the results that it stored in DIR/frames.

    At the exact width of a journal's column, in its type sizes and resolution, with its marks of
    numbers, the type embedded; captions.txt holds what stands below each. Small counts stay hidden.

    Exit codes: 0 done; 2 usage; 4 plan of figures invalid, or results of another version; 6 DIR is
    not what a report wrote, or cannot be read; 7 refused for safety; 8 the folder is being written
    by another run; 1 a fault of the program. Unless 0, nothing is written.
    """
    from spine_outcomes.commands.figures_run import FigureChoice, run_figures

    choice = FigureChoice(
        plan=plan,
        only=tuple(name.strip() for name in only.split(",")) if only else (),
        journal=journal,
        formats=tuple(name.strip() for name in formats.split(",")) if formats else (),
        dpi=dpi,
        curve_detail=curve_detail,
        columns=columns,
    )
    run_figures(source, choice, out, overwrite=overwrite)
