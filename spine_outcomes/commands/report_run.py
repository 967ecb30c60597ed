"""The steps of ``report``, from the names on the command line to the files of a folder."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from spine_outcomes.analysis.results import Results
from spine_outcomes.analysis.run import run
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.commands.clock import Laps
from spine_outcomes.commands.console import announce, progress, say, warn
from spine_outcomes.commands.manifest import with_manifest
from spine_outcomes.commands.output_folder import reserve
from spine_outcomes.commands.run_files import check_formats, run_files, sources
from spine_outcomes.commands.verdict import check_required, check_strict
from spine_outcomes.errors import Finding, PlanError, Problem
from spine_outcomes.qualification.second_engine import quality_control
from spine_outcomes.report.letters import letter_findings
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan
from spine_outcomes.study.lock import departures, plan_hash
from spine_outcomes.study.packaged import find_plan
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.plan_file import read_plan_file
from spine_outcomes.study.variants import changed
from spine_outcomes.tables.suppression import protected

OUTPUT_ROOT = Path("reports")


def run_report(
    plan_name: str,
    *,
    cohort: Path | None,
    tables: Mapping[str, Path],
    dictionary: Path | None,
    out: Path | None,
    given: Mapping[str, object],
    overwrite: bool,
    strict: bool,
) -> None:
    """Run a plan and write its folder.

    Parameters
    ----------
    plan_name, cohort, dictionary, out, overwrite, strict
        As the options of ``report``.
    tables
        Files of long tables beside the cohort, by name; those that the plan names belong to the
        plan's own cohort.
    given
        Values that replace the plan's, by dotted key.
    """
    with progress() as show:
        step = Laps(show)
        step("Reading the plan and the dictionary")
        named = read_plan_file(find_plan(plan_name))
        dictionary = named.dictionary if dictionary is None else dictionary
        if cohort is None:
            cohort, tables = named.cohort_path, {**named.tables, **tables}
        out = OUTPUT_ROOT / named.path.stem if out is None else out
        planned, columns = load_plan(named.path), load_dictionary(dictionary)
        _refuse_looks(planned, named.path)
        plan = with_options(planned, given)
        check_plan(plan, columns)
        check_formats(plan.report.formats)
        identity = {"command": "report", "plan_sha256": plan_hash(planned)}
        read = (*named.chain, dictionary, cohort, *tables.values())
        with reserve(out, identity, read, overwrite) as folder:
            step("Reading and checking the cohort")
            rows = read_cohort(cohort, columns, tables)
            found = [
                *replaced(planned, given),
                *departures(plan, columns),
                *letter_findings(plan, columns),
            ]
            results = run(plan, rows, findings=found, step=step, second_engine=quality_control)
            check_required(results)
            if strict:
                check_strict(results)
            origin = sources(results.results, named.path, plan_hash(plan), dictionary, plan.seed)
            step("Hiding small counts")
            shown = protected(replace(results, provenance=results.provenance | origin))
            made = run_files(shown, step)
            seconds = step.seconds()
            step("Writing")
            facts = {**shown.provenance, "command": command_line("report")}
            files = with_manifest(made, identity, facts, seconds)
            folder.publish(files)
    _tell(results, out, sorted(files))
    for part, elapsed in step.seconds().items():
        say(f"{elapsed:8.2f} s  {part}")


def _refuse_looks(plan: AnalysisPlan, path: Path) -> None:
    """Refuse a plan of looks: its report would compare the arms and enter no look anywhere.

    Raises
    ------
    PlanError
        If the plan has a block ``interim``.
    """
    if plan.interim is None:
        return
    message = (
        "the plan has a block interim: its data are seen in looks, which the ledger counts; a "
        "report would compare the arms unseen by it"
    )
    fix = (
        f"Make a look: interim {path.stem} --look K --cutoff YYYY-MM-DD (--unblinded for the "
        "comparison). When the study has ended, report its own plan, without that block."
    )
    raise PlanError(Problem("E_PLAN_OF_LOOKS", message, file=path.name, fix=fix))


def with_options(plan: AnalysisPlan, given: Mapping[str, object]) -> AnalysisPlan:
    """The plan as it runs; its sensitivity analyses start from there."""
    return changed(plan, given).model_copy(update={"sensitivity": plan.sensitivity})


def replaced(plan: AnalysisPlan, given: Mapping[str, object]) -> list[Finding]:
    """A note for each value of the plan that the command replaced."""
    planned = ((key, value, attrgetter(key)(plan)) for key, value in given.items())
    return [
        Finding(
            "N_COMMAND_OPTION",
            f"{key} is {_listed(value)}, given with the command; the plan says {_listed(before)}.",
            "note",
            "plan",
        )
        for key, value, before in planned
        if value != before
    ]


def _listed(value: object) -> str:
    """A value of a plan as its author writes it."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def command_line(name: str) -> str:
    """The command line of a command; of a path only the name, as its folders may name a person."""
    words = sys.argv[1:]
    if words[:1] == [name]:
        words = words[1:]
    return shlex.join(["spine-outcomes", name, *(re.sub(r"[^=]*/", "", w) for w in words)])


def _tell(results: Results, out: Path, names: list[str]) -> None:
    """Warnings on stderr, paths of what was written on stdout."""
    warn(results.findings)
    for name in names:
        announce(out / name)
