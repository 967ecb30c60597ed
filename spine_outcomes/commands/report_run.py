"""The steps of ``report``, from the names on the command line to the files of a folder."""

from __future__ import annotations

import datetime
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from spine_outcomes.analysis.results import Results
from spine_outcomes.analysis.run import run
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.commands.console import announce, progress, say
from spine_outcomes.commands.inputs import Inputs, find_inputs
from spine_outcomes.commands.manifest import sha256, with_manifest
from spine_outcomes.commands.output_folder import reserve
from spine_outcomes.commands.run_files import reproducibility_id, run_files
from spine_outcomes.commands.verdict import check_required, check_strict
from spine_outcomes.errors import Finding
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan
from spine_outcomes.study.lock import departures, plan_hash
from spine_outcomes.study.packaged import find_plan
from spine_outcomes.study.plan import AnalysisPlan

OUTPUT_ROOT = Path("reports")


@dataclass(frozen=True)
class PlanOptions:
    """Values given on the command line in place of the plan's; None: as planned."""

    cutoff: datetime.date | None = None
    seed: int | None = None
    min_cell: int | None = None

    def apply(self, plan: AnalysisPlan) -> AnalysisPlan:
        """The plan as it will run."""
        top = {"cutoff": self.cutoff, "seed": self.seed}
        update: dict[str, object] = {key: value for key, value in top.items() if value is not None}
        if self.min_cell is not None:
            update["report"] = plan.report.model_copy(update={"min_cell": self.min_cell})
        return plan.model_copy(update=update)

    def findings(self, plan: AnalysisPlan) -> Iterator[Finding]:
        """A note for each value of the plan that was replaced."""
        for key, given, planned in (
            ("cutoff", self.cutoff, plan.cutoff),
            ("seed", self.seed, plan.seed),
            ("report.min_cell", self.min_cell, plan.report.min_cell),
        ):
            if given is not None and given != planned:
                message = f"{key} is {given}, given with the command; the plan says {planned}."
                yield Finding("N_COMMAND_OPTION", message, "note", "plan")


def run_report(
    plan_name: str,
    *,
    cohort: Path | None,
    dictionary: Path | None,
    out: Path | None,
    options: PlanOptions,
    overwrite: bool,
    strict: bool,
) -> None:
    """Run a plan and write its folder, as the options of ``report`` say."""
    with progress() as step:
        step("Reading the plan and the dictionary")
        plan_file = find_plan(plan_name)
        planned = load_plan(plan_file)
        inputs = find_inputs(plan_file, planned, cohort, dictionary)
        columns = load_dictionary(inputs.dictionary)
        plan = options.apply(planned)
        check_plan(plan, columns)
        out = OUTPUT_ROOT / plan_file.stem if out is None else out
        identity = {"command": "report", "plan_sha256": plan_hash(planned)}
        with reserve(out, identity, inputs.files, overwrite) as folder:
            step("Reading and checking the cohort")
            rows = read_cohort(inputs.cohort, columns)
            step("Estimating")
            found = [*options.findings(planned), *departures(plan)]
            results = run(plan, rows, findings=found)
            check_required(results)
            if strict:
                check_strict(results)
            step("Drawing tables and figures")
            results = _with_sources(results, inputs)
            files = run_files(results)
            step("Writing")
            facts = {**results.provenance, "command": _command()}
            folder.publish(with_manifest(files, identity, facts))
    _tell(results, out, sorted(files))


def _with_sources(results: Results, inputs: Inputs) -> Results:
    """Results that know which plan and dictionary they came from, and their own hash."""
    sources = {
        "plan": inputs.plan.stem,
        "plan_sha256": plan_hash(results.plan),
        "dictionary": inputs.dictionary.name,
        "dictionary_sha256": sha256(inputs.dictionary.read_bytes()),
        "seed": results.plan.seed,
        "reproducibility_id": reproducibility_id(results),
    }
    return replace(results, provenance=results.provenance | sources)


def _command() -> str:
    """The command line; of a path only the name, as its folders may name a person."""
    words = sys.argv[1:]
    if words[:1] == ["report"]:
        words = words[1:]
    return shlex.join(["spine-outcomes", "report", *(re.sub(r"[^=]*/", "", w) for w in words)])


def _tell(results: Results, out: Path, names: list[str]) -> None:
    """Warnings on stderr, paths of what was written on stdout."""
    for finding in results.findings.itertuples():
        if finding.severity != "note":
            say(f"{finding.code} {finding.message}")
    for name in names:
        announce(out / name)
