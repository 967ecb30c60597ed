"""A folder that ``diff`` compares: what it is, up to when, and what its codes are called."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from spine_outcomes.analysis.look.results import Edition
from spine_outcomes.cohort.source_file import read_source
from spine_outcomes.commands.manifest import read_manifest, verify
from spine_outcomes.commands.stored_run import read_run
from spine_outcomes.errors import CohortError, DefinitionError, InputOutputError, Problem
from spine_outcomes.report.interim import TITLES
from spine_outcomes.tables.code_names import CodeNames, code_names
from spine_outcomes.tables.labels import labels

NAMES = "labels.json"  # of a look; a report has them in its stored results
EDITIONS: tuple[Edition, ...] = ("open", "coded", "unblinded")  # who may read it: ever fewer


@dataclass(frozen=True, eq=False)
class ComparedFolder:
    """One side of a comparison.

    Parameters
    ----------
    name
        Of the folder.
    manifest, results
        As its run wrote them; results as text.
    names
        What its codes are called.
    """

    name: str
    manifest: Mapping[str, Any]
    results: pd.DataFrame
    names: CodeNames

    @property
    def is_look(self) -> bool:
        """Whether it is a look and no report."""
        return "look" in self.manifest

    @property
    def edition(self) -> Edition:
        """The edition of a look; a report, which nobody is blinded to, counts as open."""
        found = self.manifest.get("identity", {}).get("edition")
        return found if found in EDITIONS else "open"

    @property
    def kind(self) -> str:
        """What it is, without its number."""
        return TITLES[self.edition] if self.is_look else "report"

    @property
    def words(self) -> str:
        """Name, kind and cut-off, for the head of a page."""
        number = f" of look {self.manifest['look']}" if self.is_look else ""
        cutoff = self.manifest.get("cutoff")
        until = f", data cut-off {cutoff}" if cutoff else ""
        return f"{self.name}: {self.kind}{number}{until}"


def read_folders(*folders: Path) -> list[ComparedFolder]:
    """Folders that are as their runs wrote them.

    Raises
    ------
    InputOutputError
        If one is not there; all of them are named.
    CohortError
        If a file was edited, added or removed after the run, or has no results to compare.
    """
    fix = "Give the folders that report or interim wrote."
    missing = [
        Problem("E_NO_FOLDER", "no such folder", file=str(folder.absolute()), fix=fix)
        for folder in folders
        if not folder.is_dir()
    ]
    if missing:
        raise InputOutputError(*missing)
    return [_read(folder) for folder in folders]


def _read(folder: Path) -> ComparedFolder:
    """One folder."""
    problems = verify(folder)
    if problems:
        here = Problem("E_NOT_AS_WRITTEN", "the folder is not as a run wrote it", file=folder.name)
        raise CohortError(here, *problems)
    file = folder / "results.csv"
    if not file.is_file():
        message = "the folder has no results.csv: only reports and looks can be compared"
        raise CohortError(Problem("E_NO_RESULTS", message, file=folder.name))
    results = pd.read_csv(io.BytesIO(read_source(file).raw), dtype=str, keep_default_na=False)
    manifest = read_manifest(folder)
    names, cutoff = _names(folder, manifest)
    if cutoff:
        manifest = {"cutoff": cutoff} | manifest
    return ComparedFolder(folder.resolve().name, manifest, results, names)


def _names(folder: Path, manifest: Mapping[str, Any]) -> tuple[CodeNames, str | None]:
    """What the codes of a folder are called, and the cut-off of a report, which its plan holds."""
    if (folder / NAMES).is_file():
        return CodeNames(**json.loads((folder / NAMES).read_text(encoding="utf-8"))), None
    if "look" in manifest:
        return CodeNames(), None
    try:
        run = read_run(folder)
    except (InputOutputError, DefinitionError):  # a report of another release: its codes then
        return CodeNames(), None
    cutoff = run.plan.cutoff
    arms = {code: labels(run).arm(code) for code in run.plan.arms.codes}
    return code_names(labels(run), arms), None if cutoff is None else cutoff.isoformat()
