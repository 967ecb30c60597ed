"""``report``: the main job, from a cohort table to a report."""

from __future__ import annotations

import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer

from spine_outcomes.commands.options import (
    FORMATS,
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
from spine_outcomes.errors import Problem, UsageError


def report(
    plan: PlanName = "primary",
    cohort: CohortFile = None,
    table: LongTables = None,
    dictionary: DictionaryFile = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write.  [default: reports/PLAN]")
    ] = None,
    cutoff: Annotated[
        datetime.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Data cut-off instead of the plan's."
        ),
    ] = None,
    seed: Seed = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Processes for imputing and resampling; all cores by default."),
    ] = None,
    backend: Annotated[
        Literal["loky", "dask", "ray"], typer.Option(help="What runs the processes.")
    ] = "loky",
    min_cell: MinCell = None,
    overwrite: Overwrite = False,
    strict: Strict = False,
    formats: Annotated[
        str | None, typer.Option(help=f"Formats of the report: {', '.join(FORMATS)} (commas).")
    ] = None,
) -> None:
    """Analyse a cohort as its plan says, and write the report.

    Without arguments: the packaged primary plan on the packaged demo cohort, into reports/primary.
    Progress and warnings go to stderr, the paths of what was written to stdout.

    Exit codes: 0 done; 2 usage; 3 cohort invalid; 4 plan or dictionary invalid; 5 a required result
    is not estimable, or a warning under --strict; 6 input or output; 7 refused for safety; 8 the
    folder is being written by another run; 1 a fault of the program. Unless 0, nothing is written.
    """
    chosen = chosen_formats(formats, FORMATS)
    _prepare_backend(backend)
    from joblib import cpu_count, parallel_config

    from spine_outcomes.commands.report_run import run_report
    from spine_outcomes.commands.tables_given import tables_given

    options = {
        "cutoff": cutoff.date() if cutoff else None,
        "seed": seed,
        "report.min_cell": min_cell,
        "report.formats": chosen,
    }
    with parallel_config(backend=backend, n_jobs=jobs or cpu_count()):
        run_report(
            plan,
            cohort=cohort,
            tables=tables_given(table or ()),
            dictionary=dictionary,
            out=out,
            given={key: value for key, value in options.items() if value is not None},
            overwrite=overwrite,
            strict=strict,
        )


def _prepare_backend(backend: str) -> None:
    """Refuse a backend whose package is not installed; make joblib know Ray."""
    package = {"loky": "joblib", "dask": "distributed", "ray": "ray"}[backend]
    if find_spec(package) is None:
        raise UsageError(
            Problem(
                "E_USAGE",
                f"--backend {backend} needs the package {package}, which is not installed",
                fix="Install spine-outcomes[cluster] for Dask, or ray itself; or leave it out.",
            )
        )
    if backend == "ray":
        from ray.util.joblib import register_ray

        register_ray()
