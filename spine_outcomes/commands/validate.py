"""``validate``: a cohort table against its dictionary, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from spine_outcomes.commands.console import announce, progress, say
from spine_outcomes.commands.options import LongTables, Overwrite
from spine_outcomes.errors import Finding, NotEstimableError


def validate(
    context: typer.Context,
    cohort: Annotated[
        Path | None,
        typer.Argument(help="Cohort table.  [default: the packaged demo cohort]"),
    ] = None,
    table: LongTables = None,
    dictionary: Annotated[
        Path | None, typer.Option(help="Data dictionary.  [default: the packaged one]")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("reports/validation"),
    min_cell: Annotated[
        int, typer.Option(min=0, help="Counts of missing values and bars below this are masked.")
    ] = 5,
    overwrite: Overwrite = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 5 where there is any warning.")
    ] = False,
) -> None:
    """Check a cohort against its dictionary: validation.html and queries.csv.

    Queries are listed with line, row, column, what was found, what is allowed and what helps; with
    --redact (anywhere) without values and identifiers. Both files are written whatever is found.

    Exit codes: 0 the cohort can be analysed; 2 usage; 3 it cannot; 4 dictionary invalid; 5 it can,
    but there are warnings under --strict; 6 input or output; 7 refused for safety; 8 the folder is
    being written by another run; 1 a fault of the program.
    """
    from spine_outcomes.cohort.queries import queries
    from spine_outcomes.cohort.read import inspect_cohort
    from spine_outcomes.commands.frame_csv import frame_csv
    from spine_outcomes.commands.manifest import sha256, with_manifest
    from spine_outcomes.commands.output_folder import reserve
    from spine_outcomes.commands.tables_given import tables_given
    from spine_outcomes.report.validation import validation_page
    from spine_outcomes.study.load import load_dictionary
    from spine_outcomes.study.packaged import DEMO_COHORT, packaged_file

    given = tables_given(table or ())
    file = packaged_file(DEMO_COHORT) if cohort is None else cohort
    described = packaged_file("data_dictionary.yaml") if dictionary is None else dictionary
    identity = {"command": "validate"}
    read = (file, described, *given.values())
    with progress() as step, reserve(out, identity, read, overwrite) as folder:
        step("Reading and checking the cohort")
        inspection = inspect_cohort(file, load_dictionary(described), given)
        step("Writing the queries")
        asked = queries(inspection, redact=context.obj["redact"])
        page = validation_page(inspection, dictionary=described.name, min_cell=min_cell)
        # The mark tells a spreadsheet that the text is UTF-8.
        listed = frame_csv(asked).encode("utf-8-sig")
        files = {"validation.html": page.encode(), "queries.csv": listed}
        facts = {
            "source": inspection.source,
            "data_sha256": inspection.sha256,
            "tables": {
                name: {"source": found.source, "data_sha256": found.sha256}
                for name, found in inspection.long.items()
            },
            "dictionary": described.name,
            "dictionary_sha256": sha256(described.read_bytes()),
        }
        files = with_manifest(files, identity, facts)
        folder.publish(files)
    for name in sorted(files):
        announce(out / name)
    _tell(inspection.cohort().findings, strict=strict)


def _tell(findings: Iterable[Finding], *, strict: bool) -> None:
    """Say the findings that are more than a note; they fail a strict run."""
    from spine_outcomes.commands.verdict import strict_problem

    warnings = [finding for finding in findings if finding.severity != "note"]
    for finding in warnings:
        say(f"{finding.code} {finding.text()}")
    if strict and warnings:
        raise NotEstimableError(strict_problem(len(warnings)))
