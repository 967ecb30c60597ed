"""The steps of ``interim``, from the names on the command line to a line of the ledger."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from spine_outcomes.analysis.look.editions import compared, edition_of
from spine_outcomes.analysis.look.monitoring import HeldLook
from spine_outcomes.analysis.look.queries import AskedBefore
from spine_outcomes.analysis.look.results import Edition, InterimResults
from spine_outcomes.analysis.look.seen import Seen, cut_for_look, see
from spine_outcomes.analysis.progress import Step
from spine_outcomes.analysis.results import Results
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.commands import clock
from spine_outcomes.commands.arm_codes import arm_codes
from spine_outcomes.commands.clock import Laps
from spine_outcomes.commands.compared_folder import NAMES
from spine_outcomes.commands.console import announce, progress, warn
from spine_outcomes.commands.fingerprints import row_fingerprints, text_fingerprint
from spine_outcomes.commands.frame_csv import frame_csv
from spine_outcomes.commands.ledger import (
    Entry,
    append,
    fingerprint_key,
    outputs_hash,
)
from spine_outcomes.commands.look_asked import (
    Asked,
    Study,
    identity,
    look_facts,
    places,
    read_study,
)
from spine_outcomes.commands.look_findings import folder_findings, look_findings
from spine_outcomes.commands.look_history import (
    before_it_was_made,
    queries_before,
    unblinded_before,
)
from spine_outcomes.commands.manifest import NAME, read_manifest, sha256, with_manifest
from spine_outcomes.commands.output_folder import reserve
from spine_outcomes.commands.report_run import command_line, replaced
from spine_outcomes.commands.run_files import documents, exhibit_files, sources
from spine_outcomes.commands.verdict import check_strict
from spine_outcomes.errors import Finding, InputOutputError, Problem
from spine_outcomes.report.interim import look_page
from spine_outcomes.report.letters import letter_findings
from spine_outcomes.study.lock import departures, plan_hash
from spine_outcomes.tables.code_names import code_names
from spine_outcomes.tables.interim import group_label
from spine_outcomes.tables.labels import labels

FRAMES = (
    "results", "accrual", "accrual_summary", "flow", "follow_up", "visits", "queries", "events",
    "grades", "severe", "deaths", "limits", "deviations", "monitoring", "assessment", "findings",
)  # fmt: skip


def run_look(
    plan_name: str,
    asked: Asked,
    *,
    cohort: Path | None,
    tables: Mapping[str, Path],
    dictionary: Path | None,
) -> None:
    """Make a look: cut the data, write its folders, and enter it into the ledger."""
    with progress() as show, ExitStack() as held:
        step = Laps(show)
        step("Reading the plan, the dictionary and the ledger")
        study = read_study(plan_name, asked, dictionary)
        if cohort is None:
            cohort, tables = study.named.cohort_path, {**study.named.tables, **tables}
        inputs = (*study.named.chain, study.dictionary_path, cohort, *tables.values())
        folders = {
            edition: held.enter_context(
                reserve(path, identity(study, asked, edition), inputs, asked.overwrite)
            )
            for edition, path in places(study, asked).items()
        }
        step("Reading and checking the cohort")
        rows = read_cohort(cohort, study.dictionary, tables)
        made, seen, monitored = _editions(study, asked, rows, step)
        if asked.strict:
            for results in made.values():
                check_strict(cast(Results, results))
        step("Writing")
        written = {edition: _files(results, study, asked) for edition, results in made.items()}
        if not asked.overwrite:
            for edition, files in written.items():
                _refuse_another_look(folders[edition].path, files)
        for edition, files in written.items():
            folders[edition].publish(files)
        _enter(study, asked, seen, monitored, next(iter(written.values())))
    for edition, files in written.items():
        for name in sorted(files):
            announce(places(study, asked)[edition] / name)
    announce(asked.ledger)
    for results in made.values():
        warn(results.findings)


def _editions(
    study: Study, asked: Asked, rows: Cohort, step: Step
) -> tuple[dict[Edition, InterimResults], Seen, HeldLook | None]:
    """The results of every edition, what they stand on, and the look at the comparison."""
    step("Cutting the data")
    key = fingerprint_key(asked.ledger)
    before = AskedBefore(
        partial(text_fingerprint, key), queries_before(study.known, asked.ledger, asked.look)
    )
    edition: Edition = "open" if asked.is_blinded else "unblinded"
    seen = see(study.plan, rows, look_facts(study, asked, edition), before)
    earlier = before_it_was_made(
        study.known, asked.look, asked.cutoff.isoformat(), plan_hash(study.planned),
        study.plan.seed, seen.cohort.sha256,
    )  # fmt: skip
    found = (*_findings(study, asked, earlier), *_history(study, rows, earlier))
    seen = replace(seen, findings=(*found, *seen.findings))
    codes = arm_codes(study.plan, asked.key)
    if asked.is_blinded:
        editions = places(study, asked)
        return {each: edition_of(seen, each, codes) for each in editions}, seen, None
    arms = {arm: arm for arm in study.plan.arms.codes}
    results, monitored = compared(
        seen, edition_of(seen, edition, arms), unblinded_before(study.known, asked.look), step
    )
    return {edition: results}, seen, None if monitored is None else monitored.held


def _findings(study: Study, asked: Asked, earlier: Sequence[Entry]) -> Iterator[Finding]:
    """What the ledger, the lock and the command line give a reader to know."""
    yield from look_findings(
        asked.look, asked.cutoff, study.interim, study.plan.seed, plan_hash(study.planned), earlier
    )
    yield from folder_findings(asked.out.name, asked.ledger.parent, earlier)
    yield from replaced(study.planned, asked.given)
    yield from departures(study.plan.model_copy(update={"cutoff": None}), study.dictionary)
    yield from letter_findings(study.plan, study.dictionary)


def _history(study: Study, rows: Cohort, earlier: Sequence[Entry]) -> Iterator[Finding]:
    """Whether the data of the look before are still those that it saw."""
    if not earlier or earlier[-1].plan_sha256 != plan_hash(study.planned):
        return
    last = earlier[-1]
    known = cut_for_look(study.plan, rows, datetime.date.fromisoformat(last.cutoff))
    if known.sha256 != last.data_sha256:
        message = (
            f"The data up to {last.cutoff} are no longer those that look {last.look} saw: records "
            "were corrected, added or withdrawn since. The command diff counts them."
        )
        yield Finding("W_HISTORY_CHANGED", message, "caution", "cohort")


def _files(results: InterimResults, study: Study, asked: Asked) -> dict[str, bytes]:
    """The folder of one edition, by relative name."""
    edition = results.look.edition
    origin = sources(
        results.results, study.named.path, plan_hash(study.planned), study.dictionary_path,
        study.plan.seed,
    )  # fmt: skip
    provenance = results.provenance | origin
    page = look_page(replace(results, provenance=provenance))
    frames = {name: getattr(page.shown, name) for name in FRAMES}
    files = {f"{name}.csv": frame_csv(frame) for name, frame in frames.items() if len(frame)}
    arms = results.results["arm"].dropna().unique()
    names = code_names(labels(results), {code: group_label(results, code) for code in arms})
    files[NAMES] = json.dumps(asdict(names), ensure_ascii=False, indent=1) + "\n"
    facts: dict[str, Any] = {
        "look": asked.look,
        "cutoff": asked.cutoff.isoformat(),
        **provenance,
        "command": command_line("interim"),
    }
    raw = {name: text.encode() for name, text in files.items()} | exhibit_files(page.exhibits)
    raw |= documents(study.formats, page.html, page.printed, page.top)
    return with_manifest(raw, identity(study, asked, edition), facts)


def _refuse_another_look(path: Path, files: Mapping[str, bytes]) -> None:
    """Let stand what another look wrote: from other data, which its identity cannot name.

    The same look in more formats is the same look.

    Raises
    ------
    InputOutputError
        If the folder holds other outputs.
    """
    before = read_manifest(path).get("outputs", {})
    if not before.items() <= json.loads(files[NAME])["outputs"].items():
        message = (
            "the output folder holds this look as it was made from other data or settings, or in "
            "other formats"
        )
        fix = "Choose another folder with --out, or replace it with --overwrite."
        raise InputOutputError(Problem("E_OUTPUT_EXISTS", message, file=str(path), fix=fix))


def _enter(
    study: Study, asked: Asked, seen: Seen, held: HeldLook | None, files: Mapping[str, bytes]
) -> None:
    """Enter the look into the ledger."""
    key = fingerprint_key(asked.ledger)
    prints = json.dumps(
        {"rows": row_fingerprints(seen.cohort, key), "queries": dict(seen.asked.open)},
        sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    entry = Entry(
        entry=0,
        look=asked.look,
        cutoff=asked.cutoff.isoformat(),
        edition="blinded" if asked.is_blinded else "unblinded",
        seed=study.plan.seed,
        plan_sha256=plan_hash(study.planned),
        dictionary_sha256=sha256(study.dictionary_path.read_bytes()),
        data_sha256=seen.cohort.sha256,
        folder=asked.out.name,
        results_sha256=outputs_hash(json.loads(files["manifest.json"])),
        fingerprints_sha256=sha256(prints.encode()),
        information=None if held is None else held.information,
        z=None if held is None else held.z,
        written=clock.now(),
    )
    append(asked.ledger, entry, prints, study.known)
