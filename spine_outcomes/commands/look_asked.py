"""What a look is asked for, and the plan, dictionary and ledger that it stands on."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spine_outcomes.analysis.look.results import Edition, LookFacts
from spine_outcomes.commands.ledger import LEDGER, Entry, read_ledger
from spine_outcomes.commands.options import LOOK_FORMATS
from spine_outcomes.commands.report_run import OUTPUT_ROOT, with_options
from spine_outcomes.commands.run_files import check_formats
from spine_outcomes.errors import PlanError, Problem
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.interim import Interim
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan
from spine_outcomes.study.lock import plan_hash
from spine_outcomes.study.packaged import find_plan
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.plan_file import PlanFile, read_plan_file

CODED, UNBLINDED = "-coded", "-unblinded"


@dataclass(frozen=True)
class Asked:
    """What the command line asks for; names as the options of ``interim``."""

    look: int
    cutoff: datetime.date
    is_blinded: bool
    out: Path
    ledger: Path
    key: Path | None
    given: Mapping[str, object]
    overwrite: bool
    strict: bool
    formats: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Study:
    """The plan as it is written and as it runs, and the looks before."""

    named: PlanFile
    planned: AnalysisPlan
    plan: AnalysisPlan
    interim: Interim
    dictionary: DataDictionary
    dictionary_path: Path
    known: tuple[Entry, ...]
    formats: tuple[str, ...]


def default_places(
    look: int, *, is_blinded: bool, out: Path | None, ledger: Path | None
) -> tuple[Path, Path]:
    """The folder of a look, and the ledger beside it."""
    name = f"interim-{look}" if is_blinded else f"interim-{look}{UNBLINDED}"
    folder = OUTPUT_ROOT / name if out is None else out
    return folder, folder.parent / LEDGER if ledger is None else ledger


def read_study(plan_name: str, asked: Asked, dictionary: Path | None) -> Study:
    """Read the plan, the dictionary and the ledger."""
    named = read_plan_file(find_plan(plan_name))
    path = named.dictionary if dictionary is None else dictionary
    planned, columns = load_plan(named.path), load_dictionary(path)
    if planned.interim is None:
        message = "the plan has no block interim, and so no looks"
        fix = "Add it (docs/interim.md), or name another plan: interim."
        raise PlanError(Problem("E_NO_INTERIM", message, file=named.path.name, fix=fix))
    formats = planned.report.formats if asked.formats is None else asked.formats
    _check_formats(formats, named.path)
    plan = with_options(planned, {**asked.given, "cutoff": asked.cutoff})
    check_plan(plan, columns)
    known = read_ledger(asked.ledger)
    return Study(named, planned, plan, planned.interim, columns, path, known, formats)


def _check_formats(formats: tuple[str, ...], plan: Path) -> None:
    """Refuse formats that no look is written in, and those whose package is not there."""
    unknown = [name for name in formats if name not in LOOK_FORMATS]
    if unknown:
        message = f"report.formats: a look is not written as {', '.join(unknown)}"
        fix = f"Allowed: {', '.join(LOOK_FORMATS)}. Or give --formats."
        raise PlanError(Problem("E_FORMAT", message, file=plan.name, fix=fix))
    check_formats(formats)


def places(study: Study, asked: Asked) -> dict[Edition, Path]:
    """The folder of each edition that this look writes."""
    if not asked.is_blinded:
        return {"unblinded": asked.out}
    places: dict[Edition, Path] = {"open": asked.out}
    if study.interim.blinded.by_code:
        places["coded"] = asked.out.with_name(asked.out.name + CODED)
    return places


def identity(study: Study, asked: Asked, edition: Edition) -> dict[str, str]:
    """What makes two runs write the same thing."""
    return {
        "command": "interim",
        "edition": edition,
        "look": str(asked.look),
        "cutoff": asked.cutoff.isoformat(),
        "seed": str(study.plan.seed),
        "plan_sha256": plan_hash(study.planned),
    }


def look_facts(study: Study, asked: Asked, edition: Edition) -> LookFacts:
    """Which look it is."""
    looks = study.interim.looks
    planned = None
    if asked.look <= len(looks):
        own = looks[asked.look - 1]
        name = f"{own.name}: " if own.name else ""
        share = own.kind == "information"
        planned = f"{name}{own.amount:.0%} of the information" if share else (
            f"{name}{own.amount:g} {own.kind}"
        )  # fmt: skip
    return LookFacts(asked.look, asked.cutoff, edition, planned, asked.look >= len(looks))
